"""Too much to do: looks get rarer, then a slate falls; both end when there is time again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contrejour.live.watch.load import RAREST_NS, SLATE_NS, Load, Slate
from contrejour.vision.detect.look import INTERVAL_NS

MS = 1_000_000


def test_looks_get_rarer_while_frames_are_late_and_denser_again_after():
    load, now = Load(), 0
    for _ in range(40):
        now += 600 * MS
        load.told(now, 400 * MS)
    assert load.interval_ns == RAREST_NS
    for _ in range(200):
        now += 600 * MS
        load.told(now, 5 * MS)
    assert load.interval_ns == INTERVAL_NS


def test_one_late_frame_among_many_counts_and_a_middling_one_changes_nothing():
    load = Load()
    load.told(600 * MS, 10 * MS)
    load.told(700 * MS, 400 * MS)
    for at in range(800, 1200, 100):
        load.told(at * MS, 10 * MS)
    assert load.interval_ns > INTERVAL_NS
    kept = load.interval_ns
    load.told(2000 * MS, 100 * MS)
    assert load.interval_ns == kept


@given(st.lists(st.tuples(st.integers(1, 10**10), st.integers(-(10**9), 10**11)), max_size=60))
def test_the_interval_stays_within_its_bounds(steps):
    load, now = Load(), 0
    for step, late in steps:
        now += step
        load.told(now, late)
        assert INTERVAL_NS <= load.interval_ns <= RAREST_NS


def test_a_slate_falls_where_most_frames_are_dropped_and_rises_again():
    slate, frames, dropped = Slate(), 0, 0
    fallen = []
    for second in range(1, 60):
        frames += 10
        dropped += 30 if 10 <= second < 25 else 0
        fallen.append(slate.falls(second * 1000 * MS, frames, dropped))
    assert not any(fallen[:15])
    assert any(fallen[15:40])
    assert not any(fallen[45:])
    assert SLATE_NS == 10_000 * MS
