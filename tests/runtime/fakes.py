"""The ports of `core`, served in memory. They pass the same contract tests as the adapters (tests/runtime/contract)."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from runtime.core import keys
from runtime.core.addresses import Standing
from runtime.core.bulk import LOST, QUIET_SECONDS, SUCCEEDED, UNDER_WAY, Starter
from runtime.core.errors import Absent, AddressUnverified, Changed, Throttled
from runtime.core.ports import Counted, Form, StoredCount
from runtime.core.types import RecordState, RequestState, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from email.message import EmailMessage

    from runtime.core.addresses import AddressToken, Proof, SentAs
    from runtime.core.bounce import MessageTags
    from runtime.core.bulk import Document, Run
    from runtime.core.dead_letter import DeadLetter
    from runtime.core.events import Event
    from runtime.core.manifest import Outcome
    from runtime.core.reasons import Reason
    from runtime.core.transcript import Transcript
    from runtime.core.types import Claim, Content, Record, Request
    from runtime.core.word_count import WordCount


K = TypeVar("K")
V = TypeVar("V")


@dataclass
class ManualClock:
    """Time that stands still until it is told to pass."""

    time: float = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class CountedTokens:
    """Names one after the other, in the shape of random ones."""

    made: int = 0

    def new(self) -> str:
        self.made += 1
        return f"{self.made:032x}"


@dataclass
class MemoryLog:
    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def names(self) -> list[str]:
        return [event.event_name() for event in self.events]


@dataclass
class MemoryUploads:
    objects: dict[str, bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def put(self, object_key: str, data: bytes) -> str:
        """What a form does; the object's ETag."""
        self.objects[object_key] = data
        return etag_of(data)

    def form(self, object_key: str, content_type: str, seconds: int) -> Form:
        return Form("https://uploads.test/", {"key": object_key, "Content-Type": content_type, "seconds": str(seconds)})

    def read(self, object_key: str, etag: str) -> bytes:
        if object_key not in self.objects:
            raise Absent(object_key)
        if not self._holds(object_key, etag):
            raise Changed(object_key)
        self.reads.append(etag)
        return self.objects[object_key]

    def delete(self, object_key: str, etag: str) -> None:
        if self._holds(object_key, etag):
            del self.objects[object_key]

    def _holds(self, object_key: str, etag: str) -> bool:
        return object_key in self.objects and etag_of(self.objects[object_key]) == etag


def etag_of(data: bytes) -> str:
    """As S3 makes it for a single-part object under SSE-S3."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@dataclass
class MemoryImages:
    now: Callable[[], float] = time.time
    kept: dict[str, tuple[bytes, Content]] = field(default_factory=dict)
    kept_at: dict[str, float] = field(default_factory=dict)

    def keep(self, key: str, data: bytes, content: Content) -> bool:
        self.kept_at.setdefault(key, self.now())
        return self.kept.setdefault(key, (data, content))[1] == content

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)
        self.kept_at.pop(key, None)

    def oldest(self) -> float | None:
        return min(self.kept_at.values(), default=None)


@dataclass
class ScriptedReader:
    """OCR that gives the same answer for every picture, and counts how often it was asked."""

    images: MemoryImages
    answer: Mapping[str, Any] | Exception
    asked: list[str] = field(default_factory=list)

    def read(self, key: str) -> Mapping[str, Any]:
        self.asked.append(key)
        if key not in self.images.kept:
            raise Absent(key)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class MemoryResults:
    texts: dict[str, str] = field(default_factory=dict)
    transcripts: dict[tuple[str, int], Transcript] = field(default_factory=dict)
    counts: dict[str, StoredCount] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def write_text(self, key: str, text: str) -> None:
        self.texts[key] = text

    def read_text(self, key: str) -> str:
        return _present(self.texts, key)

    def write_transcript(self, claim: Claim, transcript: Transcript) -> None:
        self.transcripts[claim.key, claim.generation] = transcript
        self.written.append(keys.transcript(claim.key, claim.generation))

    def read_transcript(self, key: str, generation: int) -> Transcript:
        return _present(self.transcripts, (key, generation))

    def delete_transcript(self, key: str, generation: int) -> None:
        self.transcripts.pop((key, generation), None)

    def write_count(self, count: WordCount, generation: int) -> bool:
        if count.key in self.counts and self.counts[count.key].generation > generation:
            return False
        self.counts[count.key] = StoredCount(count, generation)
        self.written.append(keys.word_count(count.key))
        return True

    def read_count(self, key: str) -> StoredCount:
        return _present(self.counts, key)

    def has_transcript(self, key: str, generation: int) -> bool:
        return (key, generation) in self.transcripts

    def counted(self, key: str) -> Counted | None:
        stored = self.counts.get(key)
        return Counted(stored.generation, etag_of(stored.count.dump())) if stored else None

    def complete(self, key: str) -> bool:
        return key in self.counts and key in self.texts


def _present(things: dict[K, V], key: K) -> V:
    if key not in things:
        raise Absent(str(key))
    return things[key]


@dataclass
class MemoryRecords:
    rows: dict[str, Record] = field(default_factory=dict)

    def get(self, key: str) -> Record | None:
        return self.rows.get(key)

    def claim(self, claimed: Record, seen: Record | None) -> bool:
        row = self.rows.get(claimed.key)
        unchanged = (row and (row.generation, row.state)) == (seen and (seen.generation, seen.state))
        if unchanged:
            self.rows[claimed.key] = claimed
        return unchanged

    def give_back(self, claim: Claim) -> None:
        if row := self._held(claim):
            self.rows[claim.key] = replace(
                row, lease_until=0, attempts=row.attempts - 1, first_generation=row.generation + 1
            )

    def transcribed(self, claim: Claim, now: float) -> bool:
        if held := self._held(claim):
            self.rows[claim.key] = replace(held, state=RecordState.TRANSCRIBED, times={**held.times, Stage.READ: now})
        return self._is(claim, RecordState.TRANSCRIBED, RecordState.READY)

    def ready(self, count: WordCount, generation: int, *, counted: float, now: float, expires_at: float) -> bool:
        row = self.rows.get(count.key)
        if row is None or row.generation != generation:
            return False
        self.rows[count.key] = replace(
            row,
            state=RecordState.READY,
            attempts=0,
            reason=None,
            version=count.version,
            total_words=count.total_words,
            unique_words=count.unique_words,
            expires_at=expires_at,
            times={Stage.COUNTED: counted, Stage.PUBLISHED: now, **row.times},
        )
        return True

    def failed(self, claim: Claim, reason: Reason, now: float) -> bool:  # noqa: ARG002  as the port
        if held := self._held(claim):
            self.rows[claim.key] = replace(held, state=RecordState.FAILED, reason=reason, attempts=0)
        return self._is(claim, RecordState.FAILED)

    def abandon(self, seen: Record, reason: Reason, now: float) -> bool:  # noqa: ARG002  as the port
        row = self.rows.get(seen.key)
        if row is None or (row.claim, row.state) != (seen.claim, seen.state):
            return False
        self.rows[seen.key] = replace(row, state=RecordState.FAILED, reason=reason, attempts=0)
        return True

    def _is(self, claim: Claim, *states: RecordState) -> bool:
        row = self.rows.get(claim.key)
        return row is not None and row.claim == claim and row.state in states

    def _held(self, claim: Claim) -> Record | None:
        row = self.rows.get(claim.key)
        held = row and (row.generation, row.attempt, row.state) == (
            claim.generation,
            claim.attempt,
            RecordState.CLAIMED,
        )
        return row if held else None


@dataclass
class MemoryWaiters:
    waiting: set[tuple[str, str]] = field(default_factory=set)

    def add(self, key: str, request: Request) -> None:
        self.waiting.add((key, request.request_id))

    def of(self, key: str) -> list[str]:
        return sorted(request_id for waited, request_id in self.waiting if waited == key)

    def remove(self, key: str, request_id: str) -> None:
        self.waiting.discard((key, request_id))


@dataclass
class MemoryRequests:
    rows: dict[str, Request] = field(default_factory=dict)
    senders: dict[str, tuple[str, float]] = field(default_factory=dict)
    late_leases: dict[str, float] = field(default_factory=dict)

    def open(self, request: Request) -> None:
        self.rows.setdefault(request.request_id, request)

    def get(self, request_id: str) -> Request | None:
        return self.rows.get(request_id)

    def bind(self, request_id: str, etag: str, content: Content | None, *, uploaded: float, now: float) -> bool:
        row = self.rows.get(request_id)
        if row is None or row.state not in (RequestState.OPEN, RequestState.WAITING):
            return False
        if row.etag is not None and (row.etag, row.content) != (etag, content):
            return False
        self._change(
            request_id,
            state=RequestState.WAITING,
            etag=etag,
            bound_at=now,
            content=content or row.content,
            times={**row.times, Stage.UPLOADED: uploaded},
        )
        return True

    def kept(self, request_id: str, key: str, now: float) -> bool:
        row = self._unsettled(request_id)
        if row is None or row.key not in (None, key):
            return False
        self._change(request_id, key=key, times={**row.times, Stage.KEPT: now})
        return True

    def joined(self, request_id: str) -> None:
        if self._unsettled(request_id):
            self._change(request_id, joined=True)

    def hit(self, request_id: str) -> None:
        if self._unsettled(request_id):
            self._change(request_id, cached=True)

    def refuse(self, request_id: str, reason: Reason) -> None:
        if (row := self._unsettled(request_id)) and not row.reason:
            self._change(request_id, reason=reason)

    def begin_sending(self, request_id: str, attempt: str, *, now: float, lease_until: float) -> bool:
        row = self._unsettled(request_id)
        if row is None or (row.state is RequestState.SENDING and self.senders[request_id][1] > now):
            return False
        self.senders[request_id] = attempt, lease_until
        self._change(request_id, state=RequestState.SENDING, sending_until=lease_until)
        return True

    def stop_sending(self, request_id: str, attempt: str) -> None:
        if self._sending(request_id, attempt):
            self._change(request_id, state=RequestState.WAITING)

    def settle(
        self, request_id: str, attempt: str, state: RequestState, now: float, reason: Reason | None = None
    ) -> None:
        if row := self._sending(request_id, attempt):
            sent = {} if state is RequestState.UNDELIVERABLE else {Stage.SENT: now}
            self._change(request_id, state=state, reason=reason or row.reason, times={**row.times, **sent})

    def bounced(self, request_id: str, attempt: str, reason: Reason) -> bool:
        row = self.rows.get(request_id)
        if row is None or not row.state.settled or self.senders.get(request_id, ("", 0.0))[0] != attempt:
            return False
        times = {stage: time for stage, time in row.times.items() if stage is not Stage.SENT}
        self._change(request_id, state=RequestState.UNDELIVERABLE, reason=row.reason or reason, times=times)
        return True

    def reopen(self, request: Request, *, forget_reason: bool) -> bool:
        row = self.rows.get(request.request_id)
        if row is None or (row.state, row.reason) != (RequestState.UNDELIVERABLE, request.reason):
            return False
        self._change(row.request_id, state=RequestState.WAITING, reason=None if forget_reason else row.reason)
        return True

    def begin_late(self, request_id: str, *, now: float, lease_until: float) -> bool:
        row = self._unsettled(request_id)
        if row is None or Stage.LATE in row.times or self.late_leases.get(request_id, 0) > now:
            return False
        self.late_leases[request_id] = lease_until
        return True

    def late(self, request_id: str, now: float) -> None:
        if row := self.rows.get(request_id):
            self._change(request_id, times={**row.times, Stage.LATE: now})

    def delete(self, request_id: str) -> None:
        self.rows.pop(request_id, None)

    def _unsettled(self, request_id: str) -> Request | None:
        row = self.rows.get(request_id)
        return row if row and not row.state.settled else None

    def _sending(self, request_id: str, attempt: str) -> Request | None:
        row = self.rows.get(request_id)
        sending = row and row.state is RequestState.SENDING and self.senders[request_id][0] == attempt
        return row if sending else None

    def _change(self, request_id: str, **changes: Any) -> None:  # noqa: ANN401  fields of a request
        self.rows[request_id] = replace(self.rows[request_id], **changes)


@dataclass
class MemoryUnfinished:
    """Looks at the rows, where DynamoDB has an index."""

    request_rows: Mapping[str, Request]
    record_rows: Mapping[str, Record]
    driven: dict[str, float] = field(default_factory=dict)

    def requests(self, before: float) -> list[str]:
        since = {
            request_id: max(row.bound_at, self.driven.get(request_id, 0.0))
            for request_id, row in self.request_rows.items()
            if row.state in (RequestState.WAITING, RequestState.SENDING) or (row.reason and not row.state.settled)
        }
        return _older(since, before)

    def records(self, before: float) -> list[str]:
        since = {
            key: max(row.times.get(Stage.CLAIMED, 0.0), row.times.get(Stage.READ, 0.0), self.driven.get(key, 0.0))
            for key, row in self.record_rows.items()
            if not row.state.ended
        }
        return _older(since, before)

    def request_driven(self, request_id: str, now: float) -> None:
        self.driven[request_id] = now

    def record_driven(self, key: str, now: float) -> None:
        self.driven[key] = now


def _older(since: Mapping[str, float], before: float) -> list[str]:
    return sorted((name for name, time in since.items() if time < before), key=lambda name: since[name])


@dataclass
class MemoryStages:
    """The object keys that a stage is to be woken for; an upload's with its ETag."""

    woken: list[tuple[str, str]] = field(default_factory=list)

    def uploaded(self, request: Request) -> None:
        self.woken.append((keys.upload(request.request_id), request.etag or ""))

    def transcribed(self, key: str, generation: int) -> None:
        self.woken.append((keys.transcript(key, generation), ""))

    def counted(self, key: str) -> None:
        self.woken.append((keys.word_count(key), ""))


@dataclass
class MemoryDeadLetters:
    letters: dict[tuple[str, str], DeadLetter] = field(default_factory=dict)

    def keep(self, letter: DeadLetter) -> None:
        self.letters.setdefault((letter.queue, letter.message_id), letter)

    def told(self, letter: DeadLetter, now: float) -> None:
        kept = self.letters.get((letter.queue, letter.message_id))
        if kept:
            self.letters[letter.queue, letter.message_id] = replace(kept, told_at=now)

    def kept(self) -> list[DeadLetter]:
        return sorted(self.letters.values(), key=lambda letter: (letter.queue, letter.sent_at, letter.message_id))

    def forget(self, letter: DeadLetter) -> None:
        self.letters.pop((letter.queue, letter.message_id), None)


@dataclass
class MemoryReplays:
    sent: list[DeadLetter] = field(default_factory=list)

    def send(self, letter: DeadLetter) -> None:
        self.sent.append(letter)


@dataclass
class MemoryNotifications:
    sent: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)

    def send(self, request_id: str) -> None:
        self.sent.append(request_id)

    def prove(self, proof_id: str) -> None:
        self.proofs.append(proof_id)


@dataclass
class MemoryAddresses:
    rows: dict[str, Standing] = field(default_factory=dict)

    def get(self, name: str) -> Standing:
        return self.rows.get(name, Standing(name))

    def proven(self, name: str, now: float) -> None:
        self._change(name, proven_at=now, asked_at=0.0, email="")

    def unproven(self, name: str, now: float, *, unless_proven_after: float | None = None) -> None:  # noqa: ARG002  as the port
        if unless_proven_after is None or self.get(name).proven_at <= unless_proven_after:
            self._change(name, proven_at=0.0)

    def stop(self, name: str, now: float, until: float) -> None:
        self._change(name, proven_at=0.0, void_before=now, stopped_until=until)

    def asked(self, name: str, email: str, now: float) -> None:
        self._change(name, asked_at=now, email=email)

    def forget_asked(self, name: str, asked_at: float) -> None:
        if self.get(name).asked_at == asked_at:
            self._change(name, asked_at=0.0, email="")

    def asked_before(self, before: float) -> list[str]:
        return _older({name: row.asked_at for name, row in self.rows.items() if row.asked_at}, before)

    def _change(self, name: str, **changes: Any) -> None:  # noqa: ANN401  fields of a standing
        self.rows[name] = replace(self.get(name), **changes)


@dataclass
class MemoryProofs:
    rows: dict[str, Proof] = field(default_factory=dict)
    leases: dict[str, float] = field(default_factory=dict)

    def open(self, proof: Proof) -> None:
        self.rows.setdefault(proof.proof_id, proof)

    def get(self, proof_id: str) -> Proof | None:
        return self.rows.get(proof_id)

    def begin(self, proof_id: str, *, now: float, lease_until: float) -> bool:
        row = self.rows.get(proof_id)
        if row is None or row.sent_as or self.leases.get(proof_id, 0.0) > now:
            return False
        self.leases[proof_id] = lease_until
        return True

    def give_back(self, proof_id: str) -> None:
        self.leases.pop(proof_id, None)

    def counted(self, proof_id: str) -> None:
        self._change(proof_id, counted=True)

    def sent(self, proof_id: str, sent_as: SentAs) -> None:
        self._change(proof_id, sent_as=sent_as)

    def _change(self, proof_id: str, **changes: Any) -> None:  # noqa: ANN401  fields of a proof
        if row := self.rows.get(proof_id):
            self.rows[proof_id] = replace(row, **changes)


@dataclass
class MemoryAddressTokens:
    rows: dict[str, AddressToken] = field(default_factory=dict)

    def keep(self, token: AddressToken) -> None:
        self.rows.setdefault(token.token_hash, token)

    def get(self, token_hash: str) -> AddressToken | None:
        return self.rows.get(token_hash)


@dataclass
class MemoryCounters:
    numbers: dict[str, int] = field(default_factory=dict)
    turns: dict[str, float] = field(default_factory=dict)

    def take(self, name: str, most: int, *, expires_at: float) -> bool:  # noqa: ARG002  as the port
        if self.numbers.get(name, 0) >= most and name in self.numbers:
            return False
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return True

    def turn(self, name: str, *, now: float, seconds: float) -> bool:
        if self.turns.get(name, now) > now:
            return False
        self.turns[name] = now + seconds
        return True


@dataclass
class MemoryMailer:
    """SES: outside of its sandbox it delivers to anyone, inside only to whom it has verified.

    Attributes:
        proven: Whom it has verified.
        asked: Whom it was asked to verify, in order, each time.
        pending: Those of them that have neither answered nor been forgotten.
    """

    proven: set[str] = field(default_factory=set)
    sandbox: bool = False
    sent: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tags: list[MessageTags] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)

    def verified(self, addresses: Sequence[str]) -> set[str]:
        return {address for address in addresses if address in self.proven}

    def ask_to_verify(self, address: str) -> None:
        self.asked.append(address)
        self.pending.add(address)

    def forget(self, address: str) -> None:
        self.pending.discard(address)
        self.proven.discard(address)

    def answer(self, address: str) -> None:
        """What the owner of an address does with SES's mail."""
        self.pending.discard(address)
        self.proven.add(address)

    def send(self, message: EmailMessage, recipient: str, tags: MessageTags) -> str:
        if self.sandbox and recipient not in self.proven:
            raise AddressUnverified
        self.sent.append(message)
        self.recipients.append(recipient)
        self.tags.append(tags)
        return f"message-{len(self.sent)}"


@dataclass
class MemoryPending:
    waiting: dict[tuple[str, int], Document] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        self.waiting.setdefault((document.key, document.generation), document)

    def has(self, key: str, generation: int) -> bool:
        return (key, generation) in self.waiting

    def all(self) -> list[Document]:
        return list(self.waiting.values())

    def change(self, document: Document) -> None:
        if self.has(document.key, document.generation):
            self.waiting[document.key, document.generation] = document

    def remove(self, key: str, generation: int) -> None:
        self.waiting.pop((key, generation), None)


@dataclass
class MemoryStarters:
    row: Starter = field(default_factory=Starter)

    def get(self) -> Starter:
        return self.row

    def take(self, attempt: str, *, now: float, lease_until: float) -> Starter | None:
        if self.row.lease_until > now and self.row.attempt != attempt:
            return None
        self.row = replace(self.row, attempt=attempt, lease_until=lease_until)
        return self.row

    def begin(self, attempt: str, run: Run) -> bool:
        return self._change(attempt, run=run, look_at=0.0)

    def end(self, attempt: str) -> bool:
        return self._change(attempt, run=None)

    def expect(self, attempt: str, look_at: float) -> bool:
        return self._change(attempt, look_at=look_at)

    def release(self, attempt: str) -> None:
        self._change(attempt, lease_until=0.0)

    def _change(self, attempt: str, **changes: Any) -> bool:  # noqa: ANN401  fields of a starter
        if self.row.attempt != attempt:
            return False
        self.row = replace(self.row, **changes)
        return True


@dataclass
class MemoryManifests:
    asked: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    told: dict[str, list[Outcome]] = field(default_factory=dict)

    def write(self, run: str, documents: Sequence[Document]) -> None:
        self.asked[run] = [(document.key, document.generation) for document in documents]

    def read(self, run: str) -> list[tuple[str, int]]:
        return list(_present(self.asked, run))

    def outcomes(self, run: str) -> list[Outcome]:
        return list(_present(self.told, run))


@dataclass
class MemoryGlue:
    """Runs that stay under way until a test ends them. The latest one is last."""

    runs: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def start(self, run: str) -> str:
        if self.is_under_way():
            raise Throttled("ConcurrentRunsExceededException")
        job_run = f"jr_{len(self.runs) + 1}"
        self.runs[job_run] = run
        self.states[job_run] = "RUNNING"
        return job_run

    def find(self, run: str) -> str | None:
        return next((job_run for job_run, known in self.runs.items() if known == run), None)

    def state(self, job_run: str) -> str:
        return self.states.get(job_run, LOST)

    def is_under_way(self) -> bool:
        return any(state in UNDER_WAY for state in self.states.values())

    def end(self, state: str = SUCCEEDED) -> str:
        """End the run that is under way; Glue's id of it."""
        (job_run,) = [each for each, now in self.states.items() if now in UNDER_WAY]
        self.states[job_run] = state
        return job_run


@dataclass
class MemoryBulkQueue:
    """What was sent, and for how many seconds each is held back."""

    sent: list[tuple[str, float]] = field(default_factory=list)

    def pending(self) -> None:
        self.sent.append(("pending", QUIET_SECONDS))

    def look(self, seconds: float = 0.0) -> None:
        self.sent.append(("look", seconds))

    def take(self) -> list[tuple[str, float]]:
        """All that was sent."""
        taken = list(self.sent)
        self.sent.clear()
        return taken
