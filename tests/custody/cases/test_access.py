"""A filmed person's request: days counted by the calendar, and nobody searched for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.plans import plan_for
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import OrderError
from contrejour.custody.cases.access import AccessReply, Request, cameras, kept_until, request
from contrejour.law.mandate.periods import PARIS
from contrejour.papers.page import render
from contrejour.papers.reply import reply

SINCE = datetime(2027, 1, 20, 8, tzinfo=UTC)
UNTIL = SINCE + timedelta(minutes=20)


def asked(received: date, told: date | None = None) -> Request:
    return request(received, "car-t3", SINCE, UNTIL, told)


@pytest.mark.parametrize(
    ("received", "first", "extended"),
    [
        ("2027-01-20", "2027-02-20", "2027-04-20"), ("2027-01-29", "2027-02-28", "2027-04-28"),
        ("2027-01-31", "2027-02-28", "2027-04-28"), ("2028-01-31", "2028-02-29", "2028-04-29"),
        ("2027-03-31", "2027-04-30", "2027-06-30"), ("2027-11-30", "2027-12-30", "2028-02-29"),
        ("2027-12-31", "2028-01-31", "2028-03-31"), ("2027-02-28", "2027-03-28", "2027-05-28"),
        ("2028-02-29", "2028-03-29", "2028-05-29"), ("2027-08-31", "2027-09-30", "2027-11-30"),
    ],
)  # fmt: skip
def test_months_are_the_calendar_s(received: str, first: str, extended: str) -> None:
    day = date.fromisoformat(received)
    assert asked(day).deadline == date.fromisoformat(first)
    assert asked(day, told=day).deadline == date.fromisoformat(extended)


@given(st.dates(date(2027, 1, 21), date(2100, 1, 1)))
def test_no_deadline_is_later_than_any_way_of_counting(day: date) -> None:
    first, extended = asked(day).deadline, asked(day, told=day).deadline
    assert timedelta(days=28) <= first - day <= timedelta(days=31)
    assert timedelta(days=28 + 59) <= extended - day <= timedelta(days=92)
    assert first.day <= day.day
    assert extended.day <= first.day


def test_a_request_of_the_last_minute_of_a_day_is_of_that_day_in_paris() -> None:
    late = datetime(2027, 1, 30, 22, 59, tzinfo=UTC)
    assert asked(late.astimezone(PARIS).date()).deadline == date(2027, 2, 28)
    after = late + timedelta(minutes=1)
    assert asked(after.astimezone(PARIS).date()).received == date(2027, 1, 31)


def test_days_left_go_below_zero() -> None:
    late = asked(date(2027, 1, 31))
    assert late.days_left(date(2027, 2, 28)) == 0
    assert late.days_left(date(2027, 3, 1)) == -1


def test_an_extension_told_after_the_first_month_is_none() -> None:
    assert asked(date(2027, 1, 31), told=date(2027, 2, 28)).deadline == date(2027, 4, 28)
    for told in (date(2027, 3, 1), date(2027, 1, 30)):
        with pytest.raises(OrderError, match="not told by 2027-02-28"):
            asked(date(2027, 1, 31), told=told)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (UNTIL, SINCE, "empty"), (SINCE, SINCE, "empty"),
        (SINCE, SINCE + timedelta(hours=6, seconds=1), "more than 6 hours"),
        (SINCE + timedelta(days=9), UNTIL + timedelta(days=9), "after the request"),
    ],
)  # fmt: skip
def test_an_interval_that_is_too_wide_or_empty_is_refused(since, until, said: str) -> None:
    with pytest.raises(OrderError, match=said):
        request(date(2027, 1, 25), "car-t3", since, until)


def test_the_cameras_of_the_place_are_looked_at_and_no_others() -> None:
    plan = plan_for("record", day=date(2027, 1, 10))
    assert cameras(plan, "car-t3") == ("cam-a",)
    assert kept_until(plan, asked(date(2027, 1, 25)))["cam-a"] == SINCE + timedelta(days=30)
    assert cameras(plan, "quais") == ()
    with pytest.raises(OrderError, match="not a place"):
        cameras(plan, "partout")


@pytest.mark.parametrize("answer", AccessReply)
def test_a_reply_says_the_deadline_the_remedies_and_no_name(answer: AccessReply) -> None:
    letter = reply(asked(date(2027, 1, 31)), answer, "SNCF <b>", "Car T3")
    french, english = (render(letter, language).decode() for language in ("fr", "en"))
    assert "28 février 2027" in french
    assert "28 February 2027" in english
    assert "CNIL" in french
    assert "art.\u00a077" in french or "77 et 79" in french
    assert "SNCF &lt;b&gt;" in french
    assert "à compléter" in french
    assert "20 janvier 2027 à 9" in french
