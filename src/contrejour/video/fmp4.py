"""Movie fragments (ISO/IEC 14496-12, CMAF), one for each few pictures, without waiting for more.

    init segment   ftyp moov                    by FFmpeg
    fragment       moof (mfhd traf (tfhd tfdt trun)) mdat

FFmpeg closes a fragment when the next picture comes: too late for a live camera.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import av

from contrejour.video import nal
from contrejour.video.encode import Packed, configure, target
from contrejour.video.format import Format

_DEFAULT_BASE_IS_MOOF = 0x020000
_OFFSET, _DURATION, _SIZE, _FLAGS = 0x1, 0x100, 0x200, 0x400
_KEY, _NO_KEY = 0x02000000, 0x01010000
"""Sample flags: depends on nothing; depends on others and is no place to begin."""


def init_segment(fmt: Format) -> bytes:
    """What a player needs before any fragment of a live `Encoder(fmt)`."""
    out = io.BytesIO()
    options = {"movflags": "empty_moov+default_base_moof", "fflags": "+bitexact"}
    container: Any = av.open(out, "w", format="mp4", container_options=options)
    track = container.add_stream("libx264" if target(fmt) == "h264" else "libx265", rate=fmt.rate)
    configure(track.codec_context, fmt, live=True)
    track.time_base = fmt.time_base
    container.start_encoding()
    container.close()
    data = out.getvalue()
    return data[: _end_of(data, b"moov")]


def fragment(fmt: Format, number: int, begin: int, pictures: Sequence[tuple[Packed, int]]) -> bytes:
    """A fragment of (picture, duration) from `begin` on, in the time base of `fmt`, in order."""
    codec = target(fmt)
    samples = [_sample(codec, packed.data) for packed, _ in pictures]
    rows = b"".join(
        struct.pack(">III", duration, len(sample), _KEY if packed.key else _NO_KEY)
        for (packed, duration), sample in zip(pictures, samples, strict=True)
    )
    flags = _OFFSET | _DURATION | _SIZE | _FLAGS

    def moof(data_offset: int) -> bytes:
        trun = _full(b"trun", 0, flags, struct.pack(">Ii", len(samples), data_offset) + rows)
        tfdt = _full(b"tfdt", 1, 0, struct.pack(">Q", begin))
        tfhd = _full(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", 1))
        mfhd = _full(b"mfhd", 0, 0, struct.pack(">I", number))
        return _box(b"moof", mfhd, _box(b"traf", tfhd, tfdt, trun))

    return moof(len(moof(0)) + 8) + _box(b"mdat", *samples)


def _sample(codec: str, annex_b: bytes) -> bytes:
    """The units of one picture, each after its length."""
    kept = nal.without_sets(codec, annex_b)
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _full(name: bytes, version: int, flags: int, body: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), body)


def _end_of(data: bytes, name: bytes) -> int:
    """Where the first box of that name ends."""
    at: int = 0
    while at + 8 <= len(data):
        at, found = at + int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if found == name:
            return at
    raise ValueError(name)
