"""Chunks of coded pictures: one line of JSON, then the pictures, end to end.

    {"pts": […], "key": […], "size": […]}       in decoding order

Whoever packed one may have read a stranger's file: `times` believes nothing of it. Pure, but for
the file that is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from contrejour.media.out.encode import CodedPicture

_LONGEST_HEAD = 1 << 24
_MOST_TIME = 1 << 62


def pack(packets: Sequence[CodedPicture]) -> bytes:
    """One chunk."""
    head = {
        "pts": [p.pts for p in packets],
        "key": [int(p.key) for p in packets],
        "size": [len(p.data) for p in packets],
    }
    return b"".join((json.dumps(head).encode(), b"\n", *(packet.data for packet in packets)))


def times(data: bytes) -> list[int]:
    """The presentation times of a chunk, in decoding order. Raises ValueError: it is none."""
    line, end, _ = data[:_LONGEST_HEAD].partition(b"\n")
    try:
        head = json.loads(line)
        pts, key, size = (head[name] for name in ("pts", "key", "size"))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a chunk") from error
    numbers = [*pts, *key, *size]
    if (
        not end
        or set(map(type, numbers)) - {int}
        or not len(pts) == len(key) == len(size)
        or any(abs(number) > _MOST_TIME for number in numbers)
        or min(size, default=0) < 0
        or sum(size) != len(data) - len(line) - 1
    ):
        raise ValueError("not a chunk")
    return list(pts)


def head_times(file: BinaryIO) -> list[int]:
    """The presentation times of a chunk that `times` has checked."""
    return list(json.loads(file.readline())["pts"])


def read(file: BinaryIO) -> Iterator[CodedPicture]:
    """The coded pictures of a chunk that `times` has checked; the file then stands behind it."""
    head = json.loads(file.readline())
    for pts, key, size in zip(head["pts"], head["key"], head["size"], strict=True):
        yield CodedPicture(pts, bool(key), file.read(size))
