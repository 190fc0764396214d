"""Masks on the grid: boxes in upright pixels to 16 px cells of the coded picture, and back.

Every box grows outward to whole cells, so a shape says no more than which macroblocks it touches.
`rotation` is the clockwise quarter-turn, in degrees, that makes the coded picture upright.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from contrejour.base.pictures import CELL_PX, Box, Cells, Mask


def grid(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of cells over a coded picture of this size, partial ones included."""
    return -(-height // CELL_PX), -(-width // CELL_PX)


def to_coded(box: Box, width: int, height: int, rotation: int) -> Box:
    """An upright box in coded pixels. `width` and `height` are of the coded picture."""
    x, y, w, h = box
    match rotation % 360:
        case 90:
            return Box(y, height - x - w, h, w)
        case 180:
            return Box(width - x - w, height - y - h, w, h)
        case 270:
            return Box(width - y - h, x, h, w)
    return box


def to_upright(box: Box, width: int, height: int, rotation: int) -> Box:
    """The inverse of `to_coded`; `width` and `height` are of the coded picture."""
    if rotation % 180:
        width, height = height, width
    return to_coded(box, width, height, -rotation)


def cells(mask: Mask, width: int, height: int, rotation: int = 0) -> Cells:
    """The cells that `mask` hides in a coded picture of `width` x `height` pixels."""
    out = np.zeros(grid(width, height), dtype=np.bool_)
    if mask.whole:
        out[:] = True
        return out
    for hidden in mask.boxes:
        x, y, w, h = to_coded(hidden.box, width, height, rotation)
        left, right = max(0, x), min(width, x + w)
        top, bottom = max(0, y), min(height, y + h)
        if left < right and top < bottom:
            rows, columns = _span(top, bottom), _span(left, right)
            out[rows, columns] = True
    return out


def _span(start: int, end: int) -> slice:
    """The cells that the pixels from `start` up to `end` touch."""
    return slice(start // CELL_PX, -(-end // CELL_PX))


def runs(hidden: Cells) -> Iterable[tuple[int, int, int]]:
    """Each horizontal run of hidden cells, as (row, first column, column after the last)."""
    if not hidden.any():
        return ()
    edges = np.diff(np.pad(hidden, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)


def boxes(hidden: Cells, width: int, height: int, rotation: int = 0) -> list[Box]:
    """Few upright boxes that cover exactly the hidden cells: equal runs of rows are joined."""
    open_runs: dict[tuple[int, int], tuple[int, int]] = {}
    found: list[tuple[int, int, int, int]] = []
    for row, start, end in runs(hidden):
        first, last = open_runs.get((start, end), (row, row - 1))
        if last != row - 1:
            found.append((start, end, first, last))
            first = row
        open_runs[start, end] = (first, row)
    found += [(start, end, *rows) for (start, end), rows in open_runs.items()]
    found.sort(key=lambda run: (run[2], run[0]))
    out = []
    for start, end, first, last in found:
        x, y = start * CELL_PX, first * CELL_PX
        right, bottom = min(end * CELL_PX, width), min((last + 1) * CELL_PX, height)
        out.append(to_upright(Box(x, y, right - x, bottom - y), width, height, rotation))
    return out
