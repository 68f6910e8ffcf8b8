from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import zipped
from tests.processes import end

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.conftest import Bench

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_function_answers_with_what_its_handler_returns(bench: Bench) -> None:
    name = bench.deploy("""
        def handler(event, context):
            return {"twice": event["number"] * 2, "name": context.function_name}
    """)

    assert bench.invoke(name, {"number": 21}) == {"twice": 42, "name": name}


def test_a_functions_log_holds_what_it_printed_between_start_and_report(bench: Bench) -> None:
    name = bench.deploy("""
        import logging
        def handler(event, context):
            print("printed")
            logging.warning("logged")
    """)
    bench.invoke(name)

    lines = bench.log_of(name).splitlines()

    assert lines[0].startswith("START RequestId: ")
    assert "printed" in lines[1:-2]
    assert any(line.startswith("[WARNING]") and line.endswith("logged") for line in lines[1:-2])
    assert lines[-2].startswith("END RequestId: ")
    assert "Init Duration: " in lines[-1]


def test_a_log_in_json_holds_the_platforms_records_as_json(bench: Bench) -> None:
    source = """
        import logging
        def handler(event, context):
            logging.getLogger().debug("not told")
            logging.getLogger().info("told")
    """
    name = bench.deploy(source, LoggingConfig={"LogFormat": "JSON"}, MemorySize=256)
    bench.invoke(name)

    records = [json.loads(line) for line in bench.log_of(name).splitlines()]

    assert [record.get("type") or record["message"] for record in records] == [
        "platform.start",
        "told",
        "platform.report",
    ]
    assert records[-1]["record"]["status"] == "success"
    assert records[-1]["record"]["metrics"]["memorySizeMB"] == 256


def test_an_exception_is_answered_with_its_type_and_stands_whole_in_the_log(bench: Bench) -> None:
    name = bench.deploy("""
        def handler(event, context):
            raise LookupError("nothing there")
    """)

    error = bench.invoke_failing(name)

    assert (error["errorType"], error["errorMessage"]) == ("LookupError", "nothing there")
    assert "LookupError: nothing there\nTraceback (most recent call last):\n" in bench.log_of(name)


def test_a_function_that_takes_too_long_is_killed_with_all_it_has_started(bench: Bench) -> None:
    source = """
        import os, subprocess, time
        def handler(event, context):
            child = subprocess.Popen(["sleep", "60"])
            print("pids", os.getpid(), child.pid)
            time.sleep(60)
    """
    name = bench.deploy(source, Timeout=1)

    error = bench.invoke_failing(name)

    assert error["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert "Task timed out after 1.00 seconds" in bench.log_of(name)
    pids = next(line for line in bench.log_of(name).splitlines() if line.startswith("pids ")).split()[1:]
    assert end(*map(int, pids))


def test_a_worker_that_dies_is_noticed_at_once_and_replaced(bench: Bench) -> None:
    source = """
        import os
        def handler(event, context):
            if event == "die":
                os._exit(3)
            return "alive"
    """
    name = bench.deploy(source, Timeout=30)
    assert bench.invoke(name) == "alive"
    began = time.monotonic()

    error = bench.invoke_failing(name, "die")

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert bench.invoke(name) == "alive"
    assert time.monotonic() - began < 5


def test_a_worker_that_dies_before_it_asks_for_its_job_fails_that_job(bench: Bench) -> None:
    name = bench.deploy("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Timeout=30)

    assert bench.invoke_failing(name)["errorMessage"].endswith("Runtime exited with error: signal: SIGKILL")


def test_a_function_that_cannot_be_initialised_says_why_each_time(bench: Bench) -> None:
    name = bench.deploy("raise KeyError('TABLE_NAME')")

    errors = [bench.invoke_failing(name) for _ in range(2)]

    assert {(error["errorType"], error["errorMessage"]) for error in errors} == {("KeyError", "'TABLE_NAME'")}
    assert "INIT_REPORT Status: error\tError Type: KeyError" in bench.log_of(name)


def test_invocations_at_once_run_in_workers_of_their_own_that_are_used_again(bench: Bench) -> None:
    name = bench.deploy("""
        import os, time
        def handler(event, context):
            time.sleep(event)
            return os.getpid()
    """)
    with ThreadPoolExecutor() as threads:
        at_once = set(threads.map(bench.invoke, [name, name], [0.5, 0.5]))

    assert len(at_once) == 2
    assert bench.invoke(name, 0) in at_once


def test_a_function_at_its_reserved_concurrency_is_throttled(bench: Bench) -> None:
    name = bench.deploy("""
        import time
        def handler(event, context):
            time.sleep(event)
    """)
    bench.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    bench.invoke(name, 0)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(bench.invoke, name, 1)
        while bench.region.service.in_flight == 0:
            time.sleep(0.01)
        with pytest.raises(ClientError, match="Rate Exceeded") as refused:
            bench.invoke(name, 0)
        running.result()

    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"


def test_new_code_and_new_configuration_are_what_runs_next(bench: Bench) -> None:
    name = bench.deploy("handler = lambda event, context: 'old'")
    assert bench.invoke(name) == "old"

    bench.functions.update_function_code(
        FunctionName=name, ZipFile=zipped("import os; handler = lambda event, context: os.environ.get('WORD')")
    )
    assert bench.invoke(name) is None
    bench.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"WORD": "new"}})

    assert bench.invoke(name) == "new"


def test_a_worker_has_lambdas_environment_and_nothing_of_the_developers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVELOPERS_OWN", "secret")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    source = """
        import importlib.util, os, sys
        def handler(event, context):
            names = ("boto3", "structlog", "runtime", "moto", "pip")
            found = [name for name in names if importlib.util.find_spec(name)]
            return {"environment": dict(os.environ), "path": sys.path, "found": found, "folder": os.getcwd()}
    """
    name = bench.deploy(source, MemorySize=512, Environment={"Variables": {"TABLE_NAME": "table"}})

    seen = bench.invoke(name)

    environment = seen["environment"]
    assert "DEVELOPERS_OWN" not in environment
    assert "HOME" not in environment
    assert [name for name, value in environment.items() if str(REPOSITORY) in value] == []
    assert environment["TABLE_NAME"] == "table"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"
    assert environment["AWS_ENDPOINT_URL"] == bench.region.endpoint
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert environment["_HANDLER"] == "main.handler"
    assert environment["LAMBDA_TASK_ROOT"] == seen["folder"] == seen["path"][0]
    assert [path for path in seen["path"] if Path(path).is_relative_to(REPOSITORY)] == []
    assert seen["found"] == ["boto3"]


def test_a_function_calls_aws_with_keys_that_lead_to_its_role(bench: Bench) -> None:
    name = bench.deploy("""
        import boto3
        def handler(event, context):
            keys = boto3.Session().get_credentials()
            boto3.client("sqs").send_message(QueueUrl=event, MessageBody="sent by a function")
            return keys.access_key
    """)
    url, _ = bench.queue()

    caller = bench.region.keys.find(bench.invoke(name, url))

    assert caller is not None
    assert (caller.role_arn, caller.function_name) == (bench.role_arn, name)
    [message] = bench.sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "sent by a function"


def test_a_function_that_is_not_there_cannot_be_invoked(bench: Bench) -> None:
    with pytest.raises(bench.functions.exceptions.ResourceNotFoundException, match=r"Function not found: \S+:nobody"):
        bench.invoke("nobody")


def test_a_removed_functions_workers_end(bench: Bench) -> None:
    name = bench.deploy("import os; handler = lambda event, context: os.getpid()")
    pid = bench.invoke(name)

    bench.functions.delete_function(FunctionName=name)

    assert end(pid)


def test_a_function_of_a_removed_ones_name_has_workers_of_its_own(bench: Bench) -> None:
    source = "import os; handler = lambda event, context: os.getpid()"
    name = bench.deploy(source)
    pids = [bench.invoke(name)]
    for _ in range(5):
        bench.functions.delete_function(FunctionName=name)
        bench.deploy(source, FunctionName=name)
        pids.append(bench.invoke(name))

    assert len(set(pids)) == len(pids)
    assert end(*pids[:-1])
    (worker,) = bench.cloud.status()["function_workers"][name]["workers"]
    assert worker["pid"] == pids[-1]


def test_nothing_runs_of_a_function_that_is_removed_while_its_first_worker_starts(bench: Bench) -> None:
    before = set(bench.cloud.status()["workers"])

    for milliseconds in (0, 10, 20, 40):
        # New code is compiled before the worker is started, and that takes a while.
        name = bench.deploy(f"handler = lambda event, context: 'removed after {milliseconds} ms'")
        let_in(bench, name)
        time.sleep(milliseconds / 1000)
        bench.functions.delete_function(FunctionName=name)
        time.sleep(0.3)
        assert comes_true(lambda: set(bench.cloud.status()["workers"]) <= before)


def test_an_invocation_ends_when_its_function_is_removed(bench: Bench) -> None:
    name = bench.deploy("import time; handler = lambda event, context: time.sleep(60)", Timeout=60)
    with ThreadPoolExecutor(1) as at_once:
        invocation = at_once.submit(bench.invoke_failing, name)
        assert comes_true(lambda: bench.cloud.status()["in_flight"] == 1)

        bench.functions.delete_function(FunctionName=name)

        assert invocation.result(10)["errorType"] == "Runtime.ExitError"
    assert bench.cloud.status()["in_flight"] == 0


def let_in(bench: Bench, name: str) -> None:
    """Let API Gateway in to a function, which starts its first worker."""
    bench.functions.add_permission(
        FunctionName=name,
        StatementId="visitors",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )


def test_a_function_that_visitors_call_is_started_ahead_and_another_when_it_is_called(bench: Bench) -> None:
    name, other = (bench.deploy("handler = lambda event, context: 'here'") for _ in range(2))
    let_in(bench, name)

    assert comes_true(lambda: len(bench.cloud.status()["function_workers"][name]["workers"]) == 1)
    assert bench.cloud.status()["function_workers"][other]["workers"] == []
    assert bench.invoke(other) == "here"


def test_an_advanced_clock_does_not_make_a_start_take_longer(bench: Bench) -> None:
    name = bench.deploy("""
        import time
        began = time.time()
        time.sleep(1)
        seconds = time.time() - began
        handler = lambda event, context: seconds
    """)
    let_in(bench, name)
    assert comes_true(lambda: bench.cloud.status()["function_workers"][name]["workers"] != [])
    time.sleep(0.3)

    bench.cloud.advance(1000)

    assert 1 <= bench.invoke(name) < 100


MORTAL = """
    import os, time
    def handler(event, context):
        if event == "die":
            os._exit(3)
        if event == "sleep":
            time.sleep(60)
        return len(bytearray(int(event or 0)))
"""


def test_a_function_tells_of_its_workers_and_of_the_most_memory_that_any_has_held(bench: Bench) -> None:
    name = bench.deploy(MORTAL)
    bench.invoke(name)

    told = bench.cloud.status()["function_workers"][name]

    (worker,) = told["workers"]
    assert worker["pid"] in bench.cloud.status()["workers"]
    assert 10_000_000 < worker["peak_memory_bytes"] < 200_000_000
    assert (told["peak_memory_bytes"], told["died"]) == (worker["peak_memory_bytes"], 0)
    bench.invoke(name, 200_000_000)
    assert bench.cloud.status()["function_workers"][name]["workers"][0]["peak_memory_bytes"] > 200_000_000
    bench.invoke_failing(name, "die")
    assert bench.cloud.status()["function_workers"][name]["peak_memory_bytes"] > 200_000_000


def test_workers_that_crash_or_take_too_long_have_died_and_those_that_were_called_off_have_not(bench: Bench) -> None:
    name = bench.deploy(MORTAL, Timeout=1)
    broken = bench.deploy("raise KeyError('TABLE_NAME')")
    bench.invoke_failing(name, "die")
    bench.invoke_failing(name, "sleep")
    bench.invoke_failing(broken)
    bench.invoke(name)

    bench.functions.update_function_configuration(FunctionName=name, MemorySize=256)
    bench.invoke(name)

    assert comes_true(lambda: died(bench, name) == 2)
    assert comes_true(lambda: died(bench, broken) >= 1)
    assert comes_true(lambda: len(bench.cloud.status()["function_workers"][name]["workers"]) == 1)
    assert died(bench, name) == 2


def died(bench: Bench, name: str) -> int:
    count: int = bench.cloud.status()["function_workers"][name]["died"]
    return count


def comes_true(claim: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not claim():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
