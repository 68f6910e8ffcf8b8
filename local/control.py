"""What the local cloud offers beside AWS, under `/_local/`: JSON for commands and tests, the inbox for people."""

from __future__ import annotations

import os
import re
import traceback
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from local import http_api
from local.client import INBOX
from local.http_message import json_response
from local.inbox_page import InboxPage
from local.mail_service import VERIFICATION_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.sqs.models import Queue

    from local.account import Account
    from local.clock import Clock
    from local.cloudfront.edge import Edge
    from local.faults import Faults
    from local.glue_service import GlueService
    from local.http_api import HttpApis
    from local.http_message import Request, Response
    from local.inbox import Inbox
    from local.lambda_service import LambdaService
    from local.mail_service import MailService
    from local.ocr_ledger import OcrLedger
    from local.schedules import Schedules

_OCR_CALLS: Final = re.compile(r"^/_local/requests/([^/]+)/ocr-calls$")


class Control:
    """Answers under `/_local/`."""

    def __init__(  # noqa: PLR0913 - it joins all of these; each is used as it is
        self,
        account: Account,
        *,
        service: LambdaService,
        schedules: Schedules,
        glue: GlueService,
        clock: Clock,
        inbox: Inbox,
        mail: MailService,
        faults: Faults,
        ledger: OcrLedger,
        apis: HttpApis,
        edge: Edge,
        endpoint: str,
        on_stacks: Callable[[dict[str, dict[str, Any]]], None],
    ) -> None:
        self._account = account
        self._service = service
        self._schedules = schedules
        self._glue = glue
        self._clock = clock
        self._inbox = inbox
        self._inbox_page = InboxPage(inbox)
        self._mail = mail
        self._faults = faults
        self._ledger = ledger
        self._apis = apis
        self._edge = edge
        self._endpoint = endpoint
        self._on_stacks = on_stacks
        self._stacks: dict[str, dict[str, Any]] = {}

    def handle(self, request: Request) -> Response:
        """Answer one request; a mistake in it is a 400 that says which."""
        try:
            if request.raw_path == INBOX or request.raw_path.startswith(f"{INBOX}/"):
                return self._inbox_page.handle(request)
            return json_response(self._answer(request))
        except LookupError as error:
            return json_response({"message": f"Not Found: {error.args[0]}"}, 404)
        except (ValueError, TypeError) as error:
            return json_response({"message": str(error)}, 400)
        except Exception as error:  # noqa: BLE001 - told to whoever asked, and to the log
            traceback.print_exc()
            return json_response({"message": repr(error)}, 500)

    def _answer(self, request: Request) -> dict[str, Any]:
        if request.method == "GET" and (asked := _OCR_CALLS.match(request.raw_path)):
            return self._ocr_calls(asked.group(1))
        if request.method == "GET" and request.raw_path.startswith(VERIFICATION_PATH):
            return {"verified": self._mail.follow(request.raw_path.removeprefix(VERIFICATION_PATH))}
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "GET /_local/status": self._status,
            "GET /_local/idle": self._idle,
            "GET /_local/mails": lambda: self._mails(dict(request.query).get("to")),
            "GET /_local/permissions": self._permissions,
        }
        commands: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "POST /_local/deployed": self._deployed,
            "POST /_local/torn-down": self._torn_down,
            "POST /_local/clock": self._advance,
            "POST /_local/sandbox": self._sandbox,
            "POST /_local/verify": lambda asked: self._mail.verify(_text(asked, "email")),
            "POST /_local/unverify": lambda asked: self._mail.unverify(_text(asked, "email")),
            "POST /_local/mailbox": self._mailbox,
            "POST /_local/hold": self._hold,
            "POST /_local/crowd": lambda asked: self._apis.crowd(there=bool(asked["there"])),
            "POST /_local/fail-mail": lambda asked: self._faults.fail_mail(_optional_text(asked, "code")),
            "POST /_local/fail-textract": lambda asked: self._faults.fail_textract(_optional_text(asked, "code")),
            "POST /_local/answer-textract": self._answer_textract,
        }
        wanted = f"{request.method} {request.raw_path}"
        if answer := answers.get(wanted):
            return answer()
        if command := commands.get(wanted):
            return command(request.json()) or {}
        raise LookupError(wanted)

    def _permissions(self) -> dict[str, Any]:
        """What roles are granted, and what of it was used by now."""
        access = self._account.access
        told = {"granted": access.granted(), "used": access.used()}
        return {name: [right.as_json() for right in rights] for name, rights in told.items()}

    def _mails(self, to: str | None) -> dict[str, Any]:
        return {"mails": [{"folder": str(mail.folder), **mail.as_json()} for mail in self._inbox.mails(to)]}

    def _advance(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._service.wait_started()
        self._clock.advance(float(asked["advance"]))
        return {"offset": self._clock.offset, "now": self._clock.now().isoformat()}

    def _sandbox(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._account.sandbox = bool(asked["enabled"])
        return {"enabled": self._account.sandbox}

    def _mailbox(self, asked: dict[str, Any]) -> None:
        self._faults.mailboxes.tell(_text(asked, "email"), _optional_text(asked, "matter"))

    def _hold(self, asked: dict[str, Any]) -> None:
        self._faults.hold(_text(asked, "service"), held=bool(asked["held"]))

    def _answer_textract(self, asked: dict[str, Any]) -> None:
        answer = asked.get("answer", "nothing")
        if answer is not None and not isinstance(answer, dict):
            raise TypeError("'answer' must be a JSON object, or null for none")
        self._faults.textract_answer = answer

    def _deployed(self, asked: dict[str, Any]) -> None:
        self._set_stacks({**self._stacks, _text(asked, "stack"): dict(asked["outputs"])})

    def _torn_down(self, asked: dict[str, Any]) -> None:
        gone = _text(asked, "stack")
        self._set_stacks({stack: outputs for stack, outputs in self._stacks.items() if stack != gone})

    def _set_stacks(self, stacks: dict[str, dict[str, Any]]) -> None:
        """Take note of the stacks that are there now, each with its exports, in the order of their deployment."""
        hosts = [urlsplit(str(outputs.get("api_url", ""))).hostname or "" for outputs in stacks.values()]
        self._apis.default_api_ids = tuple(api.group(1) for api in map(http_api.HOST.match, hosts) if api)
        self._edge.default_hosts = tuple(
            host for outputs in stacks.values() if (host := urlsplit(str(outputs.get("site_url", ""))).hostname)
        )
        self._stacks = stacks
        self._on_stacks(stacks)

    def _ocr_calls(self, request_id: str) -> dict[str, Any]:
        calls = self._ledger.calls_for(request_id)
        answered = [call for call in calls if not call.error]
        listed = [{"key": call.key, "error": call.error or None} for call in calls]
        return {"request_id": request_id, "ocr_calls": len(answered), "calls": listed}

    def _status(self) -> dict[str, Any]:
        with self._account.locked():
            functions = sorted(function.function_name for function in self._account.functions())
        return {
            "endpoint": self._endpoint,
            "pid": os.getpid(),
            "stacks": self._stacks,
            "now": self._clock.now().isoformat(),
            "functions": functions,
            "workers": self._service.worker_pids(),
            "glue_runs": self._glue.runs(),
            "glue_processes": self._glue.pids(),
            "function_workers": {name: self._service.workers_of(name) for name in functions},
            "schedules": self._schedules.next_firings(),
            "mails": len(self._inbox.mails()),
            "ocr_calls": len([call for call in self._ledger.all_calls() if not call.error]),
            **self._idle(),
        }

    def _idle(self) -> dict[str, Any]:
        """Whether nothing more will happen by itself, but for the deadlines that wait out their delay.

        Messages that no function polls for do not count either: they stay where they are. Nor does a schedule until it
        falls due.
        """
        glue_busy = self._glue.is_busy()  # before the queues: the end of a run becomes a message
        with self._account.locked():
            running = self._service.in_flight
            queues = {queue.name: _counts(queue) for queue in self._account.queues()}
            mappings = [mapping for mapping in self._account.event_source_mappings() if mapping.enabled]
            polled = {mapping.event_source_arn.rpartition(":")[2] for mapping in mappings}
            waiting = {name for name, counts in queues.items() if counts["visible"] + counts["hidden"]}
            busy = running or self._schedules.is_busy() or glue_busy or self._service.in_flight
            idle = not busy and not waiting & polled
        return {"idle": idle, "in_flight": running, "queues": queues}


def _counts(queue: Queue) -> dict[str, int]:
    """A queue's messages. Those that wait out the queue's own delay are apart: they are meant to lie there."""
    own_delay = int(queue.delay_seconds) > 0  # type: ignore[attr-defined]  # moto sets it by name
    counts = {"visible": 0, "hidden": 0, "delayed": 0}
    for message in queue._messages:  # noqa: SLF001 - moto's counts mix the delayed with the hidden
        if message.delayed:
            counts["delayed" if own_delay else "hidden"] += 1
        else:
            counts["visible" if message.visible else "hidden"] += 1
    return counts


def _optional_text(value: dict[str, Any], name: str) -> str | None:
    return None if name in value and value[name] is None else _text(value, name)


def _text(value: dict[str, Any], name: str) -> str:
    if not isinstance(value.get(name), str) or not value[name]:
        raise ValueError(f"{name!r} must be a text")
    return str(value[name])
