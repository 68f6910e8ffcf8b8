from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tests.components.examples.changes import (
    LEFT_OUT,
    all_of,
    but,
    changed,
    granted,
    reworded,
    told,
    twice,
    ungranted,
    unwaited,
    waiting,
    without,
)
from tests.components.examples.example import lets_pass, minds
from tests.components.rules import queues
from tests.components.rules.kinds import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, ROLE_POLICY

if TYPE_CHECKING:
    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example

_NOT_TAKEN: Final = (
    "words-count-lambda may not sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, "
    "sqs:ReceiveMessage on words-count-queue"
)
_NOWHERE: Final = "mail-notify-queue has nowhere to put what fails, or does not say after how many tries"


def _dies(queue: str, *, target: str = "<dead-letters-queue.arn>", tries: object = 200) -> Change:
    """A queue's messages die elsewhere, or after another number of tries."""
    redrive = changed({"deadLetterTargetArn": target}, {"maxReceiveCount": tries})
    return but(QUEUE, queue, redrivePolicy=json.dumps(redrive))


def _sources(*arns: str) -> Change:
    """Who takes dead letters knows these queues, by one name."""
    return told("mend-failures-lambda", DEAD_LETTER_SOURCES=json.dumps(dict.fromkeys(arns, "ingest")))


# But for two queues, whose letters die.
_DEATHLESS: Final = all_of(
    *(
        but(QUEUE, queue, redrivePolicy=LEFT_OUT)
        for queue in ("words-count-queue", "words-bulk-queue", "words-publish-queue", "mail-deadline-queue")
    )
)

EXAMPLES: Final[dict[str, Example]] = {
    "a queue that nobody takes": minds(
        queues.queues_are_taken_by_one_function_each,
        without(EVENT_SOURCE_MAPPING, "dead-letters-feeds"),
        "dead-letters-queue is taken by 0 functions",
    ),
    "a queue that two take": minds(
        queues.queues_are_taken_by_one_function_each,
        twice(EVENT_SOURCE_MAPPING, "mail-notify-feeds", "mail-notify-feeds-again"),
        "mail-notify-queue is taken by 2 functions",
    ),
    "messages of a queue that is not ours": minds(
        queues.queues_are_taken_by_one_function_each,
        but(EVENT_SOURCE_MAPPING, "mail-notify-feeds", eventSourceArn="<elsewhere.arn>"),
        "mail-notify-queue is taken by 0 functions",
        "mail-notify-feeds takes from a queue that is not ours",
    ),
    "messages for a function that is not ours": minds(
        queues.queues_are_taken_by_one_function_each,
        but(EVENT_SOURCE_MAPPING, "mail-notify-feeds", functionName="<elsewhere.arn>"),
        "mail-notify-feeds feeds a function that is not ours",
    ),
    "messages that wait for a switch": minds(
        queues.queues_are_taken_by_one_function_each,
        but(EVENT_SOURCE_MAPPING, "mail-notify-feeds", enabled=False),
        "mail-notify-feeds is switched off",
    ),
    "a function that may not take its messages": minds(
        queues.functions_can_take_their_messages,
        ungranted("words-count-rights", "TakeMessages"),
        _NOT_TAKEN,
    ),
    "a function that may take those of another": minds(
        queues.functions_can_take_their_messages,
        reworded(ROLE_POLICY, "words-count-rights", "TakeMessages", Resource="<mail-notify-queue.arn>"),
        _NOT_TAKEN,
    ),
    "a function that starts before it has its rights": minds(
        queues.functions_can_take_their_messages,
        unwaited(FUNCTION, "words-count-lambda"),
        "words-count-lambda may start before it has its rights",
    ),
    "a function that waits for another's rights": minds(
        queues.functions_can_take_their_messages,
        all_of(
            unwaited(FUNCTION, "words-count-lambda"),
            waiting(FUNCTION, "words-count-lambda", ROLE_POLICY, "words-publish-rights"),
        ),
        "words-count-lambda may start before it has its rights",
    ),
    "visibility of less than six timeouts": minds(
        queues.visibility_covers_six_timeouts,
        but(QUEUE, "ocr-ingest-queue", visibilityTimeoutSeconds=359),
        "ocr-ingest-queue shows a message again before ocr-ingest-lambda had six timeouts for it",
    ),
    "visibility of six timeouts, and a window besides": minds(
        queues.visibility_covers_six_timeouts,
        but(EVENT_SOURCE_MAPPING, "ocr-ingest-feeds", maximumBatchingWindowInSeconds=1),
        "ocr-ingest-queue shows a message again before ocr-ingest-lambda had six timeouts for it",
    ),
    "a function that is not ours, fed": lets_pass(
        queues.visibility_covers_six_timeouts,  # see queues_are_taken_by_one_function_each
        but(EVENT_SOURCE_MAPPING, "mail-notify-feeds", functionName="<elsewhere.arn>"),
    ),
    "a queue that is not ours, fed from": lets_pass(
        queues.visibility_covers_six_timeouts,
        but(EVENT_SOURCE_MAPPING, "mail-notify-feeds", eventSourceArn="<elsewhere.arn>"),
    ),
    "a lease that ends before the function must": minds(
        queues.lease_lies_between_timeout_and_visibility,
        told("mail-notify-lambda", LEASE_SECONDS="30"),
        "mail-notify-lambda holds a lease of 30 s, not between 30 and 180",
    ),
    "the shortest lease": lets_pass(
        queues.lease_lies_between_timeout_and_visibility,
        told("mail-notify-lambda", LEASE_SECONDS="31"),
    ),
    "the longest lease": lets_pass(
        queues.lease_lies_between_timeout_and_visibility,
        told("mail-notify-lambda", LEASE_SECONDS="179"),
    ),
    "a lease that outlasts the message's hiding": minds(
        queues.lease_lies_between_timeout_and_visibility,
        told("mail-notify-lambda", LEASE_SECONDS="180"),
        "mail-notify-lambda holds a lease of 180 s, not between 30 and 180",
    ),
    "a large batch without a window": minds(
        queues.batches_are_ones_that_sqs_gives,
        but(EVENT_SOURCE_MAPPING, "words-count-feeds", batchSize=11),
        "words-count-feeds asks for more than 10 messages without a window to gather them in",
    ),
    "a large batch with a window": lets_pass(
        queues.batches_are_ones_that_sqs_gives,
        but(EVENT_SOURCE_MAPPING, "words-count-feeds", batchSize=11, maximumBatchingWindowInSeconds=1),
    ),
    "batches that fail as a whole": minds(
        queues.batches_are_ones_that_sqs_gives,
        but(EVENT_SOURCE_MAPPING, "words-count-feeds", functionResponseTypes=LEFT_OUT),
        "words-count-feeds tries a whole batch again for one message",
    ),
    "as many batches at once as come": minds(
        queues.batches_are_ones_that_sqs_gives,
        but(EVENT_SOURCE_MAPPING, "words-count-feeds", scalingConfig=LEFT_OUT),
        "words-count-feeds has no maximum concurrency",
    ),
    "a queue whose messages do not die": minds(
        queues.dead_letters_are_kept,
        but(QUEUE, "mail-notify-queue", redrivePolicy=LEFT_OUT),
        _NOWHERE,
    ),
    "a redrive policy without a count": minds(
        queues.dead_letters_are_kept,
        _dies("mail-notify-queue", tries=LEFT_OUT),
        _NOWHERE,
    ),
    "messages that die elsewhere": minds(
        queues.dead_letters_are_kept,
        _dies("mail-notify-queue", target="<elsewhere.arn>"),
        "2 queues for dead letters, and an idle one costs as much as a busy one",
        _NOWHERE,
    ),
    "messages that die before Lambda's own retries": minds(
        queues.dead_letters_are_kept,
        _dies("words-count-queue", tries=4),
        "words-count-queue gives up after 4 tries, not 5 to 1000",
    ),
    "the fewest tries": lets_pass(queues.dead_letters_are_kept, _dies("words-count-queue", tries=5)),
    "the most tries": lets_pass(queues.dead_letters_are_kept, _dies("mail-notify-queue", tries=1000)),
    "more tries than SQS counts": minds(
        queues.dead_letters_are_kept,
        _dies("mail-notify-queue", tries=1001),
        "mail-notify-queue gives up after 1001 tries, not 5 to 1000",
    ),
    "dead letters kept no longer than messages": minds(
        queues.dead_letters_are_kept,
        but(QUEUE, "mail-notify-queue", messageRetentionSeconds=14 * 86_400),
        "dead-letters-queue keeps messages no longer than mail-notify-queue",
    ),
    "messages that are forgotten before they die": minds(
        queues.dead_letters_are_kept,
        but(QUEUE, "mail-notify-queue", visibilityTimeoutSeconds=4 * 86_400 // 200),
        "mail-notify-queue forgets a message before it was tried 200 times",
    ),
    "messages that die just before they are forgotten": lets_pass(
        queues.dead_letters_are_kept,
        but(QUEUE, "mail-notify-queue", visibilityTimeoutSeconds=4 * 86_400 // 200 - 1),
    ),
    "a dead letter of an unknown queue": minds(
        queues.who_died_where_is_told,
        all_of(_sources("<ocr-ingest-queue.arn>"), _DEATHLESS),
        (
            "mend-failures-lambda is told of ['<ocr-ingest-queue.arn>'], and takes what died in "
            "['<mail-notify-queue.arn>', '<ocr-ingest-queue.arn>']"
        ),
    ),
    "dead letters that nobody was told of": minds(
        queues.who_died_where_is_told,
        all_of(told("mend-failures-lambda", DEAD_LETTER_SOURCES=LEFT_OUT), _DEATHLESS),
        (
            "mend-failures-lambda is told of [], and takes what died in "
            "['<mail-notify-queue.arn>', '<ocr-ingest-queue.arn>']"
        ),
    ),
    "two queues of one name, where letters die": minds(
        queues.who_died_where_is_told,
        all_of(_sources("<ocr-ingest-queue.arn>", "<mail-notify-queue.arn>"), _DEATHLESS),
        "mend-failures-lambda is told of two queues by one name",
    ),
    "few tries where SES throttles": minds(
        queues.throttling_kills_no_message,
        _dies("mail-notify-queue", tries=199),
        "mail-notify-queue gives up after 199 tries, and mail-notify-lambda calls ses:SendRawEmail",
    ),
    "few tries where Textract throttles": minds(
        queues.throttling_kills_no_message,
        _dies("ocr-ingest-queue", tries=199),
        "ocr-ingest-queue gives up after 199 tries, and ocr-ingest-lambda calls textract:DetectDocumentText",
    ),
    "few tries where nothing throttles": lets_pass(
        queues.throttling_kills_no_message,
        _dies("words-count-queue", tries=199),
    ),
    "a last queue whose function is throttled": lets_pass(
        queues.throttling_kills_no_message,
        all_of(
            _dies("words-count-queue", tries=199),
            granted("mend-failures-rights", "textract:DetectDocumentText", "*"),
        ),
    ),
}
