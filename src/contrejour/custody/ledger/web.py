"""Asking another machine over HTTP: so many bytes, so many seconds, and no redirection followed.

    with opened("https://log.example.org/rhone") as read:     # or a folder
        audit(read, trust)

Whoever answers may be an enemy: an answer that drips, never ends or never comes is given up.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from contrejour.base.errors import LedgerError
from contrejour.base.messages import Message, reason_of
from contrejour.custody import note
from contrejour.custody.ledger import tiles
from contrejour.custody.ledger.read import reader

LIMIT_S = 10.0
MOST_BUNDLE = tiles.WIDTH * (2 + tiles.MOST_ENTRY_BYTES)
BROKEN = (OSError, http.client.HTTPException, ValueError)
"""What a LedgerConnection raises."""


class LedgerConnection:
    """A connection, kept while it is answered. It can be given up from another thread."""

    def __init__(self, url: str, limit_s: float) -> None:
        self._url, self._limit_s = url, limit_s
        self._over = False
        self._http: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, most: int
    ) -> tuple[int, str, bytes]:
        """Status, content type and body. Raises BROKEN: then it is of no more use."""
        self._http = self._http or self._connection()
        late = threading.Timer(self._limit_s, self.stop)
        late.daemon = True
        late.start()
        try:
            if self._http.sock is None:
                self._http.connect()
            self._socket = self._http.sock
            if self._over:
                raise OSError("too late")
            kind = {"Content-Type": "text/plain"} if body is not None else {}
            place = urlsplit(self._url).path.rstrip("/") + path
            self._http.request(method, place, body, kind)
            answer = self._http.getresponse()
            told = answer.read(most + 1)
            if len(told) > most:
                raise ValueError(Message("answer-without-end"))
            if self._over or answer.length:  # else half of it would be as good as all
                raise OSError("half an answer")
            return answer.status, answer.headers.get("Content-Type", ""), told
        except BaseException:
            self.close()
            raise
        finally:
            late.cancel()

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(Message("not-a-web-address", address=self._url[:80]))
        tls = parts.scheme == "https"
        make = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        return make(parts.hostname, parts.port, timeout=self._limit_s)

    def stop(self) -> None:
        """End what is under way."""
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()


def is_url(where: str) -> bool:
    return where.lower().startswith(("http://", "https://"))


@contextmanager
def opened(where: str, limit_s: float = LIMIT_S) -> Iterator[tiles.TileReader]:
    """Reads a log that is served at an address, or lies in a folder."""
    if not is_url(where):
        yield reader(Path(where))
        return
    talk = LedgerConnection(where, limit_s)

    def read(path: str) -> bytes:
        nonlocal talk
        most = MOST_BUNDLE if path.startswith("tile/entries/") else note.MOST_BYTES
        try:
            status, _, body = talk.ask("GET", f"/{path}", most=most)
        except BROKEN as error:
            talk = LedgerConnection(where, limit_s)
            raise LedgerError("log-cannot-be-asked", log=where, reason=reason_of(error)) from None
        if status != 200:
            raise LedgerError("log-answered", log=where, status=status, path=path)
        return body

    try:
        yield read
    finally:
        talk.close()
