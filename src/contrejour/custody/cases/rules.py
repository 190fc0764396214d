"""What is laid down before any case: who opens, who witnesses, how much, how soon, for what. Pure.

party vault age1pq1…                       a machine: it checks, and peels last
party prosecutor age1pq1… key:<keyid>      `key:` is what `contrejour keys new` prints
party dpo age1pq1… key:<keyid>
party operator age1pq1… key:<keyid>
party opj - key:<keyid>                    in no group: may ask, and never counts
group one any dpo operator
group open all vault prosecutor one
quorum open

`Rules` are the parties' policy and the numbers of the plan. `demand_allowed` holds an order against
the plan and the law: a requisition needs the plan's `export.requisition` and one of the articles of
rule FR-23, while that rule is in force (the code is renumbered on 1 January 2029). The request of a
filmed person rests on their own right (rule EU-17, GDPR 15): the plan only has to let that camera
record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contrejour.base.errors import OrderError, PlanExpired, Refused
from contrejour.base.messages import Message
from contrejour.base.times import utc
from contrejour.custody.cases.hold import demand_held
from contrejour.custody.cases.order import HEX, Order, OrderBasis
from contrejour.custody.openers import demand_shared, is_vault
from contrejour.custody.quorum import NONE, Policy
from contrejour.law.mandate.intervals import gone, rest
from contrejour.law.mandate.law import Rule, rulebook
from contrejour.law.mandate.originals import Originals
from contrejour.law.mandate.periods import PARIS
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act

SPANS_SHOWN = 4
"""In a hint; more are counted."""


SKEW = timedelta(minutes=5)
"""By which another's clock may differ."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`voted`: the numbers of the plan; without one, the defaults.

    Raises SealError for a policy by which one party, or nobody, could open, OrderError where no
    witness is asked.
    """

    policy: Policy
    witnesses: Policy
    voted: Originals = field(default_factory=Originals)
    skew: timedelta = SKEW
    logged_within: timedelta = timedelta(hours=1)
    """Between what an order says of when it was declared, and when the log first had it."""

    def __post_init__(self) -> None:
        demand_shared(self.policy)
        if self.witnesses.quorum == NONE or self.witnesses.met(()):
            raise OrderError("policy-without-witnesses")

    @property
    def cap_s(self) -> int:
        """Camera-seconds that one party peels in one UTC day, over all cases."""
        return self.voted.camera_minutes * 60

    def voices(self) -> frozenset[str]:
        """Those whose approval counts: members of some quorum, but for vaults."""
        return frozenset().union(*self.policy.ways()) - self.vaults

    @property
    def vaults(self) -> frozenset[str]:
        """Those that approve nothing, and peel last."""
        return frozenset(filter(is_vault, self.policy.members))

    def can_agree(self, without: frozenset[str]) -> bool:
        """Whether there is a quorum without these."""
        return self.policy.met(set(self.policy.members) - without)


def keys(policy: Policy) -> Mapping[str, str]:
    """The keyid that speaks for each party that has one. Raises OrderError.

    One key for two parties would let one person be both.
    """
    found: dict[str, str] = {}
    for name, words in policy.members.items():
        given = [each.removeprefix("key:") for each in words if each.startswith("key:")]
        if not given:
            continue
        if len(given) > 1 or not re.fullmatch(HEX, given[0]):
            raise OrderError("key-not-one-keyid", name=name)
        if given[0] in found.values():
            raise OrderError("key-of-two-parties", name=name)
        found[name] = given[0]
    return found


def rule_of(basis: OrderBasis) -> tuple[Act, Rule]:
    """The act that the plan must name, and the rule that the order rests on."""
    act, rule = (Act.RECORD, "EU-17") if basis is OrderBasis.ACCESS else (Act.EXPORT, "FR-23")
    return act, rulebook()[rule]


def demand_plan(order: Order, plan: Plan) -> None:
    """Raises OrderError unless it is this plan that the order names."""
    if (order.mandate, order.plan) != (plan.mandate, plan.sha256):
        raise OrderError("order-for-another-plan")


def demand_allowed(order: Order, plan: Plan, now: datetime, hold: Order | None = None) -> None:
    """As `demand_planned`, and OrderError where any moment of it had to be destroyed by now."""
    demand_planned(order, plan, now, hold)
    for camera in () if order.held else order.cameras:
        demand_kept(plan, camera, order.since, order.until, now)


def demand_planned(order: Order, plan: Plan, now: datetime, hold: Order | None = None) -> None:
    """Raises Refused or PlanExpired, with the citation, unless the plan allows it for each camera.

    Raises OrderError for another plan's order, and for one of what a hold (`hold`: its order) kept
    unless it did in time. Whether what it is for may still be there, `demand_kept` says.
    """
    demand_plan(order, plan)
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


def demand_kept(plan: Plan, camera: str, since: datetime, until: datetime, now: datetime) -> None:
    """Raises OrderError where any moment of the interval had to be destroyed by now.

    The hint says what is left of it, as far as a line goes.
    """
    if not (spans := gone(plan, camera, since, until, now)):
        return
    told = Message("only-holds-are-left")
    if left := rest(since, until, spans):
        shown = ", ".join(f"{utc(each.since)}/{utc(each.until)}" for each in left[:SPANS_SHOWN])
        more = len(left) - SPANS_SHOWN
        told = Message("order-what-is-left", spans=f"{shown}, … (+{more})" if more > 0 else shown)
    first = spans[0]
    raise OrderError(
        "destroyed-by-then", camera=camera, since=utc(first.since), until=utc(first.until),
        hint=told,
    )  # fmt: skip
