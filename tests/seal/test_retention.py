"""Nothing that is sealed can be opened after thirty days, whatever the clocks say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.parties import POLICIES, policy
from fakes.seals import subsets
from hypothesis import given
from hypothesis import strategies as st

from contrejour.seal.retention import (
    HORIZON,
    RETENTION,
    destroyed_at,
    is_dead,
    sealed_until,
    start_of,
)

HORIZONS = st.timedeltas(timedelta(0), timedelta(days=20))
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)).map(
    lambda time: time.replace(tzinfo=UTC)
)
FAULTS = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@given(TIMES, HORIZONS, FAULTS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_recorder_whose_clock_is_wrong_by_any_amount_never_seals_for_more_than_30_days(
    now, horizon, wrong, offline
):
    """It holds the keys that it was given when it last was on line; its clock chooses the day."""
    day = (now + wrong).date()
    if day > sealed_until(now - offline, horizon):
        return  # it has no key of that day: it can't seal
    assert destroyed_at(day, horizon) - now <= RETENTION


@given(TIMES, HORIZONS, st.floats(0, 1))
def test_a_recorder_that_leads_and_a_party_that_lags_together_by_the_horizon_keep_within_30_days(
    now, horizon, share
):
    leads = horizon * share
    lags = horizon - leads
    day = (now + leads).date()
    gone = destroyed_at(day, horizon) + lags
    assert gone - now <= RETENTION


@given(TIMES)
def test_in_a_normal_life_it_is_28_to_29_days(now):
    kept = destroyed_at(now.date(), HORIZON) - now
    assert timedelta(days=28) < kept <= timedelta(days=29)


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), HORIZONS)
def test_a_day_s_key_lives_past_the_day_while_the_horizon_allows(day, horizon):
    assert destroyed_at(day, horizon) > start_of(day)
    assert sealed_until(start_of(day), horizon) >= day


def test_a_horizon_as_long_as_the_retention_is_refused():
    with pytest.raises(ValueError, match="horizon"):
        destroyed_at(date(2027, 1, 1), RETENTION)
    with pytest.raises(ValueError, match="horizon"):
        destroyed_at(date(2027, 1, 1), timedelta(seconds=-1))


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
