"""A person who uses the service, and a look behind it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from cli.picture import Picture
from cli.proof import Proofs
from cli.service import RefusedError, Service
from cli.tokens import KeptTokens
from runtime.core.mail.compose import REQUEST_HEADER

if TYPE_CHECKING:
    from email.message import EmailMessage

    from cli.service import Opened
    from cli.tokens import ProvenAddress
    from local.cloud import Cloud
    from local.inbox import Mail

PATIENCE = 60.0
LONG = 180.0
"""Seconds for what Glue counts: a run starts slowly where others work too."""

SETTLED = ("SENT", "FAILED", "UNDELIVERABLE")


_PROVEN: dict[tuple[str, str, str], str] = {}
"""What proves an address, by cloud, API and address: it gets only a few mails a day by which it can be proven."""


class Forgetful(KeptTokens):
    """Keeps nothing."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def address(self, email: str) -> ProvenAddress | None:
        del email

    def keep_address(self, email: str, proven: ProvenAddress) -> None:
        del email, proven


@dataclass(frozen=True)
class Told:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        told: dict[str, Any] = json.loads(self.data)
        return told


@dataclass(frozen=True)
class Visitor:
    """A person with an address of their own.

    Attributes:
        cloud: Which cloud they use.
        email: Their address.
        site_host: The host name of the site that they use; empty for the one on the cloud's own address.
    """

    cloud: Cloud
    email: str
    site_host: str = ""

    def prove(self) -> Visitor:
        """Prove the address, if that was not done yet."""
        assert self.address_token
        return self

    def open(self, data: bytes, filename: str = "page.png") -> tuple[Opened, Picture]:
        """Ask for a form for a picture."""
        picture = Picture(filename, filename, data, len(data))
        return self._service.open(picture, self.email, self.address_token), picture

    def send(self, data: bytes, filename: str = "page.png") -> Opened:
        """Upload a picture."""
        opened, picture = self.open(data, filename)
        self._service.upload(opened, picture)
        return opened

    def refused(self, opened: Opened, picture: Picture, **fields: str) -> str:
        """What S3 says of the form with these fields changed; nothing if it takes it."""
        try:
            self._service.upload(replace(opened, fields={**opened.fields, **fields}), picture)
        except RefusedError as error:
            return error.code
        return ""

    def send_again(self, opened: Opened, data: bytes) -> None:
        """Use a form once more, with other bytes."""
        self._service.upload(opened, Picture("again", "again", data, len(data)))

    def status(self, opened: Opened) -> dict[str, Any]:
        """What the API tells."""
        return self._service.status(opened.request_id, opened.access_token)

    def ask(self, method: str, path: str, token: str = "", body: object = None) -> Told:
        """Ask the API for anything."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        host = {"host": self.site_host} if self.site_host else {}
        answer = urllib3.request(
            method,
            f"{self.cloud.endpoint}{path}",
            headers={**headers, **host},
            **({} if body is None else {"json": body}),  # type: ignore[arg-type]  # one of its keywords
        )
        return Told(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def outcome(self, opened: Opened) -> dict[str, Any]:
        """What the API tells once the request is settled and nothing moves any more."""
        until = time.monotonic() + PATIENCE
        while (status := self.status(opened))["state"] not in SETTLED:
            assert time.monotonic() < until, f"no outcome within {PATIENCE:g} s: {status}"
            time.sleep(0.1)  # each look is work for the cloud, too
        self.cloud.wait_idle(PATIENCE)
        return status

    @property
    def address_token(self) -> str:
        """What proves the address: proven when it is first needed, by the mail that comes."""
        who = (self.cloud.endpoint, self.site_host, self.email)
        if who not in _PROVEN:
            _PROVEN[who] = Proofs(self._service, self.cloud.local, Forgetful()).renewed(self.email, "")
        return _PROVEN[who]

    def mails(self) -> list[Mail]:
        """What has come about pictures."""
        return [mail for mail in self.cloud.mails(self.email) if REQUEST_HEADER in mail.headers]

    def letters(self) -> list[EmailMessage]:
        """What has come, as a mail program reads it."""
        return [letter_of(mail) for mail in self.mails()]

    @property
    def _service(self) -> Service:
        return Service(self.cloud.endpoint, self.site_host)


def attached(letter: EmailMessage, name: str) -> bytes:
    """The bytes of an attachment."""
    (found,) = [part for part in letter.iter_attachments() if part.get_filename() == name]
    data = found.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def plain_of(letter: EmailMessage) -> str:
    """A mail's plain text."""
    body = letter.get_body(("plain",))
    assert body
    return str(body.get_content())


def words_of(letter: EmailMessage) -> dict[str, int]:
    """The words in a mail's JSON, with their counts."""
    counted = json.loads(attached(letter, "word-count.json"))
    return {row["word"]: row["count"] for row in counted["words"]}


def left_over(cloud: Cloud) -> dict[str, Any]:
    """What should not be there at rest: objects that should be deleted, messages that should be handled."""
    s3: Any = cloud.local.client("s3")
    sqs: Any = cloud.local.client("sqs")
    wanted = {
        "uploads": (cloud.outputs["uploads_bucket"], ""),
        "images": (cloud.outputs["results_bucket"], "images/"),
        "transcripts": (cloud.outputs["results_bucket"], "transcripts/"),
    }
    found: dict[str, Any] = {
        name: [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
        for name, (bucket, prefix) in wanted.items()
    }
    counts = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    for name in ("ingest", "count", "publish", "notify", "dead_letter"):
        told = sqs.get_queue_attributes(QueueUrl=cloud.outputs[f"{name}_queue_url"], AttributeNames=counts)[
            "Attributes"
        ]
        found[f"{name} queue"] = sum(int(told[count]) for count in counts)
    return {name: rest for name, rest in found.items() if rest}


def letter_of(mail: Mail) -> EmailMessage:
    """A mail as a mail program reads it."""
    return message_from_bytes((mail.folder / "message.eml").read_bytes(), policy=policy.default)
