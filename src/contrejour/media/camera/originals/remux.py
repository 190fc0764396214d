"""A camera's packets as segments: what is sealed. Pure; times are handed in.

    BEGIN  ftyp moov      at a key picture, and wherever a window begins
    DATA   moof mdat      about half a second of packets, as they came
    END or CUT

A segment ends at the first key picture after so long, and at its window's end always: a picture is
sealed in the window in which it came. One that so begins without a key picture is decoded after the
one before it: their bytes, one after the other, are one movie. No NAL unit is changed or left out.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from contrejour.media import nal
from contrejour.media.out.fmp4 import CLOCK_HZ, Sample, fragment_of, prefixed

BEGIN, DATA, END, CUT = b"B", b"D", b"E", b"C"
FRAGMENT_MS, FRAGMENT_BYTES = 500, 1 << 18
"""What a kill loses at most, and one packet more."""
LEAP_MS = 5_000
"""A step beyond this, where nothing was waited for, is a clock that was set."""
_TICKS_MS = CLOCK_HZ // 1000
_USUAL = CLOCK_HZ // 25


class CameraPacket(NamedTuple):
    """A packet, and when it came: ms since 1970. `dts`, `pts`: by the stream, in CLOCK_HZ."""

    data: bytes
    key: bool
    t_ms: int
    dts: int | None = None
    pts: int | None = None


class SegmentMessage(NamedTuple):
    """What a SegmentSink has a method for, on its way there."""

    kind: bytes
    t_ms: int
    data: bytes = b""


class Remuxer:
    """Of one connection. What it gives back goes to the sink, in order, or `lost` is called."""

    def __init__(self, window_ms: int, segment_ms: int) -> None:
        self._window_ms, self._segment_ms = window_ms, segment_ms
        self._codec, self._told, self._head, self._annex_b = "", b"", b"", False
        self._init: Callable[[bytes], bytes] = lambda told: told
        self._waiting: list[tuple[CameraPacket, int, int]] = []
        """Packets, when they are decoded and when shown, in ticks."""
        self._bytes = self._number = self._offset = 0
        self._line: int | None = None
        self._begun_ms = self._t_ms = self._end_ms = 0
        self.is_open = False

    def source(
        self, codec: str, told: bytes, init: Callable[[bytes], bytes]
    ) -> list[SegmentMessage]:
        """From here on packets are of this stream; `told`: its extradata; `init`: `copied_init`."""
        said: list[SegmentMessage] = []
        if self.is_open:
            self._t_ms += 1
            said = self._end(self._t_ms, None)
        self._codec, self._told, self._init, self._head = codec, told, init, b""
        self._annex_b = codec in ("h264", "hevc") and not nal.length_size(codec, told)
        return said

    def packet(self, new: CameraPacket) -> list[SegmentMessage]:
        """The next packet. Raises what `init` raises, before anything has begun."""
        if new.t_ms < self._t_ms - LEAP_MS:  # our clock was set back: into windows that are over
            return self.cut()
        t_ms, before_ms = max(new.t_ms, self._t_ms), self._t_ms
        line, shown = self._times(new, t_ms)
        said: list[SegmentMessage] = []
        begins_ms = None
        if self.is_open:
            if t_ms - before_ms > LEAP_MS:  # it was set: nobody knows what came when
                said, begins_ms = self.cut(), t_ms
            elif t_ms >= self._end_ms:
                said = self._end(self._end_ms, line)
                begins_ms = t_ms - t_ms % self._window_ms
            elif new.key and t_ms - self._begun_ms >= self._segment_ms:
                said, begins_ms = self._end(t_ms, line), t_ms
            elif self._bytes >= FRAGMENT_BYTES or self._is_old(t_ms):
                said = self._flush(t_ms, line)
        elif new.key and self._can_begin(new.data):
            begins_ms = t_ms
        if begins_ms is not None:
            said.append(self._begin(begins_ms))
        if self.is_open:
            self._waiting.append((new, line, shown))
            self._bytes += len(new.data)
        self._t_ms = t_ms
        return said

    def cut(self) -> list[SegmentMessage]:
        """The connection broke. What came is said first."""
        if not self.is_open:
            return []
        self._t_ms += 1
        said = self._flush(self._t_ms, None)
        self.lost()
        return [*said, SegmentMessage(CUT, self._t_ms)]

    def lost(self) -> None:
        """What was given back last couldn't be passed on: go on at a key picture."""
        self.is_open, self._bytes = False, 0
        self._waiting.clear()

    def _is_old(self, t_ms: int) -> bool:
        return bool(self._waiting) and t_ms - self._waiting[0][0].t_ms >= FRAGMENT_MS

    def _can_begin(self, data: bytes) -> bool:
        """Parameter sets are known: from the camera's own words, or from this packet."""
        if not self._annex_b or nal.all_sets(self._codec, nal.sets(self._codec, self._told)):
            return True
        found = list(nal.sets(self._codec, data))
        if nal.all_sets(self._codec, found):
            self._told = b"".join(b"\0\0\0\1" + unit for unit in found)
            return True
        return False

    def _begin(self, t_ms: int) -> SegmentMessage:
        self._head = self._head or self._init(self._told)
        self.is_open, self._begun_ms = True, t_ms
        self._end_ms = t_ms - t_ms % self._window_ms + self._window_ms
        return SegmentMessage(BEGIN, t_ms, self._head)

    def _end(self, t_ms: int, line: int | None) -> list[SegmentMessage]:
        said = self._flush(t_ms, line)
        self.is_open = False
        return [*said, SegmentMessage(END, t_ms)]

    def _flush(self, t_ms: int, line: int | None) -> list[SegmentMessage]:
        """All that waits, as a fragment. `line`: when the next one is decoded, if there is one."""
        if not self._waiting:
            return []
        packets, begins, shown = zip(*self._waiting, strict=True)
        steps = [after - begin for begin, after in pairwise(begins)]
        last = line - begins[-1] if line is not None and line > begins[-1] else None
        steps.append(last or (steps[-1] if steps else _USUAL))
        samples = [
            Sample(
                prefixed(nal.as_sent(each.data)) if self._annex_b else each.data,
                step, each.key, seen - begin,
            )
            for each, begin, step, seen in zip(packets, begins, steps, shown, strict=True)
        ]  # fmt: skip
        self._number += 1
        data = fragment_of(self._number, begins[0], samples)
        self._waiting.clear()
        self._bytes = 0
        return [SegmentMessage(DATA, t_ms, data)]

    def _times(self, new: CameraPacket, t_ms: int) -> tuple[int, int]:
        """When it is decoded and shown, in ticks: as the stream says, on a line that goes forward.

        Where the stream's clock was set the line goes on by what was waited.
        """
        waited = (t_ms - self._t_ms) * _TICKS_MS
        leap = LEAP_MS * _TICKS_MS
        stamp = new.dts if new.dts is not None else new.pts
        if self._line is None:
            line, self._offset = 0, -(stamp or 0)
        elif stamp is None:
            line = self._line + min(waited, leap)
        else:
            line = stamp + self._offset
            step = line - self._line
            if step < -leap or (step > leap and abs(step - waited) > leap):
                line = self._line + min(waited, leap)
                self._offset = line - stamp
        if self._line is not None:
            line = max(line, self._line + 1)
        self._line = line
        shown = line if new.pts is None else new.pts + self._offset
        return line, shown if abs(shown - line) <= leap else line
