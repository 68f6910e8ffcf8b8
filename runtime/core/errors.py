"""What can go wrong, as the use cases see it.

    ServiceError
    ├── Retryable            the same call may succeed later; the message is left for another delivery
    │   └── Throttled        … and was only asked to come later: that delays a document and never fails it
    ├── Rejected             the picture itself is at fault: carries its `Reason`, trying again is no help
    ├── Absent               the object is not there
    │   └── Changed          … any more: it has other bytes than those that were asked for
    ├── AddressUnverified    SES will not deliver to this address until its owner has verified it
    └── BadRequest           a caller of the API sent what cannot be taken: carries a stable code

Adapters translate vendor errors into these, each in one place; nobody else catches a vendor's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.core.reasons import Reason


class ServiceError(Exception):
    """The root of all errors of ours."""


class Retryable(ServiceError):  # noqa: N818  named for what the caller may do
    """The same call may succeed later."""


class Throttled(Retryable):
    """A service asked us to come later."""


class Rejected(ServiceError):  # noqa: N818  it is the picture that is rejected
    """The picture is at fault, for the given reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Absent(ServiceError):  # noqa: N818  a state of the object rather than an error of anybody's
    """The object is not there."""


class Changed(Absent):
    """The object has other bytes than those that were asked for."""


class AddressUnverified(ServiceError):  # noqa: N818  a state of the address
    """The recipient has not verified the address."""


class BadRequest(ServiceError):  # noqa: N818  HTTP's own name for it
    """A caller of the API sent what cannot be taken.

    Attributes:
        code: Stable, for programs.
        detail: A sentence, for people: what is wrong and what to do.
        status: The HTTP status to answer with.
    """

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status
