"""What a party's own tool checks before it takes its layer off: on its machine, by its own files.

The hub sends everything, and is believed in nothing. Pure: the caller opened the outer layers,
verified the log's proof, and holds the list of what is spent.

    leave = may_peel(asked, rules, keys, policy_sha256, spent, now)     # or it raises
    spent.add(leave, now)                                                # durable, and only then …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from contrejour.base.errors import LedgerError, OrderError, SealError
from contrejour.base.times import utc
from contrejour.custody.cases import signed
from contrejour.custody.cases.case import Peel, Peeled, apply, declare
from contrejour.custody.cases.hold import demand_held, demand_key_of_hold
from contrejour.custody.cases.order import Order, Window, read
from contrejour.custody.cases.rules import VAULT, Rules

POST_QUANTUM = ("age1pq1", "age1tagpq1")
"""What such recipients begin with (c2sp.org/age)."""


class Proof(Protocol):
    """What holds of a log's proof, once log key, inclusion and each cosignature were verified."""

    @property
    def leaf(self) -> str:
        """The hash of the entry that is in the log, hexadecimal."""

    @property
    def cosigned(self) -> Mapping[str, datetime]:
        """By name, the witnesses whose cosignature holds, and when they made it."""


class Spent(Protocol):
    """What this party has peeled, ever."""

    def has(self, order: str, camera: str, since: datetime) -> bool:
        """Whether the window was peeled for that order."""

    def order_of(self, opener: str) -> str | None:
        """The order that this opener's key was used for."""

    def used_s(self, now: datetime) -> int:
        """Camera-seconds peeled on this day, UTC."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the hub sent. `epoch`: of the key that opened this layer, not what the layer says: its
    day, or the id of its hold."""

    order: bytes
    approvals: tuple[bytes, ...]
    refusals: tuple[bytes, ...]
    proof: Proof
    role: str
    way: frozenset[str]
    window: Window
    epoch: str
    opening: bytes | None = None
    """Of a secret order."""
    hold: Order | None = None
    """The hold's order, where the order opens what a hold kept."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Made by `may_peel` alone."""

    order: Order
    role: str
    window: Window


def may_peel(
    asked: Asked, rules: Rules, keys: Mapping[str, str], policy_sha256: str, spent: Spent,
    now: datetime,
) -> Leave:  # fmt: skip
    """Yes, or why not: Malformed, SignatureError, LedgerError, SealError, OrderError.

    `rules`, `keys` and `policy_sha256` are the party's own.
    """
    order, window = read(asked.order, asked.opening), asked.window
    if order.policy != policy_sha256:
        raise OrderError("order-under-another-policy")
    if order.held:
        demand_held(order, asked.hold, window, now)
        demand_key_of_hold(order, window, asked.epoch)
    else:
        _demand_of_its_day(window, asked.epoch)
    case = replace(
        declare(order, rules, order.declared),
        at=order.declared - rules.skew,
        witnesses=_witnesses(asked.proof, order, rules, now),
        approvals=_said(asked.approvals, signed.Act.APPROVE, order, keys),
        refusals=_said(asked.refusals, signed.Act.REFUSE, order, keys),
        peels=_before(asked, now),
    )
    case = replace(case, approvals=case.approvals & rules.voices() - case.refusals)
    if spent.has(order.id, window.camera, window.since):
        raise OrderError("order-spent", camera=window.camera, since=utc(window.since))
    if order.opener:
        _demand_as_strong(order.opener, window)
        if spent.order_of(order.opener) not in (None, order.id):
            raise OrderError("opener-key-used")
    apply(case, Peel(asked.role, asked.way, window, spent.used_s(now)), now)
    return Leave(order, asked.role, window)


def _demand_as_strong(opener: str, window: Window) -> None:
    """What leaves last would be the one layer that a quantum computer opens."""
    if window.recipient.startswith(POST_QUANTUM) and not opener.startswith(POST_QUANTUM):
        raise OrderError("opener-key-not-post-quantum")


def _demand_of_its_day(window: Window, epoch: str) -> None:
    """An onion of another day or camera, put in this one's place, says so in its header."""
    day = window.since.astimezone(UTC).strftime("%Y%m%d")
    if window.epoch.replace("-", "") != day or window.epoch != epoch:
        raise SealError("layer-of-another-day", epoch=window.epoch, day=day, found=epoch)


def _said(
    documents: tuple[bytes, ...], act: signed.Act, order: Order, keys: Mapping[str, str]
) -> frozenset[str]:
    """Who said so, each signature verified."""
    found = [signed.read(each, act) for each in documents]
    for word in found:
        word.check(order.id, keys)
    return frozenset(word.role for word in found)


def _witnesses(proof: Proof, order: Order, rules: Rules, now: datetime) -> frozenset[str]:
    """Whose cosignature on a log that holds this order is neither old nor from the future."""
    if proof.leaf != order.id:
        raise LedgerError("proof-of-another-entry")
    oldest = rules.voted.cosignature_age
    first, last = max(now - oldest, order.declared - rules.skew), now + rules.skew
    fresh = frozenset(name for name, at in proof.cosigned.items() if first <= at <= last)
    if not rules.witnesses.met(fresh):
        raise LedgerError(
            "proof-witnessed-by-too-few",
            witnesses=", ".join(sorted(fresh)) or "-",
            minutes=oldest.seconds // 60,
        )
    return fresh


def _before(asked: Asked, now: datetime) -> tuple[Peeled, ...]:
    """The vault holds what only the others can have laid bare: that is how it knows."""
    if asked.role != VAULT:
        return ()
    others = sorted(asked.way - {VAULT})
    return tuple(Peeled(role, asked.way, asked.window, now) for role in others)
