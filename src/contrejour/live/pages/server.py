"""Connections: so many at once, each with little time, for GET and HEAD alone.

No login and no TLS: it listens to this machine unless it is told otherwise, and a proxy that knows
who may look stands before it. A page of another site can't read it through somebody's browser: no
CORS, and no name is answered but those that were allowed: by its address it always is (DNS
rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlsplit

from contrejour.base.http import MOST_CONNECTIONS, HttpExchange, Listener, is_local
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
        names: Iterable[str] = (), most: int = MOST_CONNECTIONS, broke: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """As a Listener. `names`: by which it is asked for, beside its addresses."""
        self.answer = answer
        self.names = frozenset(name.rstrip(".").lower() for name in names)
        super().__init__(host, port, _PageConnection, most=most, broke=broke)
        self.is_local = is_local(self.server_address[0])

    @property
    def port(self) -> int:
        return int(self.server_address[1])


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
            host = urlsplit("//" + self.headers.get("host", "")).hostname or ""
            query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_QUERY))
        except ValueError:
            return nothing(400)
        if "host" in self.headers and not self._is_ours(host):
            return nothing(421, "not by that name: --host-name allows it")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.answer(PageRequest(parts.path, query, headers))

    def _is_ours(self, host: str) -> bool:
        """Whether it is an allowed name, or the address that was connected to.

        A page of elsewhere has its own name in Host, whatever address that name is made to mean.
        """
        if host.rstrip(".").lower() in self.server.names:
            return True
        if is_local(self.client_address[0]) and is_local(host):
            return True
        try:
            return _address(host) == _address(self.connection.getsockname()[0])
        except (ValueError, OSError):
            return False


def _address(text: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address, of IPv4 where it is one of IPv4 in IPv6. Raises ValueError."""
    address = ipaddress.ip_address(str(text).partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address
