"""A development aid, and no part of the service: a stand-in that keeps to the API's contract, behind the page.

It reads nothing and mails nobody: every picture holds the page of the demonstration. It can be told to misbehave
(`service.Trouble`). What it proves is the page, not the service.

    python -m tests.web.stand_in [port]
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.web.service import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.web.service import Verification

PROJECT: Final = Path(__file__).parents[2]
WEB: Final = PROJECT / "web"
TEXT: Final = (PROJECT / "local" / "demo" / "page.txt").read_text(encoding="utf-8")
TAGS: Final = "<script>document.title = 'stolen'</script> <img src=x onerror=alert(1)>\n"

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_DAMAGED: Final = (
    "The picture is damaged or incomplete, and could not be opened. "
    "Take or export the picture again and upload the new file."
)
_UNSENT: Final = "The mail could not be sent. The result is kept; ask for the mail again later."
_POLICY_EXPIRED: Final = (
    "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>"
)
_PATIENCE: Final = 10.0
_SETTLED: Final = ("SENT", "FAILED", "UNDELIVERABLE")


@dataclass
class _Proof:
    email: str
    token: str
    by_ses: bool
    proven: bool = False


@dataclass
class _Request:
    filename: str
    token: str
    opened: float
    digest: str | None = None
    uploaded: float = 0.0
    cached: bool = False
    times: dict[str, float] = field(default_factory=dict)
    state: str = "OPEN"
    reason: str | None = None
    message: str | None = None
    moved: float = 0.0


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:  # noqa: ANN401 - members of problem details
        super().__init__(code)
        self.status = status
        self.problem = {"type": "about:blank", "title": code.replace("_", " ").capitalize(), "status": status}
        self.problem |= {"code": code, "detail": detail, **more}


class StandIn:
    """The service's state, and what it answers."""

    def __init__(self, verification: Verification = "link", pace: float = 0.15) -> None:
        self.verification: Verification = verification
        self.pace = pace
        self.url = ""
        self.bucket = ""
        self._lock = threading.RLock()
        self._troubles: set[Trouble] = set()
        self._proofs: dict[str, _Proof] = {}
        self._mails: list[tuple[str, str]] = []
        self._confirms: dict[str, str] = {}
        self._stops: dict[str, str] = {}
        self._stopped: set[str] = set()
        self._address_tokens: dict[str, str] = {}
        self._requests: dict[str, _Request] = {}
        self._seen: set[str] = set()
        self._arrived: list[str] = []

    # What tests tell it and ask it.

    def cause(self, *troubles: Trouble) -> None:
        self._troubles.update(troubles)

    def end(self, *troubles: Trouble) -> None:
        self._troubles.difference_update(troubles)

    def link_in_mail(self, email: str) -> str:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            links = [link for to, link in self._mails if to == email]
            if links:
                return links[-1]
            time.sleep(0.05)
        raise AssertionError(f"no proof mail came to {email}")

    def not_me_link(self, email: str) -> str:
        token = secrets.token_urlsafe(16)
        self._stops[token] = email
        return f"{self.url}/#not-me={token}"

    def proof_mails(self, email: str) -> int:
        return sum(to == email for to, _ in self._mails)

    def uploads(self) -> Sequence[str]:
        return self._arrived

    # The API.

    def answer(self, method: str, path: str, bearer: str, body: dict[str, Any]) -> tuple[int, Any]:
        if Trouble.BROKEN in self._troubles:
            raise _RefusedError(500, "internal", "Something went wrong on our side; try again later.")
        with self._lock:
            match [method, *path.split("/")[2:]]:
                case ["POST", "addresses"]:
                    return 202, self._prove(body["email"])
                case ["POST", "addresses", "confirm"]:
                    return 200, self._confirm(body["token"])
                case ["POST", "addresses", "stop"]:
                    return 200, self._stop(body["token"])
                case ["GET", "addresses", proof_id]:
                    return 200, self._proof(proof_id, bearer)
                case ["POST", "uploads"]:
                    return 201, self._open(body, bearer)
                case [verb, "requests", request_id, *rest]:
                    return self._request(verb, request_id, rest, self._authorized(request_id, bearer))
        raise _RefusedError(404, "no_such_route", "There is nothing here.")

    def _prove(self, email: str) -> dict[str, Any]:
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", email):
            raise _RefusedError(400, "invalid_email", "This is not an address that mail can be sent to.")
        proof_id, proof = secrets.token_hex(8), _Proof(email, secrets.token_urlsafe(16), self.verification == "ses")
        self._proofs[proof_id] = proof
        if email not in self._stopped and self.proof_mails(email) < 3:
            confirm = secrets.token_urlsafe(16)
            self._confirms[confirm] = email
            link = f"{self.url}/_ses/{proof_id}" if proof.by_ses else f"{self.url}/#confirm={confirm}"
            self._mails.append((email, link))
        return {
            "proof_id": proof_id,
            "proof_token": proof.token,
            "expires_at": _iso(time.time() + 86_400),
            "verification": self.verification,
        }

    def follow_ses(self, proof_id: str) -> None:
        self._proofs[proof_id].proven = True

    def _proof(self, proof_id: str, bearer: str) -> dict[str, Any]:
        proof = self._proofs.get(proof_id)
        if proof is None or proof.token != bearer:
            raise _RefusedError(404, "no_such_proof", "There is no such proof.")
        return {"state": "proven", "address_token": self._token(proof.email)} if proof.proven else {"state": "pending"}

    def _token(self, email: str) -> str:
        token = secrets.token_urlsafe(16)
        self._address_tokens[token] = email
        return token

    def _confirm(self, token: str) -> dict[str, Any]:
        if token == "expired":
            raise _RefusedError(400, "link_expired", "The link has expired; ask for a new one.")
        email = self._confirms.get(token)
        if email is None:
            raise _RefusedError(400, "link_unknown", "This link is not known; ask for a new one.")
        return {"address_token": self._token(email), "email": email, "expires_at": _iso(time.time() + 90 * 86_400)}

    def _stop(self, token: str) -> dict[str, Any]:
        email = self._stops.get(token)
        if email is None:
            raise _RefusedError(400, "link_unknown", "This link is not known.")
        self._stopped.add(email)
        self._address_tokens = {key: of for key, of in self._address_tokens.items() if of != email}
        return {}

    def _open(self, body: dict[str, Any], bearer: str) -> dict[str, Any]:
        if Trouble.THROTTLED in self._troubles:
            raise _RefusedError(429, "", "")
        if Trouble.TOKEN_VOID in self._troubles or self._address_tokens.get(bearer) != body["email"]:
            raise _RefusedError(403, "address_not_proven", "Prove your address first.")
        if Trouble.LIMIT_REACHED in self._troubles:
            again = datetime.now(UTC) + timedelta(hours=5)
            told = "The limit of today is reached."
            raise _RefusedError(429, "limit_reached", told, retry_at=_iso(again.timestamp()))
        request_id, request = secrets.token_hex(16), _Request(body["filename"], secrets.token_urlsafe(16), time.time())
        self._requests[request_id] = request
        expired = Trouble.FORM_EXPIRED in self._troubles
        return {
            "request_id": request_id,
            "access_token": request.token,
            "upload": {
                "url": f"{self.bucket}/",
                "fields": {
                    "key": f"uploads/{request_id}",
                    "Content-Type": body["content_type"],
                    "policy": "expired" if expired else "good",
                },
            },
            "expires_at": _iso(time.time() + 600),
        }

    def _authorized(self, request_id: str, bearer: str) -> _Request:
        request = self._requests.get(request_id)
        if request is None or request.token != bearer:
            raise _RefusedError(404, "no_such_request", "There is no such request, or the token is not its own.")
        return request

    def _request(self, verb: str, request_id: str, rest: list[str], request: _Request) -> tuple[int, Any]:
        self._move(request)
        match [verb, *rest]:
            case ["GET"]:
                return 200, self._status(request_id, request)
            case ["DELETE"]:
                del self._requests[request_id]
                why = "so that the same picture is answered at once"
                kept = {"what": "the text and the word count", "why": why, "until": _iso(time.time() + 30 * 86_400)}
                deleted = ["your address", "the file's name", "the link to this result"]
                return 200, {"deleted": deleted, "kept": [kept]}
            case ["POST", "resend"]:
                if Trouble.NOTHING_TO_RESEND in self._troubles:
                    raise _RefusedError(409, "nothing_to_resend", "There is nothing to mail.")
                request.state, request.moved = "SENDING", time.time()
                return 202, {}
            case ["GET", "text.txt"]:
                return 200, self._text()
            case ["GET", "word-count.csv"]:
                return 200, "word,count\n" + "".join(f"{w['word']},{w['count']}\n" for w in self._count()["words"])
            case ["GET", "word-count.json"]:
                return 200, self._count()
        raise _RefusedError(404, "no_such_route", "There is nothing here.")

    def _move(self, request: _Request) -> None:
        """Let pass what would have passed by now."""
        while request.state not in (*_SETTLED, "OPEN") and time.time() >= request.moved + self.pace:
            held = {Trouble.HELD_BEFORE_READING, Trouble.LATE, Trouble.JOINED} & self._troubles
            if "read" not in request.times and not request.cached:
                if held:
                    return
                if Trouble.UNREADABLE in self._troubles:
                    request.state, request.reason = "FAILED", "unreadable"
                    request.message = _DAMAGED
                    return
                request.times["read"] = request.moved = time.time()
            elif "counted" not in request.times and not request.cached:
                request.times["counted"] = request.moved = time.time()
                self._seen.add(request.digest or "")
            elif Trouble.HELD_BEFORE_MAILING in self._troubles:
                return
            elif Trouble.UNDELIVERABLE in self._troubles:
                request.state, request.message = (
                    "UNDELIVERABLE",
                    _UNSENT,
                )
            else:
                request.state, request.message = "SENT", None
                request.times["sent"] = request.moved = time.time()

    def _status(self, request_id: str, request: _Request) -> dict[str, Any]:
        ready = request.reason is None and (request.cached or "counted" in request.times)
        hard = Trouble.HARD_TO_READ in self._troubles
        return {
            "request_id": request_id,
            "state": request.state,
            "reason": request.reason,
            "message": request.message,
            "filename": request.filename,
            "digest": request.digest,
            "cached": request.cached,
            "joined": Trouble.JOINED in self._troubles,
            "late": Trouble.LATE in self._troubles,
            "low_confidence": ready and hard,
            "expires_at": _iso(request.opened + 30 * 86_400),
            "times": {stage: _iso(at) for stage, at in request.times.items()},
            "result": self._count() if ready else None,
        }

    def _text(self) -> str:
        if Trouble.NO_WORDS in self._troubles:
            return ""
        return TAGS if Trouble.MALICIOUS_TEXT in self._troubles else TEXT

    def _count(self) -> dict[str, Any]:
        words = Counter(re.findall(r"\w+(?:['-]\w+)*", self._text().lower()))
        if Trouble.MALICIOUS_TEXT in self._troubles:
            words["<b>bold</b>"] = 9
        hard = Trouble.HARD_TO_READ in self._troubles
        return {
            "schema": 1,
            "total_words": words.total(),
            "unique_words": len(words),
            "mean_confidence": None if not words else 61.27 if hard else 95.42,
            "words": [{"word": w, "count": n} for w, n in sorted(words.items(), key=lambda each: (-each[1], each[0]))],
        }

    # The bucket.

    def receive(self, fields: dict[str, str], content_type: str, data: bytes) -> tuple[int, str]:
        if fields["policy"] == "expired":
            return 403, _POLICY_EXPIRED
        if Trouble.UPLOAD_REFUSED in self._troubles:
            return 403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        with self._lock:
            request = self._requests[fields["key"].removeprefix("uploads/")]
            if request.state == "OPEN":
                request.digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
                request.cached = request.digest in self._seen
                request.state = "WAITING"
                request.times |= {"opened": request.opened, "uploaded": time.time()}
                request.moved = time.time()
                self._arrived.append(content_type)
        return 204, ""

    @property
    def cuts_uploads(self) -> bool:
        return Trouble.UPLOAD_CUT in self._troubles

    @property
    def policy(self) -> str:
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            f"connect-src 'self' {self.bucket}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )


@contextlib.contextmanager
def running(stand_in: StandIn, port: int = 0) -> Iterator[StandIn]:
    """Serve it at two addresses: the page with the API, and the bucket."""
    servers = [ThreadingHTTPServer(("127.0.0.1", wanted), _handler(stand_in)) for wanted in (port, 0)]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stand_in.url, stand_in.bucket = (f"http://localhost:{server.server_address[1]}" for server in servers)
    try:
        yield stand_in
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one handler for the three of them
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/api/"):
                self._api({})
            elif path.startswith("/_ses/"):
                stand_in.follow_ses(path.rpartition("/")[2])
                self._send(200, b"<!doctype html><title>Verified</title><p>Congratulations!", "text/html")
            else:
                self._file("index.html" if path == "/" else path.lstrip("/"))

        def do_POST(self) -> None:
            if not self.path.startswith("/api/"):
                return self._upload()
            return self._api(json.loads(self._body() or b"{}"))

        def do_DELETE(self) -> None:
            self._api({})

        def do_OPTIONS(self) -> None:
            self._send(200, b"", "text/plain")

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["content-length"] or 0))

        def _api(self, body: dict[str, Any]) -> None:
            bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
            try:
                status, answer = stand_in.answer(self.command, self.path, bearer, body)
                kind = "application/json"
            except _RefusedError as error:
                status, answer, kind = error.status, error.problem, "application/problem+json"
                if not error.problem["code"]:
                    answer, kind = {"message": "Too Many Requests"}, "application/json"
            told = answer if isinstance(answer, str) else json.dumps(answer)
            self._send(status, told.encode(), "text/plain" if isinstance(answer, str) else kind)

        def _upload(self) -> None:
            if stand_in.cuts_uploads:
                self.rfile.read(1024)
                self.close_connection = True
                self.connection.close()
                return
            head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
            message = BytesParser(policy=HTTP).parsebytes(head + self._body())
            parts = {str(part.get_param("name", header="content-disposition")): part for part in message.iter_parts()}
            file = parts.pop("file").get_payload(decode=True)
            fields = {name: bytes(part.get_payload(decode=True) or b"").decode() for name, part in parts.items()}
            status, answer = stand_in.receive(fields, fields["Content-Type"], bytes(file or b""))
            self._send(status, answer.encode(), "application/xml")

        def _file(self, name: str) -> None:
            file = (WEB / name).resolve()
            if not file.is_relative_to(WEB) or not file.is_file() or file.suffix not in _TYPES:
                return self._send(404, b"", "text/plain")
            return self._send(200, file.read_bytes(), _TYPES[file.suffix])

        def _send(self, status: int, body: bytes, kind: str) -> None:
            packed = (
                gzip.compress(body) if len(body) > 1000 and "gzip" in self.headers.get("accept-encoding", "") else body
            )
            headers = {
                "content-type": kind,
                "content-length": str(len(packed)),
                "cache-control": "no-store",
                "access-control-allow-origin": stand_in.url,
                "access-control-allow-headers": "*",
                "content-security-policy": stand_in.policy,
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
            }
            if packed is not body:
                headers["content-encoding"] = "gzip"
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if status != 204:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(packed)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

        def handle(self) -> None:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError, ValueError, OSError):
                super().handle()

    return Handler


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    with running(StandIn(pace=1.0), int(sys.argv[1]) if len(sys.argv) > 1 else 0) as serving:
        sys.stdout.write(f"A stand-in for the service, with its page: {serving.url}\n")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
