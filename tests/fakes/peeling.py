"""What a party is asked to peel, with the keys of all who sign, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import pytest
from fakes.orders import BOTH, DAY, NOW, hold, order, rules, window

from contrejour.custody.cases import signed
from contrejour.custody.cases.order import Order
from contrejour.custody.cases.party_checks import (
    CaseCopy,
    OrderProof,
    PeelPermit,
    PeelRequest,
    may_peel,
)
from contrejour.law.mandate.sign import keyid, new_key

LATER = NOW + DAY
KEYS = {name: new_key() for name in ("prosecutor", "dpo", "operator", "opj", "mallory")}
KEYIDS = {name: keyid(key.public_key()) for name, key in KEYS.items() if name != "mallory"}
POLICY = order().policy


@dataclass
class Remembered:
    """A spent list in memory."""

    windows: set[tuple[str, str, datetime]] = field(default_factory=set)
    openers: dict[str, str] = field(default_factory=dict)
    used: int = 0

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
    return signed.sign(act, of.id, role, NOW, KEYS[by or role]).bytes


def seen(of: Order, at: datetime = LATER) -> OrderProof:
    return OrderProof(of.id, {"u": at, "w": at})


def asked(of: Order | None = None, **changes: Any) -> PeelRequest:
    """A request that is granted, but for the changes: of the case, or of what is to be peeled."""
    of = of or order()
    approvals = (approval(of, "prosecutor"), approval(of, "dpo"))
    names = {each.name for each in fields(CaseCopy)} & changes.keys()
    of_case = {name: changes.pop(name) for name in names}
    copy = replace(CaseCopy(of.bytes, approvals, (), seen(of)), **of_case)
    return replace(PeelRequest(copy, "prosecutor", BOTH, window(), "20270228"), **changes)


def peel(
    what: PeelRequest, now: datetime = LATER, spent: Remembered | None = None, **more: Any
) -> PeelPermit:
    with_rules = more.pop("rules", rules())
    return may_peel(what, with_rules, KEYIDS, POLICY, spent or Remembered(), now)


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
    told = {"hold": hold(), "window": KEPT, "epoch": hold().id, "proof": seen(of)}
    return asked(of, **{**told, **changes})
