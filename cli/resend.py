"""`ocr-wordcount resend`: a mail that could not be delivered, now that it can; and `verify`, which has it so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cli import show
from cli.errands import mail_of, save
from cli.errors import FAILED, CommandError
from cli.stack import Unlogged, open_stack, running
from runtime.adapters.mailer import SesMailer
from runtime.core.errors import BadRequest
from runtime.core.mail.file_name import shown
from runtime.core.types import RequestState
from runtime.core.use_cases.resend import Resend

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack import Stack

_POLL_SECONDS: Final = 0.2


def verify(address: str) -> int:
    """Have an address count as verified by SES, on this machine's cloud.

    Returns:
        0.

    Raises:
        CommandError: No cloud is running here.
    """
    stack = running()
    if stack.local:
        stack.local.verify(address)
    show.console().print(f"{shown(address)} is verified now.")
    return 0


def resend(request_id: str, stack_name: str | None, out: Path, timeout: float) -> int:
    """Ask for a request's mail again, and wait until it is out.

    Returns:
        0 if the outcome was mailed, 1 if it was not.

    Raises:
        CommandError: There is nothing to send again, or the address is still not verified.
    """
    stack = open_stack(stack_name)
    use_case = Resend(stack.requests, stack.notifications, SesMailer(stack.client("ses")), Unlogged())
    try:
        use_case(request_id)
    except BadRequest as error:
        raise CommandError(error.detail) from error
    return _report(stack, request_id, _wait(stack, request_id, timeout), out)


def _wait(stack: Stack, request_id: str, timeout: float) -> RequestState | None:
    """The state that it came to; None if it has not come to one in time."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        request = stack.requests.get(request_id)
        if request and request.state.settled:
            return request.state
        time.sleep(_POLL_SECONDS)
    return None


def _report(stack: Stack, request_id: str, state: RequestState | None, out: Path) -> int:
    console = show.console()
    if state is None:
        raise CommandError("It is on its way, and not out yet; --timeout waits longer.")
    mailed = state in (RequestState.SENT, RequestState.FAILED)
    console.print(f"{state}: the mail is out, and no OCR was needed." if mailed else f"{state}: nothing was mailed.")
    mail = mail_of(stack.local, request_id) if stack.local and mailed else None
    if mail:
        saved = save(mail, out / request_id)
        console.print(f"  {show.nearby(out / request_id)}/  {saved.subject}")
    return 0 if mailed else FAILED
