"""How a file is cut into units of work. Pure: GOPs and masks in, units out.

A unit is a run of whole closed GOPs, or a slice of one very long GOP. Analysis takes them all;
rendering copies those in which nothing is hidden, where the format allows it, and encodes the rest.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from contrejour.base.pictures import Cells
from contrejour.media import Gop

LOOK_FRAMES = (48, 192)
"""The least and the most frames of a unit to look at, about. Not less, because the first frame of a
unit is always looked at, when the gate might have spared it after the frame before; not more, so
that towards the end of the file every worker still has one."""
SHARES = 8
"""A unit to look at takes this share of what is left of the file, between these two."""
ENCODE_FRAMES = 64
"""Frames of an encoded chunk, about: it begins with a keyframe, as cameras make every 2 s."""
COPY_FRAMES = 960
"""GOPs to copy are joined to chunks of at most so many frames."""


@dataclass(frozen=True, slots=True)
class Unit:
    """GOPs `first` up to `last`, without the first `skip` frames, at most `count` of them.

    Its repr is hashed into the names of chunks: another name or order of fields is another chunk.
    """

    first: int
    last: int
    skip: int = 0
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A unit to render: its frames' times, and their hidden cells as `pack` packs them.

    Where nothing is hidden, `copy` says whether its packets are taken as they are. `name` is a hash
    of all that the bytes of the rendered chunk depend on.
    """

    unit: Unit
    pts: tuple[int, ...]
    hidden: bytes
    copy: bool
    name: str


def units(gops: Sequence[Gop]) -> list[Unit]:
    """Units for analysis, in order, that cover every GOP; the same for any number of workers."""
    least, most = LOOK_FRAMES
    left = sum(gop.packets for gop in gops)
    out: list[Unit] = []
    start, frames = 0, 0  # the unit that is being gathered: its first GOP, and its frames so far
    for number, gop in enumerate(gops):
        share = min(most, max(least, left // SHARES))
        left -= gop.packets
        long = gop.packets > share * 3 // 2
        if frames and (long or frames >= share):
            out.append(Unit(start, number))
            frames = 0
        if long:
            out += [Unit(number, number + 1, *part) for part in _slices(gop.packets, share)]
            start = number + 1
            continue
        start, frames = start if frames else number, frames + gop.packets
    if frames:
        out.append(Unit(start, len(gops)))
    return out


def _slices(length: int, about: int) -> list[tuple[int, int | None]]:
    """(skip, count) of even slices of `about` frames; the last has no count: it takes the rest."""
    slices = max(1, round(length / about))
    size = -(-length // slices)
    starts = range(0, length, size)
    return [(at, size if at != starts[-1] else None) for at in starts]


@dataclass(slots=True)
class _FrameGroup:
    """Frames of one GOP, or of several that will be rendered together; `packed` is their cells."""

    first: int
    last: int
    pts: list[int]
    packed: list[bytes]
    copy: bool


def plan(
    gops: Sequence[Gop], frames: Iterable[tuple[int, Cells]], *, copying: bool, salt: str
) -> Iterator[Chunk]:
    """Chunks to render, in order. `frames` is (pts, hidden cells) of every frame of the file.

    `salt` stands for everything else that the bytes depend on: input, fill, encoder settings.
    """
    held: _FrameGroup | None = None
    for now in _by_gop(gops, frames):
        gop = gops[now.first]
        now.copy = (
            copying
            and gop.copyable
            and len(now.pts) == gop.packets
            and not any(map(_hides, now.packed))
        )
        limit = COPY_FRAMES if now.copy else ENCODE_FRAMES * 3 // 2
        if held and held.copy == now.copy and len(held.pts) + len(now.pts) <= limit:
            held.last = now.last
            held.pts += now.pts
            held.packed += now.packed
            continue
        if held:
            yield from _chunks(held, salt)
        held = now
    if held:
        yield from _chunks(held, salt)


def _by_gop(gops: Sequence[Gop], frames: Iterable[tuple[int, Cells]]) -> Iterator[_FrameGroup]:
    """The frames of each GOP: closed GOPs begin where the times of the one before have ended."""
    now = _FrameGroup(0, 1, [], [], False)
    for pts, hidden in frames:
        while now.last < len(gops) and pts >= gops[now.last].start_pts:
            yield now
            now = _FrameGroup(now.last, now.last + 1, [], [], False)
        now.pts.append(pts)
        now.packed.append(np.packbits(hidden).tobytes())
    yield now
    for number in range(now.last, len(gops)):
        yield _FrameGroup(number, number + 1, [], [], False)


def _hides(packed: bytes) -> bool:
    """Whether any cell of a frame is hidden."""
    return packed.count(0) != len(packed)


def _chunks(group: _FrameGroup, salt: str) -> Iterator[Chunk]:
    length = len(group.pts)
    whole = group.copy or length <= ENCODE_FRAMES * 3 // 2
    for skip, count in [(0, None)] if whole else _slices(length, ENCODE_FRAMES):
        end = length if count is None else skip + count
        yield _chunk(Unit(group.first, group.last, skip, count), group, skip, end, salt)


def _chunk(unit: Unit, group: _FrameGroup, start: int, end: int, salt: str) -> Chunk:
    pts, packed = tuple(group.pts[start:end]), b"".join(group.packed[start:end])
    digest = hashlib.sha256(repr((salt, unit, pts, group.copy)).encode() + packed).hexdigest()
    return Chunk(unit, pts, zlib.compress(packed, 1), group.copy, digest[:32])


def span_pts(chunks: Iterable[Chunk]) -> int:
    """From the first picture to the last, in ticks of the file; at either end a GOP may have none.

    Raises IndexError where there is no picture at all.
    """
    shown = [chunk.pts for chunk in chunks if chunk.pts]
    return shown[-1][-1] - shown[0][0]


def pack(cells: Iterable[Cells]) -> bytes:
    """The cells of frames, in order: one bit a cell, each frame begins a byte, compressed."""
    return zlib.compress(b"".join(np.packbits(each).tobytes() for each in cells), 1)


def unpack(packed: bytes, rows: int, columns: int, frames: int | None = None) -> Iterator[Cells]:
    """The cells of each frame, as they were given to `pack`.

    `frames`: how many there are, where a stranger may have packed them. Raises ValueError then, and
    unpacks no more than that.
    """
    size = -(-rows * columns // 8)
    if frames is None:
        data = zlib.decompress(packed)
    else:
        data = zlib.decompressobj().decompress(packed, frames * size + 1)
        if len(data) != frames * size:
            raise ValueError("not so many frames")
    for row in np.frombuffer(data, np.uint8).reshape(-1, size):
        yield np.unpackbits(row, count=rows * columns).astype(np.bool_).reshape(rows, columns)
