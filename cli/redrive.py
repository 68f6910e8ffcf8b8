"""`ocr-wordcount redrive`: the messages that failed too often, shown or replayed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli import show
from cli.errors import FAILED
from cli.stack import Unlogged, opened
from runtime.adapters.dead_letters import TableDeadLetters
from runtime.core.errors import Retryable
from runtime.core.mail.file_name import shown
from runtime.core.use_cases.redrive import Redrive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.core.dead_letter import DeadLetter


def show_dead(stack_name: str | None, *, as_json: bool) -> int:
    """Show the dead letters.

    Returns:
        0.

    Raises:
        CommandError: There is no such stack.
    """
    with opened(stack_name) as stack:
        letters = TableDeadLetters(stack.table).kept()
    _tell(letters, as_json=as_json)
    if not as_json:
        again = f"ocr-wordcount redrive{f' --stack {stack_name}' if stack_name else ''}"
        show.console().print(
            f"{_letters(letters)}; replay with `{again}`." if letters else "There are no dead letters."
        )
    return 0


def redrive(stack_name: str | None, *, as_json: bool) -> int:
    """Replay the dead letters.

    Returns:
        0 if all were, 1 if some could not be.

    Raises:
        CommandError: There is no such stack.
    """
    replayed: list[DeadLetter] = []
    left: list[DeadLetter] = []
    with opened(stack_name) as stack:
        dead_letters = TableDeadLetters(stack.table)
        replay = Redrive(dead_letters, stack.requests, stack.replays, Unlogged())
        for letter in dead_letters.kept():
            try:
                (replayed if replay(letter) else left).append(letter)
            except Retryable:  # its queue is busy; the others' may not be
                left.append(letter)
    _tell(replayed, as_json=as_json)
    if not as_json:
        show.console().print(f"{_letters(replayed)} replayed." if replayed else "There was nothing to replay.")
    if left:
        why = "they are just being told of, their queue is busy, or nobody knows where they died; see --list"
        sys.stderr.write(f"ocr-wordcount: {_letters(left)} could not be replayed for now: {why}.\n")
    return FAILED if left else 0


def _tell(letters: Sequence[DeadLetter], *, as_json: bool) -> None:
    for letter in letters:
        if as_json:
            sys.stdout.write(json.dumps(_shown(letter)) + "\n")
        else:
            about = ", ".join(subject.name for subject in letter.subjects) or "nothing that can be made out"
            sent = f"{datetime.fromtimestamp(letter.sent_at, UTC):%Y-%m-%d %H:%M:%S}"
            show.console().print(f"{letter.queue:8}  {sent}  received {letter.receives} times  {shown(about)}")


def _shown(letter: DeadLetter) -> dict[str, Any]:
    return {
        "message_id": letter.message_id,
        "queue": letter.queue,
        "sent_at": datetime.fromtimestamp(letter.sent_at, UTC).isoformat(),
        "died_at": datetime.fromtimestamp(letter.died_at, UTC).isoformat(),
        "receives": letter.receives,
        "reason": letter.reason,
        "about": [subject.name for subject in letter.subjects],
    }


def _letters(letters: Sequence[DeadLetter]) -> str:
    return f"{len(letters)} dead {'letter' if len(letters) == 1 else 'letters'}"
