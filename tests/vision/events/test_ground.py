"""Zones on the picture, and whose foot is in them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import SURE, Box, Kind, Thing
from contrejour.vision.events.ground import (
    area,
    cells,
    counted_in,
    foot,
    inside,
    is_crossing,
    is_cut,
    standing_in,
)
from contrejour.vision.events.moment import Moment

SIZE = (1000, 500)
SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
NOTCHED = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.3), (0.0, 1.0))
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("polygon", "point", "yes"),
    [
        (SQUARE, (0.5, 0.5), True),
        (SQUARE, (0.1, 0.5), False),
        (SQUARE, (0.2, 0.5), True),
        (SQUARE, (0.8, 0.8), True),
        (SQUARE, (0.5, 0.19), False),
        (NOTCHED, (0.5, 0.6), False),
        (NOTCHED, (0.05, 0.6), True),
        (NOTCHED, (0.5, 1.0), False),
    ],
)
def test_the_edge_of_a_zone_is_in_it_and_its_notch_is_not(polygon, point, yes):
    assert inside(polygon, point) is yes


@given(shares, shares)
def test_a_convex_zone_has_a_point_where_all_sides_have_it_on_one_hand(x, y):
    assert inside(SQUARE, (x, y)) is (0.2 <= x <= 0.8 and 0.2 <= y <= 0.8)


def test_a_foot_is_the_bottom_centre():
    assert foot(Box(100, 100, 200, 300), SIZE) == (0.2, 0.8)


@pytest.mark.parametrize(
    ("box", "at"),
    [
        (Box(100, 300, 200, 400), (0.2, 1.0)),
        (Box(-300, 100, 200, 300), (0.0, 0.8)),
        (Box(950, 100, 200, 300), (1.0, 0.8)),
    ],
)
def test_a_box_that_the_edge_cuts_has_its_foot_at_the_edge(box, at):
    assert foot(box, SIZE) == at
    assert is_cut(box, SIZE)


def test_a_box_within_the_picture_is_not_cut():
    assert not is_cut(Box(1, 1, 998, 498), SIZE)


@pytest.mark.parametrize(
    "polygon",
    [
        ((0, 0), (1, 1), (1, 0), (0, 1)),
        ((0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)),
        ((0, 0), (1, 0), (0.2, 0), (0, 1)),
        ((0, 0), (1, 0), (1, 1), (0, 0)),
        ((0, 0), (0.5, 0.5), (1, 1)),
    ],
)
def test_sides_that_cross_touch_or_fold_back_are_found(polygon):
    assert is_crossing(polygon)


def test_simple_zones_do_not_cross():
    assert not is_crossing(SQUARE)
    assert not is_crossing(NOTCHED)
    assert not is_crossing(SQUARE[:3])


def test_the_cells_of_a_zone_are_those_whose_centre_is_in_it():
    grid = cells(SQUARE, 10, 10)
    assert grid.sum() == 36
    assert grid[2:8, 2:8].all()


@given(st.lists(st.tuples(shares, shares), min_size=3, max_size=8))
def test_an_area_is_the_same_whichever_way_round(corners):
    assert area(tuple(corners)) == pytest.approx(area(tuple(reversed(corners))), abs=1e-9)
    assert 0 <= area(tuple(corners)) <= len(corners)


def test_a_square_has_its_area():
    assert np.isclose(area(SQUARE), 0.36)


def test_who_is_doubted_stands_there_and_is_not_counted():
    person, faint = (
        Thing(n, Kind.PERSON, Box(400, 150, 60, 180), SURE[Kind.PERSON] - 0.01 * n, 0)
        for n in range(2)
    )
    moment = Moment(0, datetime(2027, 2, 12, tzinfo=UTC), SIZE, (person, faint))
    of = frozenset({Kind.PERSON})
    assert list(standing_in(SQUARE, moment, of)) == [person, faint]
    assert list(counted_in(SQUARE, moment, of)) == [person]
