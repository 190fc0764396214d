"""What parties sign of an order, as it stands in the log: whose word it is, and that it is. Pure.

    order.approve, order.refuse    Ed25519 over SHA-256("contrejour/approve/v1" || order's id)
    unseal.peel                    … over SHA-256("contrejour/peel/v2" || the entry without `sig`)
    order.declare                  … over SHA-256("contrejour/declare/v1" || order's id), beside it

A peel is said before it is done: the entry is in the log before a layer comes off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contrejour.base.canonical import Json, canonical
from contrejour.base.messages import Message
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.quorum import Policy

DECLARE, APPROVE, REFUSE, PEEL = "order.declare", "order.approve", "order.refuse", "unseal.peel"
OVER_ORDER = {APPROVE: b"contrejour/approve/v1", REFUSE: b"contrejour/refuse/v1"}
OVER_ALL = b"contrejour/peel/v2"
OVER_DECLARED = b"contrejour/declare/v1"


def peel_digest(told: Mapping[str, Json]) -> bytes:
    """What is signed of an `unseal.peel`: all of the entry but its signature."""
    signed = {name: value for name, value in told.items() if name != "sig"}
    return hashlib.sha256(OVER_ALL + canonical(signed)).digest()


def digest(word: Entry) -> bytes:
    """What the signature of an entry is over."""
    if word.type == PEEL:
        return peel_digest(word.told)
    order = bytes.fromhex(str(word.data["order"]))
    return hashlib.sha256(OVER_ORDER[word.type] + order).digest()


def keyid_of(role: str, policy: Policy) -> str | None:
    """The keyid that speaks for a party."""
    found = [each.removeprefix("key:") for each in policy.members.get(role, ())
             if each.startswith("key:")]  # fmt: skip
    return found[0] if len(found) == 1 else None


def fault(word: Entry, policy: Policy) -> Message | None:
    """Why it isn't the word of the party that it names; None where it is."""
    role, key, sig = (str(word.data[name]) for name in ("role", "key", "sig"))
    return _fault(role, key, sig, digest(word), policy)


def fault_of_order(declared: Entry, key: str, sig: str, policy: Policy) -> Message | None:
    """Why its requester didn't sign it; None where it did. `key`, `sig`: in hexadecimal."""
    signed = hashlib.sha256(OVER_DECLARED + leaf_hash(declared.bytes)).digest()
    return _fault(str(declared.data["requester"]), key, sig, signed, policy)


def _fault(role: str, key: str, sig: str, signed: bytes, policy: Policy) -> Message | None:
    public = bytes.fromhex(key)
    if keyid_of(role, policy) != hashlib.sha256(public).hexdigest():
        return Message("key-not-of-role", role=role)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(sig), signed)
    except (InvalidSignature, ValueError):
        return Message("signature-of-role-bad", role=role)
    return None
