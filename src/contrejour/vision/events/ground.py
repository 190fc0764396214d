"""Zones drawn on the picture, in shares of it (0 to 1, from its top left corner), and who stands
in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from contrejour.base.pictures import SURE, Box, Kind, Thing
from contrejour.vision.events.moment import Bits, Moment

Point = tuple[float, float]
Polygon = tuple[Point, ...]
LEAST_SHARE = 1e-4
"""A zone smaller than this share of the picture is taken for a slip of the pen. By eye,
2026-11-25."""


def foot(box: Box, size: tuple[int, int]) -> Point:
    """Where a thing touches the ground: the bottom centre of its box, in shares.

    A box that the picture's edge cuts has its foot at the edge, the nearest ground that is seen.
    """
    x, y = (box.x + box.w / 2) / size[0], (box.y + box.h) / size[1]
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def is_cut(box: Box, size: tuple[int, int]) -> bool:
    """Whether the picture's edge cuts the box, so that its size says little."""
    return box.x <= 0 or box.y <= 0 or box.x + box.w >= size[0] or box.y + box.h >= size[1]


def inside(polygon: Polygon, point: Point) -> bool:
    """Whether a point is in the polygon or on its edge."""
    x, y = point
    within = False
    for (x0, y0), (x1, y1) in _sides(polygon):
        if _on((x0, y0), (x1, y1), point):
            return True
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            within = not within
    return within


def standing_in(polygon: Polygon, moment: Moment, of: frozenset[Kind]) -> Iterator[Thing]:
    """The things of these kinds whose foot is in the zone: who only leans over it is outside."""
    for thing in moment.things:
        if thing.kind in of and inside(polygon, foot(thing.box, moment.size)):
            yield thing


def counted_in(polygon: Polygon, moment: Moment, of: frozenset[Kind]) -> Iterator[Thing]:
    """Those of them that the detector is sure of now.

    What is doubted on a sure track is often a second box of somebody who is counted already. To
    hide somebody it is welcome; of PETS 2009 it made half as many people again.
    """
    return (each for each in standing_in(polygon, moment, of) if each.score >= SURE[each.kind])


def cells(polygon: Polygon, rows: int, columns: int) -> Bits:
    """The cells of a grid over the picture whose centre is in the polygon."""
    return np.array(
        [
            [inside(polygon, ((column + 0.5) / columns, (row + 0.5) / rows))
             for column in range(columns)]
            for row in range(rows)
        ]
    )  # fmt: skip


def area(polygon: Polygon) -> float:
    """In the unit of the points, squared (the shoelace formula)."""
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _sides(polygon))) / 2


def is_crossing(polygon: Polygon) -> bool:
    """Whether two of its sides that are not neighbours meet, or two neighbours fold back."""
    sides = list(_sides(polygon))
    for (i, one), (j, other) in combinations(enumerate(sides), 2):
        if j == i + 1 or (i == 0 and j == len(sides) - 1):
            first, corner, last = (*one, other[1]) if j == i + 1 else (*other, one[1])
            if _on(first, corner, last) or _on(corner, last, first):
                return True
        elif _meet(one, other):
            return True
    return False


def _sides(polygon: Polygon) -> Iterator[tuple[Point, Point]]:
    yield from pairwise((*polygon, *polygon[:1]))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on(a: Point, b: Point, c: Point) -> bool:
    """Whether c lies on the side from a to b."""
    return (
        abs(_turn(a, b, c)) < 1e-12
        and min(a[0], b[0]) <= c[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
    )


def _meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    if any((_on(a, b, c), _on(a, b, d), _on(c, d, a), _on(c, d, b))):
        return True
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
