"""A file to be sent. What it is, is told from its bytes; its name is only shown."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.errors import BAD_USAGE, CommandError
from runtime.core.reasons import MAX_BYTES

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
_ANY: Final = "image/png"
"""What anything else is sent as: the form lets it through, and the service itself says what is wrong with it."""


@dataclass(frozen=True)
class Picture:
    """A file to be sent.

    Attributes:
        path: As it was given.
        filename: What the service is told that it is called: Unicode, whatever the file system holds.
        data: Its bytes; of a file that is too large for the service, only the first.
        size: How many bytes the whole file has.
    """

    path: str
    filename: str
    data: bytes
    size: int

    @property
    def content_type(self) -> str:
        """What the upload calls itself."""
        return next((kind for mark, kind in _SIGNATURES if self.data.startswith(mark)), _ANY)


def named(path: str) -> str:
    """The file's name; bytes that are no UTF-8 are replaced."""
    return os.fsencode(Path(path).name).decode(errors="replace")


def load(path: str, filename: str | None = None) -> Picture:
    """Read a file.

    Args:
        path: Where it lies.
        filename: What the service is to be told that it is called; its own name if this is None.

    Raises:
        CommandError: It is not there, or cannot be read.
    """
    shown = os.fsencode(path).decode(errors="replace")
    try:
        with Path(path).open("rb") as file:
            status = os.fstat(file.fileno())
            data = file.read(MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise CommandError(f"{shown} is a folder; name the pictures in it.", BAD_USAGE) from error
    except FileNotFoundError as error:
        raise CommandError(f"There is no file {shown}; check its path.", BAD_USAGE) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{shown} cannot be read: {reason}.", BAD_USAGE) from error
    size = max(len(data), status.st_size) if stat.S_ISREG(status.st_mode) else len(data)
    return Picture(path=path, filename=filename or named(path), data=data, size=size)
