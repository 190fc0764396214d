"""What no mandate and no text allows is refused, with the citation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.orders import DAY, HOUR, MINUTE, hold, order
from fakes.plans import plan_for

from contrejour.base.errors import OrderError, PlanExpired, Refused
from contrejour.custody.cases.order import Order, OrderBasis
from contrejour.custody.cases.rules import demand_allowed
from contrejour.law.mandate.plan import Plan

NOW = datetime(2028, 6, 15, 12, tzinfo=UTC)
PLAN = plan_for("record", "export.requisition", day=datetime(2028, 6, 1).date())
NO_EXPORT = plan_for("record", day=datetime(2028, 6, 1).date())


def of(plan: Plan) -> dict[str, object]:
    return {"cameras": ("cam-a",), "mandate": plan.mandate, "plan": plan.sha256}


def asked(plan: Plan = PLAN, now: datetime = NOW, **changes: object) -> Order:
    since = now - 2 * DAY
    times = {"since": since, "until": since + 10 * MINUTE, "declared": now}
    return order(**{**of(plan), **times, **changes})


def test_a_requisition_under_a_plan_that_says_so_is_allowed() -> None:
    demand_allowed(asked(), PLAN, NOW)


def test_a_camera_that_the_mandate_does_not_name_is_refused() -> None:
    with pytest.raises(Refused, match="cam-b is not a camera") as told:
        demand_allowed(asked(cameras=("cam-a", "cam-b")), PLAN, NOW)
    assert told.value.hint.startswith("CPP, arts 60-1")


def test_an_act_that_was_not_voted_is_refused_with_the_citation() -> None:
    with pytest.raises(Refused, match=r"export\.requisition is not in the plan") as told:
        demand_allowed(asked(NO_EXPORT), NO_EXPORT, NOW)
    assert "77-1-1" in told.value.hint


def test_a_filmed_person_needs_no_vote() -> None:
    demand_allowed(asked(NO_EXPORT, basis=OrderBasis.ACCESS), NO_EXPORT, NOW)


def test_another_plan_s_order_is_refused() -> None:
    for other in (asked(mandate="other"), replace(asked(), plan="9" * 64)):
        with pytest.raises(OrderError, match="another plan"):
            demand_allowed(other, PLAN, NOW)


def test_a_plan_that_ran_out_allows_nothing() -> None:
    then = datetime(2028, 12, 30, tzinfo=UTC)
    short = plan_for("record", "export.requisition", day=NOW.date(), until="2028-12-01")
    with pytest.raises(PlanExpired, match="ended on"):
        demand_allowed(asked(short, then), short, then)


def test_an_article_that_is_no_longer_in_force_carries_nothing() -> None:
    then = datetime(2028, 12, 31, 23, 30, tzinfo=UTC)  # in Paris, the year is over
    with pytest.raises(Refused, match="not in force"):
        demand_allowed(asked(now=then), PLAN, then)


def test_what_had_to_be_destroyed_can_not_be_asked_for() -> None:
    old = NOW - 31 * DAY
    with pytest.raises(OrderError, match="had to be destroyed"):
        demand_allowed(asked(since=old, until=old + HOUR), PLAN, NOW)


def test_what_had_to_be_destroyed_is_asked_for_of_its_hold_alone() -> None:
    old = NOW - 60 * DAY
    times = {**of(PLAN), "since": old, "until": old + HOUR}
    keeps = hold(**{**times, "declared": old + DAY, "not_before": old + 2 * DAY,
                    "expires": old + 8 * DAY, "hold_until": NOW + DAY})  # fmt: skip
    mine = order(**times, held=keeps.id)
    demand_allowed(mine, PLAN, NOW, keeps)
    wide = replace(mine, until=old + 2 * HOUR)
    with pytest.raises(OrderError, match="doesn't keep all"):
        demand_allowed(wide, PLAN, NOW, keeps)
    with pytest.raises(OrderError, match="ended on"):
        demand_allowed(mine, PLAN, NOW + DAY, keeps)
    with pytest.raises(OrderError, match="own order is missing"):
        demand_allowed(mine, PLAN, NOW)
