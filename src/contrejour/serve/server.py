"""Connections: so many at once, each with little time, for GET and HEAD alone.

No login and no TLS: it listens to this machine unless it is told otherwise, and a proxy that knows
who may look stands before it. A page of another site can't read it through somebody's browser: no
CORS, and on this machine's own addresses no other name for it is answered (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contrejour.errors import OutputFailed
from contrejour.serve.answer import Answer, Asked, nothing

MOST_CONNECTIONS = 64
IDLE_S = 15.0
MOST_QUERY = 8
_ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Server(ThreadingHTTPServer):
    """`answer` is asked by many threads at once. `start` serves until `stop`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(
        self, host: str, port: int, answer: Callable[[Asked], Answer], *,
        most: int = MOST_CONNECTIONS, broke: Callable[[str], object] = lambda _: None,
    ) -> None:  # fmt: skip
        """Listen (0: any free port). `broke`: told of a fault of ours. Raises OutputFailed."""
        self.answer, self._broke = answer, broke
        self._free = threading.BoundedSemaphore(most)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Talk)
        except (OSError, OverflowError) as error:
            raise OutputFailed(
                f"{host}:{port} can't be listened on: {getattr(error, 'strerror', error)}",
                "is another program there? --listen names another port",
            ) from error
        self.is_local = is_local(self.server_address[0])

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.1,), name="http", daemon=True).start()

    def stop(self) -> None:
        """Listen no more. Who still waits is left."""
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of this machine's name, which may hang."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """One thread for each connection, as long as there are any to be had."""
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
            self._broke(f"an answer could not be made: {type(error).__name__}")


def is_local(host: object) -> bool:
    """Whether only this machine can reach it there."""
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host == "localhost"


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
        kept = {"Cache-Control": "no-store", **_ALWAYS, **answer.headers}
        told = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), **kept}
        for name, value in told.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815

    def _answer(self) -> Answer:
        if "content-length" in self.headers or "transfer-encoding" in self.headers:
            self.close_connection = True  # nobody reads what follows
            return nothing(400, "a GET has no body")
        try:
            parts = urlsplit(self.path)
            host = urlsplit("//" + self.headers.get("host", "")).hostname
            query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_QUERY))
        except ValueError:
            return nothing(400)
        if self.server.is_local and host is not None and not is_local(host):
            return nothing(421, "this machine only: a proxy says so in Host")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.answer(Asked(parts.path, query, headers))

    def log_message(self, *_: object) -> None:
        """No log: who looked is personal data, and a proxy's to keep."""
