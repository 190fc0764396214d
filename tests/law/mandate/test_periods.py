"""Nothing that is recorded outlives one month of the calendar."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.law.mandate.periods import ONE_MONTH, PARIS, Period, destroy_by


@pytest.mark.parametrize(
    ("text", "months", "seconds"),
    [("P30D", 0, 30 * 86400), ("P1M", 1, 0), ("PT72H", 0, 72 * 3600), ("PT0S", 0, 0),
     ("P1Y2M3W4DT5H6M7S", 14, 25 * 86400 + 5 * 3600 + 6 * 60 + 7)],
)  # fmt: skip
def test_iso_8601_is_read(text, months, seconds):
    assert Period.parse(text) == Period(months, seconds)


@pytest.mark.parametrize("text", ["", "P", "PT", "30", "30D", "P-3D", "P1.5D", "P3", "p3d", "P1H",
                                  "PT1D", 30, None, "P30D ", "P٣D"])  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="a duration such as"):
        Period.parse(text)


@given(st.builds(Period, st.integers(0, 99), st.integers(0, 10**8)))
def test_a_period_is_read_as_it_is_written(period):
    assert Period.parse(str(period)) == period


moments = st.datetimes(
    datetime(1999, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)
)  # fmt: skip


@given(moments)
def test_a_recording_never_outlives_a_calendar_month(recorded):
    gone = destroy_by(recorded, Period.parse("P60D")).astimezone(PARIS)
    local = recorded.astimezone(PARIS)
    year, month = (local.year, local.month + 1) if local.month < 12 else (local.year + 1, 1)
    last = min(local.day, calendar.monthrange(year, month)[1])
    assert gone.date() <= date(year, month, last)
    assert gone > recorded


@given(moments, st.integers(0, 40 * 86400), st.integers(0, 40 * 86400))
def test_the_shortest_limit_counts(recorded, first, second):
    gone = destroy_by(recorded, Period(0, first), Period(0, second))
    assert gone <= recorded + timedelta(seconds=min(first, second))
    assert gone <= ONE_MONTH.after(recorded)


def test_thirty_days_overshoot_the_month_on_thirty_dates_of_2027():
    days = [datetime(2027, 1, 1, 12, tzinfo=PARIS) + timedelta(days=n) for n in range(365)]
    late = [day for day in days if Period.parse("P30D").after(day) > ONE_MONTH.after(day)]
    assert len(late) == 30
    assert (late[0].date(), late[-1].date()) == (date(2027, 1, 30), date(2027, 2, 28))
    assert all(destroy_by(day, Period.parse("P30D")) == ONE_MONTH.after(day) for day in late)


def test_twenty_eight_days_are_always_within_the_month():
    for year in range(2020, 2060):
        for n in range(366):
            day = datetime(year, 1, 1, 12, tzinfo=PARIS) + timedelta(days=n)
            assert Period.parse("P28D").after(day) <= ONE_MONTH.after(day) + timedelta(hours=1)
