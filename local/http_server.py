"""A small threaded HTTP/1.1 server that keeps connections alive and listens on as many ports as are asked for.

One instance serves the whole local cloud: AWS's APIs on one port, and the Runtime API of each Lambda worker on a port
of its own. (werkzeug's server closes every connection and waits 10 ms on each; a stage here takes less than that.)
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import traceback
from http import HTTPStatus
from http.client import LineTooLong, parse_headers
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from local.http_message import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

HOST: Final = "127.0.0.1"
LONGEST_LINE: Final = 65_536
LARGEST_BODY: Final = 256 * 1024 * 1024
"""More than any service here takes: each refuses what is too much for it in its own words."""


class BadRequestError(Exception):
    """What came is not HTTP, or not what this server speaks."""


class Listener:
    """One open port with the function that answers there."""

    def __init__(self, server: HttpServer, listening: socket.socket, handle: Callable[[Request], Response]) -> None:
        self.port: int = listening.getsockname()[1]
        self.socket = listening
        self.handle = handle
        self.connections: set[socket.socket] = set()
        self._server = server

    def close(self) -> None:
        """Stop listening and drop every connection. More than once is fine."""
        self._server.close_listener(self)


class HttpServer:
    """Accepts connections on any number of listeners, and answers each connection in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._stopping = False
        self._thread = threading.Thread(target=self._accept_all, name="http-accept", daemon=True)
        self._thread.start()

    def listen(self, handle: Callable[[Request], Response], port: int = 0) -> Listener:
        """Open a port.

        Args:
            handle: Answers each request; called in many threads at once.
            port: Which; 0 lets the system choose.

        Raises:
            OSError: The port is taken.
        """
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((HOST, port))
            listening.listen(128)
            listening.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        except BaseException:
            listening.close()
            raise
        listener = Listener(self, listening, handle)
        with self._lock:
            self._listeners.add(listener)
            self._selector.register(listening, selectors.EVENT_READ, listener)
        self._wake()
        return listener

    def close_listener(self, listener: Listener) -> None:
        """Close one port and its connections."""
        with self._lock:
            if listener not in self._listeners:
                return
            self._listeners.remove(listener)
            self._selector.unregister(listener.socket)
            listener.socket.close()
            connections = list(listener.connections)
        for connection in connections:
            _hang_up(connection)

    def stop(self) -> None:
        """Close every port. More than once is fine."""
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
            listeners = list(self._listeners)
        for listener in listeners:
            self.close_listener(listener)
        self._wake()
        self._thread.join()
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def _accept_all(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.data is None:
                    os.read(self._wake_read, 4096)
                else:
                    self._accept(key.data)

    def _accept(self, listener: Listener) -> None:
        try:
            connection, peer = listener.socket.accept()
        except OSError:
            return  # the caller gave up, or the listener was closed meanwhile
        connection.setblocking(True)  # noqa: FBT003 - the standard library's own signature
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if listener not in self._listeners:
                connection.close()
                return
            listener.connections.add(connection)
        arguments = (listener, connection, peer)
        threading.Thread(target=self._serve, args=arguments, name=f"http-{listener.port}", daemon=True).start()

    def _serve(self, listener: Listener, connection: socket.socket, peer: tuple[str, int]) -> None:
        try:
            with cast("BinaryIO", connection.makefile("rb", 65_536)) as stream:
                while _answer_one(stream, connection, peer, listener.handle):
                    pass
        except (OSError, ValueError):
            pass  # the other side is gone, or the listener was closed: nobody is left to answer
        finally:
            with self._lock:
                listener.connections.discard(connection)
            connection.close()


def _answer_one(
    stream: BinaryIO, connection: socket.socket, peer: tuple[str, int], handle: Callable[[Request], Response]
) -> bool:
    """Read one request, answer it, and tell whether the connection stays open."""
    try:
        read = _read_request(stream, connection, peer)
    except (BadRequestError, LineTooLong, UnicodeDecodeError) as error:
        _send(connection, Response(400, str(error).encode()), head=False, keep=False)
        return False
    if read is None:
        return False
    request, keep = read
    try:
        response = handle(request)
    except Exception:  # noqa: BLE001 - whatever a handler does, its caller gets an answer, and the log the reason
        traceback.print_exc()
        response = Response(500, b"The local cloud failed to answer; its log says why.")
    _send(connection, response, head=request.method == "HEAD", keep=keep)
    return keep


def _read_request(stream: BinaryIO, connection: socket.socket, peer: tuple[str, int]) -> tuple[Request, bool] | None:
    line = stream.readline(LONGEST_LINE + 1)
    if not line:
        return None
    try:
        method, target, version = line.decode("ascii").split()
    except ValueError as error:
        raise BadRequestError("not an HTTP request line") from error
    headers = parse_headers(stream)
    if headers.get("Expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(stream, headers.get("Transfer-Encoding", ""), headers.get("Content-Length", "0"))
    path, _, query = target.partition("?")
    keep = version == "HTTP/1.1" and headers.get("Connection", "").lower() != "close"
    return Request(method.upper(), path, query, headers, body, peer), keep


def _read_body(stream: BinaryIO, coding: str, length: str) -> bytes:
    if coding.lower() == "chunked":
        return _read_chunks(stream)
    if not length.isdigit() or int(length) > LARGEST_BODY:
        raise BadRequestError("unacceptable Content-Length")
    return _read_exactly(stream, int(length))


def _read_chunks(stream: BinaryIO) -> bytes:
    chunks: list[bytes] = []
    while True:
        try:
            size = int(stream.readline(LONGEST_LINE).split(b";")[0], 16)
        except ValueError as error:
            raise BadRequestError("unreadable chunk size") from error
        if size == 0:
            break
        chunks.append(_read_exactly(stream, size))
        stream.readline(LONGEST_LINE)
    while stream.readline(LONGEST_LINE).strip():
        pass
    return b"".join(chunks)


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    body = stream.read(size)
    if len(body) != size:
        raise ConnectionError("the caller hung up in the middle of a request")
    return body


def _send(connection: socket.socket, response: Response, *, head: bool, keep: bool) -> None:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers if name.lower() not in _OURS]
    if response.status != HTTPStatus.NO_CONTENT:
        # A HEAD's answer carries the length of what a GET would have brought.
        length = (response.header("Content-Length") or "0") if head else str(len(response.body))
        lines.append(f"Content-Length: {length}")
    lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
    message = "\r\n".join([*lines, "", ""]).encode("latin-1")
    with_body = not head and response.status != HTTPStatus.NO_CONTENT
    connection.sendall(message + response.body if with_body else message)


_OURS: Final = frozenset({"content-length", "connection", "transfer-encoding"})


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        connection.shutdown(socket.SHUT_RDWR)
