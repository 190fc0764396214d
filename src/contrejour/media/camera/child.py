"""The process that decodes one camera, started by decoder.py.

It reads on standard input what is to be opened, without a login, gives up all but opening it, opens
it, gives up that too, and only then decodes: it sends pictures on standard output until the camera
goes away. A camera of the network is called by its relay, when this process has given up
everything: FFmpeg has connected to the relay by then, and to nobody else. Where the reader is slow,
WAITING pictures wait, and what comes beyond is dropped and counted. Where packets are kept they
leave by a pipe of their own (tee.py).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import queue
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import av

from contrejour.base.catalogue import catalogue
from contrejour.base.errors import CameraError, ContrejourError
from contrejour.base.pictures import Frame
from contrejour.media.camera import ends, wire
from contrejour.media.camera.live import PACED_BY, LiveStream, without_login
from contrejour.media.camera.originals.tee import Tee
from contrejour.media.camera.relay.begin import RelayLine
from contrejour.media.camera.sandbox import connect_in, enclose, least, shut_in

WAITING = PACED_BY + 2
"""Pictures that may wait: the first PACED_BY come at once."""
Message = tuple[bytes, list[Any]]


def main() -> None:
    """Decode until an error ends it, and send that error."""
    asked = json.loads(sys.stdin.buffer.readline())
    _import_all_of_av()
    catalogue("en")  # what goes wrong is said in words; in the sandbox no file can be read
    line = None
    if asked["relay"]:
        line = RelayLine(asked["relay"], socket.socket(fileno=asked["side"]))
    opens = line.address if line else asked["address"]
    enclosed = enclose(opens, relayed=line is not None)  # before threads: it holds them too
    waiting: queue.Queue[Message | None] = queue.Queue(WAITING)
    sender = threading.Thread(target=_send, args=(waiting,), daemon=True)
    sender.start()  # before the sandbox: no thread can be started in it
    tee = Tee(**asked["tee"]) if asked.get("tee") else None
    try:
        enclosed &= connect_in(opens)
        held: list[str] = []
        shut = partial(_shut, held, "" if line else opens, enclosed)
        if line:
            threading.Thread(target=_shut_when_ready, args=(line, shut), daemon=True).start()
        live = LiveStream(
            asked["address"], tee=tee.packet if tee else None, line=line, opened=shut
        )  # fmt: skip
        _pass_on(live, least([*held, *([line.sandbox] if line else [])]), waiting)
    except ContrejourError as error:
        told = ends.told_error(error)
    except MemoryError:
        name = without_login(asked["address"])
        told = ends.told_error(CameraError("pictures-too-large", camera=name))
    if tee:
        tee.close()  # first: who reads the error kills this process
    waiting.put((b"E", [told]))
    waiting.put(None)
    sender.join()


def _shut(held: list[str], address: str, enclosed: bool) -> None:
    held.append(shut_in(address, enclosed=enclosed))


def _shut_when_ready(line: RelayLine, shut: Callable[[], None]) -> None:
    """Shut this process in when FFmpeg has connected to the relay, and have the camera called.

    In a thread of its own: the other one is inside FFmpeg, which waits for the relay to answer.
    """
    if line.ready():
        shut()
        line.go()


def _import_all_of_av() -> None:
    """PyAV imports some of itself when a stream is found, which is too late."""
    for found in pkgutil.walk_packages(av.__path__, "av."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def _pass_on(live: LiveStream, sandbox: str, waiting: queue.Queue[Message | None]) -> None:
    dropped, first = 0, True
    for frame in live.frames():
        if first:
            assert live.fmt is not None
            waiting.put((b"F", [wire.told_format(live.fmt, sandbox)]))
            first = False
        counted = wire.StreamCounts(live.steady.jumps, live.lost, dropped)
        try:
            waiting.put_nowait((b"P", _copied(frame, counted)))
        except queue.Full:
            dropped += 1


def _copied(frame: Frame, counted: wire.StreamCounts) -> list[Any]:
    """The parts of a picture's message: they hold the planes until they are sent."""
    return list(wire.told_picture(frame, counted))


def _send(waiting: queue.Queue[Message | None]) -> None:
    while (message := waiting.get()) is not None:
        kind, parts = message
        _write(wire.PREFIX.pack(kind, sum(len(part) for part in parts)))
        for part in parts:
            _write(part)


def _write(data: Any) -> None:
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(1, left) :]
        except OSError:
            os._exit(0)  # the reader is gone
