"""Where a program is deployed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy import deploy

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from local.deploy.target import Target
    from tests.local.deploy.conftest import WriteProgram


def test_the_users_own_aws_settings_and_proxies_have_no_say(
    endpoint: str,
    target: Target,
    write_program: WriteProgram,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    target.call("sqs", "list_queues")  # moto, in this process too, loads SQS with boto3 and would mind the profile
    elsewhere = "http://127.0.0.1:9"
    (tmp_path / "config").write_text(f"[profile mine]\nregion = eu-west-3\nendpoint_url = {elsewhere}\n")
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL": elsewhere,
        "AWS_PROFILE": "absent",
        "AWS_REGION": "eu-west-3",
        "HTTP_PROXY": elsewhere,
        "http_proxy": elsewhere,
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    deployed = deploy(write_program('pulumi.export("arn", aws.sqs.Queue("mine").arn)'), "one", endpoint)

    assert deployed.outputs["arn"].startswith("arn:aws:sqs:us-east-1:123456789012:mine-")
