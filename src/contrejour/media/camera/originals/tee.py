"""The second pipe of a process that decodes: packets leave by it before they are decoded.

    LiveStream --packet--> Tee: Remuxer -> a bounded queue -> a thread --pipe-->
    listen: MessageCheck -> SegmentSink

Whoever decodes never waits for it: where the queue is full packets are dropped, a segment is cut,
and the next one begins at a key picture. Nothing here is ever on a disk.
"""

from __future__ import annotations

import os
import select
import struct
import threading
import time
from collections import deque
from fractions import Fraction
from functools import partial
from typing import Any

import av

from contrejour.media.camera.feeds import Arrival
from contrejour.media.camera.originals.remux import (
    BEGIN,
    CUT,
    DATA,
    CameraPacket,
    Remuxer,
    SegmentMessage,
)
from contrejour.media.camera.originals.sink import HEAD, NOTE, PIECE_BYTES, MessageCheck, told
from contrejour.media.out.fmp4 import CLOCK_HZ, copied_init

MOST_WAITING = 8 << 20
"""Bytes: half a minute of 2 Mbit/s."""
LAST_S = 1.0
"""For what still waits, when a connection has ended."""


class Tee:
    """The decoder's end. Made before the sandbox: it starts a thread."""

    def __init__(self, fd: int, window_ms: int, segment_ms: int, most: int = MOST_WAITING) -> None:
        self._remux = Remuxer(window_ms, segment_ms)
        self._waiting, self._bytes, self._most = deque[SegmentMessage | None](), 0, most
        self._some = threading.Condition()
        self._stream: Any = None
        self._fits, self._open, self._t_ms = True, False, 0
        self._sender = threading.Thread(target=self._send, args=(fd,), daemon=True)
        self._sender.start()

    def packet(self, packet: Any, data: bytes, came: Arrival) -> None:
        """One that just came, `data` its bytes. Raises nothing, and never waits."""
        if not self._fits or not data:
            return
        try:
            if packet.stream is not self._stream:
                context = packet.stream.codec_context
                if not context.width:  # its pictures alone say their size: none is decoded yet
                    return
                self._stream = packet.stream
                codec, sets = context.codec.canonical_name, context.extradata or b""
                init = partial(copied_init, self._stream, codec)
                self._offer(self._remux.source(codec, sets, init))
            if self._remux.is_open or self._bytes <= self._most // 2:
                self._offer(self._remux.packet(_coded(packet, data, came)))
        except (av.FFmpegError, ValueError, ArithmeticError, struct.error):
            # MP4 holds no such pictures, or no such times: nothing is sealed, and all is seen.
            self._fits = False
            with self._some:
                self._lost()
            self._offer([SegmentMessage(NOTE, self._t_ms)])

    def _offer(self, said: list[SegmentMessage]) -> None:
        with self._some:
            for each in said:
                if each.data and self._bytes + len(each.data) > self._most:
                    self._lost()
                    break
                self._waiting.append(each)
                self._bytes += len(each.data)
                self._t_ms = each.t_ms
                self._open = each.kind in (BEGIN, DATA)
            self._some.notify()

    def _lost(self) -> None:
        self._remux.lost()
        if self._open:
            self._waiting.append(SegmentMessage(CUT, self._t_ms))
            self._open = False

    def close(self) -> None:
        """The connection ended: what is whole is said, as far as it is heard in time."""
        self._offer(self._remux.cut())
        with self._some:
            self._waiting.append(None)
            self._some.notify()
        self._sender.join(LAST_S)

    def _send(self, fd: int) -> None:
        reached_ms = 0
        while (said := self._next()) is not None:
            for message in told(said, reached_ms):
                left = memoryview(message)
                while left:
                    try:
                        left = left[os.write(fd, left) :]
                    except OSError:  # nobody listens any more
                        self._fits = False
                        return
            reached_ms = said.t_ms

    def _next(self) -> SegmentMessage | None:
        with self._some:
            self._some.wait_for(lambda: self._waiting)
            said = self._waiting.popleft()
            self._bytes -= len(said.data) if said else 0
            return said


def _coded(packet: Any, data: bytes, came: Arrival) -> CameraPacket:
    """With its time stamps in CLOCK_HZ, where they say anything."""
    now_ms = time.time_ns() // 1_000_000
    dts = pts = None
    if came.offset_ns is not None:
        ticks = Fraction(packet.time_base) * CLOCK_HZ
        more = came.offset_ns * CLOCK_HZ // 1_000_000_000
        dts, pts = (
            None if stamp is None else round(stamp * ticks) + more
            for stamp in (packet.dts, packet.pts)
        )
    return CameraPacket(data, packet.is_keyframe, now_ms, dts, pts)


def listen(fd: int, check: MessageCheck) -> None:
    """The other end: pass on what is said until nobody speaks any more, then close it."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    late_s = 0.0

    def read(size: int) -> bytes:
        """So many bytes; fewer at the end. What is waited for here makes up for what was not."""
        nonlocal late_s
        got = bytearray()
        while len(got) < size:
            asked_s = time.monotonic()
            poll.poll()
            late_s = max(0.0, late_s - (time.monotonic() - asked_s))
            if not (more := os.read(fd, size - len(got))):
                break
            got += more
        return bytes(got)

    try:
        while len(head := read(HEAD.size)) == HEAD.size:
            kind, t_ms, length = HEAD.unpack(head)
            if length > PIECE_BYTES or len(data := read(length)) < length:
                break
            now_s, now_ms = time.monotonic(), time.time_ns() // 1_000_000
            if not check.says(kind, t_ms, data, now_ms, int(late_s * 1000)):
                break
            late_s += time.monotonic() - now_s
    finally:
        check.ends()
        os.close(fd)
