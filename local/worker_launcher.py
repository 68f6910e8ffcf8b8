"""Starts AWS's Lambda runtime in a worker process. Run by path, alone: it can import nothing of this repository.

Usage: python -P worker_launcher.py CLOCK_FILE LIFELINE_FD HANDLER

It does the two things that a laptop needs and AWS doesn't: time follows the local cloud's clock, and the process ends
when the cloud does, however that ends.
"""

from __future__ import annotations

import datetime  # noqa: ICN001 - its classes are replaced, under their full names
import importlib
import mmap
import os
import struct
import sys
import threading
import time
import types
from typing import Any

_OFFSET = struct.Struct("@d")


def main() -> None:
    """Follow the clock and the lifeline, then become `python -m awslambdaric HANDLER`."""
    clock_file, lifeline, handler = sys.argv[1:]
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    machine_time = time.time
    _follow_clock(clock_file)
    threading.Thread(target=_end_with_cloud, args=(int(lifeline),), daemon=True).start()

    # By name, because it is installed for the workers alone; and only now that the clock is in place.
    context: Any = importlib.import_module("awslambdaric.lambda_context")
    runtime: Any = importlib.import_module("awslambdaric.__main__")
    # What is left of a function's timeout is real time: an advanced clock does not use it up.
    context.time = types.SimpleNamespace(time=machine_time)
    runtime.main(["awslambdaric", handler])


def _end_with_cloud(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody writes: it returns when the cloud's process is gone, and its end of the pipe with it
    os._exit(1)


def _follow_clock(file: str) -> None:
    """Replace what tells the time in `time` and `datetime`, before anybody has taken a reference to it."""
    with open(file, "rb") as opened:  # noqa: PTH123 - pathlib costs a cold start 5 ms
        offset_map = mmap.mmap(opened.fileno(), _OFFSET.size, prot=mmap.PROT_READ)
    machine = types.SimpleNamespace(**vars(time))

    def offset() -> float:
        value: float = _OFFSET.unpack_from(offset_map)[0]
        return value

    def moved_time() -> float:
        return machine.time() + offset()

    def moment(seconds: float | None) -> float:
        return moved_time() if seconds is None else seconds

    def strftime(form: str, parts: Any = None) -> str:  # noqa: ANN401 - the standard library takes any tuple
        text: str = machine.strftime(form, parts or machine.localtime(moved_time()))
        return text

    def today(cls: Any) -> Any:  # noqa: ANN401 - a class method of whichever class it is called on
        return cls.fromtimestamp(moved_time())

    def now(cls: Any, tz: datetime.tzinfo | None = None) -> Any:  # noqa: ANN401 - the same
        return cls.fromtimestamp(moved_time(), tz)

    def utcnow(cls: Any) -> Any:  # noqa: ANN401 - the same
        return cls.fromtimestamp(moved_time(), datetime.UTC).replace(tzinfo=None)

    followers = {
        "time": moved_time,
        "time_ns": lambda: machine.time_ns() + int(offset() * 1_000_000_000),
        "gmtime": lambda seconds=None: machine.gmtime(moment(seconds)),
        "localtime": lambda seconds=None: machine.localtime(moment(seconds)),
        "ctime": lambda seconds=None: machine.ctime(moment(seconds)),
        "strftime": strftime,
    }
    for name, follower in followers.items():
        setattr(time, name, _Builtin(follower))

    moved_date = _stand_in(datetime.date, {"today": today})
    moved_datetime = _stand_in(datetime.datetime, {"today": today, "now": now, "utcnow": utcnow})
    for stand_in in (moved_date, moved_datetime):
        setattr(datetime, stand_in.__name__, stand_in)


class _Builtin:
    """A function that, like those in C, is no method as a class's attribute: `logging` keeps one of these as such."""

    def __init__(self, function: Any) -> None:  # noqa: ANN401 - typing's names cost a cold start
        self._function = function

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - as the function's
        return self._function(*arguments)


def _stand_in(machine: type, methods: dict[str, Any]) -> type:
    """A subclass to take a class's place; what C code made of that class itself counts as one of its instances."""

    def is_instance(_cls: type, instance: object) -> bool:
        return isinstance(instance, machine)

    def is_subclass(_cls: type, subclass: type) -> bool:
        return issubclass(subclass, machine)

    kind = type("StandIn", (type,), {"__instancecheck__": is_instance, "__subclasscheck__": is_subclass})
    class_methods = {name: classmethod(method) for name, method in methods.items()}
    stand_in: type = kind(machine.__name__, (machine,), class_methods)
    stand_in.__module__ = machine.__module__
    return stand_in


if __name__ == "__main__":
    main()
