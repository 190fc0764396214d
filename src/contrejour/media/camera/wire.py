"""How pictures pass from the process that decodes to the one that veils. Pure.

    kind (1 byte)  length (4 bytes, big-endian)  body
    "F"  the format, as JSON           before the first picture, once
    "P"  one picture: HEAD, then its planes, row by row
    "E"  the error that ended it (ends.py): the last thing that is said

Whoever decodes what a camera sends may be in somebody else's hands: nothing is unpickled, every
number is checked, and what no camera sends is refused.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from contrejour.base.pictures import Frame
from contrejour.base.times import Instant
from contrejour.media.camera.ends import MOST_TEXT
from contrejour.media.format import (
    LEAST_SIDE,
    LONGEST_PIXEL,
    MOST_SIDE,
    Format,
    depth,
    native_format,
    subsampling,
    working_format,
)

PREFIX = struct.Struct(">cI")
HEAD = struct.Struct(">QqqB4qIII")
"""index, pts, time_ns, flags, the instant's four numbers, and what was counted so far."""
CORRUPT, TIMED, CAMERA_TIMED = 1, 2, 4
SLOWEST, NANO = Fraction(1, 1001), Fraction(1, 10**9)
"""Pictures a second of a camera, and seconds of its clock's tick: the least that encoders take."""
_RATIO = re.compile(r"[0-9]{1,19}(/[0-9]{1,19})?")


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """What a connection counted so far: jumps of the camera's clock, pictures lost and dropped."""

    jumps: int = 0
    lost: int = 0
    dropped: int = 0


def told_format(fmt: Format, sandbox: str) -> bytes:
    """The body of an F."""
    return json.dumps(
        {
            "codec": fmt.codec, "pix_fmt": fmt.pix_fmt, "width": fmt.width, "height": fmt.height,
            "time_base": str(fmt.time_base), "rate": str(fmt.rate),
            "sample_aspect": str(fmt.sample_aspect), "rotation": fmt.rotation,
            "color": fmt.color, "sandbox": sandbox,
        }
    ).encode()  # fmt: skip


def read_format(body: bytes) -> tuple[Format, str]:
    """What an F says, and the sandbox that holds. Raises an error unless a camera could say it."""
    try:
        data = json.loads(body[:MOST_TEXT])
    except RecursionError:
        raise ValueError("nested") from None
    width, height = int(data["width"]), int(data["height"])
    pix_fmt = str(data["pix_fmt"])
    if not (LEAST_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE):
        raise ValueError("size")
    if native_format(pix_fmt) != pix_fmt or working_format(pix_fmt, width, height) != pix_fmt:
        raise ValueError("pixel format")
    rate, time_base, aspect = (_ratio(data[key]) for key in ("rate", "time_base", "sample_aspect"))
    if not (SLOWEST <= rate <= 1000 and NANO <= time_base <= 1):
        raise ValueError("rate")
    if aspect and not 1 / LONGEST_PIXEL <= aspect <= LONGEST_PIXEL:
        raise ValueError("aspect")
    color = tuple(int(value) for value in data["color"])
    if len(color) != 4 or not all(0 <= value < 256 for value in color):
        raise ValueError("colour")
    rotation = int(data["rotation"])
    if rotation not in (0, 90, 180, 270):
        raise ValueError("rotation")
    fmt = Format(
        container="rtsp", codec=str(data["codec"])[:20], pix_fmt=pix_fmt, width=width,
        height=height, subsampling=subsampling(pix_fmt), depth=depth(pix_fmt),
        rgb=pix_fmt.startswith("gbr"), time_base=time_base, rate=rate, sample_aspect=aspect,
        rotation=rotation, matrix=None, color=color,
        hdr=(), interlaced="", audio_tracks=0, other_video_tracks=0,
    )  # fmt: skip
    return fmt, str(data["sandbox"])[:20]


def _ratio(text: Any) -> Fraction:
    if not _RATIO.fullmatch(str(text)):  # 1e99999999 is a number that takes minutes to make
        raise ValueError("number")
    return Fraction(str(text))


def told_picture(frame: Frame, counted: StreamCounts) -> Iterator[Any]:
    """The body of a P, as buffers in order."""
    flags = CORRUPT * frame.corrupt
    instant = frame.taken or Instant(0, 0, None, 0)
    flags |= TIMED * (frame.taken is not None) | CAMERA_TIMED * (instant.camera_ns is not None)
    times = instant.monotonic_ns, instant.wall_ns, instant.camera_ns or 0, instant.uncertainty_ns
    told = counted.jumps, counted.lost, counted.dropped
    yield HEAD.pack(frame.index, frame.pts, frame.time_ns, flags, *times, *told)
    for plane in frame.planes:
        yield np.ascontiguousarray(plane).data.cast("B")


def picture_bytes(fmt: Format) -> int:
    """How long the body of a P is."""
    return HEAD.size + fmt.picture_bytes


def read_picture(body: memoryview, fmt: Format) -> tuple[dict[str, Any], StreamCounts]:
    """What a P says, as fields of a Frame; its planes lie in `body`."""
    index, pts, time_ns, flags, *rest = HEAD.unpack(body[: HEAD.size])
    monotonic_ns, wall_ns, camera_ns, uncertainty_ns, jumps, lost, dropped = rest
    dtype: Any = np.uint8 if fmt.depth == 8 else np.uint16
    planes, at = [], HEAD.size
    for rows, columns in fmt.shapes:
        size = rows * columns * np.dtype(dtype).itemsize
        planes.append(np.frombuffer(body[at : at + size], dtype).reshape(rows, columns))
        at += size
    camera = camera_ns if flags & CAMERA_TIMED else None
    instant = Instant(monotonic_ns, wall_ns, camera, uncertainty_ns) if flags & TIMED else None
    known = {
        "index": index, "pts": pts, "time_ns": time_ns, "corrupt": bool(flags & CORRUPT),
        "planes": tuple(planes), "taken": instant,
    }  # fmt: skip
    return known, StreamCounts(jumps, lost, dropped)
