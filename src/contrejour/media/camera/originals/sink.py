"""Who is given the untouched packets of a camera, and what is believed of them. Pure.

    kind (1 byte)  t_ms (8 bytes)  length (4 bytes, big-endian)  bytes
    "B"  a segment begins, with its head     "D"  its next bytes
    "E"  it is whole                         "C"  it was cut, or came to nothing
    "N"  these pictures fit in no segment    the last thing that is said of them

It comes from the process that decodes, by a pipe of its own, and who took that over may say
anything. So a time is believed within seconds of our own clock; a segment ends within its window,
by that clock; and of nonsense nothing is kept, nor of what comes after it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from contrejour.media.camera.originals.remux import BEGIN, CUT, DATA, END, SegmentMessage

HEAD = struct.Struct(">cqI")
NOTE = b"N"
PIECE_BYTES = 1 << 16
"""The most that one message holds."""
SLACK_MS = 5_000
"""A camera may be silent for half of that before it counts as gone; then its last is said."""
MOST_LATE_MS = 60_000
"""What was read late, because the sink was slow, is believed to be as old."""
MOST_BEGINS_S, MOST_BYTES_S, AT_ONCE_S = 10, 64 << 20, 2


def told(said: SegmentMessage, reached_ms: int) -> Iterator[bytes]:
    """The messages that say it. `reached_ms`: said before; only the last piece says more."""
    pieces = range(0, len(said.data), PIECE_BYTES) or (0,)
    for at in pieces:
        kind = DATA if at else said.kind
        last = at == pieces[-1] or kind == BEGIN
        data = said.data[at : at + PIECE_BYTES]
        yield HEAD.pack(kind, said.t_ms if last else reached_ms, len(data)) + data


class SegmentSink(Protocol):
    """Keeps segments, each a movie of its own (fragmented MP4); one without a key picture at its
    beginning is decoded after the one before it.

    `begin`, `write` …, then `end` or `cut`, and again. Called from one thread, and by nobody once
    `Decoder.close` returned. Times: ms since 1970, UTC, by this machine's clock when packets came;
    within a connection they don't go back. A segment lies within one window, and is a millisecond
    long at least. What lies between two of them, if anything, was never said. Nothing raises: a
    sink deals with its own failures. One that is slow loses packets, not pictures on the screen.
    """

    def begin(self, t_ms: int) -> None:
        """A segment starts, from `t_ms` on."""

    def write(self, data: bytes, t_ms: int) -> None:
        """Its next bytes; all that came before `t_ms` has been said with them."""

    def end(self, t_ms: int) -> None:
        """It is whole, and nothing is missing up to `t_ms`."""

    def cut(self, t_ms: int) -> None:
        """The connection broke, or packets had to be dropped; what came up to `t_ms` is kept."""


class _State(Enum):
    CLOSED = 0
    OPEN = 1
    OVER = 2
    """Open for the decoder, and its window is over by our clock."""


@dataclass(slots=True)
class MessageCheck:
    """What of one connection is passed on to its sink."""

    sink: SegmentSink
    window_ms: int
    fits: bool = True
    """False: its pictures are coded in a way that no segment can hold."""
    _state: _State = _State.CLOSED
    _end_ms: int = 0
    """Of the window of the last segment that began."""
    _begun_ms: int = -1
    _t_ms: int = 0
    _first_ms: int = 0
    _begins: int = 0
    _bytes: int = 0

    def says(self, kind: bytes, t_ms: int, data: bytes, now_ms: int, late_ms: int) -> bool:
        """Pass it on; whether to go on listening. `late_ms`: for how long nobody had listened."""
        oldest_ms = now_ms - SLACK_MS - min(late_ms, MOST_LATE_MS)
        least_ms = self._t_ms + (kind in (END, CUT) and self._t_ms == self._begun_ms)
        t_ms = max(least_ms, oldest_ms, min(t_ms, now_ms))
        self._first_ms = self._first_ms or t_ms
        if self._is_nonsense(kind, t_ms, data):
            self.ends()
            return False
        if kind == BEGIN:
            self._state, self._t_ms, self._begun_ms = _State.OPEN, t_ms, t_ms
            self._end_ms = t_ms - t_ms % self.window_ms + self.window_ms
            self.sink.begin(t_ms)
            self.sink.write(data, t_ms)
        elif kind == NOTE:
            self.fits = False
        elif self._state is _State.OPEN and t_ms > self._end_ms:
            self.ends()
            self._state = _State.OVER if kind == DATA else _State.CLOSED
        elif self._state is _State.OPEN:
            self._t_ms = t_ms
            self._pass_on(kind, data)
        elif kind != DATA:
            self._state = _State.CLOSED
        return True

    def _pass_on(self, kind: bytes, data: bytes) -> None:
        if kind == DATA:
            self.sink.write(data, self._t_ms)
            return
        self._state = _State.CLOSED
        (self.sink.end if kind == END else self.sink.cut)(self._t_ms)

    def ends(self) -> None:
        """Nothing more of what is open is believed, or comes."""
        if self._state is _State.OPEN:
            self._t_ms = max(self._t_ms, self._begun_ms + 1)
            self.sink.cut(self._t_ms)
        self._state = _State.CLOSED

    def _is_nonsense(self, kind: bytes, t_ms: int, data: bytes) -> bool:
        """What no decoder of ours says: out of order, or more than any camera sends."""
        self._begins += kind == BEGIN
        self._bytes += len(data)
        known_s = (t_ms - self._first_ms) / 1000 + AT_ONCE_S
        too_much = self._begins > MOST_BEGINS_S * known_s or self._bytes > MOST_BYTES_S * known_s
        closed = self._state is _State.CLOSED
        fits = closed if kind in (BEGIN, NOTE) else not closed and kind in (DATA, END, CUT)
        return too_much or not fits or not self.fits
