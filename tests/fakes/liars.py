"""Whoever answers in place of a camera: what it says is given, and what it was told is kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fakes.runs import LIMIT_S

OK = b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"


@dataclass
class Liar:
    """It answers the requests of all its connections in turn; to more of them nothing."""

    answers: Sequence[bytes]
    place: str = ""
    """HOST:PORT."""
    told: bytearray = field(default_factory=bytearray)
    asked: int = 0

    def talk(self, link: socket.socket) -> None:
        link.settimeout(LIMIT_S)
        waiting = b""
        with link, suppress(OSError):
            while more := link.recv(65536):
                self.told += more
                *requests, waiting = (waiting + more).split(b"\r\n\r\n")
                for request in requests:
                    if self.asked < len(self.answers):
                        link.sendall(self.answers[self.asked].replace(b"CSEQ", _number(request)))
                    self.asked += 1


def _number(request: bytes) -> bytes:
    lines = [line for line in request.split(b"\r\n") if line.lower().startswith(b"cseq:")]
    return lines[0].partition(b":")[2].strip() if lines else b"0"


@contextmanager
def liar(*answers: bytes) -> Iterator[Liar]:
    """One that says these, on loopback, as long as it is wanted."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = Liar(answers, f"127.0.0.1:{server.getsockname()[1]}")

        def serve() -> None:
            with suppress(OSError):  # it is wanted no more
                while True:
                    link, _ = server.accept()
                    threading.Thread(target=one.talk, args=(link,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield one
        server.shutdown(socket.SHUT_RDWR)
