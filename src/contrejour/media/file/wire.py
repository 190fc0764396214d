"""What the process that reads a recorded file says of it. Pure.

    "F"  what the file is, and where its closed GOPs begin, as JSON
    "P"  one picture: HEAD, then its planes, row by row
    "C"  one coded picture: CODED, then its bytes
    "D"  what was asked for is done           "E"  the error that ended it (base/answers.py)

It may be in the hands of whoever made the file: every number is checked.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import fields
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from contrejour.base.errors import Unsupported
from contrejour.base.pictures import MOST_PX, Frame
from contrejour.media.file.index import Gop
from contrejour.media.file.reader import rgb_of
from contrejour.media.format import Format, depth, native_format, subsampling, working_format
from contrejour.media.out.encode import CodedPicture

HEAD, CODED = struct.Struct(">QqB"), struct.Struct(">q?")
MOST_TEXT = 256 << 20
MOST_CODED = 1 << 30
_RATIO = re.compile(r"-?[0-9]{1,19}(/[0-9]{1,19})?")
_NAME = re.compile(r"[a-z0-9_,]{1,100}")
_HDR = re.compile(r"(master-display|max-cll)=[-A-Z0-9(),.e+]{1,200}")
_MOST_TIME = 1 << 62


def told_file(fmt: Format, gops: Sequence[Gop]) -> bytes:
    """The body of an F."""
    said = {each.name: getattr(fmt, each.name) for each in fields(fmt)}
    said |= {name: str(said[name]) for name in ("time_base", "rate", "sample_aspect")}
    rows = [
        [g.first_packet, g.packets, g.start_pts, int(g.copyable),
         [base64.b64encode(each).decode() for each in g.sets]]
        for g in gops
    ]  # fmt: skip
    return json.dumps({"format": said, "gops": rows}).encode()


def read_file(body: bytes | memoryview) -> tuple[Format, tuple[Gop, ...]]:
    """What an F says. Raises ValueError unless a file could be so."""
    try:
        told = json.loads(bytes(body))
        return _format(told["format"]), tuple(_gops(told["gops"]))
    except (
        ValueError,
        TypeError,
        ArithmeticError,
        LookupError,
        RecursionError,
        Unsupported,
    ) as why:
        raise ValueError("no file is so") from why


def told_format(fmt: Format) -> object:
    """A format as JSON, for whoever is to write such a file."""
    return json.loads(told_file(fmt, ()))["format"]


def read_format(told: object) -> Format:
    """The reverse."""
    return read_file(json.dumps({"format": told, "gops": []}).encode())[0]


def _format(told: dict[str, Any]) -> Format:
    width, height, pix_fmt = _int(told["width"]), _int(told["height"]), str(told["pix_fmt"])
    _demand(width > 0 and height > 0 and width * height <= MOST_PX)
    _demand(_is_working_format(pix_fmt, width, height))
    time_base, rate, aspect = (_ratio(told[key]) for key in ("time_base", "rate", "sample_aspect"))
    _demand(time_base > 0 and rate > 0 and aspect >= 0)
    matrix = None if told["matrix"] is None else tuple(map(_int, told["matrix"]))
    _demand(matrix is None or len(matrix) == 9)
    color, hdr = tuple(map(_int, told["color"])), tuple(map(str, told["hdr"]))
    _demand(len(color) == 4 and all(0 <= value < 256 for value in color))
    _demand(len(hdr) <= 2 and all(map(_HDR.fullmatch, hdr)))
    _demand(told["rotation"] in (0, 90, 180, 270) and told["interlaced"] in ("", "tff", "bff"))
    _demand(bool(_NAME.fullmatch(told["container"]) and _NAME.fullmatch(told["codec"])))
    return Format(
        container=told["container"], codec=told["codec"], pix_fmt=pix_fmt, width=width,
        height=height, subsampling=subsampling(pix_fmt), depth=depth(pix_fmt),
        rgb=pix_fmt.startswith("gbr"), time_base=time_base, rate=rate, sample_aspect=aspect,
        rotation=told["rotation"], matrix=matrix, color=(color[0], color[1], color[2], color[3]),
        hdr=hdr, interlaced=told["interlaced"], audio_tracks=_count(told["audio_tracks"]),
        other_video_tracks=_count(told["other_video_tracks"]),
    )  # fmt: skip


def _is_working_format(name: str, width: int, height: int) -> bool:
    try:
        return native_format(name) == name == working_format(name, width, height)
    except Unsupported:
        return False


def _gops(rows: Sequence[Sequence[Any]]) -> Iterator[Gop]:
    """One after another, from the first packet on."""
    at = 0
    for first, packets, start, copyable, sets in rows:
        _demand(_int(first) == at and _int(packets) > 0 and abs(_int(start)) <= _MOST_TIME)
        _demand(all(isinstance(each, str) for each in sets))
        kept = tuple(base64.b64decode(each, validate=True) for each in sets)
        yield Gop(first, packets, start, bool(copyable), kept)
        at += packets


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError("no file is so")


def _int(value: object) -> int:
    _demand(type(value) is int and abs(value) <= _MOST_TIME)
    assert isinstance(value, int)
    return value


def _count(value: object) -> int:
    _demand(0 <= _int(value) < 1000)
    return _int(value)


def _ratio(text: object) -> Fraction:
    _demand(isinstance(text, str) and bool(_RATIO.fullmatch(text)))
    return Fraction(str(text))


def told_picture(frame: Frame) -> Iterator[Any]:
    """The body of a P, as buffers in order."""
    yield HEAD.pack(frame.index, frame.pts, frame.corrupt)
    for plane in frame.planes:
        yield np.ascontiguousarray(plane).data.cast("B")


def read_picture(body: memoryview, fmt: Format) -> Frame:
    """What a P says; its planes lie in `body`. Raises ValueError for another length."""
    _demand(len(body) == HEAD.size + fmt.picture_bytes)
    index, pts, corrupt = HEAD.unpack(body[: HEAD.size])
    return Frame(
        index=index, pts=pts, time_ns=fmt.time_ns(pts), corrupt=bool(corrupt),
        planes=planes_of(body[HEAD.size :], fmt),
        width=fmt.upright[0], height=fmt.upright[1], rotation=fmt.rotation,
        subsampling=fmt.subsampling, depth=fmt.depth, rgb_planes=fmt.rgb,
        rgb_of=partial(rgb_of, fmt),
    )  # fmt: skip


def planes_of(body: memoryview, fmt: Format) -> tuple[Any, ...]:
    """The planes of one picture, row by row. Raises ValueError for another length."""
    _demand(len(body) == fmt.picture_bytes)
    dtype: Any = np.uint8 if fmt.depth == 8 else np.uint16
    planes, at = [], 0
    for rows, columns in fmt.shapes:
        size = rows * columns * np.dtype(dtype).itemsize
        planes.append(np.frombuffer(body[at : at + size], dtype).reshape(rows, columns))
        at += size
    return tuple(planes)


def told_coded(packed: CodedPicture) -> tuple[bytes, bytes]:
    """The body of a C."""
    return CODED.pack(packed.pts, packed.key), packed.data


def read_coded(body: memoryview) -> CodedPicture:
    """What a C says. Raises ValueError."""
    _demand(len(body) >= CODED.size)
    pts, key = CODED.unpack(body[: CODED.size])
    return CodedPicture(pts, key, bytes(body[CODED.size :]))
