"""How a time is written: one function to the second, one to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contrejour.base import times

PARIS = timezone(timedelta(hours=2))
AT = datetime(2027, 6, 30, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize("at", [AT, AT.astimezone(PARIS), AT.replace(tzinfo=None)])
def test_a_time_is_written_in_utc_and_never_rounded_up(at):
    assert times.utc(at) == "2027-06-30T23:59:59Z"
    assert times.utc_us(at) == "2027-06-30T23:59:59.999999Z"


def test_the_clock_of_the_system_knows_its_zone():
    assert times.now().utcoffset() == timedelta(0)
