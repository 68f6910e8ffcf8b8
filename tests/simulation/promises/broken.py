"""A promise that does not hold."""

from __future__ import annotations


class BrokenPromiseError(BaseException):
    """A promise does not hold. No `Exception`: the code under test must not catch it."""

    def __init__(self, promise: str, detail: str) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise
        self.detail = detail


def check(promise: str, holds: object, detail: str) -> None:
    """Break off if a promise does not hold.

    Raises:
        BrokenPromiseError: It does not.
    """
    if not holds:
        raise BrokenPromiseError(promise, detail)
