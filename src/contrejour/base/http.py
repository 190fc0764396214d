"""Connections over HTTP: so many at once, each with little time, and nothing kept of who asked.

A request's head has HEAD_S from its first moment to its last byte, not from byte to byte. Where
all connections are taken, one that asked for nothing yet gives way, of the address that has the
most, the oldest first; then one of an address that has more than its share. So whoever holds
sockets open keeps nobody out who asks.
"""

from __future__ import annotations

import io
import ipaddress
import itertools
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from contrejour.base import http_head
from contrejour.base.errors import OutputFailed
from contrejour.base.messages import Message, Tell

MOST_CONNECTIONS = 64
HEAD_S = 10.0
"""For a whole head, from when the connection began, or its answer before ended."""
BODY_S = 15.0
"""For a whole body, and for an answer to be taken."""


@dataclass(slots=True)
class Connection:
    """One that is open: whose, which by age, and whether it asked for something that isn't done."""

    link: socket.socket
    address: str
    age: int
    asked: bool = False


class Connections:
    """Those that are open, `most` at once. Used by many threads."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._open: dict[int, Connection] = {}
        self._ages = itertools.count()

    def enter(self, link: socket.socket, host: str) -> bool:
        """Take it, hanging up on another if need be; False: all have asked, each its share."""
        with self._lock:
            new = Connection(link, network_of(host), next(self._ages))
            if len(self._open) >= self._most:
                if (given_up := self._one_to_give_up(new)) is None:
                    return False
                del self._open[id(given_up.link)]
                with suppress(OSError):
                    given_up.link.shutdown(socket.SHUT_RDWR)  # its thread ends by it
            self._open[id(link)] = new
            return True

    def _one_to_give_up(self, new: Connection) -> Connection | None:
        of_each = Counter(each.address for each in self._open.values())
        order = sorted(self._open.values(), key=lambda each: (-of_each[each.address], each.age))
        idle = next((each for each in order if not each.asked), None)
        greedy = of_each[order[0].address] > of_each[new.address] + 1
        return idle or (order[0] if greedy else None)

    def asked(self, link: socket.socket, asked: bool) -> None:
        with self._lock:
            if known := self._open.get(id(link)):
                known.asked = asked
                known.age = next(self._ages)

    def waiting(self) -> int:
        """How many have asked for nothing that isn't done."""
        with self._lock:
            return sum(not each.asked for each in self._open.values())

    def leave(self, link: socket.socket) -> None:
        with self._lock:
            self._open.pop(id(link), None)


def is_local(host: object) -> bool:
    """Whether only this machine can be reached, or reaches, by it."""
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host == "localhost"


def network_of(host: str) -> str:
    """Who may hold connections as one: an address of IPv4, a /64 of IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Listener(ThreadingHTTPServer):
    """One thread for each connection, as long as there are any to be had. `start` until `stop`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, host: str, port: int, talk: type[HttpExchange], *, most: int,
        broke: Tell,
    ) -> None:  # fmt: skip
        """Listen (0: any free port). `broke`: told of a fault of ours. Raises OutputFailed."""
        self.broke = broke
        self.connections = Connections(most)
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
        """A thread of its own, or 503 where all are taken by who asks."""
        if not self.connections.enter(request, client_address[0]):
            with suppress(OSError):
                request.setblocking(False)
                request.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return self.shutdown_request(request)
        try:
            return super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread left
            self.connections.leave(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.connections.leave(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever went away is nobody's concern; ours is said, without what was asked."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.broke(Message("answer-not-made", error=type(error).__name__))


class RequestBytes:
    """What comes over a connection, each piece by a deadline. Raises TimeoutError after it."""

    def __init__(self, link: socket.socket) -> None:
        self._link, self._known = link, b""

    def head(self) -> bytes:
        """A whole head; empty: the other side is gone. Raises ValueError (http_head.ends)."""
        until = time.monotonic() + HEAD_S
        while not (end := http_head.ends(self._known)):
            if not self._more(until):
                return b""
        head, self._known = self._known[:end], self._known[end:]
        return head

    def read(self, count: int) -> bytes:
        """`count` bytes, or fewer where the other side ended."""
        until = time.monotonic() + BODY_S
        while len(self._known) < count and self._more(until):
            pass
        body, self._known = self._known[:count], self._known[count:]
        return body

    def _more(self, until: float) -> bool:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._link.settimeout(left)
        try:
            piece = self._link.recv(1 << 16)
        finally:
            self._link.settimeout(BODY_S)
        self._known += piece
        return bool(piece)


class HttpExchange(BaseHTTPRequestHandler):
    """One connection, which says nothing of who or what is here."""

    protocol_version = "HTTP/1.1"
    timeout = BODY_S
    disable_nagle_algorithm = True
    server_version, sys_version = "contrejour", ""

    def setup(self) -> None:
        super().setup()
        self.came = RequestBytes(self.connection)

    def handle_one_request(self) -> None:
        """One request, whose head is whole and has one meaning before anything looks at it."""
        self.close_connection = True
        connections = cast(Listener, self.server).connections
        connections.asked(self.connection, False)
        try:
            head = self.came.head()
        except ValueError as error:
            return self._refuse(str(error))
        except OSError:  # silent or gone
            return None
        connections.asked(self.connection, True)
        if not head:
            return None
        if why := http_head.fault(head):
            return self._refuse(why)
        first, _, rest = head.partition(b"\r\n")
        self.raw_requestline = first + b"\r\n"
        self.rfile = io.BufferedReader(cast(io.RawIOBase, io.BytesIO(rest)))
        if not self.parse_request():
            return None
        answer = getattr(self, f"do_{self.command}", None)
        if answer is None:
            return self.send_error(501)
        answer()
        return self.wfile.flush()

    def body(self, count: int) -> bytes:
        """The request's body; whoever is slow to send it has not asked yet."""
        connections = cast(Listener, self.server).connections
        connections.asked(self.connection, False)
        body = self.came.read(count)
        connections.asked(self.connection, True)
        return body

    def _refuse(self, why: str) -> None:
        """400, and no more: what follows may be read as anything."""
        self.close_connection = True
        body = why.encode() + b"\n"
        with suppress(OSError):
            self.wfile.write(
                b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
            )
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(0)  # what is left unread would take the answer with it
            self.connection.recv(1 << 16)

    def log_message(self, *_: object) -> None:
        """No log: who looked is personal data, and a proxy's to keep."""
