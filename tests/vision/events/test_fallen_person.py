"""Who falls, and who only lies, sits, bends or is half hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fakes.scenes import NONE, Actor, Faults, Scene, straight, through

from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.fallen_person import FallenPerson

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
WALKS = through((0, -3, 10), (6, 1, 10), (60, 1, 10))


def turns(*steps: tuple[float, float]) -> Callable[[float], float]:
    """By (second, how far down), straight between them."""

    def down(at_s: float) -> float:
        before = (0.0, 0.0)
        for at, share in steps:
            if at_s < at:
                return before[1] + (share - before[1]) * (at_s - before[0]) / (at - before[0])
            before = at, share
        return before[1]

    return down


def held(scene: Scene, polygon=WHOLE) -> list[float]:
    """The seconds that hold."""
    rule = FallenPerson(polygon)
    return [each.time_ns / 1e9 for each in scene.moments() if rule.update(each).holds]


FALLS = Actor(WALKS, down=turns((6, 0), (7, 1)))


def test_who_walks_and_falls_is_held_for_as_long_as_they_lie():
    seconds = held(Scene([FALLS], 20, NONE))
    assert 6 < seconds[0] < 8
    assert seconds[-1] > 19.9
    assert len(seconds) > 75


def test_most_falls_are_seen_where_the_track_breaks_and_who_lies_is_mostly_missed():
    rough = Faults(jitter=0.04, missed=0.15, missed_down=0.6, breaks=True)
    seen = [held(Scene([FALLS], 30, rough, seed)) for seed in range(20)]
    assert sum(len(seconds) > 100 for seconds in seen) >= 15


def test_who_gets_up_again_is_up():
    seconds = held(Scene([replace(FALLS, down=turns((6, 0), (7, 1), (12, 1), (13, 0)))], 20, NONE))
    assert seconds[-1] < 13.2


def test_who_falls_outside_the_zone_is_not_told():
    assert held(Scene([FALLS], 20, NONE), ((0, 0), (0.3, 0), (0.3, 1), (0, 1))) == []


NOT: dict[str, Actor] = {
    "lies from the start": Actor(straight((0, 10), (0, 0)), down=lambda _: 1.0),
    "sits from the start": Actor(straight((0, 10), (0, 0)), tall_m=0.9),
    "stood still since the start": Actor(straight((0, 10), (0, 0)), down=turns((6, 0), (7, 1))),
    "lies down slowly": Actor(WALKS, down=turns((6, 0), (11, 1))),
    "sits down": Actor(WALKS, down=turns((6, 0), (7, 0.4))),
    "bends and gets up": Actor(WALKS, down=turns((6, 0), (7, 0.45), (10, 0.45), (11, 0))),
    "comes in lying": Actor(straight((-4, 10), (0.7, 0), 3), down=lambda _: 1.0),
    "falls at the picture's edge": Actor(through((0, -5, 7), (6, 0, 3.4), (60, 0, 3.4)),
                                         down=turns((6, 0), (7, 1))),
}  # fmt: skip


@pytest.mark.parametrize("who", NOT)
@pytest.mark.parametrize("faults", [NONE, Faults(0.04, 0.2), Faults(0.04, 0.2, breaks=True)])
def test_no_fall(who, faults):
    assert held(Scene([NOT[who]], 30, faults, 4)) == []


def shown(*boxes: tuple[int, Box], at: int = 0):
    """A moment of the walking scene's manner, with these (number, box)."""
    first = next(iter(Scene([], 0).moments()))
    things = tuple(Thing(n, Kind.PERSON, box, 0.8, 0) for n, box in boxes)
    return replace(first, time_ns=at * 150_000_000, things=things)


def after_walking(*then: list[tuple[int, Box]]) -> bool:
    """Whether anything holds, of somebody who walks for three seconds and then is seen so."""
    rule = FallenPerson(WHOLE)
    walks = [[(1, Box(300 + 10 * n, 200, 60, 180))] for n in range(20)]
    return any(rule.update(shown(*boxes, at=n)).holds
               for n, boxes in enumerate([*walks, *then]))  # fmt: skip


def test_who_goes_behind_a_bench_keeps_their_head_up():
    assert not after_walking(*[[(1, Box(500, 200, 100, 80))]] * 40)


def test_a_box_that_splits_or_flickers_is_no_fall():
    head, legs = (1, Box(495, 200, 60, 90)), (2, Box(490, 290, 70, 90))
    assert not after_walking(*[[head, legs]] * 40)
    assert not after_walking(*[[(1, Box(490, 310, 160, 70))], [(1, Box(500, 200, 60, 180))]] * 20)


def test_who_vanishes_beside_somebody_who_lay_there_has_not_fallen():
    rule = FallenPerson(WHOLE)
    lies = Box(480, 320, 170, 60)
    for n in range(60):
        boxes = [(1, Box(300 + 5 * n, 200, 60, 180))] if n < 40 else []
        boxes += [(100 + n, lies)] if n % 7 == 0 else []
        assert not rule.update(shown(*boxes, at=n)).holds


def test_nothing_is_known_after_a_reset():
    rule, scene = FallenPerson(WHOLE), list(Scene([FALLS], 20, NONE).moments())
    assert any(rule.update(each).holds for each in scene)
    rule.reset()
    assert not any(rule.update(each).holds for each in scene[60:])
