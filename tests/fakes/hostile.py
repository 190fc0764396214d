"""Servers as an enemy runs them: they say nothing, drip, never end, or talk of something else."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 200 OK\r\n"
Talk = Callable[[socket.socket], object]


@contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """A server that does this with each connection, and never closes it; its address."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                kept.append(connection)
                talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for each in kept:
        each.close()


def dripping(head: bytes, drop: bytes) -> Talk:
    """Some bytes, and then another now and then, for ever."""

    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(head)
            for _ in itertools.count():
                connection.sendall(drop)
                threading.Event().wait(0.01)

    return drip


def once(said: bytes) -> Talk:
    """This, and no more."""

    def say(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)

    return say


HANGING: dict[str, Talk] = {
    "silent": lambda _: None,
    "headers": lambda it: it.sendall(OK),
    "body": lambda it: it.sendall(OK + b"Content-Length: 99\r\n\r\nx"),
    "until closed": lambda it: it.sendall(OK + b"Connection: close\r\n\r\nx"),
    "drips its head": dripping(b"", b"H"),
    "drips a header": dripping(OK + b"X: ", b"x"),
    "drips its body": dripping(OK + b"Content-Length: 99999\r\n\r\n", b"x"),
    "drips chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "goes on and on": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
NOISE: dict[str, tuple[bytes, str]] = {
    "half": (OK + b"Content-Length: 9\r\n\r\nx", "half an answer"),
    "nothing": (b"", "can't be asked"),
    "ssh": (b"SSH-2.0-x\r\n", "can't be asked"),
    "tls": (b"\x15\x03\x01\x00\x02\x02\x46", "can't be asked"),
    "a long header": (OK + b"X: " + b"x" * 70_000, "can't be asked"),
    "many headers": (OK + b"X: y\r\n" * 200, "can't be asked"),
}
"""What is sent before the connection ends, and what is said of it."""
