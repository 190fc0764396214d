"""What a party is asked to peel, with the keys of all who sign, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from fakes.orders import BOTH, DAY, NOW, hold, order, rules, window

from contrejour.base.errors import PlanExpired
from contrejour.custody.cases import records, signed
from contrejour.custody.cases.case import Peel
from contrejour.custody.cases.order import Order, OrderWindow
from contrejour.custody.cases.party_checks import (
    CaseCopy,
    OwnCopies,
    PeelPermit,
    PeelRequest,
    leaf,
    may_peel,
)
from contrejour.custody.cases.rules import Rules
from contrejour.custody.openers import before as steps_before
from contrejour.law.mandate.plan import Grant, Plan
from contrejour.law.mandate.sign import keyid, new_key

LATER = NOW + DAY
NAMES = ("vault", "prosecutor", "dpo", "operator", "opj", "mallory", "vault1", "vault2", "judge")
KEYS = {name: new_key() for name in NAMES}
KEYIDS = {name: keyid(key.public_key()) for name, key in KEYS.items() if name != "mallory"}
POLICY = order().policy


@dataclass(frozen=True)
class AnyPlan:
    """What a party asks its plan, answered with yes: until it ends, and until images are gone."""

    mandate: str = "ara"
    sha256: str = "1" * 64
    ends: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    keeps: timedelta = timedelta(days=30)
    not_before: datetime = datetime(2020, 1, 1, tzinfo=UTC)

    def grants(self, camera: str) -> tuple[Grant, ...]:
        return ()  # its answer never changes

    def demand(self, camera: str, act: str, at: datetime) -> None:
        if at >= self.ends:
            raise PlanExpired("act-ended", camera=camera, act=act, ended="", mandate=self.mandate)

    def destroy_by(self, camera: str, recorded_at: datetime) -> datetime:
        return recorded_at + self.keeps


def own(with_rules: Rules | None = None, plan: AnyPlan = AnyPlan(), **more: Any) -> OwnCopies:
    """A party's own copies. `more`: numbers of a mandate."""
    return OwnCopies(with_rules or rules(**more), KEYIDS, POLICY, cast(Plan, plan))


@dataclass
class Remembered:
    """A spent list in memory."""

    windows: set[tuple[str, str, datetime]] = field(default_factory=set)
    openers: dict[str, str] = field(default_factory=dict)
    used: int = 0
    newest: datetime | None = None

    def has(self, order: str, camera: str, since: datetime) -> bool:
        return (order, camera, since) in self.windows

    def order_of(self, opener: str) -> str | None:
        return self.openers.get(opener)

    def used_s(self, now: datetime) -> int:
        return self.used

    def add(self, permit: PeelPermit) -> None:
        self.windows.add((permit.order.id, permit.window.camera, permit.window.since))
        self.openers.setdefault(permit.order.opener, permit.order.id)


def approval(
    of: Order, role: str, by: str = "", act: signed.SignedAct = signed.SignedAct.APPROVE
) -> bytes:
    return sign_word(of, role, NOW, act, by)


def sign_word(of: Order, role: str, at: datetime, act: signed.SignedAct, by: str = "") -> bytes:
    """What a party says of an order; `by`: whose key it is signed with, if not its own."""
    return signed.sign(act, of.id, role, at, KEYS[by or role]).bytes


def seen(at: datetime = NOW, by: str = "uw") -> dict[str, datetime]:
    """Whose cosignatures, of when."""
    return dict.fromkeys(by, at)


def said(of: Order, role: str, window: OrderWindow, at: datetime = LATER, by: str = "",
         way: frozenset[str] = BOTH) -> bytes:  # fmt: skip
    """A party's word that it peels."""
    return records.say_peel(Peel(role, way, window), of.id, at, KEYS[by or role])


def asked(
    of: Order | None = None, *, at: datetime | None = None,
    logged: Mapping[str, datetime] | None = None,
    words: Sequence[bytes] | None = None, unseen: Sequence[bytes] = (),
    own: Mapping[str, datetime] | None = None, before: Sequence[str] | None = None, **changes: Any,
) -> PeelRequest:  # fmt: skip
    """A request that is granted at LATER, but for the changes: of the case, or of what is peeled.

    `at`: when the parties said that they peel. `logged`: whose cosignatures the order has, of when;
    `own`: the party's word that it peels. `unseen`: words that the log hasn't. `before`: who
    said that they peel, before.
    """
    of, at = of or order(), at or LATER
    role, what = changes.get("role", "prosecutor"), changes.get("window", window())
    way = changes.get("way", BOTH)
    agreed = (approval(of, "prosecutor"), approval(of, "dpo")) if words is None else tuple(words)
    if before is None:
        before = steps_before(role, way) if role in way else ()
    peels = tuple(said(of, each, what, at, way=way) for each in before if each in KEYS)
    mine = said(of, role, what, at, way=way, by="" if role in KEYS else "mallory")
    proven = {of.id: seen(of.declared) if logged is None else logged}
    proven |= {leaf(each): seen(at) for each in (*agreed, *peels) if each not in unseen}
    proven[leaf(mine)] = seen(at) if own is None else own
    names = {each.name for each in fields(CaseCopy)} & changes.keys()
    of_case = {name: changes.pop(name) for name in names}
    copy = replace(CaseCopy(of.bytes, (*agreed, *peels, mine), proven), **of_case)
    return replace(PeelRequest(copy, "prosecutor", BOTH, window(), "20270228"), **changes)


def peel(
    what: PeelRequest, now: datetime = LATER, spent: Remembered | None = None, **more: Any
) -> PeelPermit:
    copies = own(more.get("rules"), more.get("plan", AnyPlan()))
    return may_peel(what, copies, spent or Remembered(), now)


def refused(
    kind: type[Exception], said: str, what: PeelRequest, now: datetime = LATER, **more: Any
) -> None:
    with pytest.raises(kind, match=said):
        peel(what, now, **more)


KEPT = window(epoch="")


def held(**changes: object) -> Order:
    """An order to open what the hold kept, months after."""
    return order(held=hold().id, **changes)


def to_open(of: Order | None = None, **changes: Any) -> PeelRequest:
    of = of or held()
    told = {"hold": hold(), "window": KEPT, "epoch": hold().id}
    return asked(of, **{**told, **changes})
