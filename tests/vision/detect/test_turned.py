"""Whoever lies is looked for in a turned picture."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from contrejour.vision.detect.looker import turns
from contrejour.vision.detect.turned import _is_known, turned_back


@pytest.mark.parametrize("turn", [1, -1])
def test_a_box_of_the_turned_picture_comes_back_to_where_it_was(turn: int) -> None:
    picture = np.zeros((60, 100), np.uint8)
    picture[10:20, 30:70] = 1
    rows, columns = np.nonzero(np.rot90(picture, turn))
    seen = np.array([columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1], np.float32)
    assert turned_back(seen, turn, 100, 60).tolist() == [30, 10, 40, 10]


def frame(index: int) -> Any:
    return SimpleNamespace(index=index, time_ns=index * 40_000_000)


def test_each_way_comes_up_again_within_a_second() -> None:
    second = Counter(turn for at in range(1, 26) for turn in turns(frame(at), False))
    assert set(second) == {1, -1}
    assert sum(second.values()) < 25


def test_a_picture_and_the_first_frame_of_a_unit_are_turned_both_ways() -> None:
    assert set(turns(frame(4), True)) == {1, -1}
    assert set(turns(frame(0), False)) == {1, -1}


@pytest.mark.parametrize(
    ("standing", "known"),
    [
        ([], False),
        ([(100, 95, 200, 60)], True),  # the same box
        ([(150, 60, 30, 100)], False),  # somebody beside who lies
        ([(110, 90, 30, 80), (180, 90, 30, 80)], True),  # a group, from aside
    ],
)
def test_people_side_by_side_are_not_one_who_lies(
    standing: list[tuple[int, ...]], known: bool
) -> None:
    lying = np.array([100, 100, 200, 60], np.float32)
    assert _is_known(lying, [np.array(box, np.float32) for box in standing]) is known
