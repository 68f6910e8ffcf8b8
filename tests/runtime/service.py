"""The whole service on fakes, step by step: uploads, S3's events and queues are plain lists that a test drives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from runtime.core import keys
from runtime.core.addresses import AddressToken, Verification, name_of
from runtime.core.bulk import SUCCEEDED, Engine
from runtime.core.errors import Retryable
from runtime.core.limits import PROOFS, UPLOADS, Allowance, DailyLimit
from runtime.core.mail.compose import PROOF_HEADER
from runtime.core.manifest import Outcome
from runtime.core.tokens import hashed
from runtime.core.use_cases.addresses import (
    ConfirmProof,
    Identities,
    SendProof,
    ShowProof,
    StartProof,
    StopMails,
    Verifier,
)
from runtime.core.use_cases.bounces import NoteBounce
from runtime.core.use_cases.bulk import Bulk
from runtime.core.use_cases.count import Count
from runtime.core.use_cases.deadline import Deadline
from runtime.core.use_cases.failures import Failures
from runtime.core.use_cases.ingest import Ingest, Upload
from runtime.core.use_cases.notify import Notify
from runtime.core.use_cases.publish import Publish
from runtime.core.use_cases.redrive import Redrive
from runtime.core.use_cases.requests import DeleteRequest, Download, OpenRequest, ShowRequest, Wish
from runtime.core.use_cases.resend import AskAgain, Resend
from runtime.core.use_cases.sweep import Sweep
from runtime.handlers.api import UseCases
from tests.runtime import fakes, glue_run

FRONT_DIGESTS: Final = (hashed("sesame"), hashed("the next"))
"""Of what the front door shows in the events under `handlers/events`, and of what it will show."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from runtime.core.manifest import Cause
    from runtime.core.ports import Unfinished
    from runtime.core.types import Request
    from runtime.core.use_cases.requests import Opened, Status

SENDER = "wordcount@example.com"
SITE = "https://words.example.com"
PROOFS_OF_ONE = 3
PROOFS_OF_ALL = 100_000
UPLOADS_OF_ONE = 100_000
UPLOADS_OF_ALL = 1_000_000
LEASE = 90.0
PATIENCE = 960.0
DAY = 86_400.0
GATHER = 30.0
ABOVE = 100


def answer(*lines: str) -> dict[str, Any]:
    """Textract's answer for a page with these lines."""
    blocks: list[dict[str, Any]] = [{"BlockType": "PAGE", "Id": "page"}]
    for number, line in enumerate(lines):
        ids = [f"{number}.{at}" for at in range(len(line.split()))]
        related = [{"Type": "CHILD", "Ids": ids}]
        blocks.append({"BlockType": "LINE", "Id": str(number), "Text": line, "Relationships": related})
        blocks += [
            {"BlockType": "WORD", "Id": id_, "Text": word, "Confidence": 99.0}
            for id_, word in zip(ids, line.split(), strict=True)
        ]
    return {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks}


@dataclass
class Service:
    """All use cases on shared fakes."""

    clock: fakes.ManualClock = field(default_factory=fakes.ManualClock)
    tokens: fakes.CountedTokens = field(default_factory=fakes.CountedTokens)
    log: fakes.MemoryLog = field(default_factory=fakes.MemoryLog)
    uploads: fakes.MemoryUploads = field(default_factory=fakes.MemoryUploads)
    images: fakes.MemoryImages = field(default_factory=fakes.MemoryImages)
    results: fakes.MemoryResults = field(default_factory=fakes.MemoryResults)
    records: fakes.MemoryRecords = field(default_factory=fakes.MemoryRecords)
    waiters: fakes.MemoryWaiters = field(default_factory=fakes.MemoryWaiters)
    requests: fakes.MemoryRequests = field(default_factory=fakes.MemoryRequests)
    notifications: fakes.MemoryNotifications = field(default_factory=fakes.MemoryNotifications)
    mailer: fakes.MemoryMailer = field(default_factory=fakes.MemoryMailer)
    stages: fakes.MemoryStages = field(default_factory=fakes.MemoryStages)
    dead_letters: fakes.MemoryDeadLetters = field(default_factory=fakes.MemoryDeadLetters)
    replays: fakes.MemoryReplays = field(default_factory=fakes.MemoryReplays)
    addresses: fakes.MemoryAddresses = field(default_factory=fakes.MemoryAddresses)
    address_tokens: fakes.MemoryAddressTokens = field(default_factory=fakes.MemoryAddressTokens)
    proofs: fakes.MemoryProofs = field(default_factory=fakes.MemoryProofs)
    counters: fakes.MemoryCounters = field(default_factory=fakes.MemoryCounters)
    verification: Verification = Verification.SES
    pending: fakes.MemoryPending = field(default_factory=fakes.MemoryPending)
    starters: fakes.MemoryStarters = field(default_factory=fakes.MemoryStarters)
    manifests: fakes.MemoryManifests = field(default_factory=fakes.MemoryManifests)
    glue: fakes.MemoryGlue = field(default_factory=fakes.MemoryGlue)
    bulk_queue: fakes.MemoryBulkQueue = field(default_factory=fakes.MemoryBulkQueue)
    unfinished: Unfinished | None = None
    uploads_of_one: int = UPLOADS_OF_ONE
    engine: Engine = Engine.AUTO

    def __post_init__(self) -> None:
        self.images.now = self.clock.now
        self.reader = fakes.ScriptedReader(self.images, answer("To be, or not to be"))
        table = {"requests": self.requests, "records": self.records, "results": self.results}
        around = {"clock": self.clock, "log": self.log}
        of_addresses = {"proofs": self.proofs, "addresses": self.addresses}
        verifier = Verifier(self.addresses, self.counters, self.mailer, self.clock, self.verification)
        allowance = Allowance(
            DailyLimit(self.counters, UPLOADS, self.uploads_of_one),
            DailyLimit(self.counters, UPLOADS, UPLOADS_OF_ALL),
        )
        self.open_request = OpenRequest(
            requests=self.requests,
            uploads=self.uploads,
            notifications=self.notifications,
            addresses=self.addresses,
            address_tokens=self.address_tokens,
            allowance=allowance,
            tokens=self.tokens,
            form_seconds=600,
            keep_seconds=30 * DAY,
            **around,
        )
        self.show_request = ShowRequest(**table)
        self.resend = Resend(self.requests, self.notifications, self.addresses, verifier, self.log)
        self.use_cases = UseCases(
            start_proof=StartProof(
                proofs=self.proofs,
                notifications=self.notifications,
                limit=DailyLimit(self.counters, PROOFS, PROOFS_OF_ALL),
                tokens=self.tokens,
                verification=self.verification,
                **around,
            ),
            show_proof=ShowProof(**of_addresses, **around, address_tokens=self.address_tokens, verifier=verifier),
            confirm_proof=ConfirmProof(**of_addresses, **around, address_tokens=self.address_tokens),
            stop_mails=StopMails(**of_addresses, **around, requests=self.requests),
            open_request=self.open_request,
            show_request=self.show_request,
            download=Download(self.show_request, self.results),
            ask_again=AskAgain(self.requests, self.resend, allowance, **around),
            delete_request=DeleteRequest(self.requests, self.records, **around),
        )
        self.send_proof = SendProof(
            **of_addresses,
            **around,
            mailer=self.mailer,
            limit=DailyLimit(self.counters, PROOFS, PROOFS_OF_ONE),
            verification=self.verification,
            sender=SENDER,
            site=SITE,
            lease_seconds=LEASE,
        )
        self.ingest = Ingest(
            **table,
            **around,
            uploads=self.uploads,
            images=self.images,
            reader=self.reader,
            waiters=self.waiters,
            notifications=self.notifications,
            tokens=self.tokens,
            lease_seconds=LEASE,
            keep_seconds=30 * DAY,
        )
        self.count = Count(
            self.results,
            self.records,
            self.pending,
            self.bulk_queue,
            **around,
            engine=self.engine,
            glue_above_words=ABOVE,
        )
        self.bulk = Bulk(
            pending=self.pending,
            starters=self.starters,
            manifests=self.manifests,
            glue=self.glue,
            queue=self.bulk_queue,
            results=self.results,
            records=self.records,
            waiters=self.waiters,
            notifications=self.notifications,
            tokens=self.tokens,
            gather_seconds=GATHER,
            lease_seconds=LEASE,
            **around,
        )
        self.publish = Publish(
            self.results, self.records, self.waiters, self.notifications, keep_seconds=30 * DAY, **around
        )
        self.notify = Notify(
            **table,
            **around,
            waiters=self.waiters,
            mailer=self.mailer,
            tokens=self.tokens,
            addresses=self.addresses,
            sender=SENDER,
            site=SITE,
            lease_seconds=LEASE,
        )
        self.note_bounce = NoteBounce(self.requests, self.addresses, **around)
        self.deadline = Deadline(
            self.requests,
            self.addresses,
            self.mailer,
            sender=SENDER,
            site=SITE,
            lease_seconds=LEASE,
            **around,
        )
        waking = {"waiters": self.waiters, "notifications": self.notifications}
        self.failures = Failures(
            **table, **around, **waking, dead_letters=self.dead_letters, tokens=self.tokens, mail_lease_seconds=LEASE
        )
        self.sweep = Sweep(
            **table,
            **around,
            **waking,
            unfinished=self.unfinished or fakes.MemoryUnfinished(self.requests.rows, self.records.rows),
            images=self.images,
            stages=self.stages,
            pending=self.pending,
            bulk=self.bulk_queue,
            patience_seconds=PATIENCE,
            identities=Identities(self.addresses, self.counters, self.mailer, self.clock, self.log),
        )
        self.redrive = Redrive(self.dead_letters, self.requests, self.replays, self.log)

    def open(self, email: str = "ann@example.com", filename: str = "page.png") -> Opened:
        """A request by somebody whose address is proven."""
        return self.open_request(Wish(email, filename, "image/png", 1000), self.token(email))

    def token(self, email: str = "ann@example.com") -> str:
        """A token of somebody who has just proven this address."""
        self.mailer.proven.add(email)
        name, now = name_of(email), self.clock.now()
        self.addresses.proven(name, now)
        token = name[:32]
        self.address_tokens.keep(AddressToken(hashed(token), name, issued_at=now, expires_at=now + 90 * DAY))
        return token

    def lose(self, email: str = "ann@example.com") -> None:
        """The address is found to be proven no more."""
        self.mailer.proven.discard(email)
        self.addresses.unproven(name_of(email), self.clock.now())

    def mail_of(self, proof_id: str) -> EmailMessage | None:
        """The mail that was sent for a proof."""
        mails = [mail for mail in self.mailer.sent if mail.get(PROOF_HEADER) == proof_id]
        return mails[-1] if mails else None

    def upload(self, opened: Opened, data: bytes) -> Upload:
        """What the form does; S3's event of it."""
        object_key = keys.upload(opened.request_id)
        return Upload(object_key, self.uploads.put(object_key, data), len(data), self.clock.now())

    def run(self) -> None:
        """Let all that was written wake what it wakes, until nothing moves."""
        while self.results.written or self.notifications.sent or self.notifications.proofs:
            while self.notifications.proofs:
                self.send_proof(self.notifications.proofs.pop(0))
            while self.results.written:
                written = self.results.written.pop(0)
                if keys.parse_transcript(written):
                    self.count(written)
                else:
                    self.publish(written, self.clock.now())
            while self.notifications.sent:
                self.notify(self.notifications.sent.pop(0))

    def deliver_bulk(self) -> None:
        """Let time pass, and deliver what is in the bulk queue, until it is empty."""
        while self.bulk_queue.sent:
            what, seconds = self.bulk_queue.sent.pop(0)
            self.clock.advance(seconds)
            (self.bulk.something_waits if what == "pending" else self.bulk.look)()

    def end_run(
        self, state: str = SUCCEEDED, only: int | None = None, cause_of: Callable[[str], Cause | None] = lambda _: None
    ) -> str:
        """Have Glue's run do its work, or no more than so many documents of it, and end.

        Args:
            state: How it ends; only one that succeeds writes a report.
            only: How many documents it counts before.
            cause_of: Why it cannot count a document, by its key; None if it can.
        """
        job_run = self.glue.end(state)
        run = self.glue.runs[job_run]
        told = [self._counted(key, generation, cause_of(key)) for key, generation in self.manifests.asked[run][:only]]
        if state == SUCCEEDED:
            self.manifests.told[run] = told
        return job_run

    def _counted(self, key: str, generation: int, cause: Cause | None) -> Outcome:
        seen = glue_run.looked_at(self.results, key, generation)
        if isinstance(seen, Outcome):
            return seen
        if cause:
            return glue_run.failed(key, generation, cause)
        return glue_run.kept(self.results, key, generation, seen)

    def ingest_until_done(self, upload: Upload, tries: int = 10) -> None:
        """Deliver an upload's message again, a while later, as long as it asks for that."""
        for _ in range(tries):
            try:
                self.ingest(upload)
            except Retryable:
                self.clock.advance(LEASE + 1)
            else:
                return
        raise AssertionError(f"still not done after {tries} deliveries")

    def see_through(self, data: bytes, email: str = "ann@example.com", filename: str = "page.png") -> Opened:
        """One picture all the way through."""
        opened = self.open(email, filename)
        self.ingest(self.upload(opened, data))
        self.run()
        return opened

    def request(self, opened: Opened) -> Request:
        """The request's row."""
        return self.requests.rows[opened.request_id]

    def status(self, opened: Opened) -> Status:
        """What the API shows."""
        return self.show_request(opened.request_id, opened.access_token)

    def at_rest(self) -> bool:
        """Whether nothing is left that should have been deleted or answered."""
        left = (self.uploads.objects, self.images.kept, self.results.transcripts, self.waiters.waiting)
        return not any(left)
