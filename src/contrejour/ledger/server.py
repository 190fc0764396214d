"""A log, or a witness, over HTTP: few paths, bounded connections, bounded bodies, no TLS.

    with Server("127.0.0.1", 0, of_log(folder)) as server: ...
    with Server("127.0.0.1", 0, of_witness(witness)) as server: ...

What is public needs no login. A proxy that speaks TLS stands before it.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from contrejour.errors import ContrejourError, LedgerError, OutputFailed
from contrejour.ledger import tiles, witness
from contrejour.ledger.read import reader
from contrejour.ledger.witness import TEXT, Witness

MOST_CONNECTIONS = 64
IDLE_S = 15.0
PAGE = "verify.html"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    kind: str = TEXT
    keep: str = "no-store"


Asking = Callable[[str, str, bytes], Answer]
"""Answers a method, a path and a body; many threads ask at once."""


def of_log(folder: Path) -> Asking:
    """What a log serves: its checkpoint, its tiles, and no other file of its own.

    And the page that checks a proof, which is one file: whoever doubts us saves it, or another's.
    """
    read, page = reader(folder), (files(__package__) / PAGE).read_bytes()

    def answer(method: str, path: str, body: bytes) -> Answer:
        place = path.removeprefix("/")
        if method == "POST":
            return Answer(405)
        try:
            if place == "checkpoint":
                return Answer(200, read(place))
            if place == PAGE:
                return Answer(200, page, "text/html; charset=utf-8")
            if tiles.parse(place):
                return Answer(200, read(place), "application/octet-stream", FOR_EVER)
        except LedgerError:
            pass
        return Answer(404, b"nothing is there\n")

    return answer


def of_witness(known: Witness) -> Asking:
    """What a witness takes: checkpoints, to cosign."""

    def answer(method: str, path: str, body: bytes) -> Answer:
        if path != witness.PATH:
            return Answer(404, b"nothing is there\n")
        if method != "POST":
            return Answer(405)
        verdict = known.add(body)
        return Answer(verdict.status, verdict.text.encode(), verdict.kind)

    return answer


class Server(ThreadingHTTPServer):
    """Serves from `start` on, until `stop`; as a context, in between."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(
        self, host: str, port: int, asking: Asking, *, most: int = MOST_CONNECTIONS,
        broke: Callable[[str], object] = lambda _: None,
    ) -> None:  # fmt: skip
        """Listen (0: any free port). `broke`: told of a fault of ours. Raises OutputFailed."""
        self.asking, self.broke = asking, broke
        self._free = threading.BoundedSemaphore(most)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Talk)
        except (OSError, OverflowError) as error:
            raise OutputFailed(
                f"{host}:{port} can't be listened on: {getattr(error, 'strerror', error)}",
                "is another program there? --listen names another port",
            ) from error

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def __enter__(self) -> Server:
        threading.Thread(target=self.serve_forever, args=(0.1,), name="http", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of this machine's name, which may hang."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """One thread for each connection, up to so many."""
        if not self._free.acquire(blocking=False):
            with suppress(OSError):
                request.setblocking(False)
                request.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return self.shutdown_request(request)
        try:
            return super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread left
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever went away is nobody's concern; ours is said, without what was asked."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.broke(f"an answer could not be made: {type(error).__name__}")


class _Talk(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    server_version, sys_version = "contrejour", ""

    def do_GET(self) -> None:
        answer = self._answer()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", answer.keep)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Access-Control-Allow-Origin", "*")  # public, and nobody is logged in
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def _answer(self) -> Answer:
        length = self.headers.get("content-length", "0" if self.command != "POST" else "")
        if "transfer-encoding" in self.headers or not length.isascii() or not length.isdecimal():
            self.close_connection = True  # nobody reads what follows
            return Answer(411, b"say how long it is\n")
        if len(length) > 7 or int(length) > (witness.MOST_BYTES if self.command == "POST" else 0):
            self.close_connection = True
            return Answer(413, b"too long\n")
        body = self.rfile.read(int(length))
        try:
            return self.server.asking(self.command, self.path, body)
        except ContrejourError as error:
            self.server.broke(str(error))
            return Answer(503)

    def log_message(self, *_: object) -> None:
        """No log: who looked is personal data, and a proxy's to keep."""
