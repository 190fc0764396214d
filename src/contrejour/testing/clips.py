"""A recorded clip as a camera would send it: coded pictures with their times, for ever."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from contrejour import video
from contrejour.errors import Unsupported
from contrejour.testing.rtp import units

CODECS = {"h264": "H264", "hevc": "H265"}
_SETS = {"h264": ((7, 8), 0x1F, 0), "hevc": ((32, 33, 34), 0x3F, 1)}
"""Types of parameter sets, and how a NAL unit's first byte says its type: mask and shift."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One access unit: nanoseconds since the clip's start, and its NAL units."""

    time_ns: int
    units: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    codec: str
    pictures: Sequence[Picture]
    length_ns: int
    sets: tuple[bytes, ...]

    def endlessly(self) -> Iterator[Picture]:
        """Its pictures, over and over, their times going on."""
        start_ns = 0
        while True:
            for picture in self.pictures:
                yield Picture(start_ns + picture.time_ns, picture.units)
            start_ns += self.length_ns

    def sdp(self) -> str:
        """The media part of a session description (RFC 8866, RFC 6184 8.1, RFC 7798 7.1)."""
        sets = [base64.b64encode(unit).decode() for unit in self.sets]
        if self.codec == "h264":
            parameters = f"packetization-mode=1;sprop-parameter-sets={','.join(sets)}"
        else:
            names = ("sprop-vps", "sprop-sps", "sprop-pps")
            parameters = ";".join(f"{name}={text}" for name, text in zip(names, sets, strict=False))
        return (
            "m=video 0 RTP/AVP 96\r\n"
            f"a=rtpmap:96 {CODECS[self.codec]}/90000\r\n"
            f"a=fmtp:96 {parameters}\r\n"
            "a=control:trackID=0\r\n"
        )


def load(path: Path) -> Clip:
    """Read a clip of H.264 or H.265 as it is. Raises what `video.probe` does, or Unsupported."""
    fmt = video.probe(path)
    if fmt.codec not in CODECS:
        raise Unsupported(f"{path}: a test camera can't send {fmt.codec}", "H.264 or H.265 it can")
    gops = video.index(path, fmt)
    packed = video.Reader(path, fmt, gops).copy(0, len(gops))
    first = min(each.pts for each in packed)
    last = max(each.pts for each in packed)
    pictures = tuple(
        Picture(_ns((each.pts - first) * fmt.time_base), tuple(units(each.data)))
        for each in packed
    )  # fmt: skip
    kinds, mask, shift = _SETS[fmt.codec]
    sets = {unit[0] >> shift & mask: unit for unit in reversed(pictures[0].units)}
    length = _ns((last - first) * fmt.time_base + 1 / fmt.rate)
    return Clip(fmt.codec, pictures, length, tuple(sets[kind] for kind in kinds if kind in sets))


def _ns(seconds: Fraction) -> int:
    return round(seconds * 1_000_000_000)
