"""`notify`: a request's outcome may be there, or an address is to be proven, or a mail has come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.handlers.ses_events import EVENT_TYPE, bounce_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.bounce import Bounce
    from runtime.core.use_cases.notify import Notify


def work(
    notify: Notify, send_proof: Callable[[str], None], note_bounce: Callable[[Bounce], None]
) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the notify queue.

    Args:
        notify: With `{"request_id": …}`.
        send_proof: With `{"proof_id": …}` (`SendProof`).
        note_bounce: With an event of SES's that tells of a mail which came back (`NoteBounce`).
    """

    def handle(body: Mapping[str, Any]) -> None:
        if EVENT_TYPE in body:
            if bounce := bounce_of(body):
                note_bounce(bounce)
        elif "proof_id" in body:
            send_proof(body["proof_id"])
        else:
            notify(body["request_id"])

    return handle
