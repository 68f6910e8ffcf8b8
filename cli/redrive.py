"""`ocr-wordcount redrive`: the messages that failed too often, shown or replayed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli import show
from cli.stack import Unlogged, open_stack
from runtime.adapters.dead_letters import TableDeadLetters
from runtime.core.mail.file_name import shown
from runtime.core.use_cases.redrive import Redrive

if TYPE_CHECKING:
    from runtime.core.dead_letter import DeadLetter


def show_dead(stack_name: str | None, *, as_json: bool) -> int:
    """Show the dead letters.

    Returns:
        0.

    Raises:
        CommandError: There is no such stack.
    """
    letters = TableDeadLetters(open_stack(stack_name).table).kept()
    _tell(letters, as_json=as_json)
    if not as_json:
        show.console().print(
            f"{_messages(len(letters))}. `ocr-wordcount redrive` replays." if letters else "There are no dead letters."
        )
    return 0


def redrive(stack_name: str | None, *, as_json: bool) -> int:
    """Replay all dead letters.

    Returns:
        0.

    Raises:
        CommandError: There is no such stack.
    """
    stack = open_stack(stack_name)
    dead_letters = TableDeadLetters(stack.table)
    replay = Redrive(dead_letters, stack.requests, stack.replays, Unlogged())
    letters = [letter for letter in dead_letters.kept() if letter.queue_arn]
    for letter in letters:
        replay(letter)
        _tell([letter], as_json=as_json)
    if not as_json:
        show.console().print(f"{_messages(len(letters))} replayed." if letters else "There was nothing to replay.")
    return 0


def _tell(letters: list[DeadLetter], *, as_json: bool) -> None:
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


def _messages(number: int) -> str:
    return f"{number} dead {'letter' if number == 1 else 'letters'}"
