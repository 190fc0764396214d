"""What is luggage left alone, and who and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.scenes import NONE, Actor, Faults, Scene, straight, through

from contrejour.base.pictures import Kind
from contrejour.vision.events.abandoned_object import ABOVE, ABOVE_PX, AbandonedObject
from contrejour.vision.scene import compare

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEAST_S = 30
OWNER = Actor(through((0, -8, 10), (6, 0, 10), (8, 0, 10), (14, 8, 10)))
PASSERS = [Actor(straight((-8, 12 + n % 3), (1.3, 0), 20 + 6 * n, 34 + 6 * n)) for n in range(20)]
FAULTS = [NONE, Faults(0.03, 0.1), Faults(0.04, 0.3)]


def bag(right: float = 0.7, from_s: float = 7, to_s: float = 1e9, **more: object) -> Actor:
    """A suitcase that a detector knows now and then."""
    told = {"tall_m": 0.6, "wide_m": 0.45, "score": (0.3, 0.6), "missed": 0.7} | more
    return Actor(straight((right, 10), (0, 0), from_s, to_s), Kind.OBJECT, **told)  # type: ignore[arg-type]


def person(right: float = 0.0, from_s: float = 7, **more: object) -> Actor:
    return Actor(straight((right, 10), (0, 0), from_s), **more)  # type: ignore[arg-type]


def furniture(**more: object) -> Actor:
    """Something that no detector knows."""
    return replace(bag(**more), missed=1.0)


def held(actors: list[Actor], faults: Faults = NONE, seconds: float = 120, *, has_scene=True,
         polygon=WHOLE, rate: float = 20 / 3) -> list[float]:  # fmt: skip
    """The seconds that hold."""
    scene = Scene(actors, seconds, faults, 5, has_scene=has_scene, rate=rate)
    rule = AbandonedObject(polygon, LEAST_S * 10**9)
    return [each.time_ns / 1e9 for each in scene.moments() if rule.update(each).holds]


@pytest.mark.parametrize("faults", FAULTS)
def test_a_suitcase_left_alone_is_held_once_it_was_alone_for_long_enough(faults):
    seconds = held([OWNER, *PASSERS, bag()], faults)
    assert 7 + LEAST_S - 1 < seconds[0] < 7 + LEAST_S + 12
    assert seconds[-1] > 119


def test_luggage_that_was_seen_as_such_only_once_is_enough():
    rare = bag(missed=0.99)
    assert held([*PASSERS, rare])


def test_outside_the_zone_it_is_not_told():
    assert held([OWNER, *PASSERS, bag()], polygon=((0, 0), (0.3, 0), (0.3, 1), (0, 1))) == []


def test_a_bag_carried_away_is_gone():
    assert held([*PASSERS, bag(to_s=7 + LEAST_S - 3)]) == []
    assert held([*PASSERS, bag(to_s=60)])[-1] < 63


def test_two_bags_in_turn_are_not_one_that_stayed():
    first, second = bag(0.7, 7, 30), bag(-1.5, 25, 50)
    assert held([*PASSERS, first, second]) == []


def test_of_two_bags_the_one_that_stays_is_told():
    assert held([*PASSERS, bag(0.7, 7, 30), bag(-1.5)])[0] > 35


def test_somebody_two_steps_off_is_with_it():
    assert held([*PASSERS, bag(), person(1.7)]) == []


def test_from_when_they_leave_it_is_alone():
    waits = Actor(through((7, 1.9, 10), (60, 1.9, 10), (66, 9, 10)))
    assert held([*PASSERS, bag(), waits])[0] > 60 + LEAST_S


SURE, DOUBTED = (0.6, 0.9), (0.16, 0.3)
PEOPLE: dict[str, list[Actor]] = {
    "sits": [person(tall_m=0.9, missed=0.3)],
    "sits, crouched, small": [person(tall_m=0.6, wide_m=0.5, score=DOUBTED, missed=0.9)],
    "lies": [person(down=lambda _: 1.0, missed=0.6)],
    "lies and is taken for luggage": [
        person(down=lambda _: 1.0, missed=0.95, score=DOUBTED), bag(0, down=lambda _: 1.0)],
    "under a blanket": [
        person(tall_m=0.7, wide_m=0.6, missed=0.97, score=DOUBTED),
        bag(0, tall_m=0.7, wide_m=0.6)],
    "curled up on the ground among bags": [
        person(0.2, tall_m=0.6, wide_m=0.5, missed=0.97, score=DOUBTED), bag(0.7), bag(-0.3)],
    "sits beside their bag": [person(0.2, tall_m=0.9, missed=0.5), bag(0.7)],
    "leans on it and looks like the scene": [
        person(0.5, unlike=False, missed=0.6, score=DOUBTED), bag(0.7)],
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("faults", FAULTS)
def test_a_person_is_never_an_object(who, faults):
    assert held([*PASSERS, *PEOPLE[who]], faults, 240) == []


@pytest.mark.slow
def test_who_sits_beside_their_bag_for_an_hour_raises_nothing():
    walks_by = [Actor(straight((-8, 13), (1.3, 0), 90 * n, 90 * n + 14)) for n in range(40)]
    sits = [person(0.2, tall_m=0.9, missed=0.5), bag(0.7)]
    assert held([*walks_by, *sits], Faults(0.03, 0.1), 3600) == []


def test_who_was_seen_there_once_is_a_person_until_the_place_is_empty():
    """A person seen for half a second, and after that only something taken for luggage."""
    seen_once = Actor(straight((0.7, 10), (0, 0), 20, 20.5), tall_m=0.6, score=DOUBTED)
    assert held([*PASSERS, seen_once, bag()], seconds=300) == []
    then = bag(from_s=100)
    assert held([*PASSERS, seen_once, bag(to_s=90), then], seconds=300)[0] > 100 + LEAST_S - 1


NOT: dict[str, list[Actor]] = {
    "furniture moved": [furniture(tall_m=0.9, wide_m=1.2)],
    "something small that nobody knows": [furniture()],
    "furniture taken for luggage": [bag(tall_m=1.2, wide_m=0.8)],
    "a light patch": [furniture(tall_m=0.3, wide_m=2.0)],
    "a door that stays open": [furniture(tall_m=2.1, wide_m=1.0)],
    "luggage on a trolley that goes by": [
        Actor(straight((-8, 10), (1, 0), 20, 36), Kind.OBJECT, 0.6, 0.5)],
    "luggage of the empty scene": [bag(unlike=False)],
}  # fmt: skip


@pytest.mark.parametrize("what", NOT)
@pytest.mark.parametrize("faults", FAULTS)
def test_no_abandoned_object(what, faults):
    assert held([*PASSERS, *NOT[what]], faults, 240) == []


def test_without_a_scene_or_anybodys_height_nothing_is_said():
    assert held([*PASSERS, bag()], has_scene=False) == []
    assert held([bag()]) == []


def test_without_the_word_of_doubted_people_nothing_is_said():
    rule = AbandonedObject(WHOLE, LEAST_S * 10**9)
    scene = Scene([OWNER, *PASSERS, bag()], 120, NONE, has_scene=True)
    assert not any(rule.update(replace(each, doubted=None)).holds for each in scene.moments())


@pytest.mark.parametrize("rate", [0.4, 1.0])
def test_a_camera_that_is_seldom_looked_at_says_the_same(rate):
    """Up to 3 s may lie between two looks when there is too much to do."""
    assert 7 + LEAST_S - 1 < held([OWNER, *PASSERS, bag()], rate=rate)[0] < 7 + LEAST_S + 20
    for who in ([bag(), person(1.7)], PEOPLE["sits"], PEOPLE["lies"]):
        assert held([*PASSERS, *who], seconds=240, rate=rate) == []


def test_nothing_is_known_after_a_reset():
    moments = list(Scene([OWNER, *PASSERS, bag()], 120, NONE, has_scene=True).moments())
    rule = AbandonedObject(WHOLE, LEAST_S * 10**9)
    assert any(rule.update(each).holds for each in moments)
    rule.reset()
    assert not any(rule.update(each).holds for each in moments[-60:])


def test_what_a_scene_adds_above_a_body_is_known():
    assert compare.MARGIN_UP_PX == ABOVE_PX
    assert compare.MARGIN_UP_PX / compare.USUAL_HEIGHT_PX == ABOVE
