"""Write down what was paid for, or cannot be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.core.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES: Final = 5


def insist(write: Callable[[], None]) -> None:
    """Try a write again at once when its service is busy, or a mail may go out twice, and OCR be paid twice.

    Raises:
        Retryable: The service is still busy after `TRIES` tries, each of which the adapter has repeated already.
    """
    for tried in range(1, TRIES + 1):
        try:
            write()
        except Retryable:
            if tried == TRIES:
                raise
        else:
            return
