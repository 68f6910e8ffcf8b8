from __future__ import annotations

import logging
import textwrap
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

from local import bucket_policies, mail_events, moto_shortcuts
from local.cloudfront import policies
from local.deploy.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"


class WriteProgram(Protocol):
    def __call__(self, main: str, *, project: str = "", stack: str = "") -> Path: ...


@pytest.fixture(scope="package")
def endpoint() -> Iterator[str]:
    """moto alone, with nothing of ours in front, and in it only what it has not, or takes long for."""
    moto_shortcuts.install()
    policies.install()
    bucket_policies.install()
    mail_events.install()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(default_user_config, "lambda", {"use_docker": False})
        server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture(scope="package")
def target(endpoint: str) -> Iterator[Target]:
    """What is there, asked of moto."""
    with closing(Target(ACCOUNT_ID, REGION, endpoint)) as target:
        yield target


@pytest.fixture
def small() -> Path:
    return Path(__file__).parent / "small"


@pytest.fixture
def write_program(tmp_path: Path) -> WriteProgram:
    """Write a Pulumi project with a stack `one`, for a program that needs no more than a few lines."""

    def write(main: str, *, project: str = "", stack: str = "") -> Path:
        for name, text in {
            "Pulumi.yaml": f"name: tiny\nruntime: python\n{textwrap.dedent(project)}",
            "Pulumi.one.yaml": textwrap.dedent(stack),
            "__main__.py": f"import pulumi\nimport pulumi_aws as aws\n\n{textwrap.dedent(main)}",
        }.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return write
