"""The local cloud, put together in this process: moto, the front, Lambda with its workers, the inbox, the clock.

It deploys nothing. `local/cloud.py` runs one in a process of its own and deploys the Pulumi program onto it.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from local.http_server import HOST, HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from local.http_message import Request, Response


class Region:
    """One AWS region on this machine. Use it as a context manager, or call `stop`."""

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        region: str = "us-east-1",
        on_listening: Callable[[str], None] = lambda _endpoint: None,
        on_stacks: Callable[[dict[str, dict[str, Any]]], None] = lambda _stacks: None,
    ) -> None:
        """Open the port, then load what answers there; whoever calls meanwhile waits.

        Args:
            state: The folder for logs and mails.
            port: Where to listen; 0 lets the system choose.
            region: The region's name, for what has no region in its request.
            on_listening: Told the endpoint as soon as the port is open.
            on_stacks: Told the exports of each stack, in the order of their deployment, whenever one comes or goes.

        Raises:
            OSError: The port is taken.
        """
        self.state = state
        with contextlib.ExitStack() as stack:
            server = HttpServer()
            stack.callback(server.stop)
            loading = _Loading()
            listener = server.listen(loading.handle, port)
            self.endpoint = f"http://{HOST}:{listener.port}"
            stack.callback(listener.close)
            on_listening(self.endpoint)
            try:
                self._load(stack, server, state, region, on_stacks)
            finally:
                loading.finish(self.front.handle if hasattr(self, "front") else None)
            self._stack = stack.pop_all()

    def _load(
        self,
        stack: contextlib.ExitStack,
        server: HttpServer,
        state: Path,
        region: str,
        on_stacks: Callable[[dict[str, dict[str, Any]]], None],
    ) -> None:
        # Slow imports (moto), and needless before the port is open.
        from local import queues  # noqa: PLC0415
        from local.access_log import AccessLog  # noqa: PLC0415
        from local.account import Account  # noqa: PLC0415
        from local.clock import Clock  # noqa: PLC0415
        from local.cloudfront.addresses import SiteAddresses  # noqa: PLC0415
        from local.cloudfront.edge import Edge  # noqa: PLC0415
        from local.control import Control  # noqa: PLC0415
        from local.credentials import KeyRing  # noqa: PLC0415
        from local.event_bus import EventBus  # noqa: PLC0415
        from local.event_sources import EventSources  # noqa: PLC0415
        from local.faults import Faults  # noqa: PLC0415
        from local.front import Front  # noqa: PLC0415
        from local.glue_service import GlueService  # noqa: PLC0415
        from local.http_api import HttpApis  # noqa: PLC0415
        from local.iam.gate import Gate  # noqa: PLC0415
        from local.inbox import Inbox  # noqa: PLC0415
        from local.lambda_service import LambdaService  # noqa: PLC0415
        from local.mail_service import MailService  # noqa: PLC0415
        from local.ocr_ledger import OcrLedger  # noqa: PLC0415
        from local.presigned_post import PresignedPosts  # noqa: PLC0415
        from local.schedules import Schedules  # noqa: PLC0415
        from local.textract_service import TextractService  # noqa: PLC0415

        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocr-wordcount-cloud-")))
        self.clock = Clock(folder / "clock")
        self.clock.tell(queues.wake_all)
        self.keys = KeyRing()
        self.ledger = OcrLedger()
        self.inbox = Inbox(state / "mails", self.clock)
        self.account = Account(self.clock)
        stack.callback(self.account.close)
        logs = state / "logs"
        self.service = LambdaService(
            self.account,
            server,
            self.clock,
            self.keys,
            self.ledger,
            addresses=SiteAddresses(self.account, self.endpoint),
            logs=logs,
            endpoint=self.endpoint,
        )
        stack.callback(self.service.stop)
        self.sources = EventSources(self.account, self.service)
        stack.callback(self.sources.stop)
        self.schedules = Schedules(self.account, self.service, self.clock)
        stack.callback(self.schedules.stop)
        apis = HttpApis(self.account, self.service, self.clock, AccessLog(logs))
        edge = Edge(self.account, apis, self.endpoint)
        faults = Faults()
        stack.callback(faults.release)
        mail = MailService(self.account, self.inbox, self.clock, region, faults, self.endpoint)
        textract = TextractService(self.account, self.ledger, faults)
        stack.callback(textract.stop)
        bus = EventBus(self.account, self.clock)
        self.glue = GlueService(self.account, self.clock, self.keys, bus, logs=logs, endpoint=self.endpoint)
        stack.callback(self.glue.stop)
        control = Control(
            self.account,
            service=self.service,
            schedules=self.schedules,
            glue=self.glue,
            clock=self.clock,
            inbox=self.inbox,
            mail=mail,
            faults=faults,
            ledger=self.ledger,
            apis=apis,
            edge=edge,
            endpoint=self.endpoint,
            on_stacks=on_stacks,
        )
        self.front = Front(
            self.account,
            gate=Gate(self.account, self.keys, self.clock),
            service=self.service,
            sources=self.sources,
            schedules=self.schedules,
            apis=apis,
            edge=edge,
            posts=PresignedPosts(self.account, self.clock, self.keys),
            mail=mail,
            textract=textract,
            glue=self.glue,
            control=control,
        )
        stack.callback(self.front.stop)

    def stop(self) -> None:
        """End everything: afterwards there is no process and no port of it left. More than once is fine."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Loading:
    """Lets callers wait until the front is there."""

    def __init__(self) -> None:
        import threading  # noqa: PLC0415 - for this alone

        self._loaded = threading.Event()
        self._handle: Callable[[Request], Response] | None = None

    def finish(self, handle: Callable[[Request], Response] | None) -> None:
        self._handle = handle
        self._loaded.set()

    def handle(self, request: Request) -> Response:
        self._loaded.wait()
        if self._handle is None:
            raise ConnectionError("the local cloud could not start")
        return self._handle(request)
