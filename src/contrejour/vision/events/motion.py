"""How each thing moves, in its own heights a second, whichever way that is known.

A height a second is about the same speed near and far, without any calibration: a person who walks
does 0.7 of it, one who runs 2 or more. Where the moment has a `flow`, a motion is the median of the
flow within the box, and nothing is kept. Where it has none, it is how far the foot went in a second
or so, by the tracks' numbers, which are forgotten a second after they are last seen.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what wrong_way and
crowd_movement find with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from contrejour.base.pictures import Thing
from contrejour.vision.events.ground import foot, is_cut
from contrejour.vision.events.moment import Moment

LOST_NS = 1_000_000_000
"""The way of a track that wasn't seen for longer is forgotten."""


@dataclass(frozen=True, slots=True)
class Motion:
    """`across` and `down`, in the thing's own heights a second; `sure`, from 0 to 1."""

    thing: Thing
    across: float
    down: float
    sure: float

    @property
    def speed(self) -> float:
        return float(np.hypot(self.across, self.down))


@dataclass(slots=True)
class Motions:
    """The motions of one stream, of which it takes every moment.

    `over_ns` is the time that a foot's way is measured over, or the half of it at least: the longer
    it is the less a box that jitters goes anywhere.
    """

    over_ns: int = 1_500_000_000
    _ways: dict[int, deque[tuple[int, float, float]]] = field(default_factory=dict)

    def update(self, moment: Moment) -> Iterator[Motion]:
        """The motion of each thing of which it is known; a box that the edge cuts has none."""
        whole = [thing for thing in moment.things if not is_cut(thing.box, moment.size)]
        whole = [thing for thing in whole if thing.box.h > 0 and thing.box.w > 0]
        if moment.flow is not None:
            self._ways.clear()
            yield from (_by_flow(moment, moment.flow, thing) for thing in whole)
            return
        for thing in whole:
            way = self._ways.setdefault(thing.number, deque())
            x, y = foot(thing.box, moment.size)
            way.append((moment.time_ns, x * moment.size[0], y * moment.size[1]))
            while way[-1][0] - way[0][0] > self.over_ns:
                way.popleft()
            if way[-1][0] - way[0][0] >= self.over_ns // 2:
                yield _by_way(way, thing)
        for number in [n for n, way in self._ways.items() if moment.time_ns - way[-1][0] > LOST_NS]:
            del self._ways[number]

    def reset(self) -> None:
        self._ways.clear()


def _by_flow(moment: Moment, flow: np.ndarray[tuple[int, ...], np.dtype[np.float32]], thing: Thing,
) -> Motion:  # fmt: skip
    rows, columns = flow.shape[:2]
    x0, x1 = _span(thing.box.x, thing.box.w, moment.size[0], columns)
    y0, y1 = _span(thing.box.y, thing.box.h, moment.size[1], rows)
    within = flow[y0:y1, x0:x1].reshape(-1, 2)
    across, down = np.median(within, axis=0) * moment.size[0] / thing.box.h
    length = np.hypot(across, down)
    along = within @ np.array([across, down]) / (np.hypot(*within.T) * length + 1e-9)
    # the median is the way of half the cells: where half of them agree it is as sure as can be
    return Motion(thing, float(across), float(down), min(1.0, 2 * float(np.mean(along > 0.5))))


def _span(start: int, length: int, side: int, cells: int) -> tuple[int, int]:
    """The cells that the middle two thirds of a box reach over: its rim shows what is behind."""
    first = int((start + length / 6) / side * cells)
    last = int((start + length * 5 / 6) / side * cells)
    return min(first, cells - 1), max(min(last, cells - 1), min(first, cells - 1)) + 1


def _by_way(way: deque[tuple[int, float, float]], thing: Thing) -> Motion:
    """The median place of the later half against that of the earlier half."""
    places = np.array(way, dtype=float)
    half = max(1, len(places) // 2)
    before, after = np.median(places[:half], axis=0), np.median(places[-half:], axis=0)
    elapsed_s = (after[0] - before[0]) / 1e9
    across, down = (after[1:] - before[1:]) / elapsed_s / thing.box.h
    return Motion(thing, float(across), float(down), 1.0)
