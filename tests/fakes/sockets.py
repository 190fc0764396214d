"""Whoever holds connections open: raw bytes, as slow and as ambiguous as one likes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fakes.runs import LIMIT_S


def raw(port: int, request: bytes) -> bytes:
    """What is answered to these bytes, until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as talk:
        talk.sendall(request)
        talk.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: talk.recv(65536), b""))


@contextmanager
def holding(port: int, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """Connections that said this and no more, all from one address, not the one of `raw`."""
    with ExitStack() as stack:
        held = []
        for _ in range(count):
            link = stack.enter_context(socket.socket())
            link.settimeout(LIMIT_S)
            link.bind(("127.0.0.2", 0))
            link.connect(("127.0.0.1", port))
            link.sendall(said)
            held.append(link)
        yield held
