"""What was said against what happened, and how sure the figures are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Malformed
from contrejour.vision.events.intervals import poisson, rate, wilson
from contrejour.vision.events.score import Occurrence, RaisedEvent, score
from contrejour.vision.events.truth import read_said, read_truth


def was(from_s: float, to_s: float, zone: str = "a", event: str = "zone") -> Occurrence:
    return Occurrence(event, zone, from_s, to_s)


def said(time_s: float, zone: str = "a", event: str = "zone") -> RaisedEvent:
    return RaisedEvent(event, zone, time_s)


def test_found_missed_false_and_again():
    truth = [was(10, 20), was(50, 60), was(10, 20, zone="b")]
    [found] = score(truth, [said(12), said(18), said(35), said(15, zone="b")], 2.0)
    assert (found.happened, found.found, found.false, found.again) == (3, 2, 1, 1)
    assert (found.precision, found.recall) == (2 / 3, 2 / 3)
    assert sorted(found.delays_s) == [2, 5]
    assert found.to_json()["false_an_hour"] == 0.5


def test_kinds_and_zones_are_not_mixed():
    one, other = score([was(0, 9)], [said(5, event="fire"), said(5, zone="b")], 1.0)
    assert (one.event, one.false) == ("fire", 1)
    assert (other.event, other.found, other.false) == ("zone", 0, 1)


def test_two_occurrences_that_meet_are_found_by_two_events():
    [found] = score([was(0, 10), was(9, 20)], [said(9.5), said(9.6)], 1.0)
    assert (found.found, found.again) == (2, 0)


def test_a_little_late_still_is_of_it():
    [found] = score([was(0, 10)], [said(11.9)], 1.0)
    assert found.found == 1
    [found] = score([was(0, 10)], [said(12.1)], 1.0)
    assert (found.found, found.false) == (0, 1)


def test_nothing_said_has_no_precision():
    [found] = score([was(0, 1)], [], 1.0)
    assert found.precision is None
    assert found.to_json()["precision_interval"] == (0.0, 1.0)
    assert score([], [], 1.0) == []


@given(st.lists(st.tuples(st.floats(0, 99), st.floats(0, 9)), max_size=9),
       st.lists(st.floats(0, 120), max_size=20))  # fmt: skip
def test_every_event_is_found_again_or_false(happened, times):
    truth = [was(start, start + length) for start, length in happened]
    for found in score(truth, [said(time) for time in times], 1.0):
        assert found.found + found.false + found.again == len(times)
        assert found.found <= found.happened == len(truth)


# Known values: Wilson 1927 by R's prop.test(correct = FALSE), Garwood 1936 by R's poisson.test


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (50, 100, 0.4038, 0.5962), (10, 10, 0.7225, 1)],
)
def test_wilson(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3640, 121.6268)],
)
def test_poisson(count, low, high):
    assert poisson(count) == pytest.approx((low, high), abs=1e-3)


def test_many_events_have_an_interval_still():
    low, high = rate(10_000, 10.0)
    assert math.isclose(low, 980.5, rel_tol=1e-3)
    assert math.isclose(high, 1019.8, rel_tol=1e-3)


# Files


def test_times_are_seconds_or_dates():
    text = '[{"event": "zone", "zone": "a", "from": "2027-02-12T12:00:00Z", "to": "%s"}]'
    dated = read_truth(text % "2027-02-12T13:00:10+01:00", "t.json")
    assert dated.dated
    assert dated.occurrences[0].to_s - dated.occurrences[0].from_s == 10
    assert read_said('[{"event": "zone", "zone": "a", "time": 3}]', "s") == ((said(3),), False)


ROW = '{"event": "zone", "zone": "a", "from": 1, "to": 2}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "not a list in JSON"),
        ("[" * 100_000, "not a list in JSON"),
        ("[3]", "entry 0: expected event, zone, from, to"),
        (f"[{ROW}, {ROW.replace('2', '0')}]", "entry 1: ends before it begins"),
        ("[" + ROW.replace("1", '"12:00"') + "]", "entry 0: expected"),
        ("[" + ROW.replace("2", '"2027-02-12T12:00:00Z"') + "]", "some times are seconds"),
        (f"[{ROW.replace('2', 'NaN')}]", "entry 0: expected"),
        (f"[{ROW.replace('2', 'true')}]", "entry 0: expected"),
    ],
)
def test_a_wrong_file_is_malformed_with_its_entry(text, message):
    with pytest.raises(Malformed, match=message):
        read_truth(text, "t.json")
