"""Vision's own clock: whatever a file says of its times, people are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import Detection, Frame, Planes, Rgb
from contrejour.vision.clock import LEAST_NS, MOST_NS, Clock
from contrejour.vision.detect import look_at

STAMPS = st.one_of(
    st.lists(st.integers(-(1 << 80), 1 << 80), min_size=1, max_size=60),
    st.integers(-10, 10).flatmap(lambda step: st.just([step * n for n in range(60)])),
    st.integers(0, 40_000_000).flatmap(lambda step: st.just([step * n for n in range(60)])),
)
MOST_APART = 10
"""Frames from one look to the next, where something moves."""


class Noting:
    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        self.asked.append((frame.index, frame.time_ns))
        return ()


def unscaled(planes: Planes, width: int, height: int) -> Rgb:
    raise AssertionError("nobody scales this picture")


def walking(stamps: Sequence[int]) -> Iterator[Frame]:
    for index, time_ns in enumerate(stamps):
        luma = np.full((64, 128), 90, np.uint8)
        luma[16:48, index % 100 : index % 100 + 24] = 200
        yield Frame(index, index, time_ns, 128, 64, 0, (luma,), (0, 0), 8, unscaled)


@given(STAMPS)
def test_attack_34_whatever_the_stamps_say_one_frame_in_ten_is_looked_at(stamps: list[int]) -> None:
    noting = Noting()
    looks = list(look_at(walking(stamps), noting))
    asked = [index for index, _ in noting.asked]
    assert asked[0] == 0
    assert max(np.diff([*asked, len(stamps)])) <= MOST_APART
    assert [look.index for look in looks] == list(range(len(stamps)))
    times = [look.time_ns for look in looks]
    assert all(after - before >= LEAST_NS for before, after in pairwise(times))


@given(STAMPS)
def test_the_clock_goes_forward_by_bounded_steps(stamps: list[int]) -> None:
    clock = Clock(MOST_NS)
    times = [clock.at(stamp) for stamp in stamps]
    assert times[0] == stamps[0]
    steps = [after - before for before, after in pairwise(times)]
    assert all(LEAST_NS <= step <= MOST_NS for step in steps)


@given(st.lists(st.integers(LEAST_NS, MOST_NS), max_size=60), st.integers(-(1 << 60), 1 << 60))
def test_of_an_ordinary_file_the_clock_says_what_the_file_says(steps: list[int], at: int) -> None:
    clock = Clock(MOST_NS)
    stamps = np.cumsum([at, *steps], dtype=object).tolist()
    assert [clock.at(stamp) for stamp in stamps] == stamps


def test_both_ways_are_turned_to_though_all_stamps_are_near() -> None:
    noting = Noting()
    list(look_at(walking(range(400)), noting))
    assert len({time_ns // 150_000_000 % 4 for _, time_ns in noting.asked}) == 4
