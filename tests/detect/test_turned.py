"""Whoever lies is looked for in a turned picture."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from contrejour.detect.looker import turns
from contrejour.detect.turned import _is_known, turned_back


@pytest.mark.parametrize("turn", [1, -1])
def test_a_box_of_the_turned_picture_comes_back_to_where_it_was(turn: int) -> None:
    picture = np.zeros((60, 100), np.uint8)
    picture[10:20, 30:70] = 1
    rows, columns = np.nonzero(np.rot90(picture, turn))
    seen = np.array([columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1], np.float32)
    assert turned_back(seen, turn, 100, 60).tolist() == [30, 10, 40, 10]


def test_each_way_comes_up_again_within_a_second_and_a_picture_is_turned_both_ways() -> None:
    second = Counter(turn for at in range(25) for turn in turns(at * 40_000_000, False))
    assert set(second) == {1, -1}
    assert sum(second.values()) < 25
    assert set(turns(0, True)) == {1, -1}


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
