"""Which detection goes on which track: the closest pairs first, by overlap and by nearness.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the heads that leak with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Box

Floats = NDArray[np.float64]

LEAST_IOU = 0.15
"""Overlap from which a detection may continue a track."""
AT_ONCE = 0.2
"""Without overlap, how far a centre may be from where it should be, in sizes of the box: right
after the last sighting."""
REACH = 0.6
"""And how much farther for each second since."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track to go on with: where it was last, where it should be by now, how long unseen."""

    kind: str
    last: Box
    expected: Box
    unseen_ns: int


def assign(candidates: Sequence[Candidate], found: Sequence[tuple[str, Box]]) -> dict[int, int]:
    """{index in `found`: index in `candidates`}, each used once; what is far from all is left out.

    Greedy, closest first: with boxes this far apart the optimal assignment differs too seldom to
    be worth its cost. The same input gives the same answer.
    """
    if not candidates or not found:
        return {}
    close = _closeness(candidates, found)
    rows, columns = np.nonzero(close)
    closest_first = np.argsort(-close[rows, columns], kind="stable")
    given: dict[int, int] = {}
    busy: set[int] = set()
    for row, column in zip(
        rows[closest_first].tolist(), columns[closest_first].tolist(), strict=True
    ):
        if column not in given and row not in busy:
            given[column] = row
            busy.add(row)
    return given


def _closeness(candidates: Sequence[Candidate], found: Sequence[tuple[str, Box]]) -> Floats:
    """(candidates, found): more is closer, 0 is too far. Any overlap goes before any nearness.

    One matrix for all pairs: a crowd has tens of thousands of them a look.
    """
    last = np.array([one.last for one in candidates], float)
    expected = np.array([one.expected for one in candidates], float)
    boxes = np.array([box for _, box in found], float)
    overlap = np.maximum(ious(expected, boxes), ious(last, boxes))
    unseen_s = np.array([one.unseen_ns for one in candidates])[:, None] / 1e9
    reach = (AT_ONCE + REACH * unseen_s) * np.maximum(boxes[:, 2], boxes[:, 3])
    across = (expected[:, 0] + expected[:, 2] / 2)[:, None] - (boxes[:, 0] + boxes[:, 2] / 2)
    down = (expected[:, 1] + expected[:, 3] / 2)[:, None] - (boxes[:, 1] + boxes[:, 3] / 2)
    nearness = 1 - np.sqrt(across * across + down * down) / np.maximum(reach, 1e-9)
    larger = (boxes[:, 3] + 1) / (last[:, 3] + 1)[:, None]
    nearness[(larger <= 0.5) | (larger >= 2) | (nearness < 0)] = 0
    kinds = np.array([one.kind for one in candidates])[:, None]
    alike = kinds == np.array([kind for kind, _ in found])
    close: Floats = np.where(overlap >= LEAST_IOU, 1 + overlap, nearness) * alike
    return close


def ious(ones: Floats, others: Floats) -> Floats:
    """(ones, others) of intersection over union; rows are (x, y, w, h)."""
    x, y, w, h = (side[:, None] for side in ones.T)
    left, top, wide, high = others.T
    both = np.minimum(x + w, left + wide) - np.maximum(x, left)
    np.maximum(both, 0, out=both)
    down = np.minimum(y + h, top + high) - np.maximum(y, top)
    both *= np.maximum(down, 0, out=down)
    share: Floats = both / np.maximum(w * h + wide * high - both, 1e-9)
    return share
