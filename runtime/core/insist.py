"""Write down what was paid for, or cannot be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from runtime.core.errors import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES: Final = 5

Answer = TypeVar("Answer")


def insist(write: Callable[[], Answer]) -> Answer:
    """Try a write again at once when its service is busy, or a mail may go out twice, and OCR be paid twice.

    Raises:
        Retryable: The service is still busy after `TRIES` tries, each of which the adapter has repeated already.
    """
    for _ in range(TRIES - 1):
        try:
            return write()
        except Retryable:
            continue
    return write()
