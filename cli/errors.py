"""Errors of the command: each says what is wrong, and what to do about it."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
BAD_USAGE: Final = 2


class CommandError(Exception):
    """The command cannot go on.

    Attributes:
        exit_code: What the process answers with.
    """

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
