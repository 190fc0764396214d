"""What workers give, checked, and kept in the work folder under the names of folder.py.

Each is whole and durable before the next unit is handed out to that worker, so a killed run
repeats nothing that it had. A worker may be in the hands of whoever made the input: it can say of
that input what it likes, and nothing else; what no worker of ours gives ends the run.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from contrejour import media
from contrejour.base import files
from contrejour.base.errors import ContrejourError
from contrejour.base.pictures import Box, Cells, Detection, Kind, Look, Sight
from contrejour.recorded.folder import cells_path, chunk_path, looks_path
from contrejour.recorded.units import Chunk, unpack

Planes = tuple[Any, ...]
Checked = TypeVar("Checked")
_FAR, _FAR_NS = 1 << 62, 1 << 96
"""Of a time stamp, and of what it is in nanoseconds: a file may say anything of its clock."""


def keep_looks(folder: Path, number: int, data: bytes) -> None:
    """Keep what was seen in the frames of the unit with this number."""
    _checked(lambda: list(_looks(json.loads(data))))
    files.replace(looks_path(folder, number), data)


def keep_cells(folder: Path, number: int, data: bytes, rows: int, columns: int) -> None:
    """Keep the scan of the unit with this number, as many frames as its looks have."""
    frames = len(json.loads(looks_path(folder, number).read_bytes()))
    _checked(lambda: list(unpack(data, rows, columns, frames)))
    files.replace(cells_path(folder, number), data)


def keep_chunk(folder: Path, chunk: Chunk, data: bytes) -> None:
    """Keep the packets of a chunk."""

    def check() -> None:
        if sorted(media.chunk_times(data)) != sorted(chunk.pts):
            raise ValueError("not this chunk")

    _checked(check)
    files.replace(chunk_path(folder, chunk.name), data)


def sample_of(data: bytes, fmt: media.Format) -> Planes | None:
    """The planes of a clear picture; None where none decodes. It is never on a disk."""
    return _checked(lambda: media.planes_of(memoryview(data), fmt)) if data else None


def read_looks(folder: Path, numbers: Iterable[int]) -> Iterator[tuple[int, Look]]:
    """(pts, Look) of every frame of the units with these numbers, which begin with the file's."""
    index = 0
    for number in numbers:
        for pts, look in _looks(json.loads(looks_path(folder, number).read_bytes()), index):
            yield pts, look
            index += 1


def read_cells(folder: Path, number: int, rows: int, columns: int) -> Iterator[Cells]:
    """The scan of the unit with this number."""
    return unpack(cells_path(folder, number).read_bytes(), rows, columns)


def _looks(rows: Sequence[Any], index: int = 0) -> Iterator[tuple[int, Look]]:
    for at, (pts, time_ns, sight, cut, found) in enumerate(rows, index):
        boxes = tuple(
            Detection(Box(*map(_number, (x, y, w, h))), Kind(kind), _number(score))
            for x, y, w, h, kind, score in found
        )
        yield _whole(pts), Look(at, _whole(time_ns, _FAR_NS), Sight(sight), boxes, bool(cut))


def _whole(value: Any, most: int = _FAR) -> int:
    if type(value) is not int or abs(value) > most:
        raise ValueError("not a whole number")
    return value


def _number(value: Any) -> Any:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > _FAR:
        raise ValueError("not a number")
    return value


def _checked(check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except (ValueError, TypeError, KeyError, RecursionError, zlib.error) as error:
        raise ContrejourError("worker-talks-nonsense") from error
