"""Connections: so many at once, each with little time, for GET and HEAD alone.

No login and no TLS: it listens to this machine unless it is told otherwise, and a proxy that knows
who may look stands before it. A page of another site can't read it through somebody's browser: no
CORS, and on this machine's own addresses no other name for it is answered (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from contrejour.base.http import MOST_CONNECTIONS, HttpExchange, Listener
from contrejour.base.messages import Tell
from contrejour.live.pages.answer import Answer, PageRequest, nothing

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


class Server(Listener):
    """`answer` is asked by many threads at once. `start` serves until `stop`."""

    def __init__(
        self, host: str, port: int, answer: Callable[[PageRequest], Answer], *,
        most: int = MOST_CONNECTIONS, broke: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """As a Listener."""
        self.answer = answer
        super().__init__(host, port, _PageConnection, most=most, broke=broke)
        self.is_local = is_local(self.server_address[0])

    @property
    def port(self) -> int:
        return int(self.server_address[1])


def is_local(host: object) -> bool:
    """Whether only this machine can reach it there."""
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host == "localhost"


class _PageConnection(HttpExchange):
    """GET and HEAD."""

    server: Server

    def do_GET(self) -> None:  # noqa: N802
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
        return self.server.answer(PageRequest(parts.path, query, headers))
