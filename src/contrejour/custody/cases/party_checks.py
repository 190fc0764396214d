"""What a party's own tool checks before it takes its layer off: on its machine, by its own files.

The hub sends everything, and is believed in nothing. Pure: the caller opened the outer layers,
verified the log's proof, and holds the list of what is spent.

    permit = may_peel(request, rules, keys, policy_sha256, spent, now)  # or it raises
    spent.add(permit, now)                                              # durable, and only then …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from contrejour.base.errors import LedgerError, OrderError, SealError
from contrejour.base.times import utc
from contrejour.custody.cases import signed
from contrejour.custody.cases.case import Approve, Attest, Case, Peel, Refuse, apply, declare
from contrejour.custody.cases.hold import demand_held, demand_key_of_hold
from contrejour.custody.cases.order import Order, OrderWindow, read
from contrejour.custody.cases.rules import VAULT, Rules

POST_QUANTUM = ("age1pq1", "age1tagpq1")
"""What such recipients begin with (c2sp.org/age)."""


@dataclass(frozen=True, slots=True)
class OrderProof:
    """A log's proof of an order, once log key, inclusion and each cosignature were verified.

    `leaf`: the hash of the entry that is in the log, hexadecimal. `cosigned`: by name, the
    witnesses whose cosignature holds, and when they made it.
    """

    leaf: str
    cosigned: Mapping[str, datetime]


class SpentWindows(Protocol):
    """What this party has peeled, ever."""

    def has(self, order: str, camera: str, since: datetime) -> bool:
        """Whether the window was peeled for that order."""

    def order_of(self, opener: str) -> str | None:
        """The order that this opener's key was used for."""

    def used_s(self, now: datetime) -> int:
        """Camera-seconds peeled on this day, UTC."""


@dataclass(frozen=True, slots=True)
class CaseCopy:
    """What the hub sends of a case: documents as they are, each believed for what it proves.

    `opening`: of a secret order. `hold`: the hold's order, where the order opens what a hold kept.
    """

    order: bytes
    approvals: tuple[bytes, ...]
    refusals: tuple[bytes, ...]
    proof: OrderProof
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
    request: PeelRequest, rules: Rules, keys: Mapping[str, str], policy_sha256: str,
    spent: SpentWindows, now: datetime,
) -> PeelPermit:  # fmt: skip
    """Yes, or why not: Malformed, SignatureError, LedgerError, SealError, OrderError.

    `rules`, `keys` and `policy_sha256` are the party's own.
    """
    copy, window = request.case, request.window
    order = read(copy.order, copy.opening)
    if order.policy != policy_sha256:
        raise OrderError("order-under-another-policy")
    if order.held:
        demand_held(order, copy.hold, window, now)
        demand_key_of_hold(order, window, request.epoch)
    else:
        _demand_of_its_day(window, request.epoch)
    case = _agreed(copy, order, rules, keys, now)
    if spent.has(order.id, window.camera, window.since):
        raise OrderError("order-spent", camera=window.camera, since=utc(window.since))
    if order.opener:
        _demand_as_strong(order.opener, window)
        if spent.order_of(order.opener) not in (None, order.id):
            raise OrderError("opener-key-used")
    if request.role == VAULT:
        # The vault holds what only the others can have laid bare: that is how it knows.
        for role in sorted(request.way - {VAULT}):
            case = apply(case, Peel(role, request.way, window), now)
    apply(case, Peel(request.role, request.way, window, spent.used_s(now)), now)
    return PeelPermit(order, request.role, window)


def _agreed(
    copy: CaseCopy, order: Order, rules: Rules, keys: Mapping[str, str], now: datetime
) -> Case:
    """The case with its witnesses and with all who agree: each signature is verified.

    When each step was is not known here, so they are taken for steps of the declaration's moment;
    whether the order may be used now is for the peel to say. A party that refused doesn't agree,
    and one that the policy doesn't ask has no say.
    """
    begun = order.declared - rules.skew
    case = declare(order, rules, begun)
    case = apply(case, Attest(order.id, _witnesses(copy.proof, order, rules, now)), begun)
    approved = _signers(copy.approvals, signed.SignedAct.APPROVE, order, keys)
    refused = _signers(copy.refusals, signed.SignedAct.REFUSE, order, keys)
    asked = rules.voices() - {order.requester}
    for role in sorted((approved - refused) & asked):
        case = apply(case, Approve(role), begun)
    for role in sorted(refused & asked):
        case = apply(case, Refuse(role), begun)
    return case


def _demand_as_strong(opener: str, window: OrderWindow) -> None:
    """What leaves last would be the one layer that a quantum computer opens."""
    if window.recipient.startswith(POST_QUANTUM) and not opener.startswith(POST_QUANTUM):
        raise OrderError("opener-key-not-post-quantum")


def _demand_of_its_day(window: OrderWindow, epoch: str) -> None:
    """An onion of another day or camera, put in this one's place, says so in its header."""
    day = window.since.astimezone(UTC).strftime("%Y%m%d")
    if window.epoch.replace("-", "") != day or window.epoch != epoch:
        raise SealError("layer-of-another-day", epoch=window.epoch, day=day, found=epoch)


def _signers(
    documents: tuple[bytes, ...], act: signed.SignedAct, order: Order, keys: Mapping[str, str]
) -> frozenset[str]:
    """Who signed that, each signature verified."""
    found = [signed.read(each, act) for each in documents]
    for word in found:
        word.check(order.id, keys)
    return frozenset(word.role for word in found)


def _witnesses(proof: OrderProof, order: Order, rules: Rules, now: datetime) -> frozenset[str]:
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
