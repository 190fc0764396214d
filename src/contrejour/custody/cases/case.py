"""A case, step by step: how far it can come, and what may follow what. Pure.

    case = declare(order, rules, now)
    case = apply(case, Approve("dpo"), now)          # or OrderError, with the reason

    declared > approved, witnessed > peeled, window by window > opened > exported > closed
                                                              > held                > expired

Steps carry data; `declare` and `apply` decide, and nothing else makes a Case. Witnesses and
approvers come in any order. Who declared an order never approves it; the vault approves nothing and
peels last. A refusal stands, and withdraws what that party had approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from contrejour.base.errors import OrderError
from contrejour.base.messages import Message
from contrejour.base.times import utc
from contrejour.custody.cases.order import Order, OrderKind, OrderWindow
from contrejour.custody.cases.rules import Rules
from contrejour.custody.openers import before


class State(StrEnum):
    """How far a case has come."""

    DECLARED = "declared"
    APPROVED = "approved"
    WITNESSED = "witnessed"
    """By enough witnesses, and approved by enough parties."""
    PEELED = "peeled"
    """One window at least, by all whom it is sealed for."""
    OPENED = "opened"
    EXPORTED = "exported"
    HELD = "held"
    REFUSED = "refused"
    """So many refused that no quorum is left."""
    CLOSED = "closed"
    EXPIRED = "expired"


OVER = frozenset({State.REFUSED, State.CLOSED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Approve:
    role: str


@dataclass(frozen=True, slots=True)
class Refuse:
    role: str


@dataclass(frozen=True, slots=True)
class Attest:
    """`order`: the id that the log's proof leads from; `by`: whose cosignatures hold, since when.

    It is where an order's time begins: what the order says of when it was declared is a claim.
    """

    order: str
    by: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Peel:
    """A party takes its layer off: what it says before it does.

    `way`: the quorum whose onion it is. `used_s`: what the party peeled today in other cases.
    """

    role: str
    way: frozenset[str]
    window: OrderWindow
    used_s: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """`windows` as the onions said; `recipients`: what the keys that came out really belong to."""

    windows: tuple[OrderWindow, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    windows: tuple[OrderWindow, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """`sha256`: of the bag's tag manifest."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Close:
    pass


@dataclass(frozen=True, slots=True)
class Expire:
    pass


Step = Approve | Refuse | Attest | Peel | Open | Hold | Export | Close | Expire


@dataclass(frozen=True, slots=True)
class PeelRecord:
    """That a party said that it takes its layer off a window, and when."""

    role: str
    way: frozenset[str]
    window: OrderWindow
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
    logged: datetime | None = None
    """When the log had the order, by enough witnesses."""
    peels: tuple[PeelRecord, ...] = ()
    opened: tuple[OrderWindow, ...] = ()
    held: tuple[OrderWindow, ...] = ()
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
        enough = self.rules.policy.met(self.approvals | self.rules.vaults)
        return enough and len(self.approvals) >= (2 if self.order.urgent else 1)

    @property
    def is_witnessed(self) -> bool:
        return self.logged is not None

    @property
    def begins(self) -> datetime:
        """From when it may be used: it waits from when the log had it, whatever it says itself."""
        if self.order.urgent or self.logged is None:
            return self.order.not_before
        return max(self.order.not_before, self.logged + self.rules.voted.cooling_off)

    @property
    def ends(self) -> datetime:
        """When it expires."""
        return self.order.hold_until if self.held and self.order.hold_until else self.order.expires

    def is_peeled(self, window: OrderWindow) -> bool:
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
            "order-written-at-another-time", declared=utc(order.declared), now=utc(now)
        )
    if order.expires - order.declared > rules.voted.order_lasts:
        raise OrderError(
            "order-too-long", expires=utc(order.expires), days=rules.voted.order_lasts.days
        )
    if not order.urgent and order.not_before - order.declared < rules.voted.cooling_off:
        raise OrderError("order-waits-too-little")
    most = order.declared + rules.voted.hold_lasts
    if order.hold_until is not None and order.hold_until > most:
        raise OrderError("hold-too-long", hold_until=utc(order.hold_until), latest=utc(most))
    if not rules.can_agree(frozenset({order.requester})):
        raise OrderError("requester-would-approve", requester=order.requester)
    return Case(order, rules, now)


def apply(case: Case, step: Step, now: datetime) -> Case:
    """The case after a step, or OrderError with the reason; `now` never goes back."""
    if now < case.at:
        raise OrderError("case-goes-back-in-time", now=utc(now), last=utc(case.at))
    if case.state in OVER and not (case.state is State.REFUSED and isinstance(step, Close)):
        raise OrderError("case-is-over", state=case.state.value)
    if isinstance(step, Expire):
        if now < case.ends:
            raise OrderError("order-not-over-yet", ends=utc(case.ends))
        return replace(case, at=now, over=State.EXPIRED)
    if isinstance(step, Close):
        return replace(case, at=now, over=State.CLOSED)
    if now >= case.ends:
        raise OrderError("order-is-over", ends=utc(case.ends))
    return replace(_applied(case, step, now), at=now)


def _applied(case: Case, step: Step, now: datetime) -> Case:
    match step:
        case Approve(role):
            _demand_voice(case, role)
            if role in case.refusals:
                raise OrderError("order-refused", role=role)
            return replace(case, approvals=case.approvals | {role})
        case Refuse(role):
            _demand_voice(case, role)
            refusals, approvals = case.refusals | {role}, case.approvals - {role}
            return replace(case, refusals=refusals, approvals=approvals)
        case Attest(order, by):
            if order != case.order.id:
                raise OrderError("another-order-witnessed")
            logged = case.rules.witnesses.met_at(by)
            if logged is None:
                raise OrderError("order-not-witnessed")
            _demand_logged_when_declared(case, logged)
            logged = min(logged, case.logged or logged)
            return replace(case, witnesses=case.witnesses | by.keys(), logged=logged)
        case Peel():
            demand_peel(case, step, now)
            peeled = PeelRecord(step.role, step.way, step.window, now)
            return replace(case, peels=(*case.peels, peeled))
        case Open(windows, recipients):
            _demand_peeled(case, windows, OrderKind.OPEN)
            if recipients != tuple(each.recipient for each in windows):
                raise OrderError("key-not-of-its-window")
            return replace(case, opened=(*case.opened, *windows))
        case Hold(windows):
            _demand_peeled(case, windows, OrderKind.HOLD)
            return replace(case, held=(*case.held, *windows))
        case Export(sha256):
            if not case.opened:
                raise OrderError("nothing-opened")
            return replace(case, exports=(*case.exports, sha256))
        case _:
            raise AssertionError(step)


def _demand_logged_when_declared(case: Case, logged: datetime) -> None:
    declared, most = case.order.declared, case.rules.logged_within
    if abs(logged - declared) > most:
        raise OrderError(
            "order-logged-at-another-time", declared=utc(declared), logged=utc(logged),
            minutes=most // timedelta(minutes=1),
        )  # fmt: skip


def _demand_voice(case: Case, role: str) -> None:
    if role == case.order.requester:
        raise OrderError("requester-has-no-say", role=role)
    if role not in case.rules.voices():
        raise OrderError(
            "role-without-say",
            role=role,
            hint=Message("one-of", known=", ".join(sorted(case.rules.voices()))),
        )


def _demand_peeled(case: Case, windows: tuple[OrderWindow, ...], kind: OrderKind) -> None:
    if case.order.kind is not kind:
        raise OrderError("order-of-another-kind", kind=case.order.kind.value, expected=kind.value)
    if not windows or not all(map(case.is_peeled, windows)):
        raise OrderError("not-peeled-by-all")


def demand_peel(case: Case, step: Peel, now: datetime) -> None:
    """Raises OrderError unless the party may peel that window now."""
    order, rules = case.order, case.rules
    if step.way not in rules.policy.ways() or step.role not in step.way:
        raise OrderError("not-of-a-quorum", role=step.role)
    if order.requester in step.way:
        raise OrderError("requester-cannot-open", requester=order.requester)
    if missing := sorted(step.way - rules.vaults - case.approvals):
        raise OrderError("not-approved", missing=", ".join(missing))
    if not case.is_approved:
        raise OrderError("two-approvers-needed")
    if not case.is_witnessed:
        raise OrderError("order-not-witnessed")
    if now < case.begins:
        raise OrderError("order-not-begun", not_before=utc(case.begins))
    if not order.covers(step.window):
        raise OrderError(
            "window-beyond-the-order", camera=step.window.camera, since=utc(step.window.since)
        )
    if step.window.until - step.window.since > rules.voted.window:
        raise OrderError("window-too-long", seconds=step.window.seconds)
    of_it = [each for each in case.peels if each.window == step.window]
    if step.role in {each.role for each in of_it}:
        raise OrderError("peeled-already", role=step.role)
    peeled = {each.role for each in of_it if each.way == step.way}  # of this very onion
    if missing := [each for each in before(step.role, step.way) if each not in peeled]:
        raise OrderError("not-peeled-before", role=step.role, missing=", ".join(missing))
    used_s = step.used_s + case.peeled_s(step.role, now)
    if used_s + step.window.seconds > rules.cap_s:
        raise OrderError(
            "camera-minutes-spent", role=step.role, used_min=used_s // 60, cap_min=rules.cap_s // 60
        )
