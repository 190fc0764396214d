"""What a party's own tool checks before it takes its layer off: on its machine, by its own files.

The hub sends everything, and is believed in nothing. Pure: the caller opened the outer layers,
verified the log's proofs, and holds the list of what is spent.

    may_say(request, own, spent, now)            # or it raises
    …                                          # said, signed, in the log and witnessed
    permit = may_peel(request, own, spent, now)  # or it raises
    spent.add(permit, now)                       # durable, and only then …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

from contrejour.base.errors import LedgerError, OrderError, SealError
from contrejour.base.times import utc
from contrejour.custody.cases import records
from contrejour.custody.cases.case import Approve, Attest, Case, Peel, apply, declare
from contrejour.custody.cases.hold import demand_held, demand_key_of_hold
from contrejour.custody.cases.order import Order, OrderWindow, read
from contrejour.custody.cases.rules import Rules, demand_kept, demand_planned
from contrejour.custody.cases.signed import SignedAct
from contrejour.custody.cases.strict import type_of
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.words import PEEL
from contrejour.custody.openers import before
from contrejour.law.mandate.plan import Plan

POST_QUANTUM = ("age1pq1", "age1tagpq1")
"""What such recipients begin with (c2sp.org/age)."""
SIGNED = frozenset({SignedAct.APPROVE, SignedAct.REFUSE, SignedAct.CLOSE, PEEL})
"""The documents of a case that decide something: each is signed by the party it names."""


Seen: TypeAlias = Mapping[str, Mapping[str, datetime]]
"""By the leaf hash of an entry, hexadecimal: whose cosignature on a log that has it holds, and when
it was made. Log key, inclusion and each cosignature were verified."""


class SpentWindows(Protocol):
    """What this party has peeled, ever."""

    @property
    def newest(self) -> datetime | None:
        """When it peeled last."""

    def has(self, order: str, camera: str, since: datetime) -> bool:
        """Whether the window was peeled for that order."""

    def order_of(self, opener: str) -> str | None:
        """The order that this opener's key was used for."""

    def used_s(self, now: datetime) -> int:
        """Camera-seconds peeled on this day, UTC."""


@dataclass(frozen=True, slots=True)
class OwnCopies:
    """What a party holds each order against: its own files, never the hub's.

    `keys`: the keyid of each party. `policy_sha256`: of who opens. `plan`: has to allow the order
    whenever something is said or peeled, not only when it was declared.
    """

    rules: Rules
    keys: Mapping[str, str]
    policy_sha256: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class CaseCopy:
    """What the hub sends of a case: documents as they are, each believed for what it proves.

    `words`: what was said of the order, in turn. `seen`: what of it the log has. `opening`: of a
    secret order. `hold`: the hold's order, where the order opens what a hold kept.
    """

    order: bytes
    words: tuple[bytes, ...]
    seen: Seen
    opening: bytes | None = None
    hold: Order | None = None


@dataclass(frozen=True, slots=True)
class PeelRequest:
    """One window that a party is to peel. `way`: the quorum whose onion it is. `epoch`: of the key
    that opened this layer, not what the layer says: its day, or the id of its hold."""

    case: CaseCopy
    role: str
    way: frozenset[str]
    window: OrderWindow
    epoch: str


@dataclass(frozen=True, slots=True)
class PeelPermit:
    """Made by `may_peel` alone."""

    order: Order
    role: str
    window: OrderWindow


def may_peel(
    request: PeelRequest, own: OwnCopies, spent: SpentWindows, now: datetime
) -> PeelPermit:
    """Yes, or why not: as `may_say`, and LedgerError unless the log has, of late, what it said."""
    permit = may_say(request, own, spent, now)
    _demand_said(request, permit.order, own, now)
    return permit


def may_say(request: PeelRequest, own: OwnCopies, spent: SpentWindows, now: datetime) -> PeelPermit:
    """Whether the party may say that it peels: all that `may_peel` wants, but that it was said.

    Raises Malformed, SignatureError, LedgerError, SealError, OrderError, Refused, PlanExpired.
    """
    copy, window = request.case, request.window
    order = read(copy.order, copy.opening)
    if order.policy != own.policy_sha256:
        raise OrderError("order-under-another-policy")
    demand_planned(order, own.plan, now, copy.hold)
    if order.held:
        demand_held(order, copy.hold, window, now)
        demand_key_of_hold(order, window, request.epoch)
    else:  # each window by its own moments: the others of the order may be gone, or there
        demand_kept(own.plan, window.camera, window.since, window.until, now)
        _demand_of_its_day(window, request.epoch)
    case = replayed(request, order, own.rules, own.keys, now)
    _demand_unspent(order, window, spent)
    if spent.newest and now < spent.newest - own.rules.skew:
        raise OrderError("clock-before-spent", now=utc(now), newest=utc(spent.newest))
    used_s = max(0, spent.used_s(now) - case.peeled_s(request.role, now))
    apply(case, Peel(request.role, request.way, window, used_s), now)
    return PeelPermit(order, request.role, window)


def replayed(
    request: PeelRequest, order: Order, rules: Rules, keys: Mapping[str, str], now: datetime
) -> Case:
    """The case, by what is signed and in the log; `apply` decides of each step, and nothing else.

    An approval or a peel that the log hasn't counts for nothing, a refusal or an end counts before
    it is there. Of the window that is asked for, what comes after this party is left out. Times are
    the log's. Raises Malformed, SignatureError, LedgerError, OrderError.
    """
    copy, way = request.case, request.way
    outside = before(request.role, way) if request.role in way else ()

    def at_most(at: datetime) -> datetime:
        return min(now, max(case.at, at))  # a witness's clock may be a little ahead

    case = declare(order, rules, min(order.declared, now))
    logged = _seen(copy.seen, order.id, rules, now)
    if logged is None:
        raise LedgerError("order-not-in-log")
    case = apply(case, Attest(order.id, copy.seen[order.id]), at_most(logged))
    for data in copy.words:
        if type_of(data) not in SIGNED:
            continue  # what nobody signed decides nothing
        step, _ = records.read(data, order.id, keys)
        if isinstance(step, Peel) and step.window == request.window and step.role not in outside:
            continue
        logged = _seen(copy.seen, leaf(data), rules, now)
        if logged is None and isinstance(step, Approve | Peel):
            continue
        case = apply(case, step, at_most(logged or case.at))
    return case


def leaf(data: bytes) -> str:
    """The leaf hash of the log's entry of a document that a party signed."""
    return leaf_hash(records.entry_of(data)).hex()


def _seen(seen: Seen, entry: str, rules: Rules, now: datetime) -> datetime | None:
    """Since when the log has it, by enough witnesses none of whom is from the future."""
    last = now + rules.skew
    by = {name: at for name, at in seen.get(entry, {}).items() if at <= last}
    return rules.witnesses.met_at(by)


def _demand_unspent(order: Order, window: OrderWindow, spent: SpentWindows) -> None:
    if spent.has(order.id, window.camera, window.since):
        raise OrderError("order-spent", camera=window.camera, since=utc(window.since))
    if order.opener:
        _demand_as_strong(order.opener, window)
        if spent.order_of(order.opener) not in (None, order.id):
            raise OrderError("opener-key-used")


def _demand_said(request: PeelRequest, order: Order, own: OwnCopies, now: datetime) -> None:
    """Raises LedgerError unless a log that is shown as it is now has this party's own word."""
    mine = Peel(request.role, request.way, request.window)
    oldest, skew = own.rules.voted.cosignature_age, own.rules.skew
    fresh: set[str] = set()
    for data in request.case.words:
        if type_of(data) == PEEL and records.read(data, order.id, own.keys)[0] == mine:
            by = request.case.seen.get(leaf(data), {})
            fresh |= {name for name, at in by.items() if now - oldest <= at <= now + skew}
    if not own.rules.witnesses.met(fresh):
        raise LedgerError(
            "peel-not-in-log", witnesses=", ".join(sorted(fresh)) or "-",
            minutes=oldest // timedelta(minutes=1),
        )  # fmt: skip


def _demand_as_strong(opener: str, window: OrderWindow) -> None:
    """What leaves last would be the one layer that a quantum computer opens."""
    if window.recipient.startswith(POST_QUANTUM) and not opener.startswith(POST_QUANTUM):
        raise OrderError("opener-key-not-post-quantum")


def _demand_of_its_day(window: OrderWindow, epoch: str) -> None:
    """An onion of another day or camera, put in this one's place, says so in its header."""
    day = window.since.astimezone(UTC).strftime("%Y%m%d")
    if window.epoch.replace("-", "") != day or window.epoch != epoch:
        raise SealError("layer-of-another-day", epoch=window.epoch, day=day, found=epoch)
