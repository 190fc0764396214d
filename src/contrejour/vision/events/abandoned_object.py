"""Luggage that keeps still and that nobody is with. A person is never an object.

All that is known is kept by cell of the picture, and forgotten when the cell is the empty scene
again. Nothing is kept of who put it there, and nobody is looked for.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import SURE, Box, Kind, Thing
from contrejour.vision.events.ground import Polygon, inside, is_cut
from contrejour.vision.events.moment import Bits, Moment
from contrejour.vision.events.rule import Sign

Times = NDArray[np.int64]

STILL_NS = 10_000_000_000
"""What differs from the empty scene for this long keeps still: who walks is gone by then."""
FLICKER_NS = 2_000_000_000
"""A cell is forgotten when it has been the empty scene for longer than this."""
STAYS_NS = 10_000_000_000
"""Time of people's boxes on or beside a cell from which somebody stays there."""
MOST_NS = 1_000_000_000
"""Counted at most of the time between two moments, however far apart they are."""
LEAK = 10
"""The time of people on a cell shrinks this many times slower than it grows, so that it adds up for
who stays and not for who goes by."""
COINCIDES = 0.4
"""Share of a box that lies on what keeps still, from which one sighting says what that is."""
WITH_NS = 5_000_000_000
"""Who is near for this long is with it; who is there for less goes by."""
TALL, WIDE = 0.5, 0.6
"""Of a person's height there, the most that luggage is: a large suitcase is 0.45 high."""
UPRIGHT = 2.0
"""Height in widths of the boxes whose heights are taken. Somebody who sits is 1.7 at most."""
BANDS, HEIGHTS, LEAST_HEIGHTS = 12, 60, 5
"""Heights are kept by rows of the foot: in so many bands of the picture, so many in each, and used
from so many on."""
ABOVE_PX, ABOVE = 16, 16 / 576
"""vision/scene/compare.py hides so much above what is there (`MARGIN_UP_PX`): in pixels, and as a
share of the height of larger pictures."""
_LONG_AGO, _NEVER = -(10**18), np.iinfo(np.int64).max


@dataclass(slots=True)
class _Cells:
    """What is known of each cell, in ns of the stream; `person` and `score` (of luggage) last
    until the cell is forgotten."""

    since: Times
    empty_since: Times
    stayed: Times
    near: Times
    near_since: Times
    with_it: Times
    person: Bits
    score: NDArray[np.float32]

    @classmethod
    def new(cls, shape: tuple[int, ...]) -> _Cells:
        def at(time_ns: int) -> Times:
            return np.full(shape, time_ns, np.int64)

        return cls(at(_NEVER), at(_NEVER), at(0), at(_LONG_AGO), at(_LONG_AGO), at(_LONG_AGO),
                   np.zeros(shape, np.bool_), np.zeros(shape, np.float32))  # fmt: skip


class AbandonedObject:
    """Holds while luggage has been alone in the polygon for `least_ns`.

    It is cells in one piece that aren't the empty scene and keep still, on which a detector saw
    luggage once at least, no larger than luggage against the people who stood at that distance,
    and near which nobody stays within a person's height. Any box of a person, **of whatever
    score**, that stays on it, or that mostly is what keeps still there, makes all of it a person
    until the place is empty again: so it reads who is doubted, as much as things. Without these,
    a scene, luggage or people's heights it says nothing.
    """

    needs: Iterable[str] = ("unlike", "doubted", "objects")

    def __init__(self, polygon: Polygon, least_ns: int) -> None:
        self.polygon, self.least_ns = polygon, least_ns
        self._cells: _Cells | None = None
        self._last_ns: int | None = None
        self._heights = [deque[int](maxlen=HEIGHTS) for _ in range(BANDS)]

    def update(self, moment: Moment) -> Sign:
        now_ns = moment.time_ns
        elapsed_ns = 0 if self._last_ns is None else now_ns - self._last_ns
        self._last_ns = now_ns
        self._learn(moment)
        if moment.unlike is None or moment.doubted is None:
            self._cells = None
            return Sign(False)
        if self._cells is None or self._cells.since.shape != moment.unlike.shape:
            self._cells = _Cells.new(moment.unlike.shape)
        cells = self._cells
        _pass_time(cells, moment.unlike, now_ns)
        seen = (*moment.things, *moment.doubted)
        people = [each.box for each in seen if each.kind is Kind.PERSON]
        _stay(cells, moment, people, min(MOST_NS, elapsed_ns))
        scores = []
        for piece in _pieces(now_ns - cells.since >= STILL_NS):
            _know(cells, piece, moment, seen)
            if self._is_alone(cells, piece, moment, people, max(FLICKER_NS, elapsed_ns)):
                scores.append(float(cells.score[piece].max()))
        return Sign(bool(scores), max(scores, default=0.0), len(scores))

    def reset(self) -> None:
        self._cells, self._last_ns = None, None
        for heights in self._heights:
            heights.clear()

    def _is_alone(
        self, cells: _Cells, piece: Bits, moment: Moment, people: Sequence[Box], apart_ns: int
    ) -> bool:
        """Judge what keeps still in one piece. `apart_ns`: between two sightings of one stay."""
        now_ns, box = moment.time_ns, _box(piece, moment)
        tall = self._height(box.y + box.h, moment)
        if tall is None:
            return False
        if any(_apart(box, person) <= tall for person in people):
            if now_ns - cells.near[piece].max() > apart_ns:
                cells.near_since[piece] = now_ns
            else:
                cells.near_since[piece] = cells.near_since[piece].max()
            cells.near[piece] = now_ns
            if now_ns - cells.near_since[piece].max() >= WITH_NS:
                cells.with_it[piece] = now_ns
        left_ns = max(int(np.median(cells.since[piece])), int(cells.with_it[piece].max()))
        return bool(
            not cells.person[piece].any()
            and cells.score[piece].max() > 0
            and box.h <= TALL * tall
            and box.w <= WIDE * tall
            and now_ns - left_ns >= self.least_ns
            and inside(self.polygon, ((box.x + box.w / 2) / moment.size[0],
                                      (box.y + box.h) / moment.size[1]))
        )  # fmt: skip

    def _learn(self, moment: Moment) -> None:
        """Take the heights of people who surely stand."""
        for thing in moment.things:
            box = thing.box
            stands = (
                thing.kind is Kind.PERSON
                and thing.score >= SURE[thing.kind]
                and box.h >= UPRIGHT * box.w
            )
            if stands and not is_cut(box, moment.size):
                self._heights[_band(box.y + box.h, moment)].append(box.h)

    def _height(self, row: float, moment: Moment) -> float | None:
        """Height of the people who stood in this band or the next ones; None where too few did."""
        at = _band(row, moment)
        near = self._heights[max(0, at - 1) : at + 2]
        # the lower quartile: too large a height lets somebody small pass for luggage
        known = [height for heights in near for height in heights]
        return float(np.quantile(known, 0.25)) if len(known) >= LEAST_HEIGHTS else None


def _pass_time(cells: _Cells, unlike: Bits, now_ns: int) -> None:
    """Forget the cells that are the empty scene again, and begin those that are no more."""
    cells.empty_since = np.where(unlike, _NEVER, np.minimum(cells.empty_since, now_ns))
    empty = now_ns - cells.empty_since > FLICKER_NS
    for times in (cells.near, cells.near_since, cells.with_it):
        times[empty] = _LONG_AGO
    cells.stayed[empty], cells.person[empty], cells.score[empty] = 0, False, 0
    cells.since[empty] = _NEVER
    cells.since[unlike] = np.minimum(cells.since[unlike], now_ns)


def _stay(cells: _Cells, moment: Moment, people: Sequence[Box], elapsed_ns: int) -> None:
    """Count the time of people on each cell, or on one that touches it."""
    on = np.zeros(cells.since.shape, np.uint8)
    for box in people:
        on[_span(box, moment, on.shape)] = 1
    there = cv2.dilate(on, np.ones((3, 3), np.uint8)) > 0
    cells.stayed += np.where(there, elapsed_ns, -elapsed_ns // LEAK)
    np.maximum(cells.stayed, 0, out=cells.stayed)


def _know(cells: _Cells, piece: Bits, moment: Moment, seen: Iterable[Thing]) -> None:
    """Mark a piece as a person or as luggage: what is known of one of its cells holds for all."""
    if cells.person[piece].any() or cells.stayed[piece].max() >= STAYS_NS:
        cells.person[piece] = True
    for thing in seen:
        if _share(piece, thing.box, moment) < COINCIDES:
            continue
        if thing.kind is Kind.PERSON:
            cells.person[piece] = True
        elif thing.kind is Kind.OBJECT:
            cells.score[piece] = np.maximum(cells.score[piece], thing.score)


def _pieces(still: Bits) -> Iterator[Bits]:
    count, labels = cv2.connectedComponents(still.astype(np.uint8), connectivity=8)
    return (labels == number for number in range(1, count))


def _span(box: Box, moment: Moment, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The cells that a box reaches over."""
    across, down = shape[1] / moment.size[0], shape[0] / moment.size[1]
    x0, y0 = max(0, int(box.x * across)), max(0, int(box.y * down))
    x1 = int(np.ceil((box.x + box.w) * across))
    y1 = int(np.ceil((box.y + box.h) * down))
    return slice(y0, max(y0, y1)), slice(x0, max(x0, x1))


def _share(cells: Bits, box: Box, moment: Moment) -> float:
    """The share of a box that lies on these cells."""
    within = cells[_span(box, moment, cells.shape)]
    return float(within.mean()) if within.size else 0.0


def _box(piece: Bits, moment: Moment) -> Box:
    """Its box: one cell smaller than its cells reach, because any part of a cell makes it differ,
    and without the margin that the scene adds above."""
    rows, columns = np.nonzero(piece)
    wide, high = moment.size[0] / piece.shape[1], moment.size[1] / piece.shape[0]
    w, h = (columns.max() - columns.min()) * wide, (rows.max() - rows.min()) * high
    x, y = (columns.min() + 0.5) * wide, (rows.min() + 0.5) * high
    above = min(max(ABOVE_PX, ABOVE * moment.size[1]), h)
    return Box(round(x), round(y + above), max(1, round(w)), max(1, round(h - above)))


def _apart(box: Box, person: Box) -> float:
    """Pixels from foot to foot, less half the width of each."""
    aside = abs(box.x + box.w / 2 - person.x - person.w / 2) - (box.w + person.w) / 2
    return float(np.hypot(max(0.0, aside), box.y + box.h - person.y - person.h))


def _band(row: float, moment: Moment) -> int:
    return min(max(int(row / moment.size[1] * BANDS), 0), BANDS - 1)
