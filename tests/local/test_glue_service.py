"""Glue in the local cloud, as boto3 sees it: what a script is given, how its run ends, who is told."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.client import LocalCloud
from local.cloud import PROJECT
from local.glue_environment import NEWEST_PYTHON
from local.region import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.skipif(sys.version_info[:2] > NEWEST_PYTHON, reason="Spark 3.5 does not know this Python"),
]

ACCOUNT = "123456789012"
LONG = 120.0
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "glue.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}
SCRIPT = """
import json, os, sys, time
import boto3
import told  # from the zip
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
if arguments.get("--do") == "fail":
    raise ValueError("what the script said")
if arguments.get("--do") == "sleep":
    time.sleep(600)
who = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "OCR_"))}
boto3.client("s3").put_object(Bucket="code", Key="told/it.json", Body=json.dumps([arguments, sorted(who), told.IT]))
print("said to stdout")
"""


@dataclass(frozen=True, eq=False)
class Glue:
    region: Region
    local: LocalCloud
    job: str

    @functools.cache  # noqa: B019 - there is one for all tests
    def client(self, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
        return self.local.client(service)

    def start(self, **arguments: str) -> str:
        told = {f"--{name}": value for name, value in arguments.items()}
        return str(self.client("glue").start_job_run(JobName=self.job, Arguments=told)["JobRunId"])

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("glue").get_job_run(JobName=self.job, RunId=run_id)["JobRun"]
        return found

    def until(self, over: Callable[[], object]) -> None:
        until = time.monotonic() + LONG
        while not over():
            assert time.monotonic() < until
            time.sleep(0.05)

    def ended(self, run_id: str) -> dict[str, Any]:
        self.until(lambda: "CompletedOn" in self.run(run_id))
        self.until(lambda: not self.region.glue.is_busy())
        return self.run(run_id)

    def running(self, run_id: str) -> int:
        """The process of a run, once it is there."""
        self.until(lambda: self.run(run_id)["JobRunState"] == "RUNNING" and self.region.glue.pids())
        return self.region.glue.pids()[0]

    def events(self) -> list[dict[str, Any]]:
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName="ends")["QueueUrl"]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]


@pytest.fixture(scope="module")
def glue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glue]:
    with Region(tmp_path_factory.mktemp("glue")) as region:
        local = LocalCloud(region.endpoint)
        _made(local)
        yield Glue(region, local, "counts")


def _made(local: LocalCloud) -> None:
    s3, iam, sqs, events = (_client(local, name) for name in ("s3", "iam", "sqs", "events"))
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="jobs/it.py", Body=SCRIPT)
    s3.put_object(Bucket="code", Key="jobs/modules.zip", Body=_zip({"told.py": b"IT = 'from the zip'\n"}))
    trust = {"Version": "2012-10-17", "Statement": [TRUST]}
    role = iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    rights = [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::code/jobs/*"]},
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::code/told/*"]},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/job/*"],
        },
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam.put_role_policy(RoleName="job", PolicyName="rights", PolicyDocument=document)
    _client(local, "glue").create_job(
        Name="counts",
        Role=role,
        Command={"Name": "glueetl", "ScriptLocation": "s3://code/jobs/it.py", "PythonVersion": "3"},
        DefaultArguments={"--extra-py-files": "s3://code/jobs/modules.zip", "--custom-logGroup-prefix": "/job"},
        ExecutionProperty={"MaxConcurrentRuns": 1},
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        Timeout=5,
    )
    pattern = {"source": ["aws.glue"], "detail": {"jobName": ["counts"]}}
    rule = events.put_rule(Name="ends", EventPattern=json.dumps(pattern))["RuleArn"]
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:ends",
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [let_in]})
    sqs.create_queue(QueueName="ends", Attributes={"Policy": policy})
    events.put_targets(Rule="ends", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:ends"}])


def _client(local: LocalCloud, service: str) -> Any:  # noqa: ANN401 - any of boto3's clients
    return local.client(service)


def _zip(files: dict[str, bytes]) -> bytes:
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_script_runs_as_its_role_with_all_arguments_and_its_modules(glue: Glue) -> None:
    run_id = glue.start(do="tell", other="value with spaces")
    run = glue.ended(run_id)
    assert (run["JobRunState"], run["Arguments"]) == ("SUCCEEDED", {"--do": "tell", "--other": "value with spaces"})
    told = json.loads(glue.client("s3").get_object(Bucket="code", Key="told/it.json")["Body"].read())
    arguments, variables, module = told
    assert arguments.items() >= {"--JOB_NAME": "counts", "--JOB_RUN_ID": run_id, "--other": "value with spaces"}.items()
    assert {"AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"} <= set(variables)
    assert not [name for name in variables if name.startswith("OCR_")]
    assert module == "from the zip"
    log = glue.region.state / "logs" / "glue" / "counts" / f"{run_id}.output.log"
    assert log.read_text() == "said to stdout\n"
    (event,) = glue.events()
    assert (event["detail-type"], event["detail"]["state"]) == ("Glue Job State Change", "SUCCEEDED")
    assert event["detail"]["jobRunId"] == run_id


def test_a_script_that_fails_says_why(glue: Glue) -> None:
    run = glue.ended(glue.start(do="fail"))
    assert (run["JobRunState"], "ValueError: what the script said" in run["ErrorMessage"]) == ("FAILED", True)
    (event,) = glue.events()
    assert (event["detail"]["severity"], event["detail"]["state"]) == ("ERROR", "FAILED")


def test_one_run_at_a_time_and_it_can_be_stopped(glue: Glue) -> None:
    run_id = glue.start(do="sleep")
    with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
        glue.start(do="tell")
    pid = glue.running(run_id)
    told = glue.client("glue").batch_stop_job_run(JobName="counts", JobRunIds=[run_id, "jr_unknown"])
    assert [each["JobRunId"] for each in told["SuccessfulSubmissions"]] == [run_id]
    assert [each["JobRunId"] for each in told["Errors"]] == ["jr_unknown"]
    assert glue.ended(run_id)["JobRunState"] == "STOPPED"
    assert not _lives(pid)
    assert [event["detail"]["state"] for event in glue.events()] == ["STOPPED"]


def test_a_run_that_takes_too_long_is_ended_by_the_clouds_clock(glue: Glue) -> None:
    run_id = glue.start(do="sleep")
    glue.running(run_id)
    glue.local.advance(5 * 60)
    assert glue.ended(run_id)["JobRunState"] == "TIMEOUT"
    assert [event["detail"]["state"] for event in glue.events()] == ["TIMEOUT"]
    assert glue.client("glue").get_job_runs(JobName="counts", MaxResults=1)["JobRuns"][0]["Id"] == run_id


def test_what_is_not_there_is_told_as_glue_tells_it(glue: Glue) -> None:
    client = glue.client("glue")
    for call in (
        lambda: client.start_job_run(JobName="none"),
        lambda: client.get_job_run(JobName="counts", RunId="none"),
        lambda: client.get_job_runs(JobName="none"),
    ):
        with pytest.raises(ClientError, match="EntityNotFoundException"):
            call()


def test_a_role_that_glue_may_not_assume_makes_no_job(glue: Glue) -> None:
    elsewhere = {**TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [elsewhere]})
    role = glue.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    command = {"Name": "glueetl", "ScriptLocation": "s3://code/jobs/it.py"}
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.client("glue").create_job(Name="another", Role=role, Command=command)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_of_a_run_outlives_its_cloud(tmp_path: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-m", "local.cloud_process", str(tmp_path), "0", "us-east-1", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT) as cloud:  # noqa: S603 - our own
        assert cloud.stdout is not None
        local = LocalCloud(json.loads(cloud.stdout.readline())["endpoint"])
        _made(local)
        _client(local, "glue").start_job_run(JobName="counts", Arguments={"--do": "sleep"})
        until = time.monotonic() + LONG
        while not (leaders := local.status()["glue_processes"]):
            assert time.monotonic() < until
            time.sleep(0.1)
        while len(children := _group(leaders[0])) < 2:
            assert time.monotonic() < until
            time.sleep(0.1)
        cloud.send_signal(end)
    until = time.monotonic() + 10
    while [child for child in children if _lives(child)]:
        assert time.monotonic() < until
        time.sleep(0.1)


def _group(pid: int) -> list[int]:
    """The processes of a group, where the system tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == pid:
            found.append(int(stat.parent.name))
    return found or [pid]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
