"""Connections over HTTP: so many at once, each with little time, and nothing kept of who asked."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contrejour.base.errors import OutputFailed
from contrejour.base.messages import Message, Tell

MOST_CONNECTIONS = 64
IDLE_S = 15.0


class Listener(ThreadingHTTPServer):
    """One thread for each connection, as long as there are any to be had. `start` until `stop`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(
        self, host: str, port: int, talk: type[HttpExchange], *, most: int,
        broke: Tell,
    ) -> None:  # fmt: skip
        """Listen (0: any free port). `broke`: told of a fault of ours. Raises OutputFailed."""
        self.broke = broke
        self._free = threading.BoundedSemaphore(most)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), talk)
        except (OSError, OverflowError) as error:
            raise OutputFailed(
                "cannot-listen", host=host, port=port, reason=str(getattr(error, "strerror", error))
            ) from error

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
        """A thread of its own, or 503 where all are taken."""
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
            self.broke(Message("answer-not-made", error=type(error).__name__))


class HttpExchange(BaseHTTPRequestHandler):
    """One connection, which says nothing of who or what is here."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    server_version, sys_version = "contrejour", ""

    def log_message(self, *_: object) -> None:
        """No log: who looked is personal data, and a proxy's to keep."""
