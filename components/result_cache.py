"""What is known of every picture seen before: the table of records and requests, and the bucket of results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.event_queue import RETENTION_DAYS
from components.grant import Grant, reasoned
from components.prefix import Folder, RowKind
from components.private_bucket import Expiry, PrivateBucket, PrivateBucketArgs, Wakes
from components.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

    from components.event_queue import EventQueue
    from components.settings import CacheSettings

_IMAGES: Final = Folder("images/")
_TRANSCRIPTS: Final = Folder("transcripts/")
_RESULTS: Final = Folder("results/")
_BULK: Final = Folder("bulk/")
"""What runs of Glue are asked to count, and what they tell."""
_CORPUS: Final = Folder("corpus/")
"""What somebody had counted over all results."""
_JOBS: Final = Folder("jobs/")
"""The code of Glue's jobs."""

_REQUESTS: Final = RowKind("REQUEST#")
_RECORDS: Final = RowKind("DIGEST#")
"""A picture's record, and beside it the waiters for its result."""
_DEAD_LETTERS: Final = RowKind("DEAD#")
_ADDRESSES: Final = RowKind("ADDRESS#")
_PROOFS: Final = RowKind("PROOF#")
_TOKENS: Final = RowKind("TOKEN#")
_COUNTERS: Final = RowKind("COUNTER#")
_IN_BULK: Final = RowKind("BULK#")
"""What waits for a run of Glue, and the row that runs are started by."""

_UNFINISHED: Final = "unfinished"
"""The index of what has begun and not come to its end, and its partition key: the kind of row."""

_IMAGE_DAYS: Final = 3
_TRANSCRIPT_DAYS: Final = RETENTION_DAYS + 1
"""A transcript must outlive the message that tells of it."""
_BULK_DAYS: Final = _TRANSCRIPT_DAYS
"""What a run was asked is needed as long as there may be something left of it to count."""
_CORPUS_DAYS: Final = 7
_RESULT_DAYS_BEYOND_RECORD: Final = 7
"""DynamoDB deletes a row days after it expired; until then the row may still be asked for its result."""


@dataclass(frozen=True, kw_only=True)
class ResultCacheArgs:
    """What the cache needs to know."""

    settings: CacheSettings


class ResultCache(pulumi.ComponentResource):
    """The table and the results bucket, and the rights on them, named by what they are for."""

    table_name: Output[str]
    bucket_name: Output[str]
    bucket_arn: Output[str]

    def __init__(self, name: str, args: ResultCacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ocr:index:ResultCache", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        table = aws.dynamodb.Table(
            f"{name}-table",
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[
                {"name": "pk", "type": "S"},
                {"name": "sk", "type": "S"},
                {"name": _UNFINISHED, "type": "S"},
                {"name": "since", "type": "N"},
            ],
            # Sparse: only rows that have not come to their end have its attributes, so it is as small as the backlog.
            global_secondary_indexes=[
                {
                    "name": _UNFINISHED,
                    "hash_key": _UNFINISHED,
                    "range_key": "since",
                    "projection_type": "KEYS_ONLY",
                }
            ],
            ttl={"attribute_name": "expires_at", "enabled": True},
            point_in_time_recovery={"enabled": args.settings.point_in_time_recovery},
            deletion_protection_enabled=args.settings.keep_on_teardown,
            tags=tags_of(name),
            opts=child,
        )
        self._results = PrivateBucket(
            f"{name}-results",
            PrivateBucketArgs(
                expiries=(
                    Expiry(folder=_IMAGES, days=_IMAGE_DAYS),
                    Expiry(folder=_TRANSCRIPTS, days=_TRANSCRIPT_DAYS),
                    Expiry(folder=_BULK, days=_BULK_DAYS),
                    Expiry(folder=_CORPUS, days=_CORPUS_DAYS),
                    Expiry(folder=_RESULTS, days=args.settings.ttl_days + _RESULT_DAYS_BEYOND_RECORD),
                ),
                keeps_data=args.settings.keep_on_teardown,
                tags=tags_of(name),
            ),
            child,
        )
        self._table_arn: Output[str] = table.arn
        self.table_name = table.name
        self.bucket_name = self._results.name
        self.bucket_arn = self._results.arn
        self.register_outputs({"table_name": self.table_name, "bucket_name": self.bucket_name})

    def wakes(self, *, count: EventQueue, publish: EventQueue) -> None:
        """Declare what new objects wake: a transcript the count, a word count its publishing."""
        self._results.wakes(
            queues=(
                Wakes(folder=_TRANSCRIPTS, suffix=".jsonl", target_arn=count.arn, let_in_by=count.policy),
                Wakes(folder=_RESULTS, suffix="/word-count.json", target_arn=publish.arn, let_in_by=publish.policy),
            ),
        )

    def keep_code(
        self, name: str, key: str, source: pulumi.Asset, tags: Mapping[str, str], parent: pulumi.Resource
    ) -> aws.s3.BucketObjectv2:
        """Put a file of a job's code into the bucket; its key tells its content, so that what runs is what it names."""
        return aws.s3.BucketObjectv2(
            name,
            bucket=self.bucket_name,
            key=f"{_JOBS.prefix}{key}",
            source=source,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=parent),
        )

    @reasoned
    def open_requests(self) -> Grant:
        """To write a request, see what became of it, have its mail sent again, and delete it."""
        return self._rows("OpenRequests", _REQUESTS, "GetItem", "PutItem", "UpdateItem", "DeleteItem")

    @reasoned
    def follow_requests(self) -> Grant:
        """To note what becomes of a request."""
        return self._rows("FollowRequests", _REQUESTS, "GetItem", "UpdateItem")

    @reasoned
    def read_records(self) -> Grant:
        """To see what is known of a picture."""
        return self._rows("ReadRecords", _RECORDS, "GetItem")

    @reasoned
    def claims(self) -> Grant:
        """To claim a picture, and to note what an attempt came to."""
        return self._rows("ClaimPictures", _RECORDS, "GetItem", "PutItem", "UpdateItem")

    @reasoned
    def finish_records(self) -> Grant:
        """To note that a picture's result is there."""
        return self._rows("FinishRecords", _RECORDS, "UpdateItem")

    @reasoned
    def give_up_records(self) -> Grant:
        """To see what became of a picture, and to note that nobody works on it any more."""
        return self._rows("GiveUpRecords", _RECORDS, "GetItem", "UpdateItem")

    @reasoned
    def open_proofs(self) -> Grant:
        """To note that somebody wants to prove an address, and see how far that is."""
        return self._rows("OpenProofs", _PROOFS, "GetItem", "PutItem")

    @reasoned
    def follow_proofs(self) -> Grant:
        """To note what was sent for a proof."""
        return self._rows("FollowProofs", _PROOFS, "GetItem", "UpdateItem")

    @reasoned
    def know_addresses(self) -> Grant:
        """To see whether an address is proven, and to note that it is, or is not any more."""
        return self._rows("KnowAddresses", _ADDRESSES, "GetItem", "UpdateItem")

    @reasoned
    def see_addresses(self) -> Grant:
        """To see whether an address is proven."""
        return self._rows("SeeAddresses", _ADDRESSES, "GetItem")

    @reasoned
    def issue_tokens(self) -> Grant:
        """To give out a token that proves an address, and to see what one is worth."""
        return self._rows("IssueTokens", _TOKENS, "GetItem", "PutItem")

    @reasoned
    def count_spending(self) -> Grant:
        """To count what is limited by the day, or by the second."""
        return self._rows("CountSpending", _COUNTERS, "UpdateItem")

    @reasoned
    def keep_dead_letters(self) -> Grant:
        """To keep a message that was received too often, and to note that its people were told."""
        return self._rows("KeepDeadLetters", _DEAD_LETTERS, "PutItem", "UpdateItem")

    @reasoned
    def leave_to_glue(self) -> Grant:
        """To have a transcript wait for a run of Glue."""
        return self._rows("LeaveToGlue", _IN_BULK, "PutItem")

    @reasoned
    def see_what_is_left_to_glue(self) -> Grant:
        """To see whether a transcript waits for a run of Glue."""
        return self._rows("SeeWhatIsLeftToGlue", _IN_BULK, "GetItem")

    @reasoned
    def start_and_settle_runs(self) -> Grant:
        """To take what waits for Glue into a run, one at a time, and to strike out what that has settled."""
        return self._rows("StartAndSettleRuns", _IN_BULK, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")

    @reasoned
    def ask_and_hear_runs(self) -> Grant:
        """To write what a run is to count, and to read what it tells; or the reverse, as the run."""
        return self._objects("AskAndHearRuns", _BULK, "GetObject", "PutObject")

    @reasoned
    def run_code(self) -> Grant:
        """To fetch the job's code: Glue does it as the job."""
        return self._objects("RunCode", _JOBS, "GetObject")

    @reasoned
    def read_transcripts(self) -> Grant:
        """To read a transcript."""
        return self._objects("ReadTranscripts", _TRANSCRIPTS, "GetObject")

    @reasoned
    def find_results(self) -> Grant:
        """To find all results, for the vocabulary of the archive."""
        return self._results.list_folders("FindResults", (_RESULTS,), "RESULTS_BUCKET")

    @reasoned
    def write_corpus(self) -> Grant:
        """To write the vocabulary of the archive."""
        return self._objects("WriteCorpus", _CORPUS, "PutObject")

    @reasoned
    def find_unfinished(self) -> Grant:
        """To find what has begun and not come to its end."""
        return Grant(
            intent="FindUnfinished",
            actions=("dynamodb:Query",),
            resources=(pulumi.Output.concat(self._table_arn, "/index/", _UNFINISHED),),
            variables={"TABLE_NAME": self.table_name},
        )

    @reasoned
    def find_work(self) -> Grant:
        """To see which images are kept, and since when, and whether a transcript is there."""
        return self._results.list_folders("FindWork", (_IMAGES, _TRANSCRIPTS), "RESULTS_BUCKET")

    @reasoned
    def wait(self) -> Grant:
        """To join those who wait for a picture's result."""
        return self._rows("WaitForResults", _RECORDS, "PutItem")

    @reasoned
    def find_waiters(self) -> Grant:
        """To find those who wait for a picture's result."""
        return self._rows("FindWaiters", _RECORDS, "Query")

    @reasoned
    def strike_out_waiters(self) -> Grant:
        """To strike out who waits no longer for a picture's result."""
        return self._rows("StrikeOutWaiters", _RECORDS, "DeleteItem")

    @reasoned
    def keep_images(self) -> Grant:
        """To keep a picture's bytes, let Textract read them as oneself, and delete them."""
        return self._objects("KeepImages", _IMAGES, "GetObject", "PutObject", "DeleteObject")

    @reasoned
    def write_transcripts(self) -> Grant:
        """To hand a transcript to the count."""
        return self._objects("WriteTranscripts", _TRANSCRIPTS, "PutObject")

    @reasoned
    def take_transcripts(self) -> Grant:
        """To read a transcript, and delete one that nobody needs."""
        return self._objects("TakeTranscripts", _TRANSCRIPTS, "GetObject", "DeleteObject")

    @reasoned
    def delete_transcripts(self) -> Grant:
        """To delete a transcript that was counted, or that nobody will count."""
        return self._objects("DeleteTranscripts", _TRANSCRIPTS, "DeleteObject")

    @reasoned
    def write_results(self) -> Grant:
        """To write a text or a word count."""
        return self._objects("WriteResults", _RESULTS, "PutObject")

    @reasoned
    def read_results(self) -> Grant:
        """To read a text or a word count."""
        return self._objects("ReadResults", _RESULTS, "GetObject")

    def _rows(self, intent: str, kind: RowKind, *actions: str) -> Grant:
        return Grant(
            intent=intent,
            actions=tuple(f"dynamodb:{action}" for action in actions),
            resources=(self._table_arn,),
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [kind.pattern]}},
            variables={"TABLE_NAME": self.table_name},
        )

    def _objects(self, intent: str, folder: Folder, *actions: str) -> Grant:
        return self._results.grant(intent, [f"s3:{action}" for action in actions], folder, "RESULTS_BUCKET")
