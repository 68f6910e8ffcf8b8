"""A cloud as the command sees it over HTTP, which answers what a test tells it to."""

from __future__ import annotations

import email
import email.policy
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast

from runtime.core.mail.compose import PROOF_HEADER, REQUEST_HEADER

if TYPE_CHECKING:
    from email.message import EmailMessage, Message
    from pathlib import Path
    from types import TracebackType

Answer = tuple[int, Any]

RESULT = {
    "schema": 1,
    "digest": "d" * 32,
    "pages": 1,
    "total_words": 3,
    "unique_words": 2,
    "mean_confidence": 98.7,
    "counter": {"version": "1"},
    "words": [{"word": "to", "count": 2}, {"word": "be", "count": 1}],
}


def status(state: str, **told: object) -> dict[str, Any]:
    """What the API answers of a request."""
    return {
        "state": state,
        "reason": None,
        "message": None,
        "digest": "d" * 32,
        "cached": False,
        "joined": False,
        "times": {"opened": "2026-01-01T00:00:00.000Z"},
        "result": RESULT if state == "SENT" else None,
        **told,
    }


@dataclass
class FakeCloud:
    """Requests are numbered; each walks through the same states, one a look, and is mailed when the last one is SENT.

    Attributes:
        walk: What the API tells of a request, look by look; the last is told again and again.
        opening: What opening a request is answered with, instead of a form, by number of the call.
        uploading: What S3 answers.
        subjects: Of the mails, all of which arrive when the last state of the walk is told.
    """

    folder: Path
    walk: list[dict[str, Any]] = field(default_factory=lambda: [status("SENT")])
    opening: dict[int, Answer] = field(default_factory=dict)
    uploading: Answer = (204, None)
    subjects: tuple[str, ...] = ("Your OCR Results are Available",)
    opened: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[list[tuple[str, object]]] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    calls: int = 0
    looks: dict[str, int] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(*fake.get(self.path, self.headers["Authorization"]))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                self._answer(*fake.post(self.path, self.headers["Content-Type"], body, self.headers["Authorization"]))

            # pyrefly: ignore[missing-override-decorator] - typing has it from Python 3.12 on
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name for it
                del format, args

            def _answer(self, code: int, told: object) -> None:
                data = told if isinstance(told, bytes) else json.dumps(told).encode() if told is not None else b""
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def announce(self, state: Path) -> None:
        """Let the command find it, as it finds a cloud that `up` keeps running."""
        told = {"endpoint": self.endpoint, "pid": os.getpid(), "outputs": {"region": "us-east-1"}}
        (state / "cloud.json").write_text(json.dumps(told))

    def get(self, path: str, authorization: str | None) -> Answer:
        with self.lock:
            match path.partition("?")[0].split("/")[1:]:
                case ["_local", "status"]:
                    return 200, {"pid": os.getpid()}
                case ["_local", "mails"]:
                    return 200, {"mails": self.mails}
                case ["_local", "requests", request_id, "ocr-calls"]:
                    return 200, {"ocr_calls": 1 if request_id.endswith("1") else 0}
                case ["api", "requests", request_id]:
                    if authorization != f"Bearer token of {request_id}":
                        return 404, {"code": "no_such_request", "detail": "There is no such request."}
                    return 200, self._look(request_id)
        return 404, {"message": "Not Found"}

    def post(self, path: str, content_type: str, body: bytes, authorization: str | None) -> Answer:
        with self.lock:
            match path.split("/")[1:]:
                case ["_local", "verify"]:
                    self.verified.append(json.loads(body)["email"])
                    return 200, {}
                case ["api", "addresses"]:
                    return self._start_proof(json.loads(body)["email"])
                case ["api", "addresses", "confirm"]:
                    self.proven.append(json.loads(body)["token"].removeprefix("link-of-"))
                    return 200, {"address_token": f"proof of {self.proven[-1]}"}
                case ["api", "uploads"]:
                    return self._open(json.loads(body), authorization)
                case ["bucket"]:
                    head = f"Content-Type: {content_type}\r\n\r\n".encode()
                    form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
                    self.uploads.append([_field(part) for part in cast("EmailMessage", form).iter_parts()])
                    return self.uploading
        return 404, {"message": "Not Found"}

    def _start_proof(self, address: str) -> Answer:
        proof_id = f"proof-{len(self.mails)}"
        folder = self.folder / f"mail-{len(self.mails)}-{proof_id}"
        folder.mkdir(parents=True)
        (folder / "mail.txt").write_text(f"https://words.example.com/#confirm=link-of-{address}\n")
        told = {"subject": "Is This Your Address?", "text": "mail.txt", "headers": {PROOF_HEADER: proof_id}}
        self.mails.append(_mail(folder, address, html=None, attachments=[], **told))
        return 202, {"proof_id": proof_id, "proof_token": f"token of {proof_id}"}

    def _open(self, wish: dict[str, Any], authorization: str | None) -> Answer:
        if authorization != f"Bearer proof of {wish['email']}":
            return 403, {"code": "address_not_proven", "detail": "Prove first that it is yours."}
        self.calls += 1
        if self.calls in self.opening:
            return self.opening[self.calls]
        self.opened.append(wish)
        request_id = f"request-{len(self.opened)}"
        form = {"url": f"{self.endpoint}/bucket", "fields": {"key": f"uploads/{request_id}", "policy": "signed"}}
        return 201, {"request_id": request_id, "access_token": f"token of {request_id}", "upload": form}

    def _look(self, request_id: str) -> dict[str, Any]:
        look = self.looks[request_id] = self.looks.get(request_id, -1) + 1
        if look == len(self.walk) - 1 and self.walk[-1]["state"] in ("SENT", "FAILED"):
            self.mails += [self._mail(request_id, subject) for subject in self.subjects]
        return {"request_id": request_id, **self.walk[min(look, len(self.walk) - 1)]}

    def _mail(self, request_id: str, subject: str) -> dict[str, Any]:
        folder = self.folder / f"mail-{len(self.mails)}-{request_id}-{subject.replace(' ', '-')}"
        folder.mkdir(parents=True)
        files = ["word-count.csv", "word-count.json", "text.txt"] if "Results are" in subject else []
        for name in [*files, "mail.html"]:
            (folder / name).write_text(f"{name} of {request_id}")
        to = self.opened[int(request_id.removeprefix("request-")) - 1]["email"]
        headers = {REQUEST_HEADER: request_id}
        return _mail(folder, to, subject=subject, text=None, html="mail.html", attachments=files, headers=headers)


def _mail(folder: Path, to: str, **told: object) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "message_id": "1",
        "from": "us@example.com",
        "to": [to],
        "sent_at": "2026-01-01T00:00:02Z",
        "configuration_set": "",
        **told,
    }


def _field(part: Message) -> tuple[str, object]:
    return str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
