"""moto as the AWS account: every call to it goes through one lock, for moto is not thread-safe.

Importing this module imports moto; do it once its port is open, and callers wait instead of being refused.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # so that buckets' own rules count; moto reads it when it is imported

from moto.core import utils as moto_utils
from moto.core.base_backend import BackendDict
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local import moto_shortcuts
from local.credentials import ACCOUNT_ID
from local.http_message import Response
from local.iam.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.apigatewayv2.models import Api
    from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
    from moto.cloudfront.models import CloudFrontBackend, Distribution
    from moto.events.models import Rule
    from moto.iam.models import Role
    from moto.s3.models import FakeBucket, S3Backend
    from moto.ses.models import SESBackend
    from moto.sns.models import Topic
    from moto.sqs.models import Queue

    from local.clock import Clock
    from local.glue_run import GlueJob
    from local.http_message import Request

_ACCOUNT_HEADER: Final = "x-moto-account-id"
_SLOW: Final = ("sesv2", "apigateway", "apigatewayv2", "cloudfront", "glue")
"""What moto imports slowly, when it is first asked for: here before anybody waits for it."""


class NoSuchObjectError(KeyError):
    """There is no such object, version or bucket."""


class Account:
    """One AWS account in memory. Made anew, it is empty: there is one in a process at a time."""

    _in_use: Account | None = None

    def __init__(self, clock: Clock) -> None:
        if Account._in_use is not None:
            raise RuntimeError("moto holds one account in a process, and another local cloud is using it")
        Account._in_use = self
        self._lock = threading.RLock()
        self.access = Access(self)
        self.sandbox = True
        """Whether SES writes to verified recipients only, as in every new AWS account."""
        self._app = DomainDispatcherApplication(create_backend_app)
        BackendDict.reset()
        _follow(clock)
        _amend_moto()

    def close(self) -> None:
        """Forget everything, and let another one take its place."""
        with self._lock:
            BackendDict.reset()
        _clock_in_use.clear()
        Account._in_use = None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold moto still. Everything that is read or changed in its backends is, inside such a block."""
        with self._lock:
            yield

    @classmethod
    def in_use(cls) -> Account | None:
        """The account that is in use, if any: for what is put into moto, which knows of none."""
        return cls._in_use

    def handle(self, request: Request, account_id: str = ACCOUNT_ID) -> Response:
        """Let moto answer, as to somebody of an account."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            started.append((status, headers))

        with self._lock:
            parts = self._app(_environ(request, account_id), start_response)
            body = b"".join(parts)
            if hasattr(parts, "close"):
                parts.close()
        status, headers = started[-1]
        return Response(int(status.split(" ", 1)[0]), body, headers)

    @property
    def id(self) -> str:
        """The account's number."""
        return ACCOUNT_ID

    # What follows reads moto's own objects: use them under `locked()` only.

    def s3(self, account_id: str = ACCOUNT_ID) -> S3Backend:
        """S3's backend: an account's buckets and objects."""
        from moto.s3.models import s3_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return s3_backends[account_id]["aws"]

    def bucket(self, name: str) -> FakeBucket | None:
        """A bucket, if it exists."""
        return self.s3().buckets.get(name)

    def read_object(self, bucket: str, key: str, version: str | None = None) -> bytes:
        """An object's bytes.

        Raises:
            NoSuchObjectError: There is none.
        """
        with self._lock:
            found = self.s3().get_object(bucket, key, version_id=version) if self.bucket(bucket) else None
            if found is None:
                raise NoSuchObjectError(f"{bucket}/{key}")
            value: bytes = found.value
            return value

    def ses(self, region: str, account_id: str = ACCOUNT_ID) -> SESBackend:
        """SES's backend of an account's region: identities and configuration sets."""
        from moto.ses.models import ses_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return ses_backends[account_id][region]

    def functions(self, account_id: str = ACCOUNT_ID) -> list[LambdaFunction]:
        """Every Lambda function of an account, in its latest version."""
        return [function for backend in _lambda_backends(account_id) for function in backend.list_functions()]

    def function(self, name_or_arn: str, account_id: str = ACCOUNT_ID) -> LambdaFunction | None:
        """A function by its ARN, or by its name in an account; qualified or not."""
        match name_or_arn.split(":"):
            case ["arn", _, "lambda", region, owner, "function", name, *_]:
                arn = f"arn:aws:lambda:{region}:{owner}:function:{name}"
                return next((one for one in self.functions(owner) if one.function_arn == arn), None)
            case [name, *_]:
                return next((one for one in self.functions(account_id) if one.function_name == name), None)
        return None

    def event_source_mappings(self) -> list[EventSourceMapping]:
        """Every event source mapping of the account."""
        backends = _lambda_backends(ACCOUNT_ID)
        return [mapping for backend in backends for mapping in backend.list_event_source_mappings("", "")]

    def queues(self) -> list[Queue]:
        """Every queue of the account."""
        from moto.sqs.models import sqs_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return [queue for backend in list(sqs_backends[ACCOUNT_ID].values()) for queue in backend.queues.values()]

    def scheduled_rules(self) -> list[Rule]:
        """Every rule of any account that has a schedule: AWS knows them on the default bus only."""
        from moto.events.models import events_backends  # noqa: PLC0415 - slow, and needed only when asked for

        backends = [backend for regions in list(events_backends.values()) for backend in list(regions.values())]
        buses = [backend.event_buses["default"] for backend in backends]
        return [rule for bus in buses for rule in bus.rules.values() if rule.scheduled_expression]

    def pattern_rules(self) -> list[Rule]:
        """Every rule of the default bus that waits for events."""
        from moto.events.models import events_backends  # noqa: PLC0415 - slow, and needed only when asked for

        buses = [backend.event_buses["default"] for backend in list(events_backends[ACCOUNT_ID].values())]
        return [rule for bus in buses for rule in bus.rules.values() if rule.event_pattern.get_pattern()]

    def send_to_queue(self, arn: str, body: str) -> None:
        """Put a message into a queue; it takes the lock itself. Without effect if there is no such queue."""
        from moto.sqs.models import sqs_backends  # noqa: PLC0415 - slow, and needed only when asked for

        _, _, _, region, account, name = arn.split(":")
        with self._lock:
            if name in sqs_backends[account][region].queues:
                sqs_backends[account][region].send_message(name, body)

    def publish(self, topic_arn: str, message: str) -> bool:
        """Publish to a topic; whether there is one. It takes the lock itself."""
        with self._lock:
            topic = self.topic(topic_arn) if topic_arn.startswith("arn:") else None
            if topic is not None:
                topic.sns_backend.publish(arn=topic_arn, message=message)
            return topic is not None

    def glue_job(self, name: str, account_id: str = ACCOUNT_ID) -> GlueJob | None:
        """A Glue job of an account's, if it exists."""
        from moto.glue.models import glue_backends  # noqa: PLC0415 - slow, and needed only when asked for

        from local.glue_service import job_of  # noqa: PLC0415 - it imports this module

        backends = list(glue_backends[account_id].items())
        found = [(region, backend.jobs[name]) for region, backend in backends if name in backend.jobs]
        return next((job_of(job, region, account_id) for region, job in found), None)

    def roles(self) -> list[Role]:
        """Every role of the account."""
        return self._roles_of(ACCOUNT_ID)

    def role(self, arn: str) -> Role | None:
        """A role of any account, if it exists."""
        return next((role for role in self._roles_of(arn.split(":")[4]) if role.arn == arn), None)

    def _roles_of(self, account_id: str) -> list[Role]:
        from moto.iam.models import iam_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return list(iam_backends[account_id]["aws"].roles.values())

    def hash_key(self, table_arn: str, index: str | None) -> str:
        """The name of a table's partition key, or of one of its indexes'; empty when there is no such table."""
        from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - slow, and needed only when asked for

        _, _, _, region, account, name = table_arn.split(":", 5)
        table = dynamodb_backends[account][region].tables.get(name.removeprefix("table/"))
        if table is None:
            return ""
        if index is None:
            return str(table.hash_key_attr)
        schemas = [one.schema for one in [*table.global_indexes, *table.indexes] if one.name == index]
        return next((str(key["AttributeName"]) for schema in schemas for key in schema if key["KeyType"] == "HASH"), "")

    def owner_of_bucket(self, name: str) -> str:
        """The account that a bucket belongs to; empty when there is no such bucket."""
        from moto.s3.models import s3_backends  # noqa: PLC0415 - slow, and needed only when asked for

        _, owner = s3_backends.bucket_accounts.get(name, ("", ""))
        return str(owner)

    def policy_of(self, arn: str) -> str:
        """The policy of a bucket (or of an object's), queue, topic or function, as JSON; empty if it has none."""
        _, _, service, *_, named = arn.split(":", 5) if arn.startswith("arn:") else [""] * 6
        if service == "s3":
            owner = self.owner_of_bucket(bucket := named.partition("/")[0])
            policy = self.s3(owner).buckets[bucket].policy if owner else None
            return policy.decode() if policy else ""
        if service == "sqs":
            queue = next((queue for queue in self.queues() if queue.queue_arn == arn), None)
            return (queue.policy or "") if queue else ""
        if service == "sns":
            topic = self.topic(arn)
            return topic.policy if topic else ""
        if service == "lambda":
            function = self.function(arn)
            return json.dumps({"Statement": function.policy.statements}) if function else ""
        return ""

    def topic(self, arn: str) -> Topic | None:
        """A topic of any account, if it exists."""
        from moto.sns.models import sns_backends  # noqa: PLC0415 - slow, and needed only when asked for

        _, _, _, region, account, _ = arn.split(":", 5)
        return sns_backends[account][region].topics.get(arn)

    def cloudfront(self) -> CloudFrontBackend:
        """CloudFront's backend: distributions and what they refer to."""
        from moto.cloudfront.models import cloudfront_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return cloudfront_backends[ACCOUNT_ID]["aws"]

    def distributions(self) -> list[Distribution]:
        """Every distribution of CloudFront's."""
        return list(self.cloudfront().distributions.values())

    def http_apis(self) -> dict[str, Api]:
        """Every HTTP API of any account, by its ARN as what calls a function."""
        from moto.apigatewayv2.models import apigatewayv2_backends  # noqa: PLC0415 - slow, and needed only when asked for

        return {
            f"arn:aws:execute-api:{region}:{account_id}:{api.api_id}": api
            for account_id, regions in list(apigatewayv2_backends.items())
            for region, backend in list(regions.items())
            for api in backend.apis.values()
            if api.protocol_type == "HTTP"
        }


def _lambda_backends(account_id: str) -> list[LambdaBackend]:
    """Lambda's backends of every region: moto keeps those without Docker apart."""
    from moto.awslambda.models import lambda_backends  # noqa: PLC0415 - slow, and needed only when asked for
    from moto.awslambda_simple.models import lambda_simple_backends  # noqa: PLC0415 - the same

    return [*lambda_backends[account_id].values(), *lambda_simple_backends[account_id].values()]


def _environ(request: Request, account_id: str) -> dict[str, Any]:
    """The request as WSGI has it, with the extras that moto's own server gives its application."""
    path = request.path.encode().decode("latin-1")  # WSGI carries bytes as latin-1 text
    target = f"{request.raw_path}?{request.raw_query}" if request.raw_query else request.raw_path
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": request.raw_query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "REMOTE_ADDR": request.peer[0],
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    preserved: dict[str, str] = {}
    for name, value in request.headers.items():
        key = environ_key_for_header(name)
        if should_preserve_original_header_name(name):
            preserved[key] = name
        elif "_" in name:
            continue  # WSGI cannot tell it from one with a dash
        environ[key] = f"{environ[key]},{value}" if key in environ and key.startswith("HTTP_") else value
    environ[environ_key_for_header(_ACCOUNT_HEADER)] = account_id
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body has been put together already
    return environ


_machine_utcnow: Final = moto_utils.utcnow
_clock_in_use: list[Clock] = []


def _utcnow() -> Any:  # noqa: ANN401 - as moto's own
    return _clock_in_use[-1].now().replace(tzinfo=None) if _clock_in_use else _machine_utcnow()


def _follow(clock: Clock) -> None:
    """Have all of moto go by the cloud's clock: each of its modules has taken its own reference to `utcnow`."""
    _clock_in_use[:] = [clock]
    moto_utils.utcnow = _utcnow
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "utcnow", None) is _machine_utcnow:
            module.utcnow = _utcnow  # type: ignore[attr-defined]


def _amend_moto() -> None:
    """Put right, inside moto, what cannot be put right in front of it."""
    # They import moto's services, slowly.
    from local import bucket_policies, function_logging, mail_events, queues, s3_events  # noqa: PLC0415
    from local.cloudfront import policies  # noqa: PLC0415

    moto_shortcuts.install()
    for service in _SLOW:
        importlib.import_module(f"moto.{service}.responses")
    bucket_policies.install()
    policies.install()
    queues.install()
    s3_events.install()
    mail_events.install()
    function_logging.install()
