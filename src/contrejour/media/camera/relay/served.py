"""What FFmpeg asks of the relay, on loopback, and what it is answered: pictures without a login.

Nothing that it says goes on to a camera. Who asks has to know the path, which is made by chance:
other programs of this machine may connect to the port too.
"""

from __future__ import annotations

import hmac
import socket
import time
from contextlib import suppress

from contrejour.media.camera.relay import head
from contrejour.media.camera.relay.head import RtspHead
from contrejour.media.camera.relay.link import PIECE_BYTES

FOR_EVER_S = 1_000_000
"""FFmpeg need not say that it is there: what it says isn't heard."""
STRANGER_S = 1.0
_HEARD_EVERY_S = 1.0


class RelayServer:
    """FFmpeg's connection. Raises OSError where that is gone, ValueError for what it never asks."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._waiting = connection, bytearray()
        self._heard_s = 0.0
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(STRANGER_S)
        self._asked = self._question()

    def knows(self, path: str) -> bool:
        """Whether it asked for that path."""
        return hmac.compare_digest(self._asked.target.partition("?")[0].rpartition("/")[2], path)

    def pictures(self, sdp: str) -> None:
        """Answer until it wants packets (RTSP), or begin the one answer that there is (HTTP)."""
        self._connection.settimeout(None)
        while (asked := self._asked).method not in ("PLAY", "GET"):
            match asked.method:
                case "OPTIONS":
                    self._answer("Public: OPTIONS, DESCRIBE, SETUP, PLAY")
                case "DESCRIBE":
                    base = f"Content-Base: {asked.target}/"
                    self._answer("Content-Type: application/sdp", base, body=sdp)
                case "SETUP":
                    over = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
                    self._answer(over, f"Session: 1;timeout={FOR_EVER_S}")
                case _:
                    raise ValueError(asked.method)
            self._asked = self._question()
        if asked.method == "PLAY":
            self._answer("Session: 1")
        else:
            kind = b"Content-Type: multipart/x-mixed-replace\r\n"
            self._connection.sendall(b"HTTP/1.0 200 OK\r\n" + kind + b"\r\n")

    def send(self, data: bytes) -> None:
        """Waits where FFmpeg is slow, so that the camera waits too."""
        self._connection.sendall(data)
        if (now_s := time.monotonic()) - self._heard_s > _HEARD_EVERY_S:
            self._heard_s = now_s
            with suppress(BlockingIOError):  # its reports, which go no further
                self._connection.recv(PIECE_BYTES, socket.MSG_DONTWAIT)

    def close(self) -> None:
        self._connection.close()

    def _question(self) -> RtspHead:
        while not (end := head.end_of(self._waiting)):
            data = self._connection.recv(PIECE_BYTES)
            if not data:
                raise ConnectionResetError
            self._waiting += data
        said = head.read(bytes(self._waiting[:end]))
        del self._waiting[:end]
        return said

    def _answer(self, *fields: str, body: str = "") -> None:
        lines = ["RTSP/1.0 200 OK", f"CSeq: {self._asked.one('cseq')}", *fields]
        lines.append(f"Content-Length: {len(body)}")
        self._connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1"))


def accepted(listener: socket.socket, path: str, limit_s: float) -> RelayServer:
    """The first one that knows the path. Raises TimeoutError."""
    end_s = time.monotonic() + limit_s
    while (left_s := end_s - time.monotonic()) > 0:
        listener.settimeout(left_s)
        connection, _ = listener.accept()
        try:
            served = RelayServer(connection)
            if served.knows(path):
                return served
        except (OSError, ValueError):
            pass  # a stranger
        connection.close()
    raise TimeoutError
