"""One file made of coded pictures.

`mux` gives every packet the decoding time that its place asks for (ISO/IEC 14496-12 §8.6.1): the
presentation times, sorted, delayed by the deepest reordering.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

from contrejour.base.errors import OutputFailed, Unsupported
from contrejour.media.file.index import open_input
from contrejour.media.file.opened import InputFile, WritingCursor
from contrejour.media.format import Format
from contrejour.media.out.encode import CodedPicture, configure, display, target

_QUIET = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
CONTAINERS = {
    ".mp4": ("mp4", {"movflags": "+faststart"}),
    ".m4v": ("mp4", {"movflags": "+faststart"}),
    ".mov": ("mov", {"movflags": "+faststart"}),
    ".mkv": ("matroska", {}),
    ".ts": ("mpegts", {"mpegts_copyts": "1", "muxdelay": "0"}),
}
"""Suffix of the output to (FFmpeg muxer, its options)."""
_EXACT = {".mkv": 1000, ".ts": 90_000}
"""Ticks a second of the containers that have a fixed clock."""


def check_container(suffix: str, fmt: Format) -> None:
    """Refuse a container that can't carry this stream exactly."""
    if suffix not in CONTAINERS:
        raise Unsupported(
            "output-type-unknown", suffix=suffix or "(none)", known=" ".join(sorted(CONTAINERS))
        )
    clock = _EXACT.get(suffix)
    if clock and (fmt.time_base * clock).denominator != 1:
        raise Unsupported(
            "time-stamps-inexact", suffix=suffix, clock=clock, time_base=str(fmt.time_base)
        )
    if suffix == ".ts" and (fmt.rotation or fmt.matrix):
        raise Unsupported("mpeg-ts-cannot-rotate")


@dataclass(frozen=True, slots=True)
class DecodingTimes:
    """Decoding times for packets in decoding order: sorted presentation times, `depth` late."""

    times: list[int]
    depth: int

    @classmethod
    def of(cls, times: list[int]) -> DecodingTimes:
        ordered = sorted(times)
        rank = {pts: at for at, pts in enumerate(ordered)}
        if len(rank) != len(times):
            raise Unsupported("time-stamp-twice")
        return cls(ordered, max((at - rank[pts] for at, pts in enumerate(times)), default=0))

    def decode_time(self, at: int) -> int:
        if at >= self.depth:
            return self.times[at - self.depth]
        step = self.times[1] - self.times[0] if len(self.times) > 1 else 1
        return self.times[0] - (self.depth - at) * step

    def duration(self, pts: int, last: int) -> int:
        """Time until the next picture; `last` for the last one."""
        after = bisect_right(self.times, pts)
        return self.times[after] - pts if after < len(self.times) else last


def mux(
    out: WritingCursor, suffix: str, fmt: Format, times: list[int],
    packets: Iterable[CodedPicture], sound: InputFile | None,
) -> None:  # fmt: skip
    """Write one file of coded pictures with these times, both in decoding order.

    `suffix` decides the container. Raises OutputFailed, Unsupported.
    """
    muxer, options = CONTAINERS[suffix]
    clock = DecodingTimes.of(times)
    last = round(1 / fmt.rate / fmt.time_base)
    try:
        with av.open(
            out, "w", format=muxer, container_options={**_QUIET, **options}, io_open=out.again
        ) as container:
            track = _track(container, suffix, fmt)
            sounds = _Sounds(container, sound) if sound else None
            for at, packed in enumerate(packets):
                packet = av.Packet(packed.data)
                packet.pts, packet.dts = packed.pts, clock.decode_time(at)
                packet.duration = clock.duration(packed.pts, last)
                packet.time_base, packet.stream = fmt.time_base, track
                packet.is_keyframe = packed.key
                if sounds:
                    sounds.mux_until(packet.dts * fmt.time_base)
                container.mux(packet)
            if sounds:
                sounds.mux_until(None)
    except (av.FFmpegError, OSError) as error:
        raise OutputFailed(
            "video-cannot-be-written",
            path=f"output{suffix}",
            reason=str(getattr(error, "strerror", None) or error),
        ) from error


def _track(container: Any, suffix: str, fmt: Format) -> Any:
    codec = target(fmt)
    track = container.add_stream("libx264" if codec == "h264" else "libx265", rate=fmt.rate)
    configure(track.codec_context, fmt)
    track.time_base = fmt.time_base
    if suffix in (".mp4", ".m4v", ".mov"):  # parameter sets in band: ISO/IEC 14496-15 §5.3, §8.3
        track.codec_context.codec_tag = "avc3" if codec == "h264" else "hev1"
    display(track, fmt)
    return track


class _Sounds:
    """The audio tracks of the input, copied packet by packet beside the pictures."""

    def __init__(self, container: Any, source: InputFile) -> None:
        self._container = container
        self._input = open_input(source)
        self._tracks = {}
        for stream in self._input.streams.audio:
            try:
                track = container.add_stream_from_template(stream)
            except ValueError as error:
                raise Unsupported("sound-does-not-fit", reason=str(error)) from error
            track.metadata.clear()
            if stream.codec_context.name == "vorbis":
                track.codec_context.extradata = without_comments(stream.codec_context.extradata)
            self._tracks[stream.index] = track
        self._packets = self._demux()
        self._waiting: Any = None

    def _demux(self) -> Iterator[av.Packet[Any]]:
        try:
            for packet in self._input.demux(*self._input.streams.audio):
                if packet.size and packet.dts is not None:
                    yield packet
        except av.FFmpegError:
            return

    def mux_until(self, time: Fraction | None) -> None:
        """Write the sound that comes before `time` (seconds); None writes what is left."""
        while True:
            packet: Any = self._waiting or next(self._packets, None)
            self._waiting = packet
            if packet is None:
                return
            if time is not None and packet.dts * packet.time_base > time:
                return
            packet.stream = self._tracks[packet.stream_index]
            self._container.mux(packet)
            self._waiting = None


def without_comments(headers: bytes | None) -> bytes:
    """The three headers of Vorbis, as Matroska has them, with nothing in the second.

    A title, a name or a place may stand there. Raises Unsupported for what aren't three headers.
    """
    data, at = headers or b"", 1
    lengths: list[int] = []
    while data[:1] == b"\x02" and len(lengths) < 2 and at < len(data):
        length = 0
        while at < len(data) and data[at] == 0xFF:
            length, at = length + 0xFF, at + 1
        lengths.append(length + data[at] if at < len(data) else 0)
        at += 1
    if len(lengths) < 2 or at + sum(lengths) >= len(data):
        raise Unsupported("sound-does-not-fit", reason="Vorbis")
    first, third = data[at : at + lengths[0]], data[at + sum(lengths) :]
    empty = b"\x03vorbis" + bytes(8) + b"\x01"  # no maker, no comments: Vorbis I, 5.2.1
    laced = b"".join(b"\xff" * (len(each) // 0xFF) + bytes([len(each) % 0xFF])
                     for each in (first, empty))  # fmt: skip
    return b"\x02" + laced + first + empty + third
