"""Serves a log, or a witness, over HTTP: few paths, bounded connections and bodies, no TLS.

    with LedgerServer("127.0.0.1", 0, of_log(folder)) as server: ...
    with LedgerServer("127.0.0.1", 0, of_log(folder, intake)) as server: ...   # it takes words
    with LedgerServer("127.0.0.1", 0, of_witness(witness)) as server: ...

All of it is public: there is no login. Put a proxy that speaks TLS before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from contrejour.base.digits import whole
from contrejour.base.errors import ContrejourError, LedgerError
from contrejour.base.http import MOST_CONNECTIONS, HttpExchange, Listener
from contrejour.base.messages import Tell
from contrejour.custody.ledger import intake, tiles, witness
from contrejour.custody.ledger.intake import Intake
from contrejour.custody.ledger.read import reader
from contrejour.custody.ledger.witness import TEXT, Witness

PAGE = "verify.html"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    kind: str = TEXT
    keep: str = "no-store"


Responder = Callable[[str, str, bytes], Response]
"""Answers a method, a path and a body; many threads ask at once."""


def of_log(folder: Path, takes: Intake | None = None) -> Responder:
    """What a log serves: its checkpoint, its tiles, and no other file of its own.

    And the page that checks a proof: one file, which works as well when saved, or from elsewhere.
    Words of parties come in by `takes`, if there is one.
    """
    read, page = reader(folder), (files(__package__) / PAGE).read_bytes()

    def answer(method: str, path: str, body: bytes) -> Response:
        place = path.removeprefix("/")
        if method == "POST":
            if takes is None or path != intake.PATH:
                return Response(405)
            told = takes.add(body)
            return Response(told.status, told.text.encode())
        try:
            if place == "checkpoint":
                return Response(200, read(place))
            if place == PAGE:
                return Response(200, page, "text/html; charset=utf-8")
            if tiles.parse(place):
                return Response(200, read(place), "application/octet-stream", FOR_EVER)
        except LedgerError:
            pass
        return Response(404, b"nothing is there\n")

    return answer


def of_witness(known: Witness) -> Responder:
    """What a witness serves: it takes checkpoints, and cosigns them."""

    def answer(method: str, path: str, body: bytes) -> Response:
        if path != witness.PATH:
            return Response(404, b"nothing is there\n")
        if method != "POST":
            return Response(405)
        verdict = known.add(body)
        return Response(verdict.status, verdict.text.encode(), verdict.kind)

    return answer


class LedgerServer(Listener):
    """Serves while it is a context."""

    def __init__(
        self, host: str, port: int, asking: Responder, *, most: int = MOST_CONNECTIONS,
        broke: Tell = lambda _: None, most_body: int | None = None,
    ) -> None:  # fmt: skip
        """As a Listener. `most_body`: bytes that may be posted (as many as to a witness)."""
        self.asking, self.most_body = asking, most_body or witness.MOST_BYTES
        super().__init__(host, port, _LedgerConnection, most=most, broke=broke)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def __enter__(self) -> LedgerServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _LedgerConnection(HttpExchange):
    """GET and HEAD, and POST with a body that says how long it is."""

    server: LedgerServer

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

    def _answer(self) -> Response:
        told = self.headers.get("content-length", "0" if self.command != "POST" else "")
        length = whole(told)
        if "transfer-encoding" in self.headers or length is None:
            self.close_connection = True  # a body that may follow isn't read
            return Response(411, b"say how long it is\n")
        if length > (self.server.most_body if self.command == "POST" else 0):
            self.close_connection = True
            return Response(413, b"too long\n")
        body = self.body(length) if length else b""
        try:
            return self.server.asking(self.command, self.path, body)
        except ContrejourError as error:
            self.server.broke(error.message)
            return Response(503)
