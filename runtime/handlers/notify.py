"""`notify`: a request's outcome may be there, or an address is to be proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.core.use_cases.notify import Notify


def work(notify: Notify, send_proof: Callable[[str], None]) -> Callable[[Mapping[str, Any]], None]:
    """What is done with a message of the notify queue: `{"request_id": …}` or `{"proof_id": …}` (`SendProof`)."""

    def handle(body: Mapping[str, Any]) -> None:
        if "proof_id" in body:
            send_proof(body["proof_id"])
        else:
            notify(body["request_id"])

    return handle
