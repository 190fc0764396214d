"""A hold: what was filmed is kept past its day, for a quorum again, and read by nobody. Pure.

    {"key":"<raw Ed25519 public key, hex>","order":"<id>","recipient":"age1…","role":"dpo",
     "sig":"<hex>","type":"hold.key","v":1}

Each party makes a key for that hold alone and signs its public half, over SHA-256 of
"contrejour/hold-key/v1", the 32 bytes of the order's id and the recipient. Whoever peels last wraps
the window's key anew for each quorum whose parties gave one: an onion that no day ends. It is
opened by an order of its own (`held`), as a window is; the hold's own end is in its order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from contrejour.base.canonical import canonical
from contrejour.base.errors import OrderError, SealError
from contrejour.base.times import utc
from contrejour.custody.cases.order import HEX, OPENER, ROLE, Order, OrderKind, OrderWindow
from contrejour.custody.cases.signed import demand_signed
from contrejour.custody.cases.strict import document
from contrejour.law.mandate.sign import raw

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import PrivateKey

TYPE = "hold.key"
MOST_BYTES = 4096
CONTEXT = b"contrejour/hold-key/v1"


@dataclass(frozen=True, slots=True)
class HoldKey:
    """What one party keeps a hold with; whether it is that party's, `check` says."""

    order: str
    role: str
    recipient: str
    key: str
    sig: str

    @property
    def bytes(self) -> bytes:
        return canonical(
            {"v": 1, "type": TYPE, "order": self.order, "role": self.role,
             "recipient": self.recipient, "key": self.key, "sig": self.sig}
        )  # fmt: skip

    def check(self, order: str, keys: Mapping[str, str]) -> None:
        """Raises OrderError for another hold's, SignatureError for another party's."""
        if self.order != order:
            raise OrderError("hold-key-of-another-hold", role=self.role)
        message = digest(self.order, self.recipient)
        demand_signed(self.role, self.key, self.sig, message, keys)


def digest(order: str, recipient: str) -> bytes:
    """What is signed."""
    return hashlib.sha256(CONTEXT + bytes.fromhex(order) + recipient.encode()).digest()


def sign(order: str, role: str, recipient: str, key: PrivateKey) -> HoldKey:
    public = raw(key.public_key()).hex()
    return HoldKey(order, role, recipient, public, key.sign(digest(order, recipient)).hex())


def read_key(data: bytes) -> HoldKey:
    """Raises Malformed."""
    fields = document(data, TYPE, MOST_BYTES)
    found = HoldKey(
        fields.text("order", HEX), fields.text("role", ROLE), fields.text("recipient", OPENER),
        fields.text("key", HEX), fields.text("sig", "[0-9a-f]{128}"),
    )  # fmt: skip
    fields.end()
    return found


def demand_held(order: Order, held: Order | None, of: OrderWindow | Order, now: datetime) -> None:
    """Raises OrderError unless this is the hold that the order names, of that, and lasts.

    `held`: the hold's own order, as it may have come from anybody: its hash is in the order.
    """
    if held is None:
        raise OrderError("hold-order-missing")
    if held.id != order.held or held.kind is not OrderKind.HOLD or held.hold_until is None:
        raise OrderError("hold-not-named")
    if not held.covers(of):
        raise OrderError("hold-covers-less")
    if now >= held.hold_until:
        raise OrderError("hold-is-over", hold_until=utc(held.hold_until))


def demand_key_of_hold(order: Order, window: OrderWindow, epoch: str) -> None:
    """An onion of a day in a held one's place, or the key of another hold. Raises SealError."""
    if window.epoch or epoch != order.held:
        raise SealError("onion-not-of-the-hold")
