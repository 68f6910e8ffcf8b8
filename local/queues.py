"""moto's queues, made quick and wakeful.

moto's own `receive_message` goes over the whole queue for each message, sleeps while it waits, hands a queue's messages
to functions by itself, forgets where a dead letter came from, and a queue's policy when another attribute is set. Here
a receive looks at each message once and never waits; whoever waits for messages is woken when one arrives, when one
becomes visible again, and when the clock is advanced.

A message that its queue may not give out once more becomes a dead letter when a receive comes across it and not before,
as SQS does it (https://github.com/localstack/localstack/issues/8234). It keeps its id and the time it was sent
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html),
and its count of receives goes on, for that is kept "across all queues"
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html).
"""

from __future__ import annotations

import contextlib
import copy
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Queue, SQSBackend, _filter_message_attributes, sqs_backends
from moto.sqs.responses import SQSResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.awslambda.models import EventSourceMapping
    from moto.core.responses import ActionResult
    from moto.sqs.models import Message

DEAD_LETTER_SOURCE: Final = "DeadLetterQueueSourceArn"
"""The system attribute of a dead letter that names the queue it came from."""


class Watch:
    """Waits for messages of one queue."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def clear(self) -> None:
        """Forget what happened up to now; call it before looking at the queue."""
        self._event.clear()

    def wait(self, seconds: float | None) -> None:
        """Return when something happened to the queue, or after so many seconds of real time."""
        self._event.wait(seconds)

    def wake(self) -> None:
        """End the wait."""
        self._event.set()


class _Watches:
    """Who waits for which queue, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_queue: dict[str, set[Watch]] = {}

    def add(self, arn: str, watch: Watch) -> None:
        with self._lock:
            self._of_queue.setdefault(arn, set()).add(watch)

    def remove(self, arn: str, watch: Watch) -> None:
        with self._lock:
            self._of_queue.get(arn, set()).discard(watch)

    def wake(self, arn: str | None) -> None:
        with self._lock:
            watches = [watch for name, some in self._of_queue.items() if arn in {None, name} for watch in some]
        for watch in watches:
            watch.wake()


_watches: Final = _Watches()


@contextlib.contextmanager
def watching(arn: str) -> Iterator[Watch]:
    """Watch a queue for as long as the block runs."""
    watch = Watch()
    _watches.add(arn, watch)
    try:
        yield watch
    finally:
        _watches.remove(arn, watch)


def wake_all() -> None:
    """Have everybody who waits for a queue look again: the clock has moved."""
    _watches.wake(None)


def seconds_to_next(queue: Queue) -> float | None:
    """How long until a message of the queue can be received: 0 when one can, None when there is none at all."""
    if not queue._messages:  # noqa: SLF001 - moto has no other way to look without receiving
        return None
    earliest = min(max(message.visible_at, message.delayed_until) for message in queue._messages)  # noqa: SLF001 - the same
    # moto holds a message back up to and including the very millisecond that it was hidden for.
    return max(0.0, (earliest - unix_time_millis() + 1) / 1000)


def real_wait(until: float, due: float | None) -> float:
    """How long to wait, at most: to the end of a poll (monotonic seconds), or until a message falls due."""
    left = max(0.0, until - time.monotonic())
    return left if due is None else min(left, due)


@dataclass(frozen=True)
class _Origin:
    """Where a dead letter was before, and how often it had been received by then."""

    queue_arn: str
    received: int


_ORIGIN: Final = "origin"
_NOWHERE: Final = _Origin("", 0)


def dead_letter_source(message: Message) -> str:
    """The ARN of the queue that a dead letter came from; empty for any other message."""
    return _origin(message).queue_arn


def _origin(message: Message) -> _Origin:
    origin: _Origin = getattr(message, _ORIGIN, _NOWHERE)
    return origin


def install() -> None:
    """Put these queues into moto, once a process."""
    if SQSBackend.receive_message is _receive_message:
        return
    SQSBackend.receive_message = _receive_message  # type: ignore[method-assign]
    SQSResponse.receive_message = _answer_receive  # type: ignore[method-assign]
    Queue.add_message = _waking(_add_message)  # type: ignore[method-assign]
    Queue._set_attributes = _set_attributes  # type: ignore[method-assign]  # noqa: SLF001 - there is no other place for it
    for name, counted in _COUNTS.items():
        setattr(Queue, name, property(counted))
    change_visibility = SQSBackend.change_message_visibility

    def change_and_wake(self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
        change_visibility(self, queue_name, receipt_handle, visibility_timeout)
        _watches.wake(self.get_queue(queue_name).queue_arn)

    SQSBackend.change_message_visibility = change_and_wake  # type: ignore[method-assign]


# moto asks for the time once for each message, and counts all of them for each one that is sent.


def _visible(self: Queue) -> list[Message]:
    now = unix_time_millis()
    return [one for one in self._messages if one.visible_at < now and one.delayed_until <= now]


def _number_visible(self: Queue) -> int:
    return len(_visible(self))


def _number_delayed(self: Queue) -> int:
    now = unix_time_millis()
    return sum(one.delayed_until > now for one in self._messages)


def _number_hidden(self: Queue) -> int:
    now = unix_time_millis()
    return sum(one.visible_at >= now for one in self._messages)


_COUNTS: Final = {
    "messages": _visible,
    "approximate_number_of_messages": _number_visible,
    "approximate_number_of_messages_delayed": _number_delayed,
    "approximate_number_of_messages_not_visible": _number_hidden,
}


def _waking(add: Any) -> Any:  # noqa: ANN401 - a method of moto's
    def add_and_wake(self: Queue, message: Message) -> None:
        add(self, message)
        _watches.wake(self.queue_arn)

    return add_and_wake


def _add_message(self: Queue, message: Message) -> None:
    """What moto does, without its way of invoking functions."""
    mappings = self.lambda_event_source_mappings
    self.lambda_event_source_mappings = dict[str, "EventSourceMapping"]()
    try:
        _moto_add_message(self, message)
    finally:
        self.lambda_event_source_mappings = mappings


_moto_add_message: Final = Queue.add_message


def _set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    """What moto does, but a policy that is not mentioned stays as it is."""
    policy: dict[str, Any] = getattr(self, "_policy_json", {})
    _moto_set_attributes(self, attributes, now)
    if "Policy" not in attributes:
        self._policy_json = policy


_moto_set_attributes: Final = Queue._set_attributes  # noqa: SLF001 - the same


def _receive_message(  # noqa: PLR0913, PLR0917 - moto's own signature
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,  # noqa: ARG001 - the front does the waiting
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    """Receive what can be received now."""
    queue = self.get_queue(queue_name)
    now = unix_time_millis()
    keep_from = now - int(queue.message_retention_period) * 1000  # type: ignore[attr-defined]
    dead_letters, redrive = queue.dead_letter_queue, queue.redrive_policy or {}
    most = int(redrive.get("maxReceiveCount", 0))
    received: list[Message] = []
    gone: list[Message] = []
    for message in queue._messages:  # noqa: SLF001 - moto has no other way to see hidden messages too
        if len(received) >= count:
            break
        if message.visible_at >= now or message.delayed_until > now:
            continue
        if message.sent_timestamp is not None and message.sent_timestamp <= keep_from:
            gone.append(message)
        elif dead_letters is not None and _received_here(message) >= most:
            gone.append(message)
            setattr(message, _ORIGIN, _Origin(queue.queue_arn, message.approximate_receive_count))
            message.visible_at = 0.0
            dead_letters.add_message(message)
        else:
            message.mark_received(visibility_timeout=visibility_timeout)
            queue.pending_messages.add(message)
            given = copy.copy(message)
            _filter_message_attributes(given, message_attribute_names or [])
            received.append(given)
    for message in gone:
        queue._messages.remove(message)  # noqa: SLF001 - as moto's own does
        queue.pending_messages.discard(message)
    return received


def _received_here(message: Message) -> int:
    """How often a message was received from its present queue: that is what a redrive policy limits."""
    return message.approximate_receive_count - _origin(message).received


def _answer_receive(self: SQSResponse) -> ActionResult:
    """ReceiveMessage's answer, with the source of dead letters if it is asked for."""
    answer = _moto_answer_receive(self)
    asked = [*self._get_param("AttributeNames", []), *self._get_param("MessageSystemAttributeNames", [])]
    if "All" in asked or DEAD_LETTER_SOURCE in asked:
        queue = self.sqs_backend.get_queue(self._get_queue_name())
        sources = {message.id: dead_letter_source(message) for message in queue._messages}  # noqa: SLF001 - as above
        for given in cast("dict[str, Any]", answer.result).get("Messages", []):
            if source := sources[given["MessageId"]]:
                given.setdefault("Attributes", {})[DEAD_LETTER_SOURCE] = source
    return answer


_moto_answer_receive: Final = SQSResponse.receive_message


def find_queue(arn: str) -> Queue | None:
    """The queue of that ARN, if it exists."""
    _, _, _, region, account, name = arn.split(":", 5)
    return sqs_backends[account][region].queues.get(name)


def backend_of(queue: Queue) -> SQSBackend:
    """The backend that a queue belongs to."""
    return sqs_backends[queue.account_id][queue.region]


def delete_message(queue: Queue, receipt_handle: str) -> None:
    """Delete a message; one that is gone, or has been received again since, is no error."""
    with contextlib.suppress(ReceiptHandleIsInvalid):
        queue.delete_message(receipt_handle)


def visibility_timeout(queue: Queue) -> int:
    """Seconds for which a received message stays hidden."""
    seconds: int = queue.visibility_timeout  # type: ignore[attr-defined]  # moto sets it by name
    return seconds


def delay_seconds(queue: Queue) -> int:
    """Seconds for which a queue holds a message back, if the message does not say."""
    seconds: int = queue.delay_seconds  # type: ignore[attr-defined]  # the same
    return seconds
