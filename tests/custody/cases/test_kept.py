"""What had to be destroyed is opened of no order, whatever its first moment was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.orders import DAY, HOUR, MINUTE, order, window
from fakes.peeling import AnyPlan, asked, peel, refused
from fakes.plans import plan_in_parts

from contrejour.base.errors import OrderError
from contrejour.custody.cases.access import kept_until, request
from contrejour.custody.cases.order import Order
from contrejour.custody.cases.rules import demand_allowed
from contrejour.law.mandate.plan import Grant

PLAN = plan_in_parts()
"""By day, 28 days; from 22:00 to 06:00 in Paris, 24 hours."""
NIGHT = datetime(2026, 11, 10, 21, tzinfo=UTC)
NOW = NIGHT + 9 * DAY + 15 * HOUR


def of(since: datetime, until: datetime) -> Order:
    return order(cameras=("cam-a",), since=since, until=until, mandate=PLAN.mandate,
                 plan=PLAN.sha256, declared=NOW - DAY)  # fmt: skip


def test_attack_36_an_order_that_begins_a_minute_before_the_night_opens_none_of_it() -> None:
    """Ten days later, an order from 22:00 was refused; the same from 21:59 opened two hours."""
    demand_allowed(of(NIGHT - HOUR, NIGHT), PLAN, NOW)
    for since in (NIGHT, NIGHT - MINUTE):
        with pytest.raises(OrderError, match="had to be destroyed"):
            demand_allowed(of(since, NIGHT + 2 * HOUR), PLAN, NOW)


def test_an_order_is_told_what_is_gone_and_what_is_left() -> None:
    with pytest.raises(OrderError) as told:
        demand_allowed(of(NIGHT - HOUR, NIGHT + 10 * HOUR), PLAN, NOW)
    assert str(told.value) == (
        "cam-a: what was filmed from 2026-11-10T21:00:00Z to 2026-11-11T05:00:00Z"
        " had to be destroyed by now"
    )
    assert told.value.hint == (
        "order what is left of it: 2026-11-10T20:00:00Z/2026-11-10T21:00:00Z,"
        " 2026-11-11T05:00:00Z/2026-11-11T07:00:00Z"
    )


def test_a_hint_names_some_of_what_is_left_and_counts_the_rest() -> None:
    with pytest.raises(OrderError) as told:
        demand_allowed(of(NIGHT - 8 * DAY, NIGHT), PLAN, NOW)
    assert told.value.hint.count("/") == 4
    assert told.value.hint.endswith("… (+4)")


class NightPlan(AnyPlan):
    """The minutes from 14:05 on are kept for an hour."""

    def grants(self, camera: str) -> tuple[Grant, ...]:
        return (Grant("m", frozenset(), (), (), ((0, 300),), self.not_before, self.ends, (), None,
                      None),)  # fmt: skip

    def destroy_by(self, camera: str, recorded_at: datetime) -> datetime:
        short = recorded_at >= order().since + 5 * MINUTE
        return recorded_at + (HOUR if short else self.keeps)


def test_attack_36_each_window_is_judged_by_its_own_moments_when_it_is_peeled() -> None:
    """`may_say` asked nothing of the window: one past its time came with its order."""
    peel(asked(window=window(4)), plan=NightPlan())
    refused(OrderError, "had to be destroyed", asked(window=window(5)), plan=NightPlan())


def test_attack_36_a_window_of_which_the_last_moment_is_gone_is_not_peeled() -> None:
    late = window(4, until=order().since + 5 * MINUTE + timedelta(seconds=1))
    refused(OrderError, "had to be destroyed", asked(window=late), plan=NightPlan())


def test_attack_36_a_filmed_person_is_told_when_the_first_of_it_is_destroyed() -> None:
    """A request from 21:00 to 23:00 was told that all of it is kept for 28 days."""
    asked_for = request(date(2026, 11, 11), "p", NIGHT - HOUR, NIGHT + HOUR)
    assert kept_until(PLAN, asked_for) == {"cam-a": NIGHT + DAY}
