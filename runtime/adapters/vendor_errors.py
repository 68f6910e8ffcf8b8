"""AWS's errors as ours: the one place where a `ClientError` is caught."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from runtime.core.errors import Retryable, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runtime.core.errors import ServiceError

THROTTLES: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
TRANSIENT: Final = frozenset(
    {"ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "TransactionConflictException"}
)
SERVER_ERROR: Final = 500


@contextmanager
def vendor_errors(known: Mapping[str, Callable[[str], ServiceError]] | None = None) -> Iterator[None]:
    """Raise AWS's errors as ours; what is neither known nor worth another try goes through as it is.

    Args:
        known: By AWS's error code, what makes the error that it means for this call. Each is made when it is raised: an
            exception that is raised twice keeps the frames of both, and whatever was in them.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if known and code in known:
            raise known[code](code) from error
        if code in THROTTLES:
            raise Throttled(code) from error
        if code in TRANSIENT or status >= SERVER_ERROR:
            raise Retryable(code) from error
        raise
    except (BotoConnectionError, HTTPClientError) as error:
        raise Retryable(type(error).__name__) from error
