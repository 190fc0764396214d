"""Movie fragments (ISO/IEC 14496-12, CMAF), one for each few pictures, without waiting for more.

    init segment   ftyp moov                    by FFmpeg
    fragment       moof (mfhd traf (tfhd tfdt trun)) mdat

FFmpeg closes a fragment when the next picture comes: too late for a live camera. And it refuses
packets whose times it doesn't like: what a camera sends is kept, whatever its clock does.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import av

from contrejour.media import nal
from contrejour.media.format import Format
from contrejour.media.out.encode import CodedPicture, configure, target

_DEFAULT_BASE_IS_MOOF = 0x020000
_OFFSET, _DURATION, _SIZE, _FLAGS, _SHOWN = 0x1, 0x100, 0x200, 0x400, 0x800
_KEY, _NO_KEY = 0x02000000, 0x01010000
"""Sample flags: depends on nothing; depends on others and is no place to begin."""
_IN_BAND = {"h264": "avc3", "hevc": "hev1"}
"""Sample entries whose parameter sets may change on the way (ISO/IEC 14496-15, 5.3.4, 8.3.3)."""
CLOCK_HZ = 90_000
"""Ticks a second of what was copied, as RTP has it."""


class Sample(NamedTuple):
    """One picture as it lies in `mdat`; ticks. `offset`: shown so long after it is decoded."""

    data: bytes
    duration: int
    key: bool
    offset: int = 0


def init_segment(fmt: Format) -> bytes:
    """What a player needs before any fragment of a live `Encoder(fmt)`."""
    out = io.BytesIO()
    container = _mp4(out)
    track = container.add_stream("libx264" if target(fmt) == "h264" else "libx265", rate=fmt.rate)
    configure(track.codec_context, fmt, live=True)
    track.time_base = fmt.time_base
    return _begun(container, out)


def copied_init(stream: Any, codec: str, told: bytes) -> bytes:
    """The same for copies of a stream's own packets, which `told` (extradata) says how to decode.

    Raises ValueError or av.FFmpegError for what MP4 can't hold. Its clock is CLOCK_HZ.
    """
    out = io.BytesIO()
    container = _mp4(out, video_track_timescale=str(CLOCK_HZ))
    track = container.add_stream_from_template(stream)
    track.time_base = Fraction(1, CLOCK_HZ)
    track.width, track.height = stream.codec_context.width, stream.codec_context.height
    track.codec_context.extradata = told
    if codec in _IN_BAND:
        track.codec_context.codec_tag = _IN_BAND[codec]
    return _begun(container, out)


def _mp4(out: io.BytesIO, **more: str) -> Any:
    options = {"movflags": "empty_moov+default_base_moof", "fflags": "+bitexact", **more}
    return av.open(out, "w", format="mp4", container_options=options)


def _begun(container: Any, out: io.BytesIO) -> bytes:
    container.start_encoding()
    container.close()
    data = out.getvalue()
    return data[: _end_of(data, b"moov")]


def fragment(
    fmt: Format, number: int, begin: int, pictures: Sequence[tuple[CodedPicture, int]]
) -> bytes:
    """A fragment of (picture, duration) from `begin` on, in the time base of `fmt`, in order."""
    codec = target(fmt)
    samples = [
        Sample(prefixed(nal.without_sets(codec, packed.data)), duration, packed.key)
        for packed, duration in pictures
    ]
    return fragment_of(number, begin, samples)


def fragment_of(number: int, begin: int, samples: Sequence[Sample]) -> bytes:
    """A fragment of these samples, decoded from `begin` on, in decoding order."""
    shown = any(each.offset for each in samples)
    flags = _OFFSET | _DURATION | _SIZE | _FLAGS | _SHOWN * shown
    rows = b"".join(
        struct.pack(">III", each.duration, len(each.data), _KEY if each.key else _NO_KEY)
        + (struct.pack(">i", each.offset) if shown else b"")
        for each in samples
    )

    def moof(data_offset: int) -> bytes:
        count = struct.pack(">Ii", len(samples), data_offset)
        trun = _full(b"trun", int(shown), flags, count + rows)
        tfdt = _full(b"tfdt", 1, 0, struct.pack(">Q", begin))
        tfhd = _full(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", 1))
        mfhd = _full(b"mfhd", 0, 0, struct.pack(">I", number))
        return _box(b"moof", mfhd, _box(b"traf", tfhd, tfdt, trun))

    return moof(len(moof(0)) + 8) + _box(b"mdat", *(each.data for each in samples))


def prefixed(units: Iterable[bytes]) -> bytes:
    """NAL units, each after its length."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _full(name: bytes, version: int, flags: int, body: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), body)


def _end_of(data: bytes, name: bytes) -> int:
    """Where the first box of that name ends. Raises ValueError where there is none."""
    at: int = 0
    while at + 8 <= len(data) and (size := int.from_bytes(data[at : at + 4])) >= 8:
        at, found = at + size, data[at + 4 : at + 8]
        if found == name:
            return at
    raise ValueError(name)
