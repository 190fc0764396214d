"""An interval of recording is judged by each of its moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fakes.plans import plan_in_parts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contrejour.law.mandate.intervals import Span, destroy_first, gone, rest
from contrejour.law.mandate.plan import Plan

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLOCK = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
HOURS = st.lists(st.tuples(CLOCK, CLOCK).map("-".join), max_size=2).map(tuple)
KEPT = st.sampled_from(["P28D", "P1M", "PT24H", "PT1H", "PT30M", "P2DT10M", "PT0S"])
PLANS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.tuples(HOURS, KEPT), min_size=1
).map(plan_in_parts)  # fmt: skip
MINUTES = st.integers(0, 4 * 24 * 60).map(lambda n: n * MINUTE)
BEGINS = st.sampled_from(
    [datetime(2026, 3, 27, tzinfo=UTC),  # clocks go forward within four days
     datetime(2026, 10, 23, tzinfo=UTC),  # and back
     datetime(2026, 1, 29, tzinfo=UTC),  # months end on the same day
     datetime(2026, 2, 26, tzinfo=UTC),
     datetime(2025, 12, 30, tzinfo=UTC)]  # the plan begins
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@example(plan_in_parts(), datetime(2026, 10, 23, tzinfo=UTC), 19 * HOUR, 3 * HOUR, 10 * DAY)
@example(
    plan_in_parts({"a": ((), "P1M")}),
    datetime(2026, 1, 30, 20, tzinfo=UTC),
    HOUR,
    9 * HOUR,
    29 * DAY,
)
@given(PLANS, BEGINS, MINUTES, st.integers(1, 26 * 60).map(lambda n: n * MINUTE),
       st.integers(0, 40 * 24 * 60).map(lambda n: n * MINUTE))  # fmt: skip
def test_what_is_gone_is_what_is_gone_minute_by_minute(
    plan: Plan, begins: datetime, after: timedelta, lasts: timedelta, later: timedelta
) -> None:
    since, now = begins + after, begins + after + later
    until = since + lasts
    found = gone(plan, "cam-a", since, until, now)
    minutes = [since + n * MINUTE for n in range(lasts // MINUTE)]
    assert [any(each.since <= at < each.until for each in found) for at in minutes] == [
        plan.destroy_by("cam-a", at) <= now for at in minutes
    ]
    for each in rest(since, until, found):
        assert not gone(plan, "cam-a", each.since, each.until, now)


@settings(max_examples=60, deadline=None)
@given(PLANS, BEGINS, MINUTES, st.integers(1, 26 * 60).map(lambda n: n * MINUTE))
def test_the_first_to_be_destroyed_is_the_first_minute_by_minute(
    plan: Plan, begins: datetime, after: timedelta, lasts: timedelta
) -> None:
    since = begins + after
    recorded = [
        at for at in (since + n * MINUTE for n in range(lasts // MINUTE))
        if at < plan.not_before or any(each.is_open(at) for each in plan.grants("cam-a"))
    ]  # fmt: skip
    first = min((plan.destroy_by("cam-a", at) for at in recorded), default=since)
    assert destroy_first(plan, "cam-a", since, since + lasts) == first


def test_an_interval_of_all_times_is_answered_by_its_last_month() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    always = plan_in_parts({"a": ((), "P28D")})
    [span] = gone(always, "cam-a", datetime.min.replace(tzinfo=UTC),
                  datetime.max.replace(tzinfo=UTC), now)  # fmt: skip
    assert span == Span(datetime.min.replace(tzinfo=UTC), now - 28 * DAY + timedelta(seconds=1))


def test_nothing_is_gone_of_an_empty_interval() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    assert gone(plan_in_parts(), "cam-a", at, at, at + 90 * DAY) == ()
