"""A case in a few lines, for whoever has to decide what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contrejour.base.canonical import Json
from contrejour.base.errors import OrderError, PlanExpired, Refused
from contrejour.base.messages import Message, rendered
from contrejour.base.shown import in_one_line
from contrejour.base.times import utc
from contrejour.custody.cases.case import OVER, Case, State
from contrejour.custody.cases.order import Order
from contrejour.custody.cases.private import Private
from contrejour.custody.cases.rules import demand_allowed, demand_plan, rule_of
from contrejour.law.mandate.law import names
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.words import Text

STATES = {
    State.DECLARED: Text("déclaré", "declared"),
    State.APPROVED: Text("approuvé", "approved"),
    State.WITNESSED: Text("approuvé et attesté", "approved and witnessed"),
    State.PEELED: Text("pelé", "peeled"),
    State.OPENED: Text("ouvert", "opened"),
    State.EXPORTED: Text("remis", "exported"),
    State.HELD: Text("conservé", "held"),
    State.REFUSED: Text("refusé", "refused"),
    State.CLOSED: Text("clos", "closed"),
    State.EXPIRED: Text("expiré", "expired"),
}
_NOTHING = Text("rien : le dossier est terminé", "nothing: the case is over")


def state(case: Case, now: datetime) -> State:
    """As it is now: what ran out has expired, whether anybody wrote that down or not."""
    return State.EXPIRED if case.state not in OVER and now >= case.ends else case.state


def ways(case: Case) -> list[list[str]]:
    """For each quorum that is still possible, who has yet to approve."""
    left = {
        way - case.rules.vaults - case.approvals for way in case.rules.policy.ways()
        if not way & (case.refusals | {case.order.requester})
    }  # fmt: skip
    return sorted((sorted(way) for way in left), key=lambda way: (len(way), way))


@dataclass(frozen=True, slots=True)
class PlanView:
    """What a verified plan, which is the order's, says of it. `refusal`: why not, as of now."""

    plan: Plan
    refusal: Message | None

    @classmethod
    def of(cls, order: Order, plan: Plan, now: datetime, hold: Order | None) -> PlanView:
        """Raises OrderError where the order is for another plan."""
        demand_plan(order, plan)
        try:
            demand_allowed(order, plan, now, hold)
        except (Refused, PlanExpired, OrderError) as error:
            return cls(plan, error.message)
        return cls(plan, None)

    def place(self, camera: str, language: str = "en") -> str:
        """Of a camera: its place by name, kind, title and position."""
        try:
            found = self.plan.place(camera)
        except Refused:
            return "?"
        at = found.position_udeg
        where = f"{at[0] / 1e6:.6f}, {at[1] / 1e6:.6f}" if at else ""
        return "; ".join(
            filter(None, (found.name, names(found.what).in_(language), found.title, where))
        )


def summary(case: Case, private: Private | None, now: datetime, seen: PlanView) -> dict[str, Json]:
    """For programs; nothing personal but what the case's own folder holds."""
    order = case.order
    return {
        "order": order.id, "state": state(case, now).value, "kind": order.kind.value,
        "basis": order.basis.value, "cameras": [*order.cameras],
        "places": {each: seen.place(each) for each in order.cameras}, "mandate": seen.plan.mandate,
        "refused_by_plan": str(seen.refusal) if seen.refusal else None, "since": utc(order.since),
        "until": utc(order.until), "not_before": utc(order.not_before), "ends": utc(case.ends),
        "requester": order.requester, "opener": order.opener or None,
        "approvals": [*sorted(case.approvals)],
        "refusals": [*sorted(case.refusals)], "witnesses": [*sorted(case.witnesses)],
        "missing": [[*way] for way in ways(case)],
        "windows_peeled": len({p.window for p in case.peels if case.is_peeled(p.window)}),
        "held": order.held or None,
        "reveal_by": utc(order.secret.reveal_by) if order.secret else None,
        "exports": [*case.exports], "private": dict(private.texts) if private else None,
    }  # fmt: skip


def lines(
    case: Case, private: Private | None, now: datetime, language: str, seen: PlanView | None = None
) -> list[str]:
    """For people. `seen`: None where no plan was at hand, which is said."""
    order, at = case.order, state(case, now)
    missing = [" + ".join(way) for way in ways(case) if way]
    _, rule = rule_of(order.basis)
    waits = Text(" ou ".join(missing), " or ".join(missing))
    if at in OVER:
        waits = _NOTHING
    elif case.is_approved:
        waits = Text("le journal et ses témoins", "the log and its witnesses")
        if case.is_witnessed:
            waits = Text("chaque partie, à son tour", "each party, in turn")
    more: list[tuple[Text, Text]] = []
    if order.held:
        more.append((Text("conservé par", "held by"), _same(order.held)))
    if order.secret:
        by = _both(order.secret.reveal_by)
        more.append((Text("secret jusqu'au", "secret until"), _same(by)))
    if order.hold_until:
        more.append((Text("à conserver", "to be held"), _same(f"- {_both(order.hold_until)}")))
    personal = sorted(private.texts.items()) if private else []
    rows: list[tuple[Text, Text]] = [
        (Text("ordre", "order"), _same(order.id)),
        (Text("état", "state"), STATES[at]),
        (Text("demandeur", "requester"), _same(order.requester)),
        (Text("fondement", "basis"), _same(f"{order.basis.value} ({rule.citation.in_(language)})")),
        *_where(order, seen, language),
        (Text("filmé", "filmed"), _same(f"{_both(order.since)} - {_both(order.until)}")),
        (Text("utilisable", "usable"), _same(f"{_both(order.not_before)} - {_both(case.ends)}")),
        (Text("ouvert pour", "opened for"), _same(order.opener or "-")),
        (Text("approuvé par", "approved by"), _same(", ".join(sorted(case.approvals)) or "-")),
        (Text("refusé par", "refused by"), _same(", ".join(sorted(case.refusals)) or "-")),
        (Text("attesté par", "witnessed by"), _same(", ".join(sorted(case.witnesses)) or "-")),
        (Text("attend", "waits for"), waits),
        *more,
        *((_same(name), _same(text)) for name, text in personal),
    ]
    return [
        f"{in_one_line(name.in_(language)):<16} {in_one_line(value.in_(language))}"
        for name, value in rows
    ]


def _where(order: Order, seen: PlanView | None, language: str) -> Iterator[tuple[Text, Text]]:
    if seen is None:
        yield Text("caméras", "cameras"), _same(", ".join(order.cameras))
        yield Text("plan", "plan"), Text("non vérifié ici", "not verified here")
        return
    for each in order.cameras:
        yield Text("caméra", "camera"), _same(f"{each}: {seen.place(each, language)}")
    says = Text("il le permet", "it allows this")
    if seen.refusal:
        says = _same(rendered(seen.refusal, language))
    yield Text("plan", "plan"), _same(f"{seen.plan.mandate}: {says.in_(language)}")


def _both(at: datetime) -> str:
    """A time in UTC, and as a clock on the wall here has it."""
    return f"{utc(at)} ({at.astimezone():%Y-%m-%d %H:%M:%S %Z})"


def _same(text: str) -> Text:
    return Text(text, text)
