"""What a function is told by its environment: one typed model a function, read once when it starts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from runtime.core.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping


class BadSettings(ServiceError):  # noqa: N818  the settings are bad
    """Environment variables are missing or wrong; says which."""


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """What every function is told."""

    aws_lambda_function_name: str
    log_level: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings in an environment: each field in the variable of its name, in capitals.

        Raises:
            BadSettings: Names all variables that are missing or no numbers.
        """
        told: dict[str, str | int | float] = {}
        wrong: list[str] = []
        for field in fields(cls):
            name = field.name.upper()
            try:
                told[field.name] = _CONVERSIONS[str(field.type)](environ[name])
            except KeyError:
                wrong.append(f"{name} is missing")
            except ValueError:
                wrong.append(f"{name} is {environ[name]!r}, not a number")
        if wrong:
            raise BadSettings(f"environment of the function: {', '.join(wrong)}")
        return cls(**told)  # type: ignore[arg-type]  # each converted by its own field's type


_CONVERSIONS = {"str": str, "int": int, "float": float}


@dataclass(frozen=True, kw_only=True)
class ApiSettings(FunctionSettings):
    """What `api` is told."""

    table_name: str
    uploads_bucket: str
    results_bucket: str
    notify_queue_url: str
    form_minutes: int
    request_ttl_days: float
    uploads_per_address_and_day: int
    uploads_per_day: int
    proofs_of_all_per_day: int
    mail_verification: str
    front_digests: str


@dataclass(frozen=True, kw_only=True)
class IngestSettings(FunctionSettings):
    """What `ingest` is told."""

    table_name: str
    uploads_bucket: str
    results_bucket: str
    notify_queue_url: str
    lease_seconds: float
    cache_ttl_days: float


@dataclass(frozen=True, kw_only=True)
class CountSettings(FunctionSettings):
    """What `count` is told."""

    table_name: str
    results_bucket: str
    bulk_queue_url: str
    engine: str
    glue_above_words: int


@dataclass(frozen=True, kw_only=True)
class BulkSettings(FunctionSettings):
    """What `bulk` is told."""

    table_name: str
    results_bucket: str
    bulk_queue_url: str
    notify_queue_url: str
    glue_job: str
    gather_seconds: float
    lease_seconds: float


@dataclass(frozen=True, kw_only=True)
class PublishSettings(FunctionSettings):
    """What `publish` is told."""

    table_name: str
    results_bucket: str
    notify_queue_url: str
    cache_ttl_days: float


@dataclass(frozen=True, kw_only=True)
class NotifySettings(FunctionSettings):
    """What `notify` is told."""

    table_name: str
    results_bucket: str
    mail_sender: str
    mail_configuration_set: str
    mail_verification: str
    proofs_per_day: int
    site_url: str
    lease_seconds: float


@dataclass(frozen=True, kw_only=True)
class DeadlineSettings(FunctionSettings):
    """What `deadline` is told."""

    table_name: str
    mail_sender: str
    mail_configuration_set: str
    site_url: str
    lease_seconds: float


@dataclass(frozen=True, kw_only=True)
class FailuresSettings(FunctionSettings):
    """What `failures` is told."""

    table_name: str
    results_bucket: str
    notify_queue_url: str
    dead_letter_sources: str
    mail_lease_seconds: float


@dataclass(frozen=True, kw_only=True)
class SweepSettings(FunctionSettings):
    """What `sweep` is told."""

    table_name: str
    results_bucket: str
    ingest_queue_url: str
    count_queue_url: str
    publish_queue_url: str
    bulk_queue_url: str
    notify_queue_url: str
    patience_seconds: float
    mail_verification: str
