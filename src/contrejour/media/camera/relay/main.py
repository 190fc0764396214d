"""The process that connects to one camera, started by begin.py.

It reads the address on standard input (which holds the login). What it says on `side`, a line each:
that FFmpeg is connected, once it is; then, told to go on, by what it is held itself (sandbox.py);
and why it ended. The camera is called when FFmpeg's process has shut itself in, and not before.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from contrejour.base.catalogue import catalogue
from contrejour.base.errors import ContrejourError
from contrejour.media.camera import ends, places
from contrejour.media.camera.relay.dialogue import Dialogue
from contrejour.media.camera.relay.jpegs import Jpegs
from contrejour.media.camera.relay.link import OPEN_S, CameraAddress, reached, tls
from contrejour.media.camera.relay.login import CameraLogin
from contrejour.media.camera.relay.rtsp import RtspRelay
from contrejour.media.camera.relay.served import RelayServer, accepted
from contrejour.media.camera.sandbox import connect_in, enclose, shut_in

READY, GO = b"ready\n", b"go\n"
BEGIN_S = 30.0
"""For FFmpeg's process to begin: a slow machine starts many at once."""


def main() -> None:
    """Hand on what a camera sends until an error ends it, and say that error."""
    asked = json.loads(sys.stdin.buffer.readline())
    catalogue("en")  # what goes wrong is said in words; in the sandbox no file can be read
    side = socket.socket(fileno=asked["side"])
    served: list[RelayServer] = []  # closed after the error was said
    try:
        for data in _handed_on(asked, side, served):
            served[0].send(data)
    except ContrejourError as error:
        with suppress(OSError):
            side.sendall(ends.told_error(error) + b"\n")
    except (OSError, ValueError):
        pass  # FFmpeg is gone, or its process talks nonsense
    for each in served:
        each.close()


def _handed_on(
    asked: dict[str, Any], side: socket.socket, served: list[RelayServer]
) -> Iterator[bytes]:
    address, name, trust = asked["address"], asked["name"], asked["trust"]
    camera = CameraAddress.of(address, name)
    context = tls(trust) if camera.is_secret else None
    enclosed = enclose(address, trust)
    with socket.socket(fileno=asked["listener"]) as listener:
        served.append(accepted(listener, asked["path"], BEGIN_S))
    side.sendall(READY)
    if side.recv(len(GO), socket.MSG_WAITALL) != GO:
        return
    enclosed &= connect_in(address)
    end_s = time.monotonic() + OPEN_S
    in_clear = asked["login_in_clear"] or (camera.is_secret and trust != places.ANYONE)
    talk = Dialogue(
        camera, name, CameraLogin(camera.login, in_clear, name),
        lambda: reached(camera, name, context, end_s),
    )  # fmt: skip
    rtsp = RtspRelay(talk, asked["transport"]) if talk.speaks == "RTSP" else None
    session = rtsp or Jpegs(talk)
    session.begin()
    side.sendall(f"{shut_in(enclosed=enclosed)}\n".encode())
    served[0].pictures(rtsp.sdp if rtsp else "")
    yield from session.play()
