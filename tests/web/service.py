"""The whole service on this machine, with its page; and what can be wrong with it, until it is right again."""

from __future__ import annotations

import itertools
import json
import re
import time
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import urllib3
import yaml

from local.client import INBOX
from local.cloud import PROJECT, Cloud
from runtime.core.mail.compose import REQUEST_HEADER
from tests.service.visitor import PATIENCE, Visitor
from tests.stacks import project_with_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.inbox import Mail
    from tests.web.visit import Picture

Verification = Literal["ses", "link"]
Json: TypeAlias = Any
"""Whatever JSON can hold."""

UPLOADS_A_DAY: Final = 6
"""Pictures that are taken for one address on one day."""

DAY: Final = 86_400.0
_PROVES: Final = re.compile(r"https?://\S+(?:#confirm=|/ses-verification/)[\w.]+")
_STOPS: Final = re.compile(r"https?://\S+#not-me=[\w.]+")

_others = itertools.count(1)


class Trouble(StrEnum):
    """What can be wrong for a while, with everybody's pictures."""

    CROWD = "so many people are there that the gateway turns them away"
    API_BROKEN = "the API may use nothing that it needs"
    UPLOADS_FORBIDDEN = "the API may not let anybody upload"
    SLOW_READING = "Textract takes its time"
    SLOW_MAILING = "SES takes its time"
    MAIL_DOWN = "SES fails, and what failed once is given up"


@contextmanager
def started(folder: Path) -> Iterator[Cloud]:
    """A cloud whose stack proves addresses by links of its own mail, and takes few pictures a day and a second."""
    settings = yaml.safe_load((PROJECT / "Pulumi.local.yaml").read_text(encoding="utf-8"))
    settings["config"]["ocr-wordcount:mail"]["verification"] = "link"
    settings["config"]["ocr-wordcount:site"] |= {
        "uploadsPerAddressAndDay": UPLOADS_A_DAY,
        "requestsPerSecond": 20,
        "requestBurst": 40,
    }
    project = project_with_stack(folder, "page", yaml.safe_dump(settings))
    with Cloud.start(folder / "state", stack="page", project=project, shared=False) as cloud:
        cloud.local.sandbox(enabled=False)  # its own mail must reach people whom SES does not know
        yield cloud


class Service:
    """A running cloud, as a person who uses its page meets it, and as those who keep it running."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.url = cloud.endpoint
        self.inbox_url = f"{cloud.endpoint}{INBOX}"
        self.uploads_url = f"{cloud.endpoint}/{cloud.outputs['uploads_bucket']}"
        self.verification: Verification = cloud.outputs["mail_verification"]
        self._http = urllib3.PoolManager()
        self._troubles: dict[Trouble, ExitStack] = {}

    # What arrives in inboxes.

    def link_in_mail(self, email: str, earlier: int = 0) -> str:
        """The link in the last mail by which an address can be proven, once one has come after so many earlier ones."""
        return self._link(email, _PROVES, earlier)

    def proof_link(self, email: str) -> str:
        """A link by which an address can be proven, asked for elsewhere."""
        earlier = self.proof_mails(email)
        self._ask("/api/addresses", {"email": email})
        return self.link_in_mail(email, earlier)

    def not_me_link(self, email: str) -> str:
        """The link by which its owner stops what somebody else has begun: here a stranger begins it."""
        self._ask("/api/addresses", {"email": email})
        return self._link(email, _STOPS)

    def _link(self, email: str, pattern: re.Pattern[str], earlier: int = 0) -> str:
        def found() -> list[str]:
            links = [link for mail in self.cloud.mails(email) for link in pattern.findall(_text_of(mail))]
            return links[earlier:]

        return str(_awaited(found)[-1])

    def proof_mails(self, email: str) -> int:
        """How many mails by which it can be proven have come to an address by now."""
        return sum(bool(_PROVES.search(_text_of(mail))) for mail in self.cloud.mails(email))

    def result_mail(self, email: str) -> Mail:
        """The last mail about a picture."""
        return _awaited(lambda: [mail for mail in self.cloud.mails(email) if REQUEST_HEADER in mail.headers])[-1]

    # What is done elsewhere.

    def sent_elsewhere(self, email: str, picture: Picture) -> str:
        """The link to the result of a picture that a person sends from another device."""
        opened = Visitor(self.cloud, email).send(picture.data, picture.name)
        return f"{self.url}/#request={opened.request_id}.{opened.access_token}"

    def someone_else_sends(self, picture: bytes) -> None:
        """Somebody else sends the same picture."""
        Visitor(self.cloud, f"somebody.{next(_others)}@example.org").send(picture)

    def use_up_the_day(self, email: str) -> None:
        """From other browsers, as many pictures are sent for an address as are taken on one day."""
        person = Visitor(self.cloud, email)
        body = {"email": email, "filename": "page.png", "content_type": "image/png", "size": 1}

        def last() -> list[Json]:
            """The answer that ends the day. The gateway may turn us away before: we do not stop for breath."""
            answer = person.ask("POST", "/api/uploads", person.address_token, body).json
            return [answer] if answer.get("code") == "limit_reached" else []

        _awaited(last)

    def _ask(self, path: str, body: Json) -> int:
        return self._http.request("POST", f"{self.url}{path}", json=body).status

    def requests_of(self, email: str) -> int:
        """How many requests there are with an address."""
        return sum(
            row["pk"]["S"].startswith("REQUEST#") and row.get("email", {}).get("S") == email for row in self._rows()
        )

    def comes_to_know_nothing_of(self, email: str) -> None:
        """See that there is no request with an address any more, soon."""
        _awaited(lambda: [] if self.requests_of(email) else [True])

    # Time and trouble.

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.cloud.advance(seconds)

    def forget_words(self) -> None:
        """The time is over for which any picture's words are kept."""
        for row in self._rows():
            if row["sk"]["S"] == "RECORD":
                key = {"pk": row["pk"], "sk": row["sk"]}
                self._dynamodb.delete_item(TableName=self.cloud.outputs["table_name"], Key=key)

    @property
    def _dynamodb(self) -> Any:  # noqa: ANN401 - boto3 has a type for each
        return self.cloud.local.client("dynamodb")

    def _rows(self) -> list[Json]:
        """The stack's whole table."""
        rows: list[Json] = self._dynamodb.scan(TableName=self.cloud.outputs["table_name"])["Items"]
        return rows

    def give_mail_up(self) -> None:
        """Let the time pass after which the one mail that has failed is tried again: for the last time."""
        sqs: Any = self.cloud.local.client("sqs")
        url = self.cloud.outputs["notify_queue_url"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        queue = url.rpartition("/")[2]

        def failed() -> list[Json]:
            status = self.cloud.local.status()
            return [queue] if status["queues"][queue]["hidden"] and not status["in_flight"] else []

        _awaited(failed)
        self.pass_time(int(told["VisibilityTimeout"]))

    def cause(self, trouble: Trouble) -> None:
        """Let it begin."""
        stack = ExitStack()
        stack.enter_context(self._of(trouble))
        self._troubles[trouble] = stack

    def end(self, *troubles: Trouble) -> None:
        """Let these end, or without any all."""
        for trouble in troubles or tuple(self._troubles):
            self._troubles.pop(trouble).close()

    def settle(self) -> None:
        """Let all trouble end, and what is under way come to its end: it would be in the next person's way."""
        self.end()
        self.cloud.wait_idle(PATIENCE)

    def _of(self, trouble: Trouble) -> Any:  # noqa: ANN401 - a context manager
        causes = {
            Trouble.CROWD: self._crowd,
            Trouble.API_BROKEN: lambda: self._api_without(""),
            Trouble.UPLOADS_FORBIDDEN: lambda: self._api_without("s3:PutObject"),
            Trouble.SLOW_READING: lambda: self._slow("textract"),
            Trouble.SLOW_MAILING: lambda: self._slow("mail"),
            Trouble.MAIL_DOWN: self._mail_down,
        }
        return causes[trouble]()

    @contextmanager
    def _crowd(self) -> Iterator[None]:
        self.cloud.local.crowd(there=True)
        try:
            yield
        finally:
            self.cloud.local.crowd(there=False)

    @contextmanager
    def _api_without(self, action: str) -> Iterator[None]:
        """The API's role lacks the statements that allow an action; without one all that it has."""
        iam: Any = self.cloud.local.client("iam")
        functions: Any = self.cloud.local.client("lambda")
        function = functions.get_function_configuration(FunctionName=self.cloud.outputs["functions"]["api"])
        role = function["Role"].rpartition("/")[2]
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        left = [one for one in whole["Statement"] if action and action not in one["Action"]]
        assert len(left) < len(whole["Statement"])
        iam.delete_role_policy(RoleName=role, PolicyName=name)
        if left:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps({**whole, "Statement": left}))
        try:
            yield
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))

    @contextmanager
    def _slow(self, service: str) -> Iterator[None]:
        self.cloud.hold(service, held=True)
        try:
            yield
        finally:
            self.cloud.hold(service, held=False)

    @contextmanager
    def _mail_down(self) -> Iterator[None]:
        """A mail is given up after its second attempt: what is the same but quicker."""
        sqs: Any = self.cloud.local.client("sqs")
        url = self.cloud.outputs["notify_queue_url"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
        policy = json.loads(told["RedrivePolicy"])

        def give_up_after(attempts: int) -> None:
            changed = json.dumps(policy | {"maxReceiveCount": attempts})
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": changed})

        give_up_after(1)
        self.cloud.fail_mail("ServiceUnavailable")
        try:
            yield
        finally:
            self.cloud.fail_mail(None)
            give_up_after(policy["maxReceiveCount"])


def _text_of(mail: Mail) -> str:
    return mail.text.read_text(encoding="utf-8") if mail.text else ""


def _awaited(found: Callable[[], list[Json]]) -> list[Json]:
    """What is found, as soon as anything is."""
    until = time.monotonic() + PATIENCE
    while not (all_of_it := found()):
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)
    return all_of_it
