"""`ocr-wordcount resend`: a mail that could not be delivered, now that it can."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cli import show
from cli.cloud import state_folder
from cli.errands import mail_of, save
from cli.errors import CommandError
from cli.service import RefusedError, Service, UnreachableError
from cli.stack import Unlogged, opened
from cli.tokens import KeptTokens
from runtime.core.errors import BadRequest
from runtime.core.types import RequestState
from runtime.core.use_cases.resend import Resend

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack import Stack

_POLL_SECONDS: Final = 0.2

_MAILED: Final = {
    RequestState.SENT: "The mail is out, with the result that was kept: no OCR was needed.",
    RequestState.FAILED: "The mail is out: it says why there is no result, and what to do.",
}
_NOT_MAILED: Final = {
    RequestState.UNDELIVERABLE: "It could not be delivered again: is the address verified, and does it take mail?",
    None: "It is on its way, and not out yet; --timeout waits longer.",
}


def resend(request_id: str, stack_name: str | None, out: Path, timeout: float) -> int:
    """Ask for a request's mail again, and wait until it is out.

    Returns:
        0 once it is.

    Raises:
        CommandError: There is nothing to send again, the address is still not verified, or the mail did not go out.
    """
    with opened(stack_name) as stack:
        _ask(stack, request_id)
        state = _wait(stack, request_id, timeout)
        if state not in _MAILED:
            raise CommandError(_NOT_MAILED[state])
        console = show.console()
        console.print(_MAILED[state])
        mail = mail_of(stack.local, request_id) if stack.local else None
        if mail:
            saved = save(mail, out / request_id)
            console.print(f"  {show.nearby(out / request_id)}/  {saved.subject}")
    return 0


def _ask(stack: Stack, request_id: str) -> None:
    """By the API, with the request's token, if `run` has kept it here; else as the stack's operator."""
    token = KeptTokens(state_folder()).request(request_id) if stack.local else None
    try:
        if stack.local and token:
            Service(stack.local.endpoint).resend(request_id, token)
        else:
            Resend(stack.requests, stack.notifications, stack.addresses, stack.verifier, Unlogged())(request_id)
    except (BadRequest, RefusedError) as error:
        raise CommandError(error.detail) from error
    except UnreachableError as error:
        raise CommandError(str(error)) from error


def _wait(stack: Stack, request_id: str, timeout: float) -> RequestState | None:
    """The state that it came to; None if it has not come to one in time."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        request = stack.requests.get(request_id)
        if request and request.state.settled:
            return request.state
        time.sleep(_POLL_SECONDS)
    return None
