"""People and vehicles on flat ground before a known camera: what a rule is told, and the truth.

Everything is exact but what is asked to be wrong: boxes that jitter, detections that are missed
(by chance, or behind somebody nearer), ghosts that last for one moment.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from contrejour.base.pictures import SURE, Box, Kind, Thing
from contrejour.vision.events.ground import Polygon, foot, inside
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.perspective import Perspective, focal
from contrejour.vision.events.score import Occurrence

SIZE = (1280, 720)
NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)
CAMERA = Perspective(5.0, math.radians(25), focal(70, SIZE), 0.0, 0)
GRID = (18, 32)
CELLS = (45, 80)
ELSEWHERE = -1e9
ABOVE_PX = 20
"""What a scene of such pictures adds above what is there."""

Way = Callable[[float], tuple[float, float] | None]
"""Metres to the right and ahead at a time in seconds; None while it isn't there."""


@dataclass(frozen=True)
class Actor:
    way: Way
    kind: Kind = Kind.PERSON
    tall_m: float = 1.7
    wide_m: float = 0.55
    down: Callable[[float], float] = lambda at_s: 0.0
    """From 0, upright, to 1, lying across the picture."""
    score: tuple[float, float] = (0.6, 0.95)
    missed: float = 0.0
    """The share of moments in which no detector knows it, if that is more than of others."""
    unlike: bool = True
    """Whether it differs from the empty scene."""


@dataclass(frozen=True)
class Faults:
    """How wrong the detections are. `jitter`: of a box's height; `missed`, `ghosts`: shares;
    `missed_down`: of those who lie; `breaks`: who lies has another number."""

    jitter: float = 0.03
    missed: float = 0.1
    ghosts: float = 0.0
    occlusion: bool = False
    missed_down: float = 0.0
    breaks: bool = False


NONE = Faults(0.0, 0.0)


@dataclass
class Scene:
    actors: Sequence[Actor]
    seconds: float
    faults: Faults = field(default_factory=Faults)
    seed: int = 0
    has_flow: bool = False
    has_scene: bool = False
    rate: float = 20 / 3
    flames: Callable[[float], np.ndarray] | None = None

    def times(self) -> Iterator[float]:
        return (n / self.rate for n in range(int(self.seconds * self.rate) + 1))

    def moments(self) -> Iterator[Moment]:
        chance = random.Random(self.seed)
        since: dict[int, int] = {}
        sure: set[int] = set()
        for at_s in self.times():
            time_ns = int(at_s * 1e9)
            things: list[Thing] = []
            doubted: list[Thing] = []
            for number, box in self._seen(at_s, chance):
                actor = self.actors[number]
                shown = number
                if self.faults.breaks and actor.down(at_s) > 0.5:
                    shown += 1000
                since.setdefault(shown, time_ns)
                score = chance.uniform(*actor.score)
                thing = Thing(shown, actor.kind, _off(box, self.faults, chance), score,
                              since[shown])  # fmt: skip
                if score >= SURE[actor.kind]:
                    sure.add(shown)
                (things if shown in sure else doubted).append(thing)
            if chance.random() < self.faults.ghosts:
                x, y = chance.randrange(SIZE[0] - 60), chance.randrange(SIZE[1] - 170)
                ghost = Box(x, y, 60, 170)
                things.append(Thing(10**6 + time_ns, Kind.PERSON, ghost, 0.6, time_ns))
            yield Moment(
                time_ns, NOON + timedelta(seconds=at_s), SIZE, tuple(things),
                flow=self._flow(at_s) if self.has_flow else None,
                unlike=self._unlike(at_s) if self.has_scene else None,
                doubted=tuple(doubted) if self.has_scene else None,
                flames=self.flames(at_s) if self.flames else None,
            )  # fmt: skip

    def inside(self, polygon: Polygon, at_s: float, kind: Kind = Kind.PERSON) -> list[int]:
        """Who truly stands in the zone."""
        boxes = self._true(at_s)
        return [
            n
            for n, box in boxes
            if self.actors[n].kind is kind and inside(polygon, foot(box, SIZE))
        ]

    def _true(self, at_s: float) -> list[tuple[int, Box]]:
        placed = ((n, each.way(at_s), each) for n, each in enumerate(self.actors))
        return [(n, look(each, *at, each.down(at_s)))
                for n, at, each in placed if at is not None and at[1] > 0.5]  # fmt: skip

    def _seen(self, at_s: float, chance: random.Random) -> Iterator[tuple[int, Box]]:
        nearer: list[Box] = []
        for number, box in sorted(self._true(at_s), key=lambda each: -(each[1].y + each[1].h)):
            shown = not self.faults.occlusion or _cover(box, nearer) < 0.6
            nearer.append(box)
            x, y = box.x + box.w / 2, box.y + box.h / 2
            is_in = 0 < x < SIZE[0] and 0 < y < SIZE[1]
            lies = self.actors[number].down(at_s) > 0.5
            missed = max(self.actors[number].missed, self.faults.missed,
                         self.faults.missed_down if lies else 0.0)  # fmt: skip
            if is_in and shown and chance.random() >= missed:
                yield number, box

    def _flow(self, at_s: float) -> np.ndarray:
        flow = np.zeros((*GRID, 2), np.float32)
        later = dict(self._true(at_s + 0.15))
        for number, box in sorted(self._true(at_s), key=lambda each: each[1].y + each[1].h):
            if number not in later:
                continue
            (x0, y0), (x1, y1) = _bottom(box), _bottom(later[number])
            rows = slice(*_span(box.y, box.h, SIZE[1], GRID[0]))
            columns = slice(*_span(box.x, box.w, SIZE[0], GRID[1]))
            flow[rows, columns] = (x1 - x0) / 0.15 / SIZE[0], (y1 - y0) / 0.15 / SIZE[0]
        return flow

    def _unlike(self, at_s: float) -> np.ndarray:
        """The cells that an actor reaches into, and those above that a scene adds."""
        unlike = np.zeros(CELLS, bool)
        for number, box in self._true(at_s):
            if self.actors[number].unlike:
                rows = slice(*_span(box.y - ABOVE_PX, box.h + ABOVE_PX, SIZE[1], CELLS[0]))
                unlike[rows, slice(*_span(box.x, box.w, SIZE[0], CELLS[1]))] = True
        return unlike


def look(actor: Actor, right: float, ahead: float, down: float = 0.0) -> Box:
    """The box of an actor who stands there, or lies across the picture, or is between the two."""
    x, low = project(right, ahead, 0.0)
    _, high = project(right, ahead, actor.tall_m)
    wide = (low - high) * (actor.wide_m / actor.tall_m * (1 - down) + down)
    high += (low - high) * down * 0.75
    return Box(round(x - wide / 2), round(high), max(1, round(wide)), max(1, round(low - high)))


def project(right: float, ahead: float, up: float) -> tuple[float, float]:
    """Upright pixels of a point, metres from the ground below the camera."""
    cos, sin = math.cos(CAMERA.tilt), math.sin(CAMERA.tilt)
    under = CAMERA.height_m - up
    depth = ahead * cos + under * sin
    x = SIZE[0] / 2 + CAMERA.focal * SIZE[1] * right / depth
    return x, SIZE[1] * (0.5 + CAMERA.focal * (under * cos - ahead * sin) / depth)


def drawn(*ground: tuple[float, float]) -> Polygon:
    """A zone of the picture, from its corners on the ground in metres."""
    shown = (project(right, ahead, 0.0) for right, ahead in ground)
    return tuple((min(max(x / SIZE[0], 0), 1), min(max(y / SIZE[1], 0), 1)) for x, y in shown)


def straight(
    start: tuple[float, float], speed: tuple[float, float], from_s: float = 0, to_s: float = 1e9
) -> Way:
    """Walking straight on, in metres a second."""

    def way(at_s: float) -> tuple[float, float] | None:
        if not from_s <= at_s <= to_s:
            return None
        return (start[0] + speed[0] * (at_s - from_s), start[1] + speed[1] * (at_s - from_s))

    return way


def through(*stops: tuple[float, float, float]) -> Way:
    """By (second, right, ahead), straight between them; not there before and after."""

    def way(at_s: float) -> tuple[float, float] | None:
        for (t0, x0, z0), (t1, x1, z1) in pairwise(stops):
            if t0 <= at_s <= t1:
                share = (at_s - t0) / (t1 - t0)
                return x0 + share * (x1 - x0), z0 + share * (z1 - z0)
        return None

    return way


def happened(
    scene: Scene, event: str, zone: str, holds: Callable[[float], bool], least_s: float = 0.0
) -> list[Occurrence]:
    """The stretches of a scene in which something is true for so long, half a second mended."""
    found: list[list[float]] = []
    for at_s in filter(holds, scene.times()):
        if found and at_s - found[-1][1] <= 0.5:
            found[-1][1] = at_s
        else:
            found.append([at_s, at_s])
    return [Occurrence(event, zone, a, b) for a, b in found if b - a >= least_s]


def _off(box: Box, faults: Faults, chance: random.Random) -> Box:
    if not faults.jitter:
        return box
    dx, dy, dh = (chance.gauss(0, faults.jitter) * box.h for _ in range(3))
    height = max(1, round(box.h + dh))
    return Box(round(box.x + dx), round(box.y + box.h + dy) - height, box.w, height)


def _cover(box: Box, nearer: Sequence[Box]) -> float:
    """The largest share of a box that one nearer hides."""

    def shared(other: Box) -> float:
        wide = min(box.x + box.w, other.x + other.w) - max(box.x, other.x)
        high = min(box.y + box.h, other.y + other.h) - max(box.y, other.y)
        return max(0, wide) * max(0, high) / (box.w * box.h)

    return max(map(shared, nearer), default=0.0)


def _bottom(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h


def _span(start: int, length: int, side: int, cells: int) -> tuple[int, int]:
    first = min(max(int(start / side * cells), 0), cells)
    return first, min(max(int((start + length) / side * cells) + 1, first), cells)
