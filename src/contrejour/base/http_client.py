"""Asking another machine over HTTP: so many bytes, so many seconds in all, nobody else.

    with closing(HttpClient("https://log.example.org", limit_s=10)) as client:
        answer = client.ask("GET", "/checkpoint", most=1 << 18)

Whoever answers may be an enemy. An answer that drips, never ends or never comes is given up when
the time is over, in a TLS handshake too; no redirection is followed; a certificate has to be
vouched for, for this host. How long a name may take to resolve is the system's to bound.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from contrejour.base.messages import Message

NO_ANSWER = (OSError, http.client.HTTPException, ValueError)
"""What `ask` raises: ssl.SSLError for a certificate (an OSError), TimeoutError where the time was
over, another OSError where nobody answers, HTTPException for what is no HTTP, EndlessAnswer and
HalfAnswer, and ValueError for what is no address."""


class EndlessAnswer(ValueError):
    """It is longer than the asker takes."""


class HalfAnswer(OSError):
    """It ended before it was whole: half of it would be as good as all, for who wants to lie."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`headers`: by their names in lower case; several of one name are one, with commas.

    `body` is b"" where nobody wanted it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """One connection, kept while it is answered; one thread asks, another may `stop`."""

    def __init__(
        self, url: str, *, limit_s: float, silence_s: float | None = None, ca: Path | None = None
    ) -> None:
        """Connects to the host of `url` when it is asked.

        `limit_s`: for all of one answer, the connection too; `silence_s`: for each byte of it (as
        long, where it isn't said). `ca`: who is believed, in place of the system's authorities.
        """
        self._url, self._limit_s, self._ca = url, limit_s, ca
        self._silence_s = limit_s if silence_s is None else silence_s
        self._link: _Link | None = None
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether it was stopped, or its time was over: then it is of no more use."""
        return self._over

    def ask(
        self, method: str, target: str, question: bytes | None = None,
        headers: Mapping[str, str] | None = None, *, most: int | None,
    ) -> HttpAnswer:  # fmt: skip
        """What it answers. `most`: bytes of the body, which isn't read at all for None.

        Raises NO_ANSWER, and is of no more use then.
        """
        limit = threading.Timer(self._limit_s, self.stop)
        limit.daemon = True
        limit.start()
        try:
            link = self._link = self._link or self._made()
            if link.sock is None:
                link.connect()
            self._in_time()  # it may have been over before there was a connection to cut
            link.request(method, target, question, dict(headers or {}))
            with link.getresponse() as answer:
                body = b"" if most is None else answer.read(most + 1)
                if most is not None and len(body) > most:
                    raise EndlessAnswer(Message("answer-without-end"))
                self._in_time()  # http.client takes an end in the head for the end of the head
                if most is not None and answer.length:
                    raise HalfAnswer(Message("half-an-answer"))
                known: dict[str, str] = {}
                for name, value in answer.getheaders():
                    before = known.get(name.lower())
                    known[name.lower()] = value if before is None else f"{before}, {value}"
            if most is None:
                self.close()  # else what wasn't read would be the next answer
            return HttpAnswer(answer.status, known, body)
        except BaseException:
            self.close()
            raise
        finally:
            limit.cancel()

    def _in_time(self) -> None:
        if self._over:
            raise TimeoutError(Message("answer-too-late"))

    def _made(self) -> _Link:
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(Message("not-a-web-address", address=self._url[:80]))
        tls = ssl.create_default_context(cafile=self._ca) if parts.scheme == "https" else None
        return _Link(parts.hostname, parts.port, self._silence_s, tls)

    def stop(self) -> None:
        """End what is under way, and whatever is asked later."""
        self._over = True
        if self._link is not None:
            self._link.cut()

    def close(self) -> None:
        if self._link is not None:
            self._link.end()


class _Link(http.client.HTTPConnection):
    """A connection that can be cut at any moment once there is one, while TLS begins too."""

    def __init__(
        self, host: str, port: int | None, timeout_s: float, tls: ssl.SSLContext | None
    ) -> None:
        self._tls = tls
        self._own: socket.socket | None = None
        super().__init__(host, port or (443 if tls else 80), timeout=timeout_s)
        self.default_port = 443 if tls else 80  # it is left out of the Host header

    def connect(self) -> None:
        self._forget()
        super().connect()
        if self.sock is not None:
            self._own = self.sock.dup()  # TLS takes the other away, and so does an answer's end
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        own = self._own
        if own is not None:
            with suppress(OSError):  # it ended just now
                own.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Not `close`, which http.client calls before an answer is read whose end ends it."""
        self.close()
        self._forget()

    def _forget(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            own.close()
