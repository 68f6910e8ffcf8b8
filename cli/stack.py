"""A deployed stack, as its operator reaches it: the cloud that `up` keeps running, or one on AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cli.cloud import PROJECT, state_folder
from cli.errors import CommandError
from local.client import find_running
from runtime.adapters.addresses import TableAddresses
from runtime.adapters.counters import TableCounters
from runtime.adapters.mailer import SesMailer
from runtime.adapters.queues import SqsNotifications, SqsReplays
from runtime.adapters.requests import TableRequests
from runtime.adapters.system import SystemClock
from runtime.adapters.table import Table
from runtime.core.addresses import Verification
from runtime.core.dead_letter import Queue
from runtime.core.errors import Retryable
from runtime.core.use_cases.addresses import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local.client import LocalCloud
    from runtime.core.events import Event

_INSTALL: Final = "https://www.pulumi.com/docs/install/"


class Unlogged:
    """`core`'s log, for what a person does by hand: the command's own words are its log."""

    def emit(self, event: Event) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        outputs: Its exports.
        client: Makes boto3's client of an AWS service.
        local: The cloud on this machine, if it runs there.
    """

    outputs: Mapping[str, Any]
    client: Callable[[str], Any]
    local: LocalCloud | None = None

    @cached_property
    def table(self) -> Table:
        """Its table."""
        return Table(self.client("dynamodb"), self.outputs["table_name"])

    @property
    def requests(self) -> TableRequests:
        """The requests in it."""
        return TableRequests(self.table)

    @property
    def addresses(self) -> TableAddresses:
        """What is known of addresses."""
        return TableAddresses(self.table)

    @property
    def verifier(self) -> Verifier:
        """Who asks SES about them, if that is how they are proven."""
        mailer, verification = SesMailer(self.client("ses")), Verification(self.outputs["mail_verification"])
        return Verifier(self.addresses, TableCounters(self.table), mailer, SystemClock(), verification)

    @property
    def notifications(self) -> SqsNotifications:
        """Its notify queue."""
        return SqsNotifications(self.client("sqs"), self.outputs["notify_queue_url"])

    @property
    def replays(self) -> SqsReplays:
        """All of its queues."""
        urls = {queue: self.outputs[f"{queue}_queue_url"] for queue in Queue if queue is not Queue.UNKNOWN}
        return SqsReplays(self.client("sqs"), urls)


@contextmanager
def opened(name: str | None) -> Iterator[Stack]:
    """The stack of that name on AWS, or without a name the one that runs here.

    Raises:
        CommandError: It is not there, or AWS does not do what is asked of it meanwhile.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  slow, and not needed for `--help`

    try:
        yield _running() if name is None else _on_aws(name)
    except KeyError as error:
        raise CommandError(f"Stack {name} exports no {error}: deploy it with this version first.") from error
    except Retryable as error:
        raise CommandError("A service of the stack is busy; try again in a moment.") from error
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS would not: {error}") from error


def _running() -> Stack:
    cloud = find_running(state_folder())
    if cloud is None:
        raise CommandError(
            "No cloud is running on this machine: start one with `ocr-wordcount up`, or name one on AWS (--stack dev)."
        )
    return Stack(cloud.outputs, cloud.client, cloud)


def _on_aws(name: str) -> Stack:
    import boto3  # noqa: PLC0415  slow, and not needed to say that something is missing

    if shutil.which("pulumi") is None:
        raise CommandError(f"The Pulumi CLI tells what stack {name} consists of, and is not installed: {_INSTALL}")
    command = ["pulumi", "stack", "output", "--json", "--stack", name]
    asked = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603  our own command, no shell
    if asked.returncode:
        raise CommandError(f"Pulumi knows nothing of stack {name}: {asked.stderr.strip()}")
    outputs = json.loads(asked.stdout)
    session = boto3.Session(region_name=outputs["region"])
    return Stack(outputs, session.client)  # type: ignore[arg-type]  # boto3 has a type for each service's name
