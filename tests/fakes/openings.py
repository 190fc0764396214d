"""Entries of one order in a log: declared, approved or refused, peeled."""

from __future__ import annotations

from contrejour.base.canonical import Json
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.tree import leaf_hash

AT, LATE = "2027-02-12T09:30:00Z", "2027-02-12T23:00:00Z"
A = "a" * 64
ORDER = Entry("order.declare", AT, {
    "basis": "77-1-1", "cameras": ["quais-01"], "commitments": {"note": A}, "kind": "open",
    "expires": "2027-02-12T12:00:00Z", "hold_until": None, "mandate": "m-1", "nonce": "a" * 32,
    "not_before": AT, "opener": "age1" + "q" * 58, "plan": A, "policy": A, "requester": "opj",
    "since": AT, "until": AT, "urgent": False, "held": None, "secret": None,
}).bytes  # fmt: skip

LEAF = leaf_hash(ORDER).hex()


def of(kind: str, at: str = AT, **data: Json) -> bytes:
    return Entry(kind, at, data).bytes


APPROVED = of("order.approve", order=LEAF, role="procureur", key=A, sig=2 * A)
REFUSED = of("order.refuse", order=LEAF, role="dpo", key=A, sig=2 * A)
PEELED = of("unseal.peel", order=LEAF, role="dpo", n=3, root=A)
