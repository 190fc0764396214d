"""Starts the processes of a camera, the one that connects (relay/) and the one that decodes
(child.py), both sandboxed, and reads the pictures.

The process that holds the models, the plan and the output never parses what a camera sends, only
planes of samples: decoders have faults, and a camera chooses the bytes that reach them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import av
import numpy as np

from contrejour.base import children
from contrejour.base.errors import CameraError, ContrejourError
from contrejour.base.pictures import Frame, Rgb
from contrejour.media.camera import ends, wire
from contrejour.media.camera.feeds.feed import BEGUN_S
from contrejour.media.camera.live import OPEN_S, STALL_S, without_login
from contrejour.media.camera.originals.sink import MessageCheck, SegmentSink
from contrejour.media.camera.originals.tee import listen
from contrejour.media.camera.relay.begin import Relay, environment, is_relayed
from contrejour.media.format import Format
from contrejour.media.out.encode import picture_of

GRACE_S = 2.0
"""How long a process may take to start, or to end."""
PIPE_BYTES = 1 << 20
_SET_PIPE_SIZE = 1031


class Decoder:
    """One connection to a camera, as `LiveStream`. Its process ends with `close`, or with ours.

    A `sink` is given the packets that came, as segments, whatever becomes of the pictures.
    """

    def __init__(
        self, address: str, *, transport: str = "tcp", trust: str = "",
        login_in_clear: bool = False,
        sink: SegmentSink | None = None, window_ms: int = 60_000, segment_ms: int = 10_000,
    ) -> None:  # fmt: skip
        """Start it. What goes wrong is raised by `frames`.

        The process ends with the thread that calls this, if it isn't closed before (children.py).
        """
        self.name = without_login(address)
        self.fmt: Format | None = None
        self.sandbox = ""
        self.counted = wire.StreamCounts()
        self._relay = (
            Relay(address, self.name, transport=transport, trust=trust,
                  login_in_clear=login_in_clear)
            if is_relayed(address) else None
        )  # fmt: skip
        line = self._relay.line if self._relay else None
        listened, told = os.pipe() if sink else (-1, -1)
        self._child = children.begin(
            "contrejour.media.camera.child", cwd=os.curdir,  # a recording's path may be relative
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env=environment(), start_new_session=True,
            pass_fds=(*((told,) if sink else ()), *((line.fd,) if line else ())),
        )  # fmt: skip
        assert self._child.stdin
        assert self._child.stdout
        self._from = self._child.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._from, select.POLLIN)
        _widen(self._from)
        asked: dict[str, Any] = {"address": address, "relay": ""}
        if line:
            asked = {"address": self.name, "relay": line.address, "side": line.fd}
        self._check: MessageCheck | None = None
        if sink:
            os.close(told)
            asked["tee"] = {"fd": told, "window_ms": window_ms, "segment_ms": segment_ms}
            self._check = MessageCheck(sink, window_ms)
            self._listener = threading.Thread(
                target=listen, args=(listened, self._check), daemon=True
            )
            self._listener.start()
        with suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps(asked).encode() + b"\n")
        if line:
            line.close()  # the child has it now

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def relay_pid(self) -> int | None:
        """Of the process that connects; None: the address is no camera of the network."""
        return self._relay.pid if self._relay else None

    @property
    def unkept(self) -> bool:
        """The camera codes its pictures in a way that no segment holds: the sink got nothing."""
        return self._check is not None and not self._check.fits

    def frames(self) -> Iterator[Frame]:
        """As `LiveStream.frames`: always ends with an error, which says why."""
        # FFmpeg's own time-outs come late, or not at all.
        limit_s = BEGUN_S + OPEN_S + STALL_S + GRACE_S
        while True:
            kind, length = wire.PREFIX.unpack(self._read(wire.PREFIX.size, limit_s))
            limit_s = STALL_S
            if kind == b"E" and length <= ends.MOST_TEXT:
                raise ends.read_error(bytes(self._read(length, limit_s)), self.name)
            if kind == b"F" and length <= ends.MOST_TEXT and self.fmt is None:
                self._format(bytes(self._read(length, limit_s)))
            elif kind == b"P" and self.fmt and length == wire.picture_bytes(self.fmt):
                yield self._frame(self._read(length, limit_s), self.fmt)
            else:
                raise CameraError("decoder-talks-nonsense", camera=self.name)

    def _format(self, body: bytes) -> None:
        try:
            self.fmt, self.sandbox = wire.read_format(body)
        except (ValueError, KeyError, TypeError, ArithmeticError, ContrejourError) as error:
            raise CameraError("decoder-talks-nonsense", camera=self.name) from error

    def _frame(self, body: memoryview, fmt: Format) -> Frame:
        fields, self.counted = wire.read_picture(body, fmt)
        return Frame(
            width=fmt.upright[0], height=fmt.upright[1], rotation=fmt.rotation,
            subsampling=fmt.subsampling, depth=fmt.depth, rgb_planes=fmt.rgb,
            rgb_of=partial(rgb_of, fmt), **fields,
        )  # fmt: skip

    def _read(self, size: int, limit_s: float) -> memoryview:
        """Read `size` bytes into new memory. Raises CameraError when they don't come in time."""
        body = np.empty(size, np.uint8).data
        got, end_s = 0, time.monotonic() + limit_s
        while got < size:
            left_s = end_s - time.monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                raise CameraError("camera-silent", camera=self.name)
            more = os.readv(self._from, [body[got:]])
            if not more:
                raise self._died()
            got += more
        return body

    def _died(self) -> CameraError:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE_S)
        code = self._child.returncode
        how = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
        return CameraError("decoder-died", camera=self.name, how=how)

    def close(self) -> None:
        """Kill the process. Waits until the sink was given all that it had sent."""
        self._child.kill()
        self._child.wait()
        if self._relay:
            self._relay.close()
        if self._check:
            self._listener.join()
        for pipe in (self._child.stdin, self._child.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def _widen(pipe: int) -> None:
    with suppress(OSError, ImportError):
        import fcntl

        fcntl.fcntl(pipe, _SET_PIPE_SIZE, PIPE_BYTES)


def rgb_of(fmt: Format, planes: Any, width: int, height: int) -> Rgb:
    """An upright RGB copy, `width` x `height` px."""
    if fmt.rotation % 180:
        width, height = height, width
    picture: av.VideoFrame = picture_of(fmt, planes)
    scaled: Any = picture.reformat(width=width, height=height, format="rgb24").to_ndarray()
    turned = np.rot90(scaled, -fmt.rotation // 90) if fmt.rotation else scaled
    upright: Rgb = np.ascontiguousarray(turned)
    return upright
