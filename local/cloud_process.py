"""The process in which a local cloud runs. Started by `local/cloud.py`; it ends when its standard input does.

Usage: python -m local.cloud_process STATE PORT REGION SHARED

It prints one line of JSON once its port is open. While anything is deployed, its address lies in STATE/cloud.json, with
the exports of the stack that answers there, if SHARED is 1: so others can join it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.client import ADDRESS_FILE
from local.region import Region

if TYPE_CHECKING:
    from typing import TextIO


def main() -> None:
    """Run until standard input ends."""
    state, port, region, shared = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4] == "1"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    gc.set_threshold(50_000)  # moto's modules and models are many objects that stay: a quarter of the time went to them
    address = state / ADDRESS_FILE
    with _only_one(state):
        _clear(state)
        told: dict[str, Any] = {"pid": os.getpid()}

        def announce(endpoint: str) -> None:
            told["endpoint"] = endpoint
            _tell(told)

        def changed(stacks: dict[str, dict[str, Any]]) -> None:
            if shared and stacks:
                _write_whole(address, {**told, "outputs": next(iter(stacks.values()))})
            else:
                address.unlink(missing_ok=True)

        try:
            with Region(state, port=port, region=region, on_listening=announce, on_stacks=changed):
                sys.stdin.read()
        finally:
            address.unlink(missing_ok=True)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _only_one(state: Path) -> TextIO:
    """Hold the state folder for as long as the result is open: two clouds in it would mix their logs and mails."""
    state.mkdir(parents=True, exist_ok=True)
    lock = (state / "lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        _tell({"error": f"another local cloud runs in {state}"})
        sys.exit(1)
    return lock


def _clear(state: Path) -> None:
    """A new cloud begins without the traces of the last one."""
    (state / ADDRESS_FILE).unlink(missing_ok=True)
    for name in ("logs", "mails"):
        shutil.rmtree(state / name, ignore_errors=True)


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _write_whole(file: Path, value: dict[str, Any]) -> None:
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(file)


def _run() -> int:
    """Run, and tell the process's exit status."""
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except OSError as cause:
        _tell({"error": str(cause)})
        return 1
    except Exception:  # noqa: BLE001 - the end of the process: the log says why
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    status = _run()
    sys.stdout.flush()
    sys.stderr.flush()
    # At once: everything is closed by now, and Python would wait for a picture that is being read.
    os._exit(status)
