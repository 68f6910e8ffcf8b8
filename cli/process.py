"""How a process of ours ends: with the right exit code, and never without having stopped what it started."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def exit_code(work: Callable[[], int]) -> int:
    """Do the work; tell its error in one line; on SIGTERM and SIGHUP unwind as on Ctrl-C."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup's SIG_IGN is respected
            signal.signal(number, _ended)
    try:
        return work()
    except CommandError as error:
        sys.stderr.write(f"ocr-wordcount: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
