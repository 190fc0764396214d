"""Figures over windows, none below the floor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.count import Count, Figure
from contrejour.vision.events.moment import Moment

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
FIVE = timedelta(minutes=5)
NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)


def count(floor: int = 5, window: timedelta = FIVE) -> Count:
    return Count("quais-01", "quai", WHOLE, frozenset({Kind.PERSON}), window, floor)


def moment(at_s: float, people: int) -> Moment:
    things = (Thing(n, Kind.PERSON, Box(10, 10, 10, 30), 0.9, 0) for n in range(people))
    return Moment(int(at_s * 1e9), NOON + timedelta(seconds=at_s), (100, 100), tuple(things))


def figures(counted: Count, people) -> list[Figure]:
    moments = (moment(at_s, people(at_s)) for at_s in range(901))
    return [figure for each in moments if (figure := counted.update(each))]


def test_a_window_gives_one_figure_when_it_ends():
    first, *others = figures(count(), lambda _: 7)
    assert first == Figure("quais-01", "quai", NOON, NOON + FIVE, 5, 7, 7, 0.997)
    assert len(others) == 2
    assert others[0].since == NOON + FIVE


def test_a_figure_below_the_floor_is_not_told():
    [quiet, *_] = figures(count(), lambda _: 4)
    assert (quiet.mean, quiet.most) == (None, None)
    [uneven, *_] = figures(count(), lambda at_s: 12 if at_s < 30 else 1)
    assert (uneven.mean, uneven.most) == (None, 12)


def test_a_second_box_of_somebody_that_is_faint_is_not_counted():
    counted = count()
    for at_s in range(60):
        each = moment(at_s, 6)
        faint = tuple(replace(one, number=one.number + 10, score=0.3) for one in each.things)
        counted.update(replace(each, things=each.things + faint))
    figure = counted.close()
    assert figure is not None
    assert (figure.mean, figure.most) == (6, 6)


def test_a_camera_that_was_away_says_for_how_long_it_was_not():
    counted = count()
    for at_s in (*range(60), *range(240, 300)):
        counted.update(moment(at_s, 6))
    figure = counted.close()
    assert figure is not None
    assert (figure.mean, figure.seen) == (6, 0.393)


def test_another_stream_goes_on_with_the_window():
    counted = count()
    for at_s in range(60):
        counted.update(moment(at_s, 6))
    counted.reset()
    restarted = Moment(0, NOON + timedelta(seconds=70), (100, 100))
    assert counted.update(restarted) is None
    figure = counted.close()
    assert figure is not None
    assert figure.most == 6


def test_nothing_seen_is_no_figure():
    assert count().close() is None


def test_windows_begin_at_midnight_however_long():
    for window, hours in ((timedelta(hours=8), 4), (timedelta(days=1), 12)):
        counted = count(window=window)
        counted.update(moment(0, 6))
        counted.update(moment(1, 6))
        figure = counted.close()
        assert figure is not None
        assert figure.since == NOON - timedelta(hours=hours)
        assert figure.until == figure.since + window
