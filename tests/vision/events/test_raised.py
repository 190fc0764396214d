"""From signs to events: one an occurrence, none too early, too soon, or for a flicker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from fakes.examples import at_most
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import Event
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.raised import EventTrigger, Patience
from contrejour.vision.events.rule import Sign

NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)
S = 1_000_000_000
PATIENCE = Patience(min_duration_ns=2 * S, cool_down_ns=30 * S)


class Told:
    """A rule that says what it is told to."""

    needs: Iterable[str] = ()

    def __init__(self) -> None:
        self.sign = Sign(False)
        self.resets = 0

    def update(self, moment: Moment) -> Sign:
        return self.sign

    def reset(self) -> None:
        self.resets += 1


def machine(patience: Patience = PATIENCE) -> EventTrigger:
    return EventTrigger(Told(), "zone", "quais-01", "voie-1", patience)


def run(raised: EventTrigger, told: Sequence[tuple[float, bool]], sure: float = 0.8) -> list[Event]:
    """Events of (second, holds), both clocks together."""
    events = (one(raised, at_s, holds, sure) for at_s, holds in told)
    return [event for event in events if event]


def one(
    raised: EventTrigger, at_s: float, holds: bool, sure: float = 0.8, clock_s: float | None = None
) -> Event | None:
    assert isinstance(raised.rule, Told)
    raised.rule.sign = Sign(holds, sure, 2)
    at = NOON + timedelta(seconds=at_s if clock_s is None else clock_s)
    return raised.update(Moment(round(at_s * S), at, (10, 10)))


def steady(from_s: float, to_s: float, holds: bool, step_s: float = 0.25):
    return [(from_s + n * step_s, holds) for n in range(int((to_s - from_s) / step_s))]


def seconds(events: Sequence[Event]) -> list[float]:
    return [(event.time - NOON).total_seconds() for event in events]


def test_an_occurrence_is_one_event_at_its_start():
    events = run(machine(), steady(0, 5, False) + steady(5, 100, True))
    assert seconds(events) == [7.0]
    assert events[0] == Event("zone", "quais-01", "voie-1", events[0].time, 2, 0.8)


def test_who_leaves_and_comes_back_after_the_cool_down_is_another_event():
    told = steady(0, 10, True) + steady(10, 40, False) + steady(40, 50, True)
    assert len(run(machine(), told)) == 2


def test_who_comes_back_within_the_cool_down_is_told_of_when_it_is_over():
    told = steady(0, 10, True) + steady(10, 15, False) + steady(15, 60, True)
    first, second = seconds(run(machine(), told))
    assert second == first + 30


def test_a_single_moment_never_raises_whatever_follows():
    for after in (True, False):
        told = [(0.0, True), *((n / 4, not after and n % 9 == 0) for n in range(1, 200))]
        assert run(machine(), told) == []


def test_detections_that_flicker_still_raise_one_event():
    told = [(n / 6, n % 4 != 0) for n in range(600)]
    assert len(run(machine(), told)) == 1


def test_who_only_passes_raises_nothing():
    told = steady(0, 3, False) + steady(3, 4.75, True) + steady(4.75, 20, False)
    assert run(machine(), told) == []


def test_what_dwindles_before_its_time_raises_nothing():
    told = [*steady(0, 3, True), *((3 + n / 4, n % 2 == 0) for n in range(100))]
    assert run(machine(Patience(min_duration_ns=5 * S)), told) == []


def test_doubt_does_not_begin_an_occurrence_but_may_continue_one():
    told = steady(0, 20, True)
    assert run(machine(), told, sure=0.4) == []
    raised = machine(Patience(min_duration_ns=10 * S, confidence=0.5))
    assert run(raised, steady(0, 5, True), sure=0.6) == []
    assert len(run(raised, steady(5, 12, True), sure=0.4)) == 1


def test_a_camera_that_goes_away_begins_anew():
    raised = machine()
    assert run(raised, steady(0, 1.75, True)) == []
    assert run(raised, [(10.0, True), (10.25, True), (10.5, True)]) == []
    assert raised.rule.resets == 2


def test_two_streams_in_turn_share_the_cool_down_and_nothing_else():
    raised = machine()
    assert len(run(raised, steady(0, 3, True))) == 1
    raised.reset()  # the second stream's clock begins at 0 again; ours goes on
    again = [one(raised, n / 4, True, clock_s=3 + n / 4) for n in range(200)]
    assert seconds([event for event in again if event]) == [32.0]


def test_a_clock_set_back_only_makes_the_cool_down_longer():
    raised = machine()
    assert len(run(raised, steady(0, 3, True))) == 1
    raised.reset()
    again = [one(raised, n / 4, True, clock_s=n / 4 - 86_400) for n in range(110)]
    assert again == [None] * 110


RUNS = st.tuples(
    st.booleans(),
    st.integers(1, 60),
    st.sampled_from((0.15, 0.2, 0.5, 1.0, 8.0)),
    st.integers(2, 9),
)


@st.composite
def streams(draw) -> list[tuple[float, bool]]:
    """Moments at uneven times, with gaps now and then, that hold in runs with errors in them."""
    told, at_s = [], 0.0
    for holds, length, step_s, wrong in draw(st.lists(RUNS, max_size=20)):
        for n in range(1, length + 1):
            at_s += step_s
            told.append((round(at_s, 3), holds != (n % wrong == 0)))
    return told


patiences = st.builds(
    Patience,
    min_duration_ns=st.integers(S // 2, 20 * S),
    cool_down_ns=st.integers(0, 60 * S),
    window_ns=st.integers(S // 2, 4 * S),
)


@at_most(60)
@given(streams(), patiences)
def test_whatever_the_stream_no_event_is_too_early_or_too_soon(told, patience):
    times = seconds(run(machine(patience), told))
    for earlier, later in pairwise(times):
        assert later - earlier >= patience.cool_down_ns / S - 1e-6
    for at_s in times:
        start_s = at_s - patience.min_duration_ns / S
        alone = [time_s for (last_s, _), (time_s, _) in pairwise(told)
                 if time_s <= at_s and time_s - last_s > patience.gap_ns / S]  # fmt: skip
        seen_s = max(alone, default=0.0)
        held = [time_s for time_s, holds in told if holds and seen_s <= time_s <= at_s]
        assert held[0] <= start_s + 1e-6  # a minimum duration ago, and it was seen all the while
        assert len(held) >= 3
        assert held[-1] == at_s


@at_most(40)
@given(st.lists(st.integers(20, 60), max_size=20))
def test_moments_that_hold_one_at_a_time_never_raise(quiet):
    told, at_s = [], 0.0
    for length in quiet:
        told += [(at_s, True), *((at_s + n * 0.2, False) for n in range(1, length))]
        at_s += length * 0.2
    assert run(machine(Patience(min_duration_ns=S // 2, window_ns=S // 2)), told) == []
