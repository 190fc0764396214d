"""A log, or a witness, over HTTP: few paths, bounded connections, bounded bodies, no TLS.

    with Server("127.0.0.1", 0, of_log(folder)) as server: ...
    with Server("127.0.0.1", 0, of_witness(witness)) as server: ...

What is public needs no login. A proxy that speaks TLS stands before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from contrejour.base.errors import ContrejourError, LedgerError
from contrejour.base.http import MOST_CONNECTIONS, Listener, Talk
from contrejour.custody.ledger import tiles, witness
from contrejour.custody.ledger.read import reader
from contrejour.custody.ledger.witness import TEXT, Witness

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


class Server(Listener):
    """Serves while it is a context."""

    def __init__(
        self, host: str, port: int, asking: Asking, *, most: int = MOST_CONNECTIONS,
        broke: Callable[[str], object] = lambda _: None,
    ) -> None:  # fmt: skip
        """As a Listener."""
        self.asking = asking
        super().__init__(host, port, _Talk, most=most, broke=broke)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Talk(Talk):
    """GET and HEAD, and POST with a body that says how long it is."""

    server: Server

    def do_GET(self) -> None:  # noqa: N802
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
