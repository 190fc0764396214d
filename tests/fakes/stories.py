"""Scripted scenes, each with what truly happens in it and the zone that looks for it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from fakes.scenes import (
    CAMERA,
    GRID,
    NONE,
    SIZE,
    Actor,
    Faults,
    Scene,
    Way,
    drawn,
    happened,
    straight,
    through,
)

from contrejour.base.pictures import Kind
from contrejour.live.site.rules import ZoneRule
from contrejour.vision.events.score import Occurrence

TRACKS = ((-6.0, 5.0), (6.0, 5.0), (6.0, 9.0), (-6.0, 9.0))
HALL = ((-4.0, 6.0), (4.0, 6.0), (4.0, 14.0), (-4.0, 14.0))
PLAZA = ((-9.0, 5.0), (9.0, 5.0), (9.0, 24.0), (-9.0, 24.0))
CORNER = ((-3.0, 6.0), (3.0, 6.0), (3.0, 11.0), (-3.0, 11.0))
PEOPLE = (1.55, 1.9)


@dataclass(frozen=True)
class Story:
    scene: Scene
    rule: ZoneRule
    truth: list[Occurrence]


def zone(seed: int, faults: Faults | None = None, flow: bool = False, corners: int = 0) -> Story:
    """A forbidden strip: some enter it, most walk by, a vehicle stops; so many cut its corner."""
    chance = random.Random(seed)
    actors = [Actor(straight((-9, chance.uniform(10.5, 15)), (chance.uniform(0.8, 1.6), 0),
                             n * 9.0, n * 9.0 + 20), tall_m=chance.uniform(*PEOPLE))
              for n in range(30)]  # fmt: skip
    for n in range(3):
        start, stays, x = 30 + 80 * n + chance.uniform(0, 20), chance.uniform(4, 20), n - 1.0
        leaves = start + 4 + stays
        actors.append(Actor(through((start, x, 13), (start + 4, x, 7), (leaves, x + 1, 7),
                                    (leaves + 4, x, 13))))  # fmt: skip
    actors.append(Actor(through((250, -8, 14), (256, -2, 7.5), (280, -2, 7.5), (288, 8, 14)),
                        Kind.VEHICLE, 1.5, 2.5))  # fmt: skip
    for n in range(corners):
        at_s = 10 + 290 * n / corners
        way = through((at_s, -9, 10), (at_s + 6, 0, 8.85), (at_s + 12, 9, 10))
        actors.append(Actor(way))
    rule = ZoneRule(kind="zone", polygon=drawn(*TRACKS), cool_down_s=20)
    scene = Scene(actors, 300, faults or Faults(ghosts=0.05), seed, flow)

    def holds(at_s: float) -> bool:
        return any(scene.inside(rule.polygon, at_s, kind) for kind in (Kind.PERSON, Kind.VEHICLE))

    return Story(scene, rule, happened(scene, "zone", "z", holds, rule.min_duration))


def wrong_way(seed: int, faults: Faults | None = None, flow: bool = False) -> Story:
    """A passage to the right: most go along, some stand, some cross, one in a while goes back."""
    chance = random.Random(seed)
    actors, back = [], []
    for n in range(40):
        start, row = n * 7.0, chance.uniform(7, 13)
        speed = chance.uniform(0.7, 1.6), chance.uniform(-0.1, 0.1)
        way = straight((-7, row), speed, start, start + 18)
        actors.append(Actor(way, tall_m=chance.uniform(*PEOPLE)))
    actors += [Actor(straight((x, 9), (0, 0))) for x in (-2, 1.5)]
    actors += [Actor(straight((x, 5), (0, 1), 20 * x + 60, 20 * x + 72)) for x in (-1, 0, 2)]
    for n in range(3):
        start, back_at = 40 + 85 * n + chance.uniform(0, 20), -chance.uniform(0.9, 1.5)
        way = straight((6, chance.uniform(7, 13)), (back_at, 0), start, start + 10)
        back.append(Actor(way))
    rule = ZoneRule(kind="wrong_way", polygon=drawn(*HALL), direction_degrees=90, cool_down_s=15)
    scene = Scene([*actors, *back], 300, faults or Faults(ghosts=0.05), seed, flow)
    first = len(actors)

    def holds(at_s: float) -> bool:
        return any(n >= first for n in scene.inside(rule.polygon, at_s))

    return Story(scene, rule, happened(scene, "wrong_way", "z", holds, rule.min_duration))


def density(
    seed: int, faults: Faults | None = None, flow: bool = False, most: float = 0.5
) -> Story:
    """A corner of 30 square metres that fills up and empties, twice: half a person a metre is too
    many. Who is hidden behind others is not detected."""
    chance = random.Random(seed)
    actors = []
    for wave, crowd in ((30, 62), (180, 56)):
        for n in range(crowd):
            x, z = chance.uniform(-2.9, 2.9), chance.uniform(6.1, 10.9)
            starts, ends = wave + chance.uniform(0, 40), wave + chance.uniform(70, 110)
            actors.append(Actor(_swaying((x, z), starts, ends, n), tall_m=chance.uniform(*PEOPLE)))
    rule = ZoneRule(kind="density", polygon=drawn(*CORNER), most_per_m2=most, cool_down_s=30,
                    area_m2=CAMERA.area_m2(drawn(*CORNER), SIZE))  # fmt: skip
    scene = Scene(actors, 330, faults or Faults(missed=0.05, occlusion=True), seed, flow)

    def holds(at_s: float) -> bool:
        assert rule.area_m2
        return len(scene.inside(rule.polygon, at_s)) / rule.area_m2 >= most

    return Story(scene, rule, happened(scene, "density", "z", holds, rule.min_duration))


def crowd_movement(seed: int, faults: Faults | None = None, flow: bool = False) -> Story:
    """People mill about; they run apart, later all one way. A group walks by, one runs alone."""
    chance = random.Random(seed)
    actors = []
    for burst, apart in ((100.0, True), (220.0, False)):
        for n in range(14):
            x, z = chance.uniform(-3, 3), chance.uniform(8, 13)
            angle, speed = math.atan2(z - 10.5, x), chance.uniform(3, 4.5)
            away = (speed * math.cos(angle), speed * math.sin(angle)) if apart else (speed, 0)
            actors.append(Actor(_bursting((x, z), burst - 80, burst, away, n)))
    for n in range(8):
        actors.append(Actor(straight((-8, 8 + n / 2), (1.3, 0), 150, 163)))
    actors += [Actor(straight((-8, 9), (4, 0), at_s, at_s + 4)) for at_s in (60, 190)]
    rule = ZoneRule(kind="crowd_movement", polygon=drawn(*PLAZA))
    scene = Scene(actors, 260, faults or Faults(), seed, flow)
    truth = [Occurrence("crowd_movement", "z", at_s, at_s + 3) for at_s in (100.0, 220.0)]
    return Story(scene, rule, truth)


def fallen_person(seed: int, faults: Faults | None = None, flow: bool = False) -> Story:
    """A hall: some walk across it and fall, whose tracks break; others sit down, bend, lie down
    slowly, or lie there from the start."""
    chance = random.Random(seed)
    actors = [Actor(straight((3, 13), (0, 0)), down=lambda _: 1.0)]
    truth = []
    for n in range(6):
        at_s, row = 20 + 45 * n + chance.uniform(0, 10), chance.uniform(8, 12)
        falls, x = n % 2 == 0, chance.uniform(-2, 2)
        took_s, far = (chance.uniform(0.6, 1.2), 1.0) if falls else (1.0, 0.45)
        if n == 5:
            took_s, far = 6.0, 1.0
        way = through((at_s - 8, x - 7, row), (at_s, x, row), (at_s + 30, x, row))
        actors.append(Actor(way, tall_m=chance.uniform(*PEOPLE), down=_turning(at_s, took_s, far)))
        if falls:
            truth.append(Occurrence("fallen_person", "z", at_s, at_s + 30))
    rule = ZoneRule(kind="fallen_person", polygon=drawn(*PLAZA), cool_down_s=15)
    faults = replace(faults or Faults(ghosts=0.05), missed_down=0.6, breaks=True)
    return Story(Scene(actors, 300, faults, seed, flow), rule, truth)


def abandoned_object(seed: int, faults: Faults | None = None, flow: bool = False) -> Story:
    """A hall with passers-by: luggage left twice; a bag whose owner stays beside it, somebody who
    sits, somebody under a blanket who is taken for luggage, furniture that was moved."""
    chance = random.Random(seed)
    actors = [Actor(straight((-9, chance.uniform(12, 16)), (1.3, 0), n * 15.0, n * 15.0 + 14),
                    tall_m=chance.uniform(*PEOPLE)) for n in range(40)]  # fmt: skip
    doubted = (0.16, 0.3)
    bag: dict[str, Any] = {
        "kind": Kind.OBJECT,
        "tall_m": 0.6,
        "wide_m": 0.45,
        "score": (0.3, 0.7),
        "missed": 0.7,
    }
    blanket = straight((3.5, 9), (0, 0), 5)
    actors += [
        Actor(straight((-4, 8.5), (0, 0)), tall_m=0.9, missed=0.4),
        Actor(blanket, tall_m=0.7, wide_m=0.6, score=doubted, missed=0.95),
        Actor(blanket, **bag | {"tall_m": 0.7, "wide_m": 0.6}),
        Actor(straight((1.5, 7), (0, 0), 60), **bag | {"missed": 1.0, "wide_m": 1.6}),
        Actor(straight((-6.5, 12), (0, 0), 30), **bag),
        Actor(straight((-5.5, 12), (0, 0), 30)),
    ]
    truth = []
    for n in range(2):
        at_s, x = 60 + 260 * n + chance.uniform(0, 40), -1.0 + n
        stays_s = chance.uniform(170, 200)
        beside = x - 0.7
        actors.append(Actor(through((at_s - 6, x - 8, 9), (at_s, beside, 9), (at_s + 2, beside, 9),
                                    (at_s + 8, x + 8, 9))))  # fmt: skip
        actors.append(Actor(straight((x, 9), (0, 0), at_s, at_s + stays_s), **bag))
        truth.append(Occurrence("abandoned_object", "z", at_s, at_s + stays_s))
    rule = ZoneRule(kind="abandoned_object", polygon=drawn(*PLAZA))
    scene = Scene(actors, 600, faults or Faults(), seed, flow, has_scene=True)
    return Story(scene, rule, truth)


def fire(seed: int, faults: Faults | None = None, flow: bool = False) -> Story:
    """Flames that spread twice; a sign, a beacon and lamps that go by. `faults` don't matter."""
    chance = random.Random(seed)
    starts = [60 + chance.uniform(0, 30), 200 + chance.uniform(0, 30)]
    rise_s = chance.uniform(3, 6)

    def flames(at_s: float) -> np.ndarray:
        lit = np.zeros(GRID, np.float32)
        lit[2:4, 2:6] = 0.8
        if at_s % 1.2 < 0.7:
            lit[2:4, 12:15] = 1
        by = int(at_s * 2) % 90
        lit[14:16, by : by + 2] = 0.9
        for start in starts:
            if start <= at_s <= start + 50:
                reach = 1 + int((at_s - start) / rise_s)
                burns = np.random.default_rng([seed, int(at_s * 100)]).random((reach, reach)) < 0.7
                lit[6 : 6 + reach, 18 : 18 + reach] = burns[: GRID[0] - 6, : GRID[1] - 18]
        return lit

    rule = ZoneRule(kind="fire", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
    truth = [Occurrence("fire", "z", start, start + 50) for start in starts]
    return Story(Scene([], 300, faults or NONE, seed, flow, flames=flames), rule, truth)


def still_life(seed: int, faults: Faults | None = None, flow: bool = False) -> Iterator[Story]:
    """People who sit or lie from the start, with boxes that jitter: nobody goes anywhere."""
    actors = [Actor(straight((x, 10), (0, 0)), tall_m=0.9) for x in (-3, -1, 1)]
    actors += [Actor(straight((2, 12), (0, 0)), tall_m=0.4, wide_m=1.7)]
    scene = Scene(actors, 300, faults or Faults(jitter=0.06, missed=0.3), seed, flow)
    for rule in (
        ZoneRule(kind="wrong_way", polygon=drawn(*HALL), direction_degrees=90),
        ZoneRule(kind="crowd_movement", polygon=drawn(*HALL), least=3),
        ZoneRule(kind="zone", polygon=drawn(*TRACKS)),
        ZoneRule(kind="density", polygon=drawn(*CORNER), most_per_m2=1.5, area_m2=30.0),
    ):
        yield Story(scene, rule, [])


def walkers(count: int, seed: int = 3) -> list[Actor]:
    """People who walk by, at all distances, one every three seconds."""
    chance = random.Random(seed)
    return [Actor(straight((-7, chance.uniform(6, 20)), (1.2, 0), n * 3.0, n * 3.0 + 12),
                  tall_m=chance.uniform(1.55, 1.9)) for n in range(count)]  # fmt: skip


STORIES: dict[str, Callable[..., Story]] = {
    "zone": zone, "wrong_way": wrong_way, "density": density, "crowd_movement": crowd_movement,
    "fallen_person": fallen_person, "abandoned_object": abandoned_object, "fire": fire,
}  # fmt: skip


def _turning(from_s: float, took_s: float, far: float) -> Callable[[float], float]:
    return lambda at_s: min(max((at_s - from_s) / took_s, 0.0), 1.0) * far


def _swaying(at: tuple[float, float], from_s: float, to_s: float, phase: int) -> Way:
    def way(at_s: float) -> tuple[float, float] | None:
        if not from_s <= at_s <= to_s:
            return None
        return at[0] + 0.1 * math.sin(at_s + phase), at[1] + 0.1 * math.cos(at_s * 0.7 + phase)

    return way


def _bursting(
    at: tuple[float, float], from_s: float, burst_s: float, away: tuple[float, float], phase: int
) -> Way:
    """Walking in circles, slowly; then running straight away for six seconds."""

    def place(at_s: float) -> tuple[float, float]:
        turn = at_s * 0.6 + phase
        return at[0] + math.cos(turn), at[1] + math.sin(turn)

    def way(at_s: float) -> tuple[float, float] | None:
        if not from_s <= at_s <= burst_s + 6:
            return None
        if at_s <= burst_s:
            return place(at_s)
        x, z = place(burst_s)
        return x + away[0] * (at_s - burst_s), z + away[1] * (at_s - burst_s)

    return way
