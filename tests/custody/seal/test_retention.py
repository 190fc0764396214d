"""Nothing that is sealed can be opened after thirty days, whatever the clocks say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.parties import POLICIES, policy
from fakes.seals import subsets
from hypothesis import example, given
from hypothesis import strategies as st

from contrejour.base.errors import SealError
from contrejour.custody.seal.retention import HORIZON, destroyed_at, is_dead, sealed_until, start_of
from contrejour.law.mandate.originals import Originals
from contrejour.law.mandate.periods import PARIS, Period, destroy_by

HORIZONS = st.timedeltas(timedelta(0), timedelta(days=6))
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)).map(
    lambda time: time.replace(tzinfo=UTC)
)
FAULTS = st.timedeltas(timedelta(days=-400), timedelta(days=400))
KEPT = st.sampled_from(["P30D", "P1M", "P14D", "P10D", "PT200H"]).map(
    lambda told: lambda at: destroy_by(at, Period.parse(told))
)


def thirty(at: datetime) -> datetime:
    return destroy_by(at, Period.parse("P30D"))


def on_the_wall(at: datetime) -> datetime:
    """What a clock in Paris shows. A month is counted on it: October has 31 days and an hour."""
    return at.astimezone(PARIS).replace(tzinfo=None)


def month(at: datetime) -> datetime:
    return destroy_by(at, Period.parse("P1M"))


OCTOBER = datetime(2026, 9, 30, 22, tzinfo=UTC)


@example(OCTOBER, month, timedelta(0), timedelta(0), timedelta(0))
@given(TIMES, KEPT, HORIZONS, FAULTS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_recorder_whose_clock_is_wrong_by_any_amount_never_seals_for_more_than_may_be_kept(
    now, kept, horizon, wrong, offline
):
    """It holds the keys that it was given when it last was on line; its clock chooses the day."""
    day = (now + wrong).date()
    if day > sealed_until(now - offline, horizon):
        return  # it has no key of that day: it can't seal
    assert destroyed_at(day, kept, horizon) <= kept(now)
    assert on_the_wall(kept(now)) - on_the_wall(now) <= timedelta(days=31)


@given(TIMES, KEPT, HORIZONS, st.floats(0, 1))
def test_a_recorder_that_leads_and_a_party_that_lags_together_by_the_horizon_keep_the_limit(
    now, kept, horizon, share
):
    leads = horizon * share
    lags = horizon - leads
    day = (now + leads).date()
    assert destroyed_at(day, kept, horizon) + lags <= kept(now)


@given(TIMES)
def test_in_a_normal_life_it_is_28_to_29_days_and_less_around_february(now):
    lasts = destroyed_at(now.date(), thirty, HORIZON) - now
    assert lasts <= timedelta(days=29)
    around = (1, 28) <= (now.month, now.day) <= (3, 2)
    assert lasts > timedelta(days=24 if around else 28)


def test_what_is_recorded_in_february_is_gone_within_its_month_of_28_days():
    """Article L252-5 of the code de la sécurité intérieure: one month, not thirty days."""
    for day in (date(2027, 1, 30), date(2027, 2, 1), date(2027, 2, 27)):
        assert destroyed_at(day, thirty, timedelta(0)) <= thirty(start_of(day))
        assert thirty(start_of(day)) - start_of(day) < timedelta(days=30)


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), KEPT, HORIZONS)
def test_a_day_s_key_lives_past_the_day_while_the_horizon_allows(day, kept, horizon):
    assert destroyed_at(day, kept, horizon) >= start_of(day) + timedelta(days=1)
    assert sealed_until(start_of(day), horizon) >= day


@pytest.mark.parametrize("horizon", [timedelta(days=29, hours=1), timedelta(seconds=-1)])
def test_a_horizon_by_which_no_key_lives_for_its_day_is_refused(horizon):
    with pytest.raises(SealError, match="gone before its day is over"):
        destroyed_at(date(2027, 5, 10), thirty, horizon)


def test_a_plan_that_keeps_nothing_has_no_keys():
    with pytest.raises(SealError, match="gone before its day is over"):
        destroyed_at(date(2027, 5, 10), lambda at: at, timedelta(0))


@pytest.mark.parametrize("name", POLICIES)
def test_a_day_is_dead_exactly_where_no_way_to_open_it_is_left(name):
    who = policy(name)
    for gone in subsets(list(who.members)):
        left = set(who.members) - gone
        assert is_dead(who, gone) == (not any(way <= left for way in who.ways()))


def test_the_vault_or_two_of_three_authorities_are_enough_to_end_a_day():
    who = policy("two of three")
    assert is_dead(who, {"vault"})
    assert is_dead(who, {"dpo", "operator"})
    assert not is_dead(who, {"dpo"})
    assert not is_dead(who, {"somebody else"})


def test_the_horizon_of_who_names_none_is_the_one_of_a_plan_that_names_none():
    assert Originals().horizon == HORIZON
