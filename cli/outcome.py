"""What became of one image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class SavedMail:
    """The mail that answered, and where its parts were copied to (`html` is None for a mail without one)."""

    to: str
    subject: str
    attachments: tuple[Path, ...]
    html: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was copied."""
        return (self.html, *self.attachments) if self.html else self.attachments

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"to": self.to, "subject": self.subject, "attachments": [str(path) for path in self.attachments]}


@dataclass(frozen=True)
class Outcome:
    """What became of one image.

    Attributes:
        image: Its path, as it was given.
        request_id: None if no request was opened.
        digest: The picture's key in the cache, once its bytes were kept.
        state: The request's; `FAILED` if none was opened.
        reason: The code of why there is no result; None if there is one, or may still be.
        message: The same for people: what happened, and what to do.
        cached: The result was there already.
        joined: Another upload's work on the same picture was waited for.
        result: The word count, as the service tells it; None where there is none.
        mail: The mail that answered; None where none came.
        ocr_calls: The Textract calls that were answered for this image.
        seconds: From the upload to the mail; None where none came.
    """

    image: str
    request_id: str | None = None
    digest: str | None = None
    state: str = "FAILED"
    reason: str | None = None
    message: str | None = None
    cached: bool = False
    joined: bool = False
    result: Mapping[str, Any] | None = None
    mail: SavedMail | None = None
    ocr_calls: int = 0
    seconds: float | None = None
    times: Mapping[str, str] = field(default_factory=dict)

    @property
    def got_result(self) -> bool:
        """Whether the person got what they asked for."""
        return self.state == "SENT"

    def as_json(self) -> dict[str, Any]:
        """For `--json`: these keys, in this order."""
        result = self.result or {}
        return {
            "image": self.image,
            "request_id": self.request_id,
            "digest": self.digest,
            "state": self.state,
            "reason": self.reason,
            "cached": self.cached,
            "joined": self.joined,
            "total_words": result.get("total_words"),
            "unique_words": result.get("unique_words"),
            "words": result.get("words"),
            "mail": self.mail.as_json() if self.mail else None,
            "ocr_calls": self.ocr_calls,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
        }
