"""Starts a run of a Glue job. Run by path, alone: it can import nothing of this repository.

Usage: python glue_launcher.py LIFELINE_FD COMMAND …

It runs the command and ends as it does; when the cloud's process goes, however that ends, so does everything here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command; its exit status."""
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    child = subprocess.Popen(command, close_fds=True)  # noqa: S603 - what the cloud has written
    threading.Thread(target=_end_with_cloud, args=(lifeline,), daemon=True).start()
    return child.wait()


def _end_with_cloud(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody writes: it returns when the cloud's process is gone, and its end of the pipe with it
    os.killpg(os.getpgid(0), signal.SIGKILL)  # Java, and this; Spark's Python workers end when Java does


if __name__ == "__main__":
    sys.exit(main())
