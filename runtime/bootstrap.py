"""Wire a function: settings, clients, adapters, use case, handler.

Lambda is told `runtime.bootstrap.<function>`. Nothing is made at import; when Lambda looks the handler up while it
starts (the init phase, with a full processor), `__getattr__` makes it, with only the clients that this function needs,
all from one session. A missing variable fails there, with its name.
"""

from __future__ import annotations

import gc
import json
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.config import Config

from runtime.adapters.addresses import TableAddresses, TableAddressTokens, TableProofs
from runtime.adapters.bulk import AwsGlue, S3Manifests, SqsBulkQueue, TablePending, TableStarters
from runtime.adapters.counters import TableCounters
from runtime.adapters.dead_letters import TableDeadLetters
from runtime.adapters.images import S3Images
from runtime.adapters.mailer import SesMailer
from runtime.adapters.queues import SqsDeliveries, SqsNotifications
from runtime.adapters.records import TableRecords, TableWaiters
from runtime.adapters.requests import TableRequests
from runtime.adapters.results import S3Results
from runtime.adapters.stages import SqsStages
from runtime.adapters.structured_log import StructuredLog, name_invocation
from runtime.adapters.system import RandomTokens, SystemClock
from runtime.adapters.table import Table
from runtime.adapters.textract_reader import TextractReader
from runtime.adapters.unfinished import TableUnfinished
from runtime.adapters.uploads import S3Uploads
from runtime.core import limits
from runtime.core.addresses import Verification
from runtime.core.bulk import Engine
from runtime.core.limits import Allowance, DailyLimit
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
from runtime.core.use_cases.ingest import Ingest
from runtime.core.use_cases.notify import Notify
from runtime.core.use_cases.publish import Publish
from runtime.core.use_cases.requests import DeleteRequest, Download, OpenRequest, ShowRequest
from runtime.core.use_cases.resend import AskAgain, Resend
from runtime.core.use_cases.sweep import Sweep
from runtime.handlers.api import Api, UseCases
from runtime.handlers.batch import Batch, body_of
from runtime.handlers.bulk import work as bulking
from runtime.handlers.count import work as counting
from runtime.handlers.deadline import work as reminding
from runtime.handlers.failures import read as dead_letters_from
from runtime.handlers.ingest import work as ingesting
from runtime.handlers.notify import work as notifying
from runtime.handlers.publish import work as publishing
from runtime.handlers.ses_events import read as mails_from
from runtime.handlers.sweep import scheduled
from runtime.settings import (
    ApiSettings,
    BulkSettings,
    CountSettings,
    DeadlineSettings,
    FailuresSettings,
    IngestSettings,
    NotifySettings,
    PublishSettings,
    SweepSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sqs import SQSClient

    from runtime.settings import FunctionSettings

    class Invocation(Protocol):
        """Lambda's context object, as far as we use it."""

        aws_request_id: str

    Respond = Callable[[Mapping[str, Any]], dict[str, Any]]
    Handler = Callable[[Mapping[str, Any], Invocation], dict[str, Any]]

DAY: Final = 86_400.0
MINUTE: Final = 60

# A call that hangs must end well before its function is killed, or it takes the whole batch with it.
_QUICK: Final = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=3)
# The regional, virtual-hosted S3 endpoint: forms signed for the global one would be redirected, which breaks CORS.
_S3: Final = _QUICK.merge(
    Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
)
# Once only: OCR that is tried again is paid again, and a mail that is tried again may arrive twice.
_ONCE: Final = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2)
_OCR: Final = _ONCE.merge(Config(read_timeout=45))
_MAIL: Final = _ONCE.merge(Config(read_timeout=10))

# SES takes one call a second that sends no mail, of a whole account: who has time waits for its turn.
_PATIENT: Final = Config(retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=1, read_timeout=3)


class Wiring:
    """What functions are made of, each part made when it is first asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._session = boto3.Session()
        self.clock = SystemClock()
        self.tokens = RandomTokens()

    @cached_property
    def _s3(self) -> S3Client:
        return self._session.client("s3", config=_S3)

    @cached_property
    def _sqs(self) -> SQSClient:
        return self._session.client("sqs", config=_QUICK)

    @cached_property
    def _ses(self) -> SESClient:
        return self._session.client("ses", config=_MAIL)

    def _table(self, name: str) -> Table:
        return Table(self._session.client("dynamodb", config=_QUICK), name)

    def api(self) -> Handler:
        """Answers HTTP requests."""
        told = ApiSettings.read(self._environ)
        table = self._table(told.table_name)
        log, requests, notifications = (
            self._log(told),
            TableRequests(table),
            SqsNotifications(self._sqs, told.notify_queue_url),
        )
        records, results = TableRecords(table, told.results_bucket), S3Results(self._s3, told.results_bucket)
        addresses, address_tokens, proofs = TableAddresses(table), TableAddressTokens(table), TableProofs(table)
        counters, verification = TableCounters(table), Verification(told.mail_verification)
        allowance = Allowance(
            DailyLimit(counters, limits.UPLOADS, told.uploads_per_address_and_day),
            DailyLimit(counters, limits.UPLOADS, told.uploads_per_day),
        )
        verifier = Verifier(addresses, counters, SesMailer(self._ses), self.clock, verification)
        show_request = ShowRequest(requests, records, results)
        do = UseCases(
            start_proof=StartProof(
                proofs=proofs,
                notifications=notifications,
                limit=DailyLimit(counters, limits.PROOFS, told.proofs_of_all_per_day),
                clock=self.clock,
                tokens=self.tokens,
                log=log,
                verification=verification,
            ),
            show_proof=ShowProof(proofs, addresses, address_tokens, verifier, self.clock, log),
            confirm_proof=ConfirmProof(proofs, addresses, address_tokens, self.clock, log),
            stop_mails=StopMails(proofs, requests, addresses, self.clock, log),
            open_request=OpenRequest(
                requests=requests,
                uploads=S3Uploads(self._s3, told.uploads_bucket),
                notifications=notifications,
                addresses=addresses,
                address_tokens=address_tokens,
                allowance=allowance,
                clock=self.clock,
                tokens=self.tokens,
                log=log,
                form_seconds=told.form_minutes * MINUTE,
                keep_seconds=told.request_ttl_days * DAY,
            ),
            show_request=show_request,
            download=Download(show_request, results),
            ask_again=AskAgain(
                requests,
                Resend(requests, notifications, addresses, verifier, log),
                allowance,
                self.clock,
                log,
            ),
            delete_request=DeleteRequest(requests, records, self.clock, log),
        )
        return _handler(Api(do, log, tuple(told.front_digests.split(","))))

    def ingest(self) -> Handler:
        """Keeps uploads and has them read."""
        told = IngestSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Ingest(
            uploads=S3Uploads(self._s3, told.uploads_bucket),
            images=S3Images(self._s3, told.results_bucket),
            reader=TextractReader(self._session.client("textract", config=_OCR), told.results_bucket),
            results=S3Results(self._s3, told.results_bucket),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            requests=TableRequests(table),
            notifications=SqsNotifications(self._sqs, told.notify_queue_url),
            clock=self.clock,
            tokens=self.tokens,
            log=log,
            lease_seconds=told.lease_seconds,
            keep_seconds=told.cache_ttl_days * DAY,
        )
        return self._batches(ingesting(use_case), log)

    def count(self) -> Handler:
        """Counts transcripts."""
        told = CountSettings.read(self._environ)
        log = self._log(told)
        table = self._table(told.table_name)
        use_case = Count(
            results=S3Results(self._s3, told.results_bucket),
            records=TableRecords(table, told.results_bucket),
            pending=TablePending(table),
            queue=SqsBulkQueue(self._sqs, told.bulk_queue_url),
            clock=self.clock,
            log=log,
            engine=Engine(told.engine),
            glue_above_words=told.glue_above_words,
        )
        return self._batches(counting(use_case), log)

    def bulk(self) -> Handler:
        """Starts runs on Glue for what waits, and settles what they came to."""
        told = BulkSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Bulk(
            pending=TablePending(table),
            starters=TableStarters(table),
            manifests=S3Manifests(self._s3, told.results_bucket),
            glue=AwsGlue(self._session.client("glue", config=_QUICK), told.glue_job, told.results_bucket),
            queue=SqsBulkQueue(self._sqs, told.bulk_queue_url),
            results=S3Results(self._s3, told.results_bucket),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            notifications=SqsNotifications(self._sqs, told.notify_queue_url),
            clock=self.clock,
            tokens=self.tokens,
            log=log,
            gather_seconds=told.gather_seconds,
            lease_seconds=told.lease_seconds,
        )
        return self._batches(bulking(use_case), log)

    def publish(self) -> Handler:
        """Makes results known."""
        told = PublishSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Publish(
            results=S3Results(self._s3, told.results_bucket),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            notifications=SqsNotifications(self._sqs, told.notify_queue_url),
            clock=self.clock,
            log=log,
            keep_seconds=told.cache_ttl_days * DAY,
        )
        return self._batches(publishing(use_case), log)

    def notify(self) -> Handler:
        """Mails outcomes."""
        told = NotifySettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        addresses, mailer = TableAddresses(table), SesMailer(self._ses, told.mail_configuration_set)
        use_case = Notify(
            requests=TableRequests(table),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            results=S3Results(self._s3, told.results_bucket),
            mailer=mailer,
            clock=self.clock,
            tokens=self.tokens,
            log=log,
            addresses=addresses,
            sender=told.mail_sender,
            site=told.site_url,
            lease_seconds=told.lease_seconds,
        )
        send_proof = SendProof(
            proofs=TableProofs(table),
            addresses=addresses,
            mailer=mailer,
            limit=DailyLimit(TableCounters(table), limits.PROOFS, told.proofs_per_day),
            clock=self.clock,
            log=log,
            verification=Verification(told.mail_verification),
            sender=told.mail_sender,
            site=told.site_url,
            lease_seconds=told.lease_seconds,
        )
        note_bounce = NoteBounce(use_case.requests, addresses, self.clock, log)
        return self._batches(notifying(use_case, send_proof, note_bounce), log, mails_from)

    def deadline(self) -> Handler:
        """Tells who waits too long."""
        told = DeadlineSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Deadline(
            requests=TableRequests(table),
            addresses=TableAddresses(table),
            mailer=SesMailer(self._ses, told.mail_configuration_set),
            clock=self.clock,
            log=log,
            sender=told.mail_sender,
            site=told.site_url,
            lease_seconds=told.lease_seconds,
        )
        return self._batches(reminding(use_case), log)

    def failures(self) -> Handler:
        """Keeps dead letters, and tells whom they concern."""
        told = FailuresSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Failures(
            dead_letters=TableDeadLetters(table),
            results=S3Results(self._s3, told.results_bucket),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            requests=TableRequests(table),
            notifications=SqsNotifications(self._sqs, told.notify_queue_url),
            clock=self.clock,
            tokens=self.tokens,
            log=log,
            mail_lease_seconds=told.mail_lease_seconds,
        )
        return self._batches(use_case, log, dead_letters_from(json.loads(told.dead_letter_sources)))

    def sweep(self) -> Handler:
        """Drives on what is stuck."""
        told = SweepSettings.read(self._environ)
        table, log = self._table(told.table_name), self._log(told)
        use_case = Sweep(
            unfinished=TableUnfinished(table),
            records=TableRecords(table, told.results_bucket),
            waiters=TableWaiters(table),
            requests=TableRequests(table),
            results=S3Results(self._s3, told.results_bucket),
            images=S3Images(self._s3, told.results_bucket),
            stages=SqsStages(
                self._sqs,
                self.clock,
                ingest=told.ingest_queue_url,
                count=told.count_queue_url,
                publish=told.publish_queue_url,
            ),
            pending=TablePending(table),
            bulk=SqsBulkQueue(self._sqs, told.bulk_queue_url),
            notifications=SqsNotifications(self._sqs, told.notify_queue_url),
            clock=self.clock,
            log=log,
            patience_seconds=told.patience_seconds,
            identities=self._identities(table, log) if told.mail_verification == Verification.SES else None,
        )
        return _handler(scheduled(use_case))

    def _identities(self, table: Table, log: StructuredLog) -> Identities:
        mailer = SesMailer(self._session.client("ses", config=_PATIENT))
        return Identities(TableAddresses(table), TableCounters(table), mailer, self.clock, log)

    def _log(self, told: FunctionSettings) -> StructuredLog:
        return StructuredLog(told.aws_lambda_function_name, told.log_level)

    def _batches(
        self, work: Callable[[Any], None], log: StructuredLog, read: Callable[[Mapping[str, Any]], Any] = body_of
    ) -> Handler:
        return _handler(Batch(work, SqsDeliveries(self._sqs), log, read))


def _handler(respond: Respond) -> Handler:
    def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
        name_invocation(context.aws_request_id)
        return respond(event)

    return handle


_FUNCTIONS: Final = ("api", "ingest", "count", "bulk", "publish", "notify", "deadline", "failures", "sweep")
_made: Final[dict[str, Handler]] = {}


def __getattr__(name: str) -> Handler:
    """Make the handler that Lambda looks up."""
    if name not in _FUNCTIONS:
        raise AttributeError(name)
    if name not in _made:
        gc.disable()  # what is made here lives as long as the process: a quarter less time to start
        try:
            _made[name] = getattr(Wiring(os.environ), name)()
        finally:
            gc.freeze()
            gc.enable()
    return _made[name]
