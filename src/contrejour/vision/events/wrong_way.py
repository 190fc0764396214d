"""A person or a vehicle that goes against the declared direction.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Point, Polygon, foot, inside
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.motion import Motions
from contrejour.vision.events.rule import Sign

WIDEST_DEGREES = 50.0
"""Degrees off straight against the direction, at most."""
SLOWEST = 0.25
"""Heights a second, at least: standing, turning, or a box that jitters is slower."""


@dataclass(frozen=True, slots=True)
class Direction:
    """The right way: `degrees` clockwise from the picture's top, or from a point to another."""

    degrees: float | None = None
    points: tuple[Point, Point] | None = None

    def unit(self, size: tuple[int, int]) -> Point:
        """To the right and down, of length 1, in the proportions of the picture."""
        if self.points is None:
            angle = math.radians(self.degrees or 0.0)
            return math.sin(angle), -math.cos(angle)
        (x0, y0), (x1, y1) = self.points
        across, down = (x1 - x0) * size[0], (y1 - y0) * size[1]
        length = math.hypot(across, down)
        return across / length, down / length


class WrongWay:
    """Holds while one thing at least, its foot in the polygon, goes against the direction.

    What decides is each thing's own motion (motion.py), by `flow` where there is one and else by
    its way over a second: flow over the whole zone would take a train's shadow, or rain, for
    somebody. A thing that stands, or crosses, is not against it.
    """

    needs: Iterable[str] = ("flow",)

    def __init__(self, polygon: Polygon, of: frozenset[Kind], direction: Direction) -> None:
        self.polygon, self.of, self.direction = polygon, of, direction
        self._motions = Motions()

    def update(self, moment: Moment) -> Sign:
        right, down = self.direction.unit(moment.size)
        against = []
        for motion in self._motions.update(moment):
            thing = motion.thing
            if thing.kind not in self.of or motion.speed < SLOWEST:
                continue
            along = (motion.across * right + motion.down * down) / motion.speed
            if along <= -math.cos(math.radians(WIDEST_DEGREES)) and inside(
                self.polygon, foot(thing.box, moment.size)
            ):
                against.append(thing.score * motion.sure)
        return Sign(bool(against), max(against, default=0.0), len(against))

    def reset(self) -> None:
        self._motions.reset()
