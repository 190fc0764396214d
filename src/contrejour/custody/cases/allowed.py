"""What no mandate and no text allows is not asked for: the order held against the plan and the law.

A requisition needs the plan's `export.requisition` and one of the articles of rule FR-23, while
that rule is in force (the code is renumbered on 1 January 2029). A filmed person's request rests
on their own right (rule EU-17, GDPR 15): the plan only has to let that camera record.
"""

from __future__ import annotations

from datetime import datetime

from contrejour.base.errors import OrderError, PlanExpired, Refused
from contrejour.base.messages import Message
from contrejour.base.times import utc
from contrejour.custody.cases.hold import demand_held
from contrejour.custody.cases.order import Basis, Order
from contrejour.law.mandate.law import Rule, rulebook
from contrejour.law.mandate.periods import PARIS
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act


def rule_of(basis: Basis) -> tuple[Act, Rule]:
    """The act that the plan must name, and the rule that the order rests on."""
    act, rule = (Act.RECORD, "EU-17") if basis is Basis.ACCESS else (Act.EXPORT, "FR-23")
    return act, rulebook()[rule]


def demand_allowed(
    order: Order, plan: Plan, plan_sha256: str, now: datetime, hold: Order | None = None
) -> None:
    """Raises Refused or PlanExpired, with the citation, unless the plan allows it for each camera.

    Raises OrderError for another plan's order, and for what must be destroyed by now, unless the
    order is for what a hold (`hold`: its order) kept in time.
    """
    if (order.mandate, order.plan) != (plan.mandate, plan_sha256):
        raise OrderError("order-for-another-plan")
    if order.held:
        demand_held(order, hold, order, now)
    act, rule = rule_of(order.basis)
    if not rule.in_force(now.astimezone(PARIS).date()):
        raise Refused("text-not-in-force", text=rule.citation.en)
    for camera in order.cameras:
        try:
            plan.demand(camera, act, now)
        except (Refused, PlanExpired) as error:
            hint = Message("hint-of-a-text", text=rule.citation.en, advice=error.advice)
            raise type(error)(error.message, hint=hint) from error
        gone = plan.destroy_by(camera, order.since)
        if gone <= now and not order.held:
            raise OrderError("destroyed-by-then", camera=camera, until=utc(gone))
