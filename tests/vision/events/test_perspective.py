"""Metres from how tall people look."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from fakes.scenes import (
    CAMERA,
    NOON,
    SIZE,
    Actor,
    Faults,
    Scene,
    drawn,
    look,
    project,
    straight,
)  # fmt: skip
from fakes.stories import walkers

from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.perspective import calibrate, doubt, fit, focal

SQUARE = drawn((-2, 6), (2, 6), (2, 12), (-2, 12))  # 24 square metres


def pairs(count: int, spread: float, seed: int = 1) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    found = []
    while len(found) < count:
        person = Actor(straight((0, 0), (0, 0)), tall_m=1.7 * (1 + spread * chance.gauss(0, 1)))
        box = look(person, 0, chance.uniform(5, 20))
        found.append(((box.y + box.h) / SIZE[1], box.h / SIZE[1]))
    return found


def test_exact_people_give_the_camera_back():
    found = fit(pairs(20, 0.0), CAMERA.focal)
    assert math.isclose(found.height_m, CAMERA.height_m, rel_tol=0.02)
    assert math.isclose(found.tilt, CAMERA.tilt, abs_tol=0.01)
    assert math.isclose(found.area_m2(SQUARE, SIZE), 24, rel_tol=0.03)
    assert not doubt(pairs(20, 0.0), found)


@pytest.mark.parametrize("seed", range(5))
def test_people_of_all_sizes_give_an_area_within_a_fifth(seed):
    found = fit(pairs(60, 0.07, seed), CAMERA.focal)
    assert math.isclose(found.area_m2(SQUARE, SIZE), 24, rel_tol=0.2)


def test_a_third_of_wrong_boxes_move_it_little():
    wrong = [(row, height * 0.5) for row, height in pairs(20, 0.05, 2)]
    found = fit([*pairs(50, 0.05, 3), *wrong], CAMERA.focal)
    assert math.isclose(found.area_m2(SQUARE, SIZE), 24, rel_tol=0.25)


def test_metres_across_are_those_that_the_camera_shows():
    (left, row), (right, _) = project(-1, 9, 0), project(1, 9, 0)
    shown = (right - left) / SIZE[1]
    assert math.isclose(CAMERA.metres_a_height(row / SIZE[1]) * shown, 2, rel_tol=1e-9)


def test_ground_up_to_the_horizon_has_no_area():
    level = replace(CAMERA, tilt=0.1)
    assert 0.3 < level.horizon < 0.5
    for top, endless in ((level.horizon, True), (level.horizon + 0.05, False)):
        assert (level.area_m2(((0.1, top), (0.9, 0.6), (0.5, 1)), SIZE) == math.inf) is endless


def test_an_area_does_not_depend_on_the_resolution():
    assert CAMERA.area_m2(SQUARE, (640, 360)) == pytest.approx(CAMERA.area_m2(SQUARE, SIZE))


def test_people_at_one_distance_say_nothing():
    same = [(0.5 + n / 1000, 0.2) for n in range(30)]
    assert "one distance" in str(doubt(same, fit(same, CAMERA.focal)))


def test_heights_that_fit_no_ground_are_refused():
    chance = random.Random(4)
    mixed = [(row, chance.choice((0.05, 0.15, 0.4))) for row, _ in pairs(60, 0.0)]
    assert "no flat ground" in str(doubt(mixed, fit(mixed, CAMERA.focal)))


def test_people_who_walk_by_calibrate_a_camera():
    proposed = calibrate(Scene(walkers(30), 100, Faults(jitter=0.05)).moments(), 70)
    assert proposed.because is None
    assert proposed.perspective is not None
    assert math.isclose(proposed.perspective.area_m2(SQUARE, SIZE), 24, rel_tol=0.25)
    again = fit(proposed.standing, focal(70, SIZE))
    assert math.isclose(again.area_m2(SQUARE, SIZE), 24, rel_tol=0.25)


def test_too_few_people_calibrate_nothing():
    proposed = calibrate(Scene(walkers(2), 20).moments(), 70)
    assert proposed.perspective is None
    assert "too few" in str(proposed.because)


def test_who_sits_lies_or_is_cut_by_the_edge_is_no_measure():
    boxes = Box(300, 300, 200, 150), Box(600, 500, 90, 300), Box(-10, 200, 60, 160)
    things = tuple(Thing(n, Kind.PERSON, box, 0.9, 0) for n, box in enumerate(boxes))
    moments = (Moment(n * 3_000_000_000, NOON, SIZE, things) for n in range(40))
    assert calibrate(moments, 70).perspective is None
