"""A person's way through the service, and what must be true at its end."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import dataclass
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import compat32, default
from html import escape
from typing import TYPE_CHECKING, Any, Final

from runtime.core import keys
from runtime.core.dead_letter import Queue
from runtime.core.mail.file_name import LONGEST, shown
from runtime.core.mail.wording import FAILURE_SUBJECT, LATE_SUBJECT, RESULT_SUBJECT
from runtime.core.reasons import Reason, explain
from runtime.core.types import RequestState
from tests.fuzz.world import shape

if TYPE_CHECKING:
    from email.message import EmailMessage

    from runtime.core.types import Request
    from tests.fuzz.world import World

CODES: Final = {
    *Reason,
    "invalid_request",
    "invalid_email",
    "invalid_filename",
    "no_such_request",
    "no_token",
    "address_not_proven",
}
HEADERS: Final = ["Auto-Submitted", "Content-Type", "From", "MIME-Version", "Subject", "To", "X-OCR-Wordcount-Request"]
LONGEST_LINE: Final = 998  # RFC 5322, 2.1.1
ACTS: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS: Final = "\u200c\u200d"


@dataclass
class Visit:
    """A person who has opened a request."""

    world: World
    wish: dict[str, Any]
    request_id: str
    access_token: str

    @classmethod
    def open(cls, world: World, wish: dict[str, Any]) -> Visit:
        """A request that must be accepted."""
        visit = cls.ask(world, {**shape("http_api_post_uploads"), "body": json.dumps(wish)}, wish)
        assert visit, "a sound wish was refused"
        return visit

    @classmethod
    def ask(cls, world: World, asked: dict[str, Any], wish: dict[str, Any]) -> Visit | None:
        """A request that may be refused; if it was, but opened to tell why by mail, it is a visit still."""
        email = wish.get("email")
        if isinstance(email, str):
            asked = {**asked, "headers": {**asked["headers"], "authorization": f"Bearer {world.service.token(email)}"}}
        status, body = answer_of(world, asked)
        if "request_id" not in body:
            assert 400 <= status < 500, (status, body)
            return None
        return cls(world, wish, body["request_id"], body["access_token"])

    @property
    def row(self) -> Request:
        return self.world.service.requests.rows[self.request_id]

    def upload(self, data: bytes) -> dict[str, Any]:
        """Use the form; S3's event of it."""
        object_key = keys.upload(self.request_id)
        return self.world.s3_event(object_key, self.world.service.uploads.put(object_key, data), len(data))

    def send(self, data: bytes, *, late: bool = False) -> None:
        """Use the form, and let S3 tell of it; `late`: by the time it is read, the promised time is over."""
        told = json.dumps(self.upload(data))
        self.world.put(Queue.INGEST, told)
        if late:
            self.world.put(Queue.DEADLINE, told)

    def check(self) -> Request:
        """The promises to one person: an outcome, one mail of it that can be read, and the same on the page."""
        row = self.row
        assert row.state in (RequestState.SENT, RequestState.FAILED), row.state
        assert (row.reason is None) is (row.state is RequestState.SENT), row
        mails = [
            mail
            for mail, to in zip(self.world.service.mailer.sent, self.world.service.mailer.recipients, strict=True)
            if mail["X-OCR-Wordcount-Request"] == self.request_id and to == row.email
        ]
        outcomes = [mail for mail in mails if mail["Subject"] != LATE_SUBJECT]
        assert len(outcomes) == 1, [mail["Subject"] for mail in mails]
        shown_ = self._shown()
        assert (shown_["state"], shown_["reason"]) == (row.state, row.reason)
        for mail in map(Received.of, mails):
            mail.check(row)
            if mail.subject == FAILURE_SUBJECT:
                mail.check_failure(row.reason)
            elif mail.subject == RESULT_SUBJECT:
                mail.check_result(shown_["result"])
        assert (outcomes[0]["Subject"] == RESULT_SUBJECT) is (row.state is RequestState.SENT)
        return row

    def _shown(self) -> dict[str, Any]:
        asked = shape("http_api_get_request")
        asked["pathParameters"]["request_id"] = self.request_id
        asked["headers"]["authorization"] = f"Bearer {self.access_token}"
        status, body = answer_of(self.world, asked)
        assert status == 200, (status, body)
        assert (body["result"] is None) is (body["state"] != RequestState.SENT)
        return body


def answer_of(world: World, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The API's status and body: a success, or a problem with a stable code."""
    answer = world.api(asked)
    json.dumps(answer).encode()
    body: dict[str, Any] = json.loads(answer["body"])
    status: int = answer["statusCode"]
    if status < 300:
        return status, body
    assert 400 <= status < 500, (status, body)
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["code"] in CODES, body["code"]
    assert body["detail"]
    return status, body


def check_rest(world: World) -> None:
    """Nothing is left but what a retryable failure keeps for a replay, and dead letters have been told."""
    service = world.service
    assert not world.dead, f"no dead letter: {world.dead[0].body[:300]!r}, {service.log.events[-1].fields()}"
    assert not service.uploads.objects
    assert not service.waiters.waiting
    assert not service.results.transcripts
    for key in service.images.kept:
        assert service.records.rows[key].reason is Reason.INTERNAL, "an image is left"


def check_log(world: World, *secrets: str) -> None:
    """No address, file name, token or text in any line."""
    lines = [json.dumps(event.fields(), ensure_ascii=False) for event in world.service.log.events]
    for secret in secrets:
        assert not [line for line in lines if secret in line], "a log line tells what it must not"


@dataclass
class Received:
    """A mail as it arrives: its headers, and what its parts say, by their file names or else their types."""

    subject: str
    to: list[str]
    parts: dict[str, str]

    @classmethod
    def of(cls, mail: EmailMessage) -> Received:
        raw = mail.as_bytes()
        assert raw.isascii()
        assert max(map(len, raw.splitlines())) <= LONGEST_LINE
        headers = BytesHeaderParser(policy=default).parsebytes(raw.partition(b"\n\n")[0])
        assert not headers.defects
        assert sorted(headers.keys()) == HEADERS
        parts: dict[str, str] = {}
        for part in message_from_bytes(raw, policy=compat32).walk():  # thrice as fast as `default`
            assert not part.defects
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):  # it is no multipart
                parts[part.get_filename() or part.get_content_type()] = payload.decode()
        return cls(headers["Subject"], [each.addr_spec for each in headers["To"].addresses], parts)

    def check(self, row: Request) -> None:
        """It goes to whom it should, and names the file."""
        assert self.to == [row.email]
        name = shown(row.filename)
        assert name.strip()
        assert len(name) <= LONGEST
        assert not [each for each in name if unicodedata.category(each) in ACTS and each not in JOINERS], ascii(name)
        assert f"\nPicture: {name}\n" in self.parts["text/plain"].replace("\r\n", "\n")
        assert f"<bdi>{escape(name)}</bdi>" in self.parts["text/html"]

    def check_failure(self, reason: Reason | None) -> None:
        """It says why there is no result, and what to do."""
        assert reason, "a mail of failure without a reason"
        text = " ".join(self.parts["text/plain"].split())
        explanation = explain(Reason(reason))
        assert explanation.what in text
        assert explanation.remedy in text

    def check_result(self, result: dict[str, Any]) -> None:
        """What is attached is the result, and can be read."""
        told = json.loads(self.parts["word-count.json"])
        assert told == result
        rows = list(csv.reader(io.StringIO(self.parts["word-count.csv"], newline="")))
        assert rows == [["word", "count"], *([row["word"], str(row["count"])] for row in told["words"])]
        assert sum(row["count"] for row in told["words"]) == told["total_words"]
        mean = told["mean_confidence"]
        assert (mean is None) is (not told["words"])
        assert mean is None or 0 <= mean <= 100
        assert "text.txt" in self.parts
