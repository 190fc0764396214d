"""A live stream: pictures as they come; always ends with an error, when the camera goes away.

FFmpeg ends a dropped connection without an exception, and says nothing of lost packets or of a
clock that was set. Here every end is a CameraError, times only go forward, what a loss may have
damaged is `corrupt`, and losses and jumps are counted. Packets come from `feeds`. The constructor
opens all that is opened; `frames` only reads, so it runs in a sandbox.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice, pairwise
from typing import Any

import av
import av.logging

from contrejour.base.errors import CameraError, ContrejourError, Unsupported
from contrejour.base.pictures import Frame
from contrejour.media import complaints, nal
from contrejour.media.camera.clock import CameraClock
from contrejour.media.camera.feeds import Arrival, connect, without_login
from contrejour.media.camera.relay.begin import Relay, RelayLine, is_relayed
from contrejour.media.camera.relay.link import OPEN_S, STALL_S
from contrejour.media.camera.steady import Pace, Steady
from contrejour.media.file.index import format_of
from contrejour.media.file.reader import frame_of
from contrejour.media.format import Format
from contrejour.media.sets import Sets

TIME_BASE = Fraction(1, 90_000)
USUAL_RATE = Fraction(25)
PACED_BY = 4
"""So many pictures are read before the first is given out: their steps tell the rate."""
PATIENCE_S = 10.0
"""Packets may come this long without a picture: a camera may send key pictures seconds apart."""
Tee = Callable[[Any, bytes, Arrival], None]

__all__ = ["OPEN_S", "STALL_S", "LiveStream", "without_login"]


class LiveStream:
    """One connection to a camera. `frames` runs until it ends, with a CameraError.

    `lost`: pictures that never came, as far as time stamps show it. `clock`: the camera's own.
    `notes`: what was left out. `tee` is given every packet, and its bytes, before it is decoded.
    """

    def __init__(
        self, address: str, *, transport: str = "tcp", trust: str = "",
        login_in_clear: bool = False, tee: Tee | None = None, line: RelayLine | None = None,
        opened: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """Connect. Raises CameraError, CameraRefused, NotMedia (no picture in it), Unsupported.

        `line`: of the relay that connects to a camera of the network, where one was begun; else one
        is, and this process is not shut in. What is between `address` and `tee` is said to it.
        `opened`: see `feeds.connect`.
        """
        self._tee = tee
        self.name = without_login(address)
        self._relay: Relay | None = None
        if line is None and is_relayed(address):
            self._relay = Relay(
                address, self.name,
                transport=transport, trust=trust, login_in_clear=login_in_clear,
            )  # fmt: skip
            line = self._relay.line
            threading.Thread(target=_go, args=(line,), daemon=True).start()
        try:
            self._feed = connect(address, line, opened)
        except ContrejourError:
            self._end_relay()
            raise
        self.fmt: Format | None = None
        self.steady, self.clock = Steady(), CameraClock()
        self.patience_s = PATIENCE_S
        self._pace = Pace()

    @property
    def lost(self) -> int:
        return self._pace.lost

    @property
    def notes(self) -> Sequence[ContrejourError]:
        return self._feed.notes

    def frames(self) -> Iterator[Frame]:
        """Pictures in order, their times going forward from 0. Ends with a CameraError alone.

        From a sign of damage on, frames are `corrupt` until a picture that refers to no other.
        """
        pictures, first = self._pictures(), []
        ended: ContrejourError | None = None
        try:
            first = list(islice(pictures, PACED_BY))
        except ContrejourError as error:  # fewer came: they are shown before it is raised
            ended = error
        rate = _rate([shown.stamp_ns for shown in first])
        for number, shown in enumerate(chain(first, pictures)):
            yield self._frame(number, shown, rate)
        if ended:
            raise ended

    def _pictures(self) -> Iterator[_DecodedPicture]:
        """Decoded pictures as they come, each with whether it may be damaged."""
        damaged, stream, sets = False, None, Sets("", b"")
        codec, prefix, seen_s = "", 0, time.monotonic()
        for packet, came in self._packets():
            if packet.stream is not stream:
                stream, damaged = packet.stream, False
                codec = stream.codec_context.codec.canonical_name
                told = stream.codec_context.extradata or b""
                prefix, sets = nal.length_size(codec, told), Sets(codec, told)
            data = bytes(packet)
            if self._tee:
                self._tee(packet, data, came)
            if damaged and packet.is_keyframe:
                damaged = not nal.opens_clean(codec, data, prefix)
            damaged |= packet.is_corrupt or (prefix == 0 and sets.doubts(data))
            if sets.changed:  # the next connection reads the new codec data
                raise self._feed.gone("camera-coded-anew", camera=self.name)
            packet.opaque = sent = _PacketState(came)
            # Of a missing reference the H.265 decoder only logs a warning.
            pictures, complains = complaints.heard(packet.decode, complaints.WARNING)
            damaged |= complains  # fail closed: what refers to a broken picture is broken
            sent.damaged = damaged
            for picture in pictures:
                damaged |= picture.is_corrupt
                missing = self._feed.lossy and self._pace.misses(picture.pts)
                # The H.265 decoder replaces a picture that never came, and may not say so.
                damaged |= missing and codec == "hevc" and not picture.key_frame
                # A picture may come with a later packet: after a loss FFmpeg holds one back.
                own = picture.opaque if isinstance(picture.opaque, _PacketState) else sent
                yield _shown(picture, own.came, damaged or own.damaged)
                seen_s = time.monotonic()
            if time.monotonic() - seen_s > self.patience_s:
                raise CameraError("no-picture-decodes", camera=self.name)

    def _packets(self) -> Iterator[tuple[Any, Arrival]]:
        """The feed's packets. FFmpeg's log is kept off the terminal."""
        packets = self._feed.packets()
        while True:
            with av.logging.Capture():
                found = next(packets)
            yield found

    def _frame(self, number: int, shown: _DecodedPicture, rate: Fraction | None) -> Frame:
        picture, came = shown.picture, shown.came
        time_ns = self.steady.at(shown.stamp_ns, shown.arrived_ns)
        taken = self.clock.at(
            came.camera_ns, shown.arrived_ns, shown.wall_ns,
            spread_ns=came.spread_ns, reported=came.reported,
        )  # fmt: skip
        if self.fmt is None:
            container, stream = self._feed.first()
            rate = rate or Fraction(stream.average_rate or stream.guessed_rate or USUAL_RATE)
            self.fmt = replace(format_of(container, stream, picture, rate), time_base=TIME_BASE)
            self.fmt.demand_sides(self.name)
            self.fmt.demand_pixels(self.name)
        pts = round(time_ns * TIME_BASE.denominator / 1_000_000_000)
        try:
            frame = frame_of(self.fmt, number, pts, picture, shown.damaged)
        except Unsupported as error:  # the next connection has the new format
            shape = f"{picture.width}x{picture.height} {picture.format.name}"
            raise self._feed.gone("camera-changed", camera=self.name, shape=shape) from error
        return replace(frame, time_ns=time_ns, taken=taken)

    def close(self) -> None:
        self._feed.close()
        self._end_relay()

    def _end_relay(self) -> None:
        if self._relay:
            self._relay.close()


def _go(line: RelayLine) -> None:
    if line.ready():
        line.go()


@dataclass(slots=True)
class _PacketState:
    """What is known of a packet, which the decoder passes on with its picture."""

    came: Arrival
    damaged: bool = True


@dataclass(frozen=True, slots=True)
class _DecodedPicture:
    """One decoded picture, and when it was taken and came."""

    picture: av.VideoFrame
    came: Arrival
    damaged: bool
    stamp_ns: int | None
    arrived_ns: int
    wall_ns: int


def _shown(picture: av.VideoFrame, came: Arrival, damaged: bool) -> _DecodedPicture:
    stamp = picture.pts if picture.pts is not None else picture.dts
    stamp_ns = None
    if stamp is not None and came.offset_ns is not None:  # the first picture often has no stamp
        unit_ns = Fraction(picture.time_base or TIME_BASE) * 1_000_000_000
        stamp_ns = came.offset_ns + int(stamp * unit_ns)
    return _DecodedPicture(picture, came, damaged, stamp_ns, time.monotonic_ns(), time.time_ns())


def _rate(stamps: Sequence[int | None]) -> Fraction | None:
    """Pictures a second, by the middle one of the first steps: FFmpeg may guess twice that, a burst
    at the beginning tells of a thousand, and a picture that got lost of half."""
    known = [stamp for stamp in stamps if stamp is not None]
    steps = [after - before for before, after in pairwise(known) if after > before]
    if not steps:
        return None
    middle_ns = sorted(steps)[len(steps) // 2]
    return Fraction(1_000_000_000, middle_ns).limit_denominator(1001)
