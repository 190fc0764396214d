"""A recorded clip as a camera would send it: coded pictures with their times, for ever."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from contrejour import media
from contrejour.base.errors import Unsupported
from contrejour.media.testcamera.rtp import units

CODECS = {"h264": "H264", "hevc": "H265"}
"""… as RTP; and `mjpeg`, over HTTP."""
_SETS = {"h264": ((7, 8), 0x1F, 0), "hevc": ((32, 33, 34), 0x3F, 1)}
"""Types of parameter sets, and how a NAL unit's first byte says its type: mask and shift."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One access unit: nanoseconds since the clip's start, and its NAL units."""

    time_ns: int
    units: tuple[bytes, ...]


class CodedPacket(NamedTuple):
    pts: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Clip:
    """`size` is upright; `rate` in pictures a second."""

    codec: str
    pictures: Sequence[AccessUnit]
    length_ns: int
    sets: tuple[bytes, ...]
    size: tuple[int, int] = (0, 0)
    rate: int = 0

    def endlessly(self) -> Iterator[AccessUnit]:
        """Its pictures, over and over, their times going on."""
        start_ns = 0
        while True:
            for picture in self.pictures:
                yield AccessUnit(start_ns + picture.time_ns, picture.units)
            start_ns += self.length_ns

    def sdp(self) -> str:
        """The media part of a session description (RFC 8866, RFC 6184 8.1, RFC 7798 7.1)."""
        sets = [base64.b64encode(unit).decode() for unit in self.sets]
        if self.codec not in CODECS:
            return f"{self.codec}a=control:trackID=0\r\n"
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


def _bad(medium: str, encoding: str, unit: bytes) -> Clip:
    told = f"m={medium} 0 RTP/AVP 96\r\na=rtpmap:96 {encoding}\r\n"
    return Clip(told, (AccessUnit(0, (unit,)),), 20_000_000, ())


BAD = {
    "sound": _bad("audio", "PCMU/8000", b"\xff" * 160),
    "strange": _bad("video", "X-STRANGE/90000", bytes(160)),
    "broken": _bad("video", "H264/90000", b"\x65" + bytes(160)),
}
"""No use to anybody who wants pictures: sound alone, a code that nobody knows, H.264 that is none.
"""


def load(path: Path) -> Clip:
    """Read a clip as it is, H.264, H.265 or Motion JPEG. Raises what `probe` does, Unsupported."""
    fmt = media.probe(path)
    if fmt.codec not in (*CODECS, "mjpeg"):
        raise Unsupported("clip-cannot-be-sent", path=path, codec=fmt.codec)
    gops = media.index(path, fmt)
    reader = media.Reader(path, fmt, gops)
    if fmt.codec == "mjpeg":
        packed = [CodedPacket(each.pts or 0, bytes(each)) for each in reader.packets(0, len(gops))]
    else:
        packed = [CodedPacket(each.pts, each.data) for each in reader.bare(0, len(gops))]
    first = min(each.pts for each in packed)
    last = max(each.pts for each in packed)
    pictures = tuple(
        AccessUnit(_ns((each.pts - first) * fmt.time_base),
                (each.data,) if fmt.codec == "mjpeg" else tuple(units(each.data)))
        for each in packed
    )  # fmt: skip
    kinds, mask, shift = _SETS.get(fmt.codec, ((), 0, 0))
    sets = {unit[0] >> shift & mask: unit for unit in reversed(pictures[0].units)}
    length = _ns((last - first) * fmt.time_base + 1 / fmt.rate)
    own = tuple(sets[kind] for kind in kinds if kind in sets)
    return Clip(fmt.codec, pictures, length, own, fmt.upright, round(fmt.rate))


def _ns(seconds: Fraction) -> int:
    return round(seconds * 1_000_000_000)
