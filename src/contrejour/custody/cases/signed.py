"""What a party says of an order, signed: I declare it, I approve it, I refuse it, I close it.

    {"at":"2027-02-12T16:00:00Z","key":"<raw Ed25519 public key, hex>","order":"<id>",
     "role":"dpo","sig":"<hex>","type":"order.approve","v":1}

The signature is over SHA-256 of "contrejour/approve/v1" and the 32 bytes of the order's id: over
all of the order, and for this one act. The key is the role's own, as the policy file says; `at` is
what the clock of whoever signed said, and nothing rests on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from contrejour.base.canonical import canonical
from contrejour.base.errors import OrderError, SignatureError
from contrejour.base.times import utc
from contrejour.custody.cases.order import HEX, ROLE
from contrejour.custody.cases.strict import document
from contrejour.law.mandate.sign import fits, raw

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import PrivateKey

MOST_BYTES = 2048


class SignedAct(StrEnum):
    """What is said, as the word's type."""

    DECLARE = "order.sign"
    APPROVE = "order.approve"
    REFUSE = "order.refuse"
    CLOSE = "case.close"


CONTEXT = {
    SignedAct.DECLARE: b"contrejour/declare/v1",
    SignedAct.APPROVE: b"contrejour/approve/v1",
    SignedAct.REFUSE: b"contrejour/refuse/v1",
    SignedAct.CLOSE: b"contrejour/close/v1",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of one party; whether it is true, `check` says."""

    act: SignedAct
    order: str
    role: str
    at: datetime
    key: str
    sig: str

    @property
    def bytes(self) -> bytes:
        return canonical(
            {"v": 1, "type": self.act.value, "order": self.order, "role": self.role,
             "at": utc(self.at), "key": self.key, "sig": self.sig}
        )  # fmt: skip

    def check(self, order: str, keys: Mapping[str, str]) -> None:
        """Raises OrderError for another order's word, SignatureError for another's signature.

        `keys`: the keyid of each party, from the policy that is one's own.
        """
        if self.order != order:
            raise OrderError("word-for-another-order", role=self.role)
        demand_signed(self.role, self.key, self.sig, digest(self.act, order), keys)


def demand_signed(role: str, key: str, sig: str, message: bytes, keys: Mapping[str, str]) -> None:
    """Raises SignatureError unless the role's own key (`keys`: its keyid) signed the message."""
    public = bytes.fromhex(key)
    if keys.get(role) != hashlib.sha256(public).hexdigest():
        raise SignatureError("key-not-of-role", role=role)
    if not fits(public, bytes.fromhex(sig), message):
        raise SignatureError("signature-of-role-bad", role=role)


def digest(act: SignedAct, order: str) -> bytes:
    """What is signed."""
    return hashlib.sha256(CONTEXT[act] + bytes.fromhex(order)).digest()


def sign(act: SignedAct, order: str, role: str, at: datetime, key: PrivateKey) -> Word:
    public = raw(key.public_key()).hex()
    return Word(act, order, role, at, public, key.sign(digest(act, order)).hex())


def read(data: bytes, act: SignedAct) -> Word:
    """A word of that act. Raises Malformed."""
    fields = document(data, act.value, MOST_BYTES)
    word = Word(
        act, fields.text("order", HEX), fields.text("role", ROLE), fields.moment("at"),
        fields.text("key", HEX), fields.text("sig", "[0-9a-f]{128}"),
    )  # fmt: skip
    fields.end()
    return word
