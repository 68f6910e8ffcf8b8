"""All settings of a stack, typed, read in one place: one object per component in `Pulumi.<stack>.yaml`.

Environments differ by these values only. The name of a stack decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components.event_queue import RETENTION_DAYS, TRIES, VISIBILITY_PER_TIMEOUT
from components.misplaced import Known
from components.sections import check, read
from components.setting import Meaning, flag, one_of, setting, text, whole
from components.stack_file import Problem, SettingsError, StackFile, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STACK_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
STACK_NAME_RULE: Final = "at most 20 lower-case letters, digits and hyphens, beginning with a letter"
"""The names of buckets and functions are made of the stack's, and have to fit."""

_ADDRESS: Final = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_DOMAIN: Final = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_SITE_DOMAIN: Final = r"|(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"

# CloudWatch Logs knows these only: PutRetentionPolicy, retentionInDays.
_LOG_DAYS: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653)

# An SQS event source takes a maximum concurrency of these bounds.
_AT_ONCE: Final = whole(2, 1000)

# Tried so often as a queue tries, each time hidden for as long as a queue hides, a message must not outlive its queue.
_LONGEST_TIMEOUT: Final = RETENTION_DAYS * 86_400 // (TRIES * VISIBILITY_PER_TIMEOUT) - 1

REGION: Final = Meaning(
    "Where everything is. Not every region has Textract: [deploy.md](deploy.md) says how to see.",
    # Our ARNs are of the partition `aws`; that of China and that of the US government have others.
    text("a region of AWS, such as us-east-1 (none of China's or GovCloud's)", r"(?!cn-)[a-z]{2}-[a-z]+-[1-9]"),
    example="us-east-1",
)


@dataclass(frozen=True, kw_only=True)
class SiteSettings:
    """Where people upload."""

    form_minutes: int = setting("How long an upload form can be used.", whole(1, 60, "minutes"), default=10)
    request_ttl_days: int = setting(
        "How long a request can be asked about; then its row, with address and file name, is deleted."
        " Longer than a message may wait.",
        whole(RETENTION_DAYS + 1, 365, "days"),
        example=30,
    )
    requests_per_second: int = setting("Requests the API takes in the long run.", whole(1, 10_000), example=20)
    request_burst: int = setting("Requests the API takes in one moment.", whole(1, 5_000), example=40)
    uploads_per_address_and_day: int = setting(
        "Pictures taken, and mails sent again, for one address on one day (UTC).", whole(1, 100_000), example=50
    )
    uploads_per_day: int = setting(
        "Pictures taken, and mails sent again, for all addresses on one day: what the service may cost.",
        whole(1, 10_000_000),
        example=1_000,
    )
    domain: str = setting(
        "The page's own domain name; without one it has CloudFront's."
        " [deploy.md](deploy.md#a-domain-of-your-own) says what to do in its DNS.",
        text('a domain name in lower case, such as words.example.com, without https://; or "" for none', _SITE_DOMAIN),
        example="words.example.com",
        default="",
    )
    front_secret_version: int = setting(
        "Counted up by one, and deployed, it exchanges the secret that CloudFront shows the API.",
        whole(1, 1_000_000),
        default=1,
    )


@dataclass(frozen=True, kw_only=True)
class OcrSettings:
    """Reading pictures."""

    maximum_concurrency: int = setting(
        "Pictures read at once; more than Textract's quota for DetectDocumentText only makes them wait.",
        _AT_ONCE,
        example=5,
    )
    timeout_seconds: int = setting(
        "The longest one picture may take. So often tried in vain, its message must die before its queue forgets it.",
        whole(10, _LONGEST_TIMEOUT, "seconds"),
        default=60,
    )
    lease_seconds: int = setting(
        "How long an attempt keeps others from the same picture; longer than the timeout.",
        whole(11, VISIBILITY_PER_TIMEOUT * _LONGEST_TIMEOUT - 1, "seconds"),
        default=90,
    )


@dataclass(frozen=True, kw_only=True)
class CountSettings:
    """Counting words."""

    maximum_concurrency: int = setting("Transcripts counted, and results published, at once.", _AT_ONCE, example=5)
    engine: str = setting(
        "What counts: `lambda` each transcript at once, `glue` all of them in runs of AWS Glue, `auto` the large ones.",
        one_of("auto", "lambda", "glue"),
        default="auto",
    )
    glue_above_words: int = setting(
        "With the engine `auto`, transcripts of more words than this are counted by AWS Glue.",
        whole(0, 10_000_000, "words"),
        default=1_000_000,
    )
    gather_seconds: int = setting(
        "How long the first transcript that waits for AWS Glue waits for others to come along, at most. A run costs a"
        " minute of Glue at least, however little it counts.",
        whole(0, 900, "seconds (SQS delays a message no longer)"),
        default=30,
    )


@dataclass(frozen=True, kw_only=True)
class GlueSettings:
    """Runs of AWS Glue."""

    worker_type: str = setting("The workers' size: 4 or 8 processors.", one_of("G.1X", "G.2X"), default="G.1X")
    maximum_workers: int = setting(
        "Workers of a run, which takes only as many as it can use.", whole(2, 100), default=4
    )
    flex: bool = setting(
        "Whether runs are Flex: a third cheaper, on spare capacity that may come minutes later.",
        flag(),
        default=False,
    )
    timeout_minutes: int = setting("The longest a run may take.", whole(1, 2880, "minutes"), default=60)


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """What is kept of each picture."""

    ttl_days: int = setting(
        "How long a result answers the same picture again.", whole(RETENTION_DAYS + 1, 3_650, "days"), example=90
    )
    keep_on_teardown: bool = setting(
        "Whether the table and a results bucket that is not empty refuse to be deleted with the stack.",
        flag(),
        example=True,
    )
    point_in_time_recovery: bool = setting(
        "Whether the table can be restored to any second of the last 35 days.",
        flag(),
        example=True,
    )


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """Telling people."""

    sender: str = setting(
        "The address that mails come from.", text("one email address", _ADDRESS), example="words@example.com"
    )
    identity: str = setting(
        "What SES is to verify as ours: the sender's address or its domain.",
        text("the sender's address or its domain", rf"{_ADDRESS}|{_DOMAIN}"),
        example="example.com",
    )
    late_after_seconds: int = setting(
        "After how long without a result a person is told that it takes longer.",
        whole(1, 900, "seconds (SQS delays a message no longer)"),
        default=300,
    )
    verification: str = setting(
        "How a person proves an address: `ses` has SES ask, which its sandbox wants; `link` sends a link of ours, for"
        " an account outside of the sandbox, where SES refuses nobody.",
        one_of("ses", "link"),
        example="ses",
    )
    proofs_per_day: int = setting(
        "Mails that prove an address, to one address on one day (UTC).", whole(1, 20), default=3
    )
    proofs_of_all_per_day: int = setting(
        "Wishes to prove an address that are taken on one day, of all together.", whole(1, 1_000_000), example=500
    )
    maximum_concurrency: int = setting("Mails written at once; SES has a quota per second.", _AT_ONCE, example=2)


@dataclass(frozen=True, kw_only=True)
class LogSettings:
    """What the functions write down."""

    level: str = setting("The least level that is logged.", one_of("INFO", "WARNING", "ERROR"), default="INFO")
    retention_days: int = setting("How long log lines are kept.", one_of(*_LOG_DAYS), example=30)


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """What the functions run on."""

    runtime: str = setting(
        "Lambda's Python.",
        one_of("python3.11", "python3.12", "python3.13"),
        default="python3.13",
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a stack."""

    site: SiteSettings
    ocr: OcrSettings
    count: CountSettings
    glue: GlueSettings
    cache: CacheSettings
    mail: MailSettings
    logs: LogSettings
    functions: FunctionSettings


SECTIONS: Final[dict[str, type[object]]] = {
    "site": SiteSettings,
    "ocr": OcrSettings,
    "count": CountSettings,
    "glue": GlueSettings,
    "cache": CacheSettings,
    "mail": MailSettings,
    "logs": LogSettings,
    "functions": FunctionSettings,
}

KNOWN: Final = Known(sections=SECTIONS, others={"aws:region": REGION})


def read_settings() -> Settings:
    """Read the settings of the stack that the running program deploys.

    Raises:
        SettingsError: One is missing, unknown or wrong, or does not go with another.
    """
    return settings_in(StackFile.of_running_program())


def settings_in(file: StackFile) -> Settings:
    """The settings in a stack's file.

    Raises:
        SettingsError: The stack's name will not do, or a setting is missing, unknown or wrong, or does not go with
            another.
    """
    if not _STACK_NAME.fullmatch(file.stack):
        raise SettingsError(
            f"The stack is named {file.stack!r}, but names of buckets and functions are made of it: {STACK_NAME_RULE}."
            f"\nRename it: pulumi stack rename {_fitting(file.stack)} --stack {file.stack}",
        )
    check(file, KNOWN)
    settings = Settings(
        site=read(file, "site", SiteSettings),
        ocr=read(file, "ocr", OcrSettings),
        count=read(file, "count", CountSettings),
        glue=read(file, "glue", GlueSettings),
        cache=read(file, "cache", CacheSettings),
        mail=read(file, "mail", MailSettings),
        logs=read(file, "logs", LogSettings),
        functions=read(file, "functions", FunctionSettings),
    )
    if problems := [problem for goes in TOGETHER for problem in goes(file, settings)]:
        raise refusal(file, problems)
    return settings


def _fitting(stack: str) -> str:
    """The name most like this one that a stack may have."""
    return re.sub(r"[^a-z0-9-]+", "-", stack.lower()).lstrip("-0123456789")[:20].rstrip("-") or "dev"


def _lease_between_timeout_and_visibility(file: StackFile, settings: Settings) -> Iterator[Problem]:
    """`ocr.leaseSeconds` is more than `ocr.timeoutSeconds`, and less than six times as much."""
    ocr = settings.ocr
    visibility = VISIBILITY_PER_TIMEOUT * ocr.timeout_seconds
    if not ocr.timeout_seconds < ocr.lease_seconds < visibility:
        yield Problem(
            f"{file.key('ocr')}.leaseSeconds is {ocr.lease_seconds}, but must be more than ocr.timeoutSeconds "
            f"({ocr.timeout_seconds}), or a picture is read twice, and less than the queue's visibility "
            f"({VISIBILITY_PER_TIMEOUT} x {ocr.timeout_seconds} = {visibility}), or a lost attempt is not taken over.",
            {file.key("ocr"): {"leaseSeconds": ocr.timeout_seconds * 3 // 2}},
        )


def _identity_covers_sender(file: StackFile, settings: Settings) -> Iterator[Problem]:
    """`mail.identity` is `mail.sender` itself, or what stands behind its `@`."""
    mail = settings.mail
    domain = mail.sender.rpartition("@")[2]
    if mail.identity not in {mail.sender, domain}:
        yield Problem(
            f"{file.key('mail')}.identity is {mail.identity}, but mails come from {mail.sender}: "
            "it must be that address or its domain.",
            {file.key("mail"): {"identity": domain}},
        )


TOGETHER: Final[tuple[Callable[[StackFile, Settings], Iterator[Problem]], ...]] = (
    _lease_between_timeout_and_visibility,
    _identity_covers_sender,
)
"""What must hold between settings; each tells what breaks it, and its first line says what it is."""
