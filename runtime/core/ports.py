"""What the use cases need of the world. `adapters` serve these on AWS; tests serve them in memory, under one contract.

Every method may raise `Retryable` or `Throttled`; what else it raises, it says. A method that changes a row
conditionally answers whether it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from runtime.core.addresses import AddressToken, Proof, SentAs, Standing
    from runtime.core.bounce import MessageTags
    from runtime.core.bulk import Document, Run, Starter
    from runtime.core.dead_letter import DeadLetter
    from runtime.core.events import Event
    from runtime.core.manifest import Outcome
    from runtime.core.reasons import Reason
    from runtime.core.transcript import Transcript
    from runtime.core.types import Claim, Content, Record, Request, RequestState
    from runtime.core.word_count import WordCount


class Clock(Protocol):
    """Time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class Tokens(Protocol):
    """Names nobody can guess."""

    def new(self) -> str:
        """128 random bits, as 32 lower-case hex digits."""
        ...


class Log(Protocol):
    """The service's doings."""

    def emit(self, event: Event) -> None:
        """Log one event."""
        ...


@dataclass(frozen=True)
class Form:
    """A presigned POST: where to, and the fields that go before the file."""

    url: str
    fields: Mapping[str, str]


class Uploads(Protocol):
    """The uploads bucket."""

    def form(self, object_key: str, content_type: str, seconds: int) -> Form:
        """A form that can write this one object, of this type and at most `MAX_BYTES`, for so long."""
        ...

    def read(self, object_key: str, etag: str) -> bytes:
        """The object's bytes, if they are those.

        Raises:
            Changed: The object has other bytes by now.
            Absent: There is no object.
        """
        ...

    def delete(self, object_key: str, etag: str) -> None:
        """Delete the object, if it has those bytes; if not, or if it is gone, do nothing."""
        ...


class Images(Protocol):
    """The kept bytes."""

    def keep(self, key: str, data: bytes, content: Content) -> bool:
        """Keep the bytes under the key. False: other bytes are there already, and stay."""
        ...

    def delete(self, key: str) -> None:
        """Delete them; nothing happens if they are gone."""
        ...

    def oldest(self) -> float | None:
        """When the oldest of all kept bytes were written, seconds since the epoch; None when there are none."""
        ...


class Reader(Protocol):
    """OCR."""

    def read(self, key: str) -> Mapping[str, Any]:
        """Textract's answer for the kept image.

        Raises:
            Rejected: The picture cannot be read, and never will be.
            Absent: There are no bytes under this key.
        """
        ...


@dataclass(frozen=True)
class StoredCount:
    """A word count as it lies in the bucket, with the generation of the attempt that it came from."""

    count: WordCount
    generation: int


@dataclass(frozen=True)
class Counted:
    """That a word count is there: of which generation, and the object's ETag."""

    generation: int
    etag: str


class Results(Protocol):
    """Transcripts, texts and word counts."""

    def write_text(self, key: str, text: str) -> None:
        """Write the text as OCR gave it."""
        ...

    def read_text(self, key: str) -> str:
        """Read it.

        Raises:
            Absent: There is none.
        """
        ...

    def write_transcript(self, claim: Claim, transcript: Transcript) -> None:
        """Write an attempt's transcript; this wakes `count`."""
        ...

    def read_transcript(self, key: str, generation: int) -> Transcript:
        """Read it.

        Raises:
            Absent: There is none (any more).
        """
        ...

    def delete_transcript(self, key: str, generation: int) -> None:
        """Delete it; nothing happens if it is gone."""
        ...

    def write_count(self, count: WordCount, generation: int) -> bool:
        """Write a word count; this wakes `publish`. False: one of a later generation is there, and stays."""
        ...

    def read_count(self, key: str) -> StoredCount:
        """Read it.

        Raises:
            Absent: There is none.
        """
        ...

    def has_transcript(self, key: str, generation: int) -> bool:
        """Whether it is there, whatever it holds."""
        ...

    def counted(self, key: str) -> Counted | None:
        """Which word count is there, whatever it holds; None if there is none."""
        ...

    def complete(self, key: str) -> bool:
        """Whether both text and word count are there."""
        ...


class Records(Protocol):
    """The cache's rows. All reads are consistent; all writes only move a record forward."""

    def get(self, key: str) -> Record | None:
        """The record of a picture."""
        ...

    def claim(self, claimed: Record, seen: Record | None) -> bool:
        """Begin an attempt: put this record in the place of what was seen. False: that is there no more."""
        ...

    def give_back(self, claim: Claim) -> None:
        """End an attempt that is to be repeated, without counting it; nothing happens if it was overtaken."""
        ...

    def transcribed(self, claim: Claim, now: float) -> bool:
        """The transcript is durable. False: the attempt was overtaken by another generation."""
        ...

    def ready(self, count: WordCount, generation: int, *, counted: float, now: float, expires_at: float) -> bool:
        """The result is there. True if the record is `READY` with it, now or already."""
        ...

    def failed(self, claim: Claim, reason: Reason, now: float) -> bool:
        """There will be no result (any more, or already); attempts count from zero again. False: it was overtaken."""
        ...

    def abandon(self, seen: Record, reason: Reason, now: float) -> bool:
        """Give up an attempt that nobody works on. False: it is not (any more) in the state that was seen."""
        ...


class Waiters(Protocol):
    """Who waits for a picture's result. Reads are consistent."""

    def add(self, key: str, request: Request) -> None:
        """Wait."""
        ...

    def of(self, key: str) -> list[str]:
        """The ids of the requests that wait."""
        ...

    def remove(self, key: str, request_id: str) -> None:
        """Wait no longer."""
        ...


class Requests(Protocol):
    """The requests' rows. All reads are consistent."""

    def open(self, request: Request) -> None:
        """Write a new request."""
        ...

    def get(self, request_id: str) -> Request | None:
        """The request."""
        ...

    def bind(self, request_id: str, etag: str, content: Content | None, *, uploaded: float, now: float) -> bool:
        """Bind the request to the bytes that were read first. False: it is bound to others."""
        ...

    def kept(self, request_id: str, key: str, now: float) -> bool:
        """The bytes are kept under the key. False: it has its outcome, or another delivery kept them under another."""
        ...

    def joined(self, request_id: str) -> None:
        """Another request's work on the same picture is waited for."""
        ...

    def hit(self, request_id: str) -> None:
        """The result was there already."""
        ...

    def refuse(self, request_id: str, reason: Reason) -> None:
        """There will be no result; who asked is still to be told. The first reason stays, and so does an outcome."""
        ...

    def begin_sending(self, request_id: str, attempt: str, *, now: float, lease_until: float) -> bool:
        """Take the right to send this request's mail. False: it is settled, or somebody else holds that right."""
        ...

    def stop_sending(self, request_id: str, attempt: str) -> None:
        """Give that right back, unsent."""
        ...

    def settle(
        self, request_id: str, attempt: str, state: RequestState, now: float, reason: Reason | None = None
    ) -> None:
        """The request has its outcome, mailed now unless it is `UNDELIVERABLE`; nothing happens without that right."""
        ...

    def bounced(self, request_id: str, attempt: str, reason: Reason) -> bool:
        """What this attempt had mailed came back: the request is `UNDELIVERABLE`, and keeps a reason that it has.

        True if it is so now or already. False: another attempt mailed it since, or mails it.
        """
        ...

    def reopen(self, request: Request, *, forget_reason: bool) -> bool:
        """Take up again what is `UNDELIVERABLE`. False: it is not, or its reason is another than when it was read."""
        ...

    def begin_late(self, request_id: str, *, now: float, lease_until: float) -> bool:
        """Take the right to say that it takes longer. False: that was said, is being said, or all is settled."""
        ...

    def late(self, request_id: str, now: float) -> None:
        """The person was told that it takes longer, whatever has become of the request; this changes no state."""
        ...

    def delete(self, request_id: str) -> None:
        """Forget the request, whatever has become of it; no later write brings it back."""
        ...


class Unfinished(Protocol):
    """What has begun and not come to its end. May be seconds behind: who acts on it looks at the row itself first."""

    def requests(self, before: float) -> list[str]:
        """The ids of requests that were bound or driven on before then and have no outcome: the oldest few hundred."""
        ...

    def records(self, before: float) -> list[str]:
        """The keys of records that were claimed, read or driven on before then and have not ended: the oldest few."""
        ...

    def request_driven(self, request_id: str, now: float) -> None:
        """The request was driven on; nothing happens if it has its outcome."""
        ...

    def record_driven(self, key: str, now: float) -> None:
        """The record was driven on; nothing happens if it has ended."""
        ...


class Stages(Protocol):
    """The queues before the stages, as S3 fills them: what wakes a stage for something that was written long ago."""

    def uploaded(self, request: Request) -> None:
        """Wake `ingest` for the upload that the request is bound to."""
        ...

    def transcribed(self, key: str, generation: int) -> None:
        """Wake `count` for a transcript."""
        ...

    def counted(self, key: str) -> None:
        """Wake `publish` for a word count."""
        ...


class Pending(Protocol):
    """The transcripts that wait to be counted in bulk. Reads are consistent."""

    def add(self, document: Document) -> None:
        """Have one wait; nothing happens if it does already."""
        ...

    def has(self, key: str, generation: int) -> bool:
        """Whether it waits."""
        ...

    def all(self) -> list[Document]:
        """All that wait, in whatever order."""
        ...

    def change(self, document: Document) -> None:
        """Have one wait that is this by now; nothing happens if it waits no longer."""
        ...

    def remove(self, key: str, generation: int) -> None:
        """Have it wait no longer; nothing happens if it does not."""
        ...


class Starters(Protocol):
    """The one row that all who start runs go by. Reads are consistent; all writes but `take` need the lease."""

    def get(self) -> Starter:
        """How it stands."""
        ...

    def take(self, attempt: str, *, now: float, lease_until: float) -> Starter | None:
        """Take the right to start and settle runs; how it stands then. None: somebody else has it."""
        ...

    def begin(self, attempt: str, run: Run) -> bool:
        """Note that a run begins, or by which name Glue knows it. False: the right is somebody else's by now."""
        ...

    def end(self, attempt: str) -> bool:
        """Note that the run is settled. False: the right is somebody else's by now."""
        ...

    def expect(self, attempt: str, look_at: float) -> bool:
        """Note until when a look is on its way. False: the right is somebody else's by now."""
        ...

    def release(self, attempt: str) -> None:
        """Give the right back; nothing happens if it is somebody else's by now."""
        ...


class Manifests(Protocol):
    """What runs are asked to count, and what became of it."""

    def write(self, run: str, documents: Sequence[Document]) -> None:
        """Write what a run is to count."""
        ...

    def read(self, run: str) -> list[tuple[str, int]]:
        """Read it: keys and generations.

        Raises:
            Absent: There is none (any more).
        """
        ...

    def outcomes(self, run: str) -> list[Outcome]:
        """What the run says of each.

        Raises:
            Absent: It has not come so far.
        """
        ...


class Glue(Protocol):
    """The job, on AWS Glue. Its states are Glue's own words (`runtime.core.bulk`)."""

    def start(self, run: str) -> str:
        """Start a run for a manifest that is written; Glue's id of it.

        Raises:
            Throttled: Another one is under way, or the account's capacity is used up.
        """
        ...

    def find(self, run: str) -> str | None:
        """Glue's id of the run that was started for that manifest, if one was."""
        ...

    def state(self, job_run: str) -> str:
        """How a run stands, by Glue's id of it; `LOST` if Glue knows none."""
        ...


class BulkQueue(Protocol):
    """The queue that wakes who starts runs."""

    def pending(self) -> None:
        """Something waits to be counted in bulk."""
        ...

    def look(self, seconds: float = 0.0) -> None:
        """Look, so many seconds from now, how it all stands."""
        ...


class DeadLetters(Protocol):
    """The messages that were received too often, kept for a replay."""

    def keep(self, letter: DeadLetter) -> None:
        """Keep one; keeping it again changes nothing."""
        ...

    def told(self, letter: DeadLetter, now: float) -> None:
        """All whom it concerns have been told."""
        ...

    def kept(self) -> list[DeadLetter]:
        """All of them, the oldest of each queue first."""
        ...

    def forget(self, letter: DeadLetter) -> None:
        """Keep it no longer."""
        ...


class Replays(Protocol):
    """The queues that dead letters came from."""

    def send(self, letter: DeadLetter) -> None:
        """Put the message into its queue again, as it was."""
        ...


class Notifications(Protocol):
    """The notify queue."""

    def send(self, request_id: str) -> None:
        """Wake `notify` for a request: its outcome may be there."""
        ...

    def prove(self, proof_id: str) -> None:
        """Wake `notify` for a proof: its mail is to be sent."""
        ...


class Addresses(Protocol):
    """What is known of addresses, by their names. Reads are consistent."""

    def get(self, name: str) -> Standing:
        """What is known; of an address never seen, nothing."""
        ...

    def proven(self, name: str, now: float) -> None:
        """It counts as proven; SES need not be asked any more."""
        ...

    def unproven(self, name: str, now: float, *, unless_proven_after: float | None = None) -> None:
        """It counts as proven no more, because SES will not write to it, or what it wrote came back for good.

        Nothing happens if it was proven after the time that is given: what is told is older than that.
        """
        ...

    def stop(self, name: str, now: float, until: float) -> None:
        """Its owner said "not me": nothing from before counts, and until then no proof mail is sent."""
        ...

    def asked(self, name: str, email: str, now: float) -> None:
        """SES is asked to verify it."""
        ...

    def forget_asked(self, name: str, asked_at: float) -> None:
        """SES is not asked any more; nothing happens if it was asked again since."""
        ...

    def asked_before(self, before: float) -> list[str]:
        """The names of those that SES was asked about before then, in vain: the oldest few. May be seconds behind."""
        ...


class Proofs(Protocol):
    """Wishes to prove an address. Reads are consistent."""

    def open(self, proof: Proof) -> None:
        """Write a new one."""
        ...

    def get(self, proof_id: str) -> Proof | None:
        """The proof."""
        ...

    def begin(self, proof_id: str, *, now: float, lease_until: float) -> bool:
        """Take the right to send its mail. False: that is decided, or somebody else holds that right."""
        ...

    def give_back(self, proof_id: str) -> None:
        """Give that right back, unsent."""
        ...

    def counted(self, proof_id: str) -> None:
        """It counts among its address's proofs of the day."""
        ...

    def sent(self, proof_id: str, sent_as: SentAs) -> None:
        """Its mail is sent, or will not be."""
        ...


class AddressTokens(Protocol):
    """The tokens that prove addresses, by their hashes. Reads are consistent."""

    def keep(self, token: AddressToken) -> None:
        """Keep one; keeping it again changes nothing."""
        ...

    def get(self, token_hash: str) -> AddressToken | None:
        """What a token is worth; None if it is none."""
        ...


class Counters(Protocol):
    """Numbers that many count at once."""

    def take(self, name: str, most: int, *, expires_at: float) -> bool:
        """Count one more. False: that would be more than `most`."""
        ...

    def turn(self, name: str, *, now: float, seconds: float) -> bool:
        """Take a turn. False: somebody's was less than so many seconds ago."""
        ...


class Mailer(Protocol):
    """Mail."""

    def verified(self, addresses: Sequence[str]) -> set[str]:
        """Those of at most 50 addresses that SES has verified. It answers that once a second, for a whole account."""
        ...

    def ask_to_verify(self, address: str) -> None:
        """Have SES write to the address and ask its owner; once more, if it has done so before."""
        ...

    def forget(self, address: str) -> None:
        """Have SES forget the address; nothing happens if it does not know it."""
        ...

    def send(self, message: EmailMessage, recipient: str, tags: MessageTags) -> str:
        """Send to this recipient and nobody else, whatever the message's headers say; the answer is the message's id.

        Args:
            message: The mail.
            recipient: An address.
            tags: What comes again with SES's word if the mail comes back.

        Raises:
            AddressUnverified: The recipient has not verified the address.
        """
        ...
