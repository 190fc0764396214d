"""Moments on a line each: what is read is what was kept, and nothing hostile gets in."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime

import numpy as np
import pytest
from fakes.examples import at_most
from fakes.stories import wrong_way
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from contrejour.base.errors import Malformed
from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.kept import head, read, to_line
from contrejour.vision.events.moment import Moment

NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)
shapes = st.tuples(st.integers(1, 12), st.integers(1, 20))
things = st.builds(
    Thing, st.integers(0, 10**6), st.sampled_from(Kind),
    st.builds(Box, *[st.integers(-5000, 5000)] * 4),
    st.integers(0, 1000).map(lambda n: n / 1000), st.integers(0, 10**15),
)  # fmt: skip


def back(line: str) -> Moment:
    _, moments = read([head("quais-01"), line], "m.jsonl")
    [found] = moments
    return found


@st.composite
def grids(draw) -> dict[str, np.ndarray]:
    rows, columns = draw(shapes)
    part = st.floats(0, 1, width=32)
    return {
        "unlike": draw(arrays(bool, (rows, columns))),
        "flow": draw(arrays(np.float32, (rows, columns, 2), elements=st.floats(-4, 4, width=32))),
        "flames": draw(arrays(np.float32, (rows, columns), elements=part)),
        "smoke": draw(arrays(np.float32, (rows, columns), elements=part)),
    }


@at_most(50)
@given(st.lists(things, max_size=5), st.lists(things, max_size=2), grids(),
       st.integers(0, 10**18))  # fmt: skip
def test_what_is_read_is_what_was_kept(seen, doubted, given, time_ns):
    kept = Moment(time_ns, NOON, (1280, 720), tuple(seen), doubted=tuple(doubted), **given)
    found = back(to_line(kept))
    assert (found.time_ns, found.at, found.size, found.things) == (time_ns, NOON, (1280, 720),
                                                                   tuple(seen))  # fmt: skip
    assert found.doubted == tuple(doubted)
    assert np.array_equal(found.unlike, given["unlike"])
    for name, steps in (("flow", 127), ("flames", 255), ("smoke", 255)):
        step = max(np.abs(given[name]).max(), 1e-6) / steps
        assert np.abs(getattr(found, name) - given[name]).max() <= step * 0.51


def test_what_nobody_needed_stays_unknown():
    found = back(to_line(Moment(1, NOON, (16, 9))))
    assert found == Moment(1, NOON, (16, 9))


def test_a_line_is_short():
    kept = [to_line(each) for each in wrong_way(1, flow=True).scene.moments()]
    assert sum(map(len, kept)) / len(kept) < 700


GOOD = {"t": 1, "at": NOON.isoformat(), "size": [16, 9], "things": []}
BOMB = base64.b64encode(zlib.compress(bytes(1 << 20))).decode()


HUGE = 10**400


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2027-02-12T12:00:00"},
        {"at": 3},
        {"size": [0, 9]},
        {"size": "169"},
        {"t": "x"},
        {"t": float("inf")},
        {"t": HUGE},
        {"size": [HUGE, HUGE]},
        {"things": [[1, "person", HUGE, 0, 1, 1, 0.5, 0]]},
        {"things": [[1, "person", 0, 0, HUGE, 1, 0.5, 0]]},
        {"things": [[1, "person", 0, 0, 1, 1, 0.5, HUGE]]},
        {"things": [[1, "person", 0, 0, 1, 1, 2.0, 0]]},
        {"things": [[1, "face of somebody", 0, 0, 1, 1, 0.5, 0]]},
        {"things": [[1, "person", 0, 0, 1, 1, 0.5]]},
        {"doubted": [[1, "person", 0, 0, 1, 1, 2.0, 0]]},
        {"doubted": 3},
        {"flow": [2, 2, 1.0, "AAAA"]},
        {"flow": [2, 2, 1.0, BOMB]},
        {"flow": [2, 2, float("nan"), BOMB]},
        {"smoke": [1 << 20, 1 << 20, 1.0, BOMB]},
        {"unlike": [-1, -1, 1.0, BOMB]},
        {"unlike": [2, 2, 1.0, "não"]},
    ],
)
def test_a_wrong_moment_is_malformed_with_its_line(change):
    with pytest.raises(Malformed, match=r"m\.jsonl:2: not a moment"):
        back(json.dumps(GOOD | change))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "contrejour.moments", "version": 2}'])
def test_a_file_of_something_else_is_refused(text):
    with pytest.raises(Malformed):
        read([text], "m.jsonl")
