"""The mails that were sent, each a folder of files that a person can open.

mails/0001-3f9a2c41/message.eml  mail.json  mail.html  mail.txt  word-count.json  …
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage
    from pathlib import Path

    from local.clock import Clock


@dataclass(frozen=True)
class Mail:
    """A mail that was sent.

    Attributes:
        message_id: As SES answered it.
        folder: Where its files lie.
        sender: The address it came from.
        to: The addresses it was delivered to.
        subject: Its subject.
        sent_at: When, as ISO 8601, by the cloud's clock.
        headers: All of its headers; of several of one name the last.
        configuration_set: That it was sent with; empty for none.
        text: The file of its text part; None without one.
        html: The file of its HTML part; None without one.
        attachments: The attachments' files, in order.
    """

    message_id: str
    folder: Path
    sender: str
    to: tuple[str, ...]
    subject: str
    sent_at: str
    headers: dict[str, str]
    configuration_set: str
    text: Path | None
    html: Path | None
    attachments: tuple[Path, ...]

    def as_json(self) -> dict[str, Any]:
        """What mail.json holds: file names are relative to its folder."""
        return {
            "message_id": self.message_id,
            "from": self.sender,
            "to": list(self.to),
            "subject": self.subject,
            "sent_at": self.sent_at,
            "configuration_set": self.configuration_set,
            "text": self.text.name if self.text else None,
            "html": self.html.name if self.html else None,
            "attachments": [path.name for path in self.attachments],
            "headers": self.headers,
        }

    @classmethod
    def from_json(cls, folder: Path, value: dict[str, Any]) -> Mail:
        """The mail whose mail.json this is."""
        return cls(
            message_id=value["message_id"],
            folder=folder,
            sender=value["from"],
            to=tuple(value["to"]),
            subject=value["subject"],
            sent_at=value["sent_at"],
            headers=value["headers"],
            configuration_set=value["configuration_set"],
            text=folder / value["text"] if value["text"] else None,
            html=folder / value["html"] if value["html"] else None,
            attachments=tuple(folder / name for name in value["attachments"]),
        )


class Inbox:
    """Everybody's inbox."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        folder.mkdir(parents=True, exist_ok=True)

    def deliver(self, raw: bytes, *, message_id: str, to: Sequence[str], configuration_set: str = "") -> Mail:
        """Keep a mail as files.

        Args:
            raw: The message as it went out (RFC 5322).
            message_id: As SES answered it.
            to: Whom it was delivered to: not always what its headers say.
            configuration_set: That it was sent with.
        """
        # `policy.default` makes it an EmailMessage; the function's declared type is that of older policies.
        message = cast("EmailMessage", message_from_bytes(raw, policy=policy.default))
        with self._lock:
            folder = self._folder / f"{len(self._mails) + 1:04d}-{secrets.token_hex(4)}"
            unfinished = folder.with_name(f".{folder.name}")
            unfinished.mkdir()
            (unfinished / "message.eml").write_bytes(raw)
            text = _write_body(message, "plain", unfinished / "mail.txt")
            html = _write_body(message, "html", unfinished / "mail.html")
            attachments = _write_attachments(message, unfinished)
            mail = Mail(
                message_id=message_id,
                folder=folder,
                sender=next((address for _, address in getaddresses([str(message.get("From", ""))])), ""),
                to=tuple(to),
                subject=str(message.get("Subject", "")),
                sent_at=self._clock.now().isoformat(timespec="milliseconds"),
                headers={name: str(value) for name, value in message.items()},
                configuration_set=configuration_set,
                text=folder / text.name if text else None,
                html=folder / html.name if html else None,
                attachments=tuple(folder / path.name for path in attachments),
            )
            described = json.dumps(mail.as_json(), indent=2, ensure_ascii=False)
            (unfinished / "mail.json").write_text(described + "\n", encoding="utf-8")
            unfinished.rename(folder)
            self._mails.append(mail)
        return mail

    def mails(self, to: str | None = None) -> list[Mail]:
        """The mails in the order in which they were sent; those to one address, if one is given."""
        with self._lock:
            return [mail for mail in self._mails if to is None or to in mail.to]


def _write_body(message: EmailMessage, kind: str, file: Path) -> Path | None:
    part = message.get_body((kind,))
    if part is None:
        return None
    file.write_text(str(part.get_content()), encoding="utf-8")
    return file


def _write_attachments(message: EmailMessage, folder: Path) -> list[Path]:
    files: list[Path] = []
    for number, part in enumerate(message.iter_attachments(), start=1):
        content = part.get_payload(decode=True)
        name = PurePosixPath((part.get_filename() or "").replace("\\", "/")).name or f"attachment-{number}"
        file = folder / name
        if file.exists() or name in {".", ".."}:
            file = folder / f"{number}-{name}"  # two of one name, or one of ours
        file.write_bytes(content if isinstance(content, bytes) else b"")
        files.append(file)
    return files
