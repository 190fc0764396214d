"""Square metres of ground from how tall people look: the camera's height and tilt, found from them.

A pinhole camera without roll over flat ground, its lens's axis through the middle of the picture
(Hoiem, Efros, Hebert, "Putting objects in perspective", IJCV 2008, without their small-angle
shortcut). Somebody of 1.7 m whose foot is at row v looks h pixels tall:

    Z = c (f cos t - v sin t) / (v cos t + f sin t)        c: height, t: tilt, f: focal length
    h = v - f ((c - 1.7) cos t - Z sin t) / (Z cos t + (c - 1.7) sin t)

so that a few (v, h) give c and t. They can't give f, which the width of view does; an area is about
proportional to f, so that nothing is assumed of it: taking 70 degrees for 35 halves it. Stairs,
slopes, platforms of two levels and fish-eye lenses break it.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrejour.base.messages import Message
from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Polygon, area, is_cut
from contrejour.vision.events.moment import Moment

PERSON_M = 1.7
"""Height of a standing person in metres."""
WORST_FIT = 0.15
"""Share by which the heights may be off: people differ by 7 %, boxes by as much."""
LEAST_SPREAD = 0.15
"""Between the nearest foot and the farthest, as a share of the picture's height."""
FEW, LEAST_SEEN, MOST_FITTED = 10, 20, 500
"""People given by hand are fewer than the first; seen ones are at least the second; more than the
third are thinned before the fit."""
EVERY_NS = 2_000_000_000
"""Each person is taken once in this time."""
UPRIGHT = (0.2, 0.6)
"""Width to height of the box of somebody who stands, from and to."""

Pair = tuple[float, float]
"""The row of a standing person's foot, and their height, in shares of the picture's height."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Perspective:
    """A camera over its ground. Lengths on the picture are in shares of its height.

    `off`: the error of the heights that it was found from, as a share (`fit`). `pairs`: how many.
    """

    height_m: float
    tilt: float
    focal: float
    off: float
    pairs: int

    @property
    def horizon(self) -> float:
        """The row of the horizon, in shares of the picture's height; may be above it."""
        return 0.5 - self.focal * math.tan(self.tilt)

    def metres_a_height(self, row: float) -> float:
        """Metres across the ground at a row that one height of the picture shows."""
        return self.height_m / (math.cos(self.tilt) * (row - self.horizon))

    def area_m2(self, polygon: Polygon, size: tuple[int, int]) -> float:
        """The ground of a polygon; infinite where it reaches the horizon.

        Straight lines stay straight from ground to picture, so the corners are enough.
        """
        if min(y for _, y in polygon) <= self.horizon + 0.01:
            return math.inf
        aspect = size[0] / size[1]
        return area(tuple(self._ground((x - 0.5) * aspect, y - 0.5) for x, y in polygon))

    def _ground(self, u: float, v: float) -> tuple[float, float]:
        """Metres to the right and ahead of what is seen there."""
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        far = self.height_m / (v * cos + self.focal * sin)
        return far * u, far * (self.focal * cos - v * sin)


@dataclass(frozen=True, slots=True)
class PerspectiveProposal:
    """What people seen over time say of the perspective, for an operator who decides.

    `perspective` is None, and `because` says why, where they say too little. `standing` is what a
    site file takes.
    """

    perspective: Perspective | None
    because: Message | None
    standing: tuple[Pair, ...]


def focal(lens_degrees: float, size: tuple[int, int]) -> float:
    """Focal length in picture heights, of a width of view."""
    return size[0] / size[1] / 2 / math.tan(math.radians(lens_degrees) / 2)


def fit(pairs: Sequence[Pair], focal: float) -> Perspective:
    """The height and tilt that make the median error of the heights least: no outlier moves it.

    Fewer than ten pairs were given by hand, and each has to fit: the largest error counts.
    """
    rows = np.array([row for row, _ in pairs]) - 0.5
    tall = np.array([height for _, height in pairs])
    heights, tilts = np.geomspace(1.8, 25, 80), np.radians(np.linspace(-5, 80, 86))
    for _ in range(4):  # each finer, around the best so far
        off = _off(rows, tall, heights, tilts, focal)
        i, j = divmod(int(off.argmin()), len(tilts))
        best = float(heights[i]), float(tilts[j]), float(off[i, j])
        heights = np.geomspace(heights[max(i - 2, 0)], heights[min(i + 2, len(heights) - 1)], 41)
        tilts = np.linspace(tilts[max(j - 2, 0)], tilts[min(j + 2, len(tilts) - 1)], 41)
    return Perspective(best[0], best[1], focal, best[2], len(pairs))


def doubt(pairs: Sequence[Pair], found: Perspective) -> Message | None:
    """Why this perspective is not to be relied on; None where it is."""
    rows = [row for row, _ in pairs]
    if max(rows) - min(rows) < LEAST_SPREAD:
        return Message("people-at-one-distance")
    if found.off > WORST_FIT:
        return Message("no-flat-ground")
    return None


def calibrate(moments: Iterable[Moment], lens_degrees: float) -> PerspectiveProposal:
    """The perspective that people seen over time suggest.

    Takes whole upright people, each at most every two seconds, and of them the median height at
    each of up to twelve distances.
    """
    seen: list[Pair] = []
    size = (16, 9)
    last_ns: dict[int, int] = {}
    for moment in moments:
        size = moment.size
        for thing in moment.things:
            box = thing.box
            due = moment.time_ns - last_ns.get(thing.number, -EVERY_NS) >= EVERY_NS
            if due and thing.kind is Kind.PERSON and not is_cut(box, size) and (
                UPRIGHT[0] * box.h <= box.w <= UPRIGHT[1] * box.h and box.h > 0
            ):  # fmt: skip
                last_ns[thing.number] = moment.time_ns
                seen.append(((box.y + box.h) / size[1], box.h / size[1]))
    if len(seen) < LEAST_SEEN:
        return PerspectiveProposal(None, Message("too-few-people-standing"), ())
    seen.sort()
    some = seen[:: len(seen) // MOST_FITTED + 1]
    found = fit(some, focal(lens_degrees, size))
    why = doubt(some, found)
    return PerspectiveProposal(None if why else found, why, () if why else tuple(_thinned(seen)))


def _thinned(seen: Sequence[Pair]) -> Iterable[Pair]:
    lots = np.array_split(np.array(seen), min(12, len(seen) // 5))
    for lot in lots:
        row, height = np.median(lot, axis=0)
        yield round(float(row), 3), round(float(height), 3)


def _off(rows: Floats, tall: Floats, heights: Floats, tilts: Floats, f: float) -> Floats:
    """(heights, tilts): the error of what each would make people look like."""
    c = heights[:, None, None]
    cos, sin = np.cos(tilts)[None, :, None], np.sin(tilts)[None, :, None]
    v = rows[None, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = c * (f * cos - v * sin) / (v * cos + f * sin)
        depth = far * cos + (c - PERSON_M) * sin
        looks = v - f * ((c - PERSON_M) * cos - far * sin) / depth
        off = np.abs(looks / tall - 1)
    off[~np.isfinite(off) | (v * cos + f * sin <= 0) | (depth <= 0)] = 10.0
    return np.asarray(off.max(axis=2) if len(rows) < FEW else np.median(off, axis=2))
