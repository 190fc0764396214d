"""A case, step by step: what may follow what, and nothing else may. Pure.

    case = declare(order, rules, now)
    case = apply(case, Approve("dpo"), now)          # or OrderError, with the reason

    declared > approved, witnessed > peeled, window by window > opened > exported > closed
                                                              > held                > expired

Witnesses and approvers come in any order. Who declared an order never approves it; the vault
approves nothing and peels last. A refusal stands, and withdraws what that party had approved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from contrejour.base.errors import OrderError
from contrejour.base.times import utc
from contrejour.custody.cases.order import Kind, Order, Window
from contrejour.custody.cases.rules import VAULT, Rules
from contrejour.custody.cases.steps import (
    OVER,
    Approve,
    Close,
    Expire,
    Export,
    Hold,
    Open,
    Peel,
    Refuse,
    State,
    Step,
    Witness,
)


@dataclass(frozen=True, slots=True)
class Peeled:
    role: str
    way: frozenset[str]
    window: Window
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Made by `declare` and `apply` alone. `at`: when its last step was."""

    order: Order
    rules: Rules
    at: datetime
    approvals: frozenset[str] = frozenset()
    refusals: frozenset[str] = frozenset()
    witnesses: frozenset[str] = frozenset()
    peels: tuple[Peeled, ...] = ()
    opened: tuple[Window, ...] = ()
    held: tuple[Window, ...] = ()
    exports: tuple[str, ...] = ()
    over: State | None = None

    @property
    def state(self) -> State:
        hopeless = not self.rules.can_agree(self.refusals | {self.order.requester})
        reached = (
            (self.over, self.over or State.CLOSED), (self.held, State.HELD),
            (self.exports, State.EXPORTED), (self.opened, State.OPENED),
            (hopeless, State.REFUSED),  # what is open already can't be refused any more
            (any(self.is_peeled(each.window) for each in self.peels), State.PEELED),
            (self.is_approved and self.is_witnessed, State.WITNESSED),
            (self.is_approved, State.APPROVED),
        )  # fmt: skip
        return next((state for reached_, state in reached if reached_), State.DECLARED)

    @property
    def is_approved(self) -> bool:
        """Enough parties; two at least where the order didn't wait."""
        enough = self.rules.policy.met(self.approvals | {VAULT})
        return enough and len(self.approvals) >= (2 if self.order.urgent else 1)

    @property
    def is_witnessed(self) -> bool:
        return self.rules.witnesses.met(self.witnesses)

    @property
    def ends(self) -> datetime:
        """When it expires."""
        return self.order.hold_until if self.held and self.order.hold_until else self.order.expires

    def is_peeled(self, window: Window) -> bool:
        """By all of one quorum."""
        return any(
            way <= {each.role for each in self.peels if each.window == window and each.way == way}
            for way in {each.way for each in self.peels}
        )

    def peeled_s(self, role: str, now: datetime) -> int:
        """Camera-seconds that the party has peeled in this case on this day, UTC."""
        day = now.astimezone(UTC).date()
        return sum(
            each.window.seconds for each in self.peels
            if each.role == role and each.at.astimezone(UTC).date() == day
        )  # fmt: skip


def declare(order: Order, rules: Rules, now: datetime) -> Case:
    """Begin. Raises OrderError for an order that these rules could never let be opened."""
    if abs(now - order.declared) > rules.skew:
        raise OrderError(
            f"the order was written on {utc(order.declared)}, and it is {utc(now)}",
            "declare an order when it is written; look at the clock",
        )
    if order.expires - order.declared > rules.voted.order_lasts:
        raise OrderError(
            f"the order ends on {utc(order.expires)}, too long after it begins",
            f"at most {rules.voted.order_lasts.days} days, or --plan says so",
        )
    if not order.urgent and order.not_before - order.declared < rules.voted.cooling_off:
        raise OrderError(
            "the order doesn't wait as long as it has to",
            "--urgent asks for a second approver; --plan is the party's own, with other numbers",
        )
    most = order.declared + rules.voted.hold_lasts
    if order.hold_until is not None and order.hold_until > most:
        raise OrderError(
            f"the hold ends on {utc(order.hold_until)}, too long after it begins",
            f"at most on {utc(most)}, or --plan says so",
        )
    if not rules.can_agree(frozenset({order.requester})):
        raise OrderError(
            f"{order.requester} has to agree, and can't approve an order of their own",
            "somebody else has to ask: a party line for them, in no group",
        )
    return Case(order, rules, now)


def apply(case: Case, step: Step, now: datetime) -> Case:
    """The case after a step, or OrderError with the reason; `now` never goes back."""
    if now < case.at:
        raise OrderError(
            f"it is {utc(now)}, and the last step was on {utc(case.at)}", "look at the clock"
        )
    if case.state in OVER and not (case.state is State.REFUSED and isinstance(step, Close)):
        raise OrderError(f"the case is {case.state.value}: nothing can follow", "declare a new one")
    if isinstance(step, Expire):
        if now < case.ends:
            raise OrderError(f"the order ends on {utc(case.ends)}, not before")
        return replace(case, at=now, over=State.EXPIRED)
    if isinstance(step, Close):
        return replace(case, at=now, over=State.CLOSED)
    if now >= case.ends:
        raise OrderError(f"the order ended on {utc(case.ends)}", "declare a new one")
    return replace(_applied(case, step, now), at=now)


def _applied(case: Case, step: Step, now: datetime) -> Case:
    match step:
        case Approve(role):
            _demand_voice(case, role)
            if role in case.refusals:
                raise OrderError(f"{role} has refused the order", "a refusal stands: declare anew")
            return replace(case, approvals=case.approvals | {role})
        case Refuse(role):
            _demand_voice(case, role)
            refusals, approvals = case.refusals | {role}, case.approvals - {role}
            return replace(case, refusals=refusals, approvals=approvals)
        case Witness(order, by):
            if order != case.order.id:
                raise OrderError("what was witnessed is another order", "ask for this one's proof")
            return replace(case, witnesses=case.witnesses | by)
        case Peel():
            demand_peel(case, step, now)
            peeled = Peeled(step.role, step.way, step.window, now)
            return replace(case, peels=(*case.peels, peeled))
        case Open(windows, recipients):
            _demand_peeled(case, windows, Kind.OPEN)
            if recipients != tuple(each.recipient for each in windows):
                raise OrderError(
                    "a key that came out is not the one of its window",
                    "the onion was swapped or is a forgery: keep it, and say so in public",
                )
            return replace(case, opened=(*case.opened, *windows))
        case Hold(windows):
            _demand_peeled(case, windows, Kind.HOLD)
            return replace(case, held=(*case.held, *windows))
        case Export(sha256):
            if not case.opened:
                raise OrderError("nothing was opened, so there is nothing to hand over")
            return replace(case, exports=(*case.exports, sha256))
        case _:
            raise AssertionError(step)


def _demand_voice(case: Case, role: str) -> None:
    if role == case.order.requester:
        raise OrderError(f"{role} declared the order, and has no say on it", "another party has")
    if role not in case.rules.voices():
        raise OrderError(
            f"{role} has no say by this policy", "one of: " + ", ".join(sorted(case.rules.voices()))
        )


def _demand_peeled(case: Case, windows: tuple[Window, ...], kind: Kind) -> None:
    if case.order.kind is not kind:
        raise OrderError(
            f"the order is to {case.order.kind.value}, not to {kind.value}", "declare another one"
        )
    if not windows or not all(map(case.is_peeled, windows)):
        raise OrderError("not peeled by all whom it is sealed for", "each party peels in turn")


def demand_peel(case: Case, step: Peel, now: datetime) -> None:
    """Raises OrderError unless the party may peel that window now."""
    order, rules = case.order, case.rules
    if now < order.not_before:
        raise OrderError(f"the order may be used from {utc(order.not_before)} on", "it has to wait")
    if step.way not in rules.policy.ways() or step.role not in step.way:
        raise OrderError(f"{step.role} is not of a quorum of this policy", "peel your own onion")
    if order.requester in step.way:
        raise OrderError(f"{order.requester} declared the order, and can't open it as well")
    if missing := sorted(step.way - {VAULT} - case.approvals):
        raise OrderError(f"not approved by {', '.join(missing)}", "`case approve`, with their key")
    if not case.is_approved:
        raise OrderError(
            "an order that doesn't wait needs two who approve it", "`case approve`, with their key"
        )
    if not case.is_witnessed:
        raise OrderError(
            "too few have witnessed the order", "ask the log for a proof with their cosignatures"
        )
    if not order.covers(step.window):
        raise OrderError(
            f"the order doesn't cover {step.window.camera} at {utc(step.window.since)}",
            "each window has to lie in the order wholly",
        )
    if step.window.until - step.window.since > rules.voted.window:
        raise OrderError(
            f"a window of {step.window.seconds} s, longer than what opens together",
            "--plan is the party's own: its mandate says how long",
        )
    peeled = {each.role for each in case.peels if each.window == step.window}
    if step.role in peeled:
        raise OrderError(f"{step.role} has peeled this window already", "an order is used once")
    if step.role == VAULT and not step.way - {VAULT} <= peeled:
        raise OrderError("the vault peels last", "the authorities peel before it")
    used_s = step.used_s + case.peeled_s(step.role, now)
    if used_s + step.window.seconds > rules.cap_s:
        raise OrderError(
            f"{step.role} has peeled {used_s // 60} of {rules.cap_s // 60} camera-minutes today",
            "go on tomorrow: days are counted in UTC",
        )
