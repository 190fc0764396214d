"""Entries of one order in a log: declared, approved or refused, peeled, each word signed."""

from __future__ import annotations

import hashlib

from contrejour.base.canonical import Json
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.words import digest
from contrejour.custody.quorum import parse
from contrejour.law.mandate.sign import keyid, new_key, raw

AT, LATE = "2027-02-12T09:30:00Z", "2027-02-12T23:00:00Z"
A, B = "a" * 64, "b" * 64
KEYS = {name: new_key() for name in ("vault", "procureur", "dpo", "opj", "mallory")}
POLICY = "".join(
    f"party {name} age1{name} key:{keyid(KEYS[name].public_key())}\n"
    for name in ("vault", "procureur", "dpo", "opj")
) + "group open all vault procureur dpo\nquorum open\n"  # fmt: skip
POLICY_SHA256 = hashlib.sha256(POLICY.encode()).hexdigest()
POLICIES = {POLICY_SHA256: parse(POLICY, "party")}
DECLARED: dict[str, Json] = {
    "basis": "77-1-1", "cameras": ["quais-01"], "commitments": {"note": A}, "kind": "open",
    "expires": "2027-02-12T12:00:00Z", "hold_until": None, "mandate": "m-1", "nonce": "a" * 32,
    "not_before": AT, "opener": "age1" + "q" * 58, "plan": A, "policy": POLICY_SHA256,
    "requester": "opj", "since": "2027-02-10T08:00:00Z", "until": "2027-02-10T08:01:00Z",
    "urgent": True, "held": None, "secret": None,
}  # fmt: skip


def order(at: str = AT, **changes: Json) -> bytes:
    return Entry("order.declare", at, {**DECLARED, **changes}).bytes


ORDER = order()
LEAF = leaf_hash(ORDER).hex()


def of(kind: str, at: str = AT, /, **data: Json) -> bytes:
    return Entry(kind, at, data).bytes


def word(kind: str, role: str, by: str = "", at: str = AT, order: str = LEAF,
         root: str = A) -> bytes:  # fmt: skip
    """What a party says of the order, signed."""
    key = KEYS[by or role]
    told: dict[str, Json] = {"order": order, "role": role, "key": raw(key.public_key()).hex()}
    if kind == "unseal.peel":
        told["root"] = root
    unsigned = Entry(kind, at, {**told, "sig": "0" * 128})
    return Entry(kind, at, {**told, "sig": key.sign(digest(unsigned)).hex()}).bytes


BOTH = [word("order.approve", "procureur"), word("order.approve", "dpo")]
APPROVED = BOTH[0]
REFUSED = word("order.refuse", "dpo")
PEELED = word("unseal.peel", "procureur")
FIRST = word("unseal.peel", "dpo")
