"""A running local cloud, used over HTTP: by the command, by tests, and by whoever started it."""

from __future__ import annotations

import functools
import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from local.credentials import ROOT
from local.inbox import Mail

if TYPE_CHECKING:
    import boto3
    from botocore.client import BaseClient
    from botocore.config import Config

ADDRESS_FILE: Final = "cloud.json"
INBOX: Final = "/_local/inbox"
"""Where the inbox is shown to people."""
_ANSWER_SECONDS: Final = 30.0


class CloudError(Exception):
    """The local cloud could not be started, cannot be reached, or refused what was asked."""


@dataclass(frozen=True)
class LocalCloud:
    """A local cloud that runs in this process's child, or in another's.

    Attributes:
        endpoint: Where every AWS service answers; also the value of AWS_ENDPOINT_URL. It is also the page, and under
            `/api/` the API, of the stack that was deployed first of those that are there.
        outputs: The exports of a stack deployed there.
    """

    endpoint: str
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The AWS region that it plays."""
        return str(self.outputs.get("region", "us-east-1"))

    @property
    def site_host(self) -> str:
        """The host name of the stack's own page and API, which tells it from other stacks'; empty if there is none."""
        return urlsplit(str(self.outputs.get("site_url", ""))).hostname or ""

    def status(self) -> dict[str, Any]:
        """What it is doing: functions, workers, queues, schedules, time, counts of mails and Textract calls.

        `stacks` holds the exports of each stack that is there, in the order of their deployment.

        `function_workers` holds for each function its running `workers` (`pid` and `peak_memory_bytes` of each), the
        most memory that any worker of it has held so far, and how many have `died`: by a crash or for taking too long,
        and not because nobody needed them any more. Memory is None where the system does not tell (it is Linux's).
        """
        return self._call("GET", "/_local/status")

    def verify(self, email: str) -> None:
        """Have SES count an address as verified."""
        self._call("POST", "/_local/verify", {"email": email})

    def unverify(self, email: str) -> None:
        """Have SES count an address as not verified any more; a verified domain of it still counts."""
        self._call("POST", "/_local/unverify", {"email": email})

    def mailbox(self, email: str, matter: str | None) -> None:
        """Have a mailbox be `gone`, `full` or `away` (local/mailboxes.py), so that mails come back from it, until None.

        Raises:
            CloudError: Nothing like that is ever the matter with a mailbox.
        """
        self._call("POST", "/_local/mailbox", {"email": email, "matter": matter})

    def sandbox(self, *, enabled: bool) -> None:
        """Have SES refuse recipients that are not verified (as at the start), or not."""
        self._call("POST", "/_local/sandbox", {"enabled": enabled})

    def hold(self, service: str, *, held: bool) -> None:
        """Have `textract` or `mail` be slow: each DetectDocumentText, or each send, waits until it is let go.

        Raises:
            CloudError: There is no such service to be slow.
        """
        self._call("POST", "/_local/hold", {"service": service, "held": held})

    def crowd(self, *, there: bool) -> None:
        """Have a crowd use up all that the gateway lets through, so that it turns everybody away, or go again."""
        self._call("POST", "/_local/crowd", {"there": there})

    def fail_mail(self, code: str | None) -> None:
        """Have SES answer this error to every send, until None; `Throttling`, for one, or `ServiceUnavailable`.

        Raises:
            CloudError: There is no such error; it names those that there are (local/faults.py).
        """
        self._call("POST", "/_local/fail-mail", {"code": code})

    def fail_textract(self, code: str | None) -> None:
        """Have Textract answer this error to every DetectDocumentText, until None; `ThrottlingException`, for one.

        Raises:
            CloudError: There is no such error; it names those that there are (local/faults.py).
        """
        self._call("POST", "/_local/fail-textract", {"code": code})

    def answer_textract(self, answer: dict[str, Any] | None) -> None:
        """Have Textract answer this to every DetectDocumentText of an object that exists, and read none, until None."""
        self._call("POST", "/_local/answer-textract", {"answer": answer})

    def advance(self, seconds: float) -> None:
        """Move the cloud's clock forward: queues, leases, forms, and what functions take for the time."""
        self._call("POST", "/_local/clock", {"advance": seconds})

    def mails(self, to: str | None = None) -> list[Mail]:
        """The mails sent so far, in order; those to one address, if one is given."""
        query = "" if to is None else f"?to={quote(to, safe='')}"
        answer = self._call("GET", f"/_local/mails{query}")
        return [Mail.from_json(Path(mail["folder"]), mail) for mail in answer["mails"]]

    def ocr_calls(self, request_id: str) -> int:
        """How many pictures Textract has read for a request."""
        answer = self._call("GET", f"/_local/requests/{quote(request_id, safe='')}/ocr-calls")
        return int(answer["ocr_calls"])

    def is_idle(self) -> bool:
        """Whether nothing more will happen by itself: no function runs, and no queue that feeds one holds a message.

        Deadlines (messages that wait out their queue's own delay) do not count.
        """
        return bool(self._call("GET", "/_local/idle")["idle"])

    def wait_idle(self, timeout: float) -> None:
        """Wait until nothing more will happen by itself.

        Raises:
            TimeoutError: It still does after so many seconds; the message says what.
        """
        until = time.monotonic() + timeout
        while True:
            answer = self._call("GET", "/_local/idle")
            if answer["idle"]:
                return
            if time.monotonic() >= until:
                busy = {name: counts for name, counts in answer["queues"].items() if any(counts.values())}
                raise TimeoutError(f"not idle after {timeout:g} s: {answer['in_flight']} invocations, queues {busy}")
            time.sleep(0.02)

    def client(self, service: str, config: Config | None = None) -> BaseClient:
        """A boto3 client of the account itself, for any AWS service of this cloud."""
        with _making_a_client:
            session: Any = _session(self.region)
            client: BaseClient = session.client(service, endpoint_url=self.endpoint, config=config)
            return client

    def permissions(self) -> dict[str, list[dict[str, str]]]:
        """What roles are `granted`, and what of it was `used` by now: each by role, sid, action and resource."""
        return self._call("GET", "/_local/permissions")

    def announce_deployment(self, stack: str, outputs: dict[str, Any]) -> LocalCloud:
        """Tell the cloud what was deployed onto it; the result knows it too."""
        self._call("POST", "/_local/deployed", {"stack": stack, "outputs": outputs})
        return LocalCloud(self.endpoint, outputs)

    def announce_teardown(self, stack: str) -> None:
        """Tell the cloud that nothing of a stack is there any more."""
        self._call("POST", "/_local/torn-down", {"stack": stack})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        address = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode())
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise CloudError(f"the local cloud at {self.endpoint} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise CloudError(f"{method} {path}: {answer.get('message', answer)}")
        return dict(answer)


_making_a_client: Final = threading.Lock()  # sessions are not for several threads


@functools.cache
def _session(region: str) -> boto3.Session:
    """One for all clients: each session reads AWS's descriptions of its services anew, for a fifth of a second."""
    import boto3  # noqa: PLC0415 - slow, and not everybody needs it

    return boto3.Session(
        aws_access_key_id=ROOT.access_key_id,
        aws_secret_access_key=ROOT.secret_access_key,
        region_name=region,
    )


def find_running(state: Path) -> LocalCloud | None:
    """The cloud whose address lies in a state folder, if it answers; a stale address is nobody's."""
    try:
        told = json.loads((state / ADDRESS_FILE).read_text(encoding="utf-8"))
        cloud = LocalCloud(str(told["endpoint"]), dict(told["outputs"]))
        answers = cloud.status()["pid"] == told["pid"]
    except (OSError, ValueError, KeyError, TypeError, CloudError):
        return None
    return cloud if answers else None
