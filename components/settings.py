"""All settings of a stack, typed, read in one place: one object per component in `Pulumi.<stack>.yaml`.

Environments differ by these values only. The name of a stack decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pulumi

from components.event_queue import RETENTION_DAYS, TRIES, VISIBILITY_PER_TIMEOUT
from components.setting import (
    SettingsError,
    flag,
    one_of,
    read_section,
    refuse_unknown_sections,
    setting,
    text,
    to_write,
    whole,
)

_STACK_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
_ADDRESS: Final = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_DOMAIN: Final = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"

# CloudWatch Logs knows these only: PutRetentionPolicy, retentionInDays.
_LOG_DAYS: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653)

# An SQS event source takes a maximum concurrency of these bounds.
_AT_ONCE: Final = whole(2, 1000)


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
        whole(10, RETENTION_DAYS * 86_400 // (TRIES * VISIBILITY_PER_TIMEOUT) - 1, "seconds"),
        default=60,
    )
    lease_seconds: int = setting(
        "How long an attempt keeps others from the same picture; longer than the timeout.",
        whole(11, 5_399, "seconds"),
        default=90,
    )


@dataclass(frozen=True, kw_only=True)
class CountSettings:
    """Counting words."""

    maximum_concurrency: int = setting("Transcripts counted, and results published, at once.", _AT_ONCE, example=5)


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
    cache: CacheSettings
    mail: MailSettings
    logs: LogSettings
    functions: FunctionSettings


SECTIONS: Final[dict[str, type[object]]] = {
    "site": SiteSettings,
    "ocr": OcrSettings,
    "count": CountSettings,
    "cache": CacheSettings,
    "mail": MailSettings,
    "logs": LogSettings,
    "functions": FunctionSettings,
}


def read_settings() -> Settings:
    """Read the settings of the stack that the running program deploys.

    Raises:
        SettingsError: One is missing, unknown or wrong, or does not go with another.
    """
    stack = pulumi.get_stack()
    if not _STACK_NAME.fullmatch(stack):
        raise SettingsError(
            f"The stack is named {stack!r}, but names of buckets and functions are made of it: at most 20 lower-case "
            "letters, digits and hyphens, beginning with a letter.\nRename it: pulumi stack rename dev",
        )
    refuse_unknown_sections(list(SECTIONS))
    settings = Settings(
        site=read_section("site", SiteSettings),
        ocr=read_section("ocr", OcrSettings),
        count=read_section("count", CountSettings),
        cache=read_section("cache", CacheSettings),
        mail=read_section("mail", MailSettings),
        logs=read_section("logs", LogSettings),
        functions=read_section("functions", FunctionSettings),
    )
    _lease_between_timeout_and_visibility(settings.ocr)
    _identity_covers_sender(settings.mail)
    return settings


def _lease_between_timeout_and_visibility(ocr: OcrSettings) -> None:
    visibility = VISIBILITY_PER_TIMEOUT * ocr.timeout_seconds
    if not ocr.timeout_seconds < ocr.lease_seconds < visibility:
        raise SettingsError(
            f"{pulumi.get_project()}:ocr.leaseSeconds is {ocr.lease_seconds}, but must be more than ocr.timeoutSeconds "
            f"({ocr.timeout_seconds}), or a picture is read twice, and less than the queue's visibility "
            f"({VISIBILITY_PER_TIMEOUT} x {ocr.timeout_seconds} = {visibility}), or a lost attempt is not taken over.\n"
            f"{to_write('ocr', leaseSeconds=ocr.timeout_seconds * 3 // 2)}",
        )


def _identity_covers_sender(mail: MailSettings) -> None:
    domain = mail.sender.rpartition("@")[2]
    if mail.identity not in {mail.sender, domain}:
        raise SettingsError(
            f"{pulumi.get_project()}:mail.identity is {mail.identity}, but mails come from {mail.sender}: "
            f"it must be that address or its domain.\n{to_write('mail', identity=domain)}",
        )
