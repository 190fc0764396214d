"""The rules that need shapes alone, before scenes whose truth is exact."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from fakes.scenes import (
    CAMERA,
    GRID,
    NONE,
    NOON,
    SIZE,
    Actor,
    Faults,
    Scene,
    drawn,
    look,
    straight,
    through,
)  # fmt: skip
from fakes.stories import HALL, STORIES, TRACKS, still_life

from contrejour.base.pictures import Box, Event, Kind, Thing
from contrejour.live.site.build import build
from contrejour.vision.events.crowd_movement import CrowdMovement
from contrejour.vision.events.density import Density
from contrejour.vision.events.ground import Polygon
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.raised import EventTrigger, Patience
from contrejour.vision.events.rule import EventRule
from contrejour.vision.events.score import RaisedEvent, score
from contrejour.vision.events.wrong_way import Direction, WrongWay
from contrejour.vision.events.zone import Zone

PEOPLE = frozenset({Kind.PERSON})
BOTH = frozenset({Kind.PERSON, Kind.VEHICLE})
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
RIGHT, LEFT = Direction(90.0), Direction(270.0)


def moment(*boxes: Box, kind: Kind = Kind.PERSON, at_ns: int = 0) -> Moment:
    things = (Thing(n, kind, box, 0.9, 0) for n, box in enumerate(boxes))
    return Moment(at_ns, NOON, SIZE, tuple(things))


def held(rule: EventRule, scene: Scene) -> float:
    """The share of a scene's moments that hold."""
    signs = [rule.update(each) for each in scene.moments()]
    return sum(sign.holds for sign in signs) / len(signs)


def events(raised: EventTrigger, scene: Scene) -> list[Event]:
    return [event for each in scene.moments() if (event := raised.update(each))]


# A forbidden zone


def test_a_person_is_where_their_foot_is():
    rule = Zone(((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)), PEOPLE)
    assert rule.update(moment(Box(620, 200, 40, 160))).holds  # foot at (0.5, 0.5)
    assert not rule.update(moment(Box(620, 300, 40, 300))).holds  # the head alone is over it


def test_a_sign_says_how_many_and_how_surely():
    sign = Zone(WHOLE, PEOPLE).update(moment(Box(10, 10, 20, 50), Box(600, 10, 20, 50)))
    assert (sign.holds, sign.confidence, sign.count) == (True, 0.9, 2)


def test_a_zone_for_people_sees_no_vehicle():
    van = moment(Box(600, 300, 300, 200), kind=Kind.VEHICLE)
    assert not Zone(WHOLE, PEOPLE).update(van).holds
    assert Zone(WHOLE, BOTH).update(van).holds


def test_a_person_cut_by_the_edge_stands_at_the_edge():
    at_the_bottom = ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0))
    higher = tuple((x, y - 0.2) for x, y in at_the_bottom)
    cut = moment(Box(600, 500, 90, 400))
    assert Zone(at_the_bottom, PEOPLE).update(cut).holds
    assert not Zone(higher, PEOPLE).update(cut).holds


def test_nobody_is_nowhere():
    assert not Zone(WHOLE, BOTH).update(moment()).holds


# The wrong way


@pytest.mark.parametrize("flow", [True, False])
def test_who_goes_against_the_direction_is_seen_and_who_goes_along_is_not(flow):
    walk = Actor(straight((-4, 9), (1.2, 0)))
    scene = Scene([walk], 6, has_flow=flow)
    assert held(WrongWay(drawn(*HALL), PEOPLE, LEFT), scene) > 0.6
    assert held(WrongWay(drawn(*HALL), PEOPLE, RIGHT), scene) == 0


@pytest.mark.parametrize("flow", [True, False])
def test_who_stands_or_crosses_goes_no_way(flow):
    actors = [Actor(straight((0, 9), (0, 0))), Actor(straight((2, 6), (0, 1)))]
    scene = Scene(actors, 8, has_flow=flow)
    for direction in (RIGHT, LEFT):
        assert held(WrongWay(drawn(*HALL), PEOPLE, direction), scene) < 0.05


def test_far_and_near_count_alike():
    for ahead in (6.5, 13.5):
        scene = Scene([Actor(straight((3, ahead), (-1.2, 0)))], 5, NONE)
        assert held(WrongWay(drawn(*HALL), PEOPLE, RIGHT), scene) > 0.75


def test_a_vehicle_that_stops_goes_no_way():
    van = Actor(through((0, 3, 9), (1, 3, 9), (60, 3, 9)), Kind.VEHICLE, 1.5, 2.5)
    assert held(WrongWay(drawn(*HALL), BOTH, RIGHT), Scene([van], 20)) == 0


def test_one_against_a_stream_is_found_in_it():
    actors = [Actor(straight((-9 + n, 7 + n % 5), (1.3, 0))) for n in range(12)]
    against = Actor(straight((4, 9.5), (-1.3, 0)))
    rule = WrongWay(drawn(*HALL), PEOPLE, RIGHT)
    assert held(rule, Scene(actors, 5)) == 0
    rule.reset()
    assert held(rule, Scene([*actors, against], 5)) > 0.5


def test_two_points_say_a_direction_in_the_proportions_of_the_picture():
    assert Direction(points=((0.2, 0.5), (0.8, 0.5))).unit(SIZE) == (1.0, 0.0)
    across, down = Direction(points=((0, 0), (0.5, 0.5))).unit(SIZE)
    assert math.isclose(across / down, 16 / 9)
    up = Direction(0.0).unit(SIZE)
    assert np.allclose(up, (0, -1))


def test_what_moves_behind_nobody_is_nobody():
    """A train fills the flow; the one person there stands still before it."""
    flow = np.full((*GRID, 2), (-0.4, 0.0), np.float32)
    flow[8:14, 15:17] = 0
    stands = replace(moment(Box(600, 300, 80, 260)), flow=flow)
    assert not WrongWay(WHOLE, PEOPLE, RIGHT).update(stands).holds


# Density


def test_density_is_people_by_square_metre():
    polygon = drawn(*HALL)  # 8 by 8 metres
    people = [look(Actor(straight((0, 0), (0, 0))), x / 2, 8 + x % 5) for x in range(-7, 8)]
    area = CAMERA.area_m2(polygon, SIZE)
    assert math.isclose(area, 64, rel_tol=1e-6)
    for most, yes in ((14.9 / 64, True), (15.1 / 64, False)):
        sign = Density(polygon, most, lambda size: CAMERA.area_m2(polygon, size)).update(
            moment(*people)
        )
        assert (sign.holds, sign.count) == (yes, 15)


def test_a_zone_of_endless_ground_is_never_dense():
    crowd = moment(*(Box(n * 10, 100, 8, 100) for n in range(100)))
    assert not Density(WHOLE, 0.001, lambda _: math.inf).update(crowd).holds


# A crowd that moves


def mill(seconds: float, *, flow: bool, count: int = 10, run: bool = True) -> Scene:
    """People who turn about, and run to the right after 30 s."""

    def way(n: int):
        def at(at_s: float):
            place = (
                math.cos(0.5 * min(at_s, 30) + n),
                10 + n / 3 + math.sin(0.5 * min(at_s, 30) + n),
            )
            return place[0] - 3 + (4 * max(0, at_s - 30) if run else 0), place[1]

        return at

    return Scene([Actor(way(n)) for n in range(count)], seconds, has_flow=flow)


PLAZA: Polygon = drawn((-9, 5), (9, 5), (9, 24), (-9, 24))


@pytest.mark.parametrize("flow", [True, False])
def test_a_crowd_that_suddenly_runs_is_seen(flow):
    assert held(CrowdMovement(PLAZA), mill(29.5, flow=flow)) == 0
    assert held(CrowdMovement(PLAZA), mill(32, flow=flow)) > 0


@pytest.mark.parametrize("flow", [True, False])
def test_few_who_run_are_no_crowd(flow):
    assert held(CrowdMovement(PLAZA), mill(33, flow=flow, count=4)) == 0


def test_a_camera_just_begun_does_not_know_the_usual():
    runs = Scene([Actor(straight((-5, 9 + n / 2), (4, 0))) for n in range(10)], 3, has_flow=True)
    assert held(CrowdMovement(PLAZA), runs) == 0


def test_a_group_that_walks_is_not_running():
    walkers = [Actor(straight((-8 + n, 9 + n % 4), (1.4, 0), 20, 32)) for n in range(9)]
    stays = [Actor(straight((0, 12), (0, 0)))]
    assert held(CrowdMovement(PLAZA), Scene([*stays, *walkers], 32, has_flow=True)) == 0


# Whole stories


@pytest.mark.parametrize("kind", STORIES)
@pytest.mark.parametrize("seed", [11, 12])
def test_a_story_is_told_with_one_false_alarm_at_most(kind, seed):
    story = STORIES[kind](seed, flow=True)
    [raised] = build("cam", {"z": story.rule})
    said = [RaisedEvent(e.kind, e.zone, (e.time - NOON).total_seconds())
            for e in events(raised, story.scene)]  # fmt: skip
    [found] = score(story.truth, said, story.scene.seconds / 3600)
    # falls whose track breaks, with 60 % of who lies missed: some are never seen to turn
    least = 1 if kind == "fallen_person" else found.happened
    assert found.found >= least > 0
    assert found.false <= 1  # who cuts a corner for nearly two seconds, with a box that jitters


def test_people_who_sit_or_lie_from_the_start_raise_nothing():
    for story in still_life(1):
        [raised] = build("cam", {"z": story.rule})
        assert events(raised, story.scene) == []


def test_ghosts_of_one_moment_raise_nothing():
    scene = Scene([], 300, Faults(ghosts=0.1), seed=5)
    for rule in (Zone(WHOLE, PEOPLE), WrongWay(WHOLE, PEOPLE, RIGHT), CrowdMovement(WHOLE)):
        raised = EventTrigger(rule, "any", "cam", "z", Patience())
        assert events(raised, scene) == []


def test_two_streams_in_turn_are_two_and_neither_goes_on_in_the_other():
    """A thing of the same number in the next stream is another: no way leads from one to it."""
    rule = WrongWay(WHOLE, PEOPLE, RIGHT)
    for n in range(8):
        rule.update(moment(Box(900, 300, 60, 170), at_ns=n * 150_000_000))
    rule.reset()
    signs = [rule.update(moment(Box(300, 300, 60, 170), at_ns=(8 + n) * 150_000_000))
             for n in range(8)]  # fmt: skip
    assert not any(sign.holds for sign in signs)


def test_who_only_cuts_a_corner_raises_nothing():
    passes = Actor(through((0, -9, 10), (6, 0, 8.85), (12, 9, 10)))
    scene = Scene([passes], 12, NONE)
    rule = Zone(drawn(*TRACKS), PEOPLE)
    assert 0 < held(rule, scene) < 0.2
    [raised] = build("cam", {"z": STORIES["zone"](0).rule})
    assert events(raised, scene) == []
