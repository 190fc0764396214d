"""What the log is owed of a case: entries as its tools write them, ready to be appended. Pure.

An order is an entry as it is, and so are approvals and refusals. What is peeled, opened, wrapped
anew or handed over is said here, before it leaves (`folder.owe`). A peel that was refused owes
nothing: nothing came off, and whether a party says no in public is its own word.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from contrejour.base.canonical import Json
from contrejour.base.errors import OrderError
from contrejour.base.times import utc
from contrejour.custody.cases.order import Order
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.tree import leaf_hash


def peeled(order: Order, role: str, onion: bytes, at: datetime) -> bytes:
    """A party takes its layer off this onion, as it came to the party."""
    return _entry("unseal.peel", order, at, role=role, n=1, root=_root(onion))


def opened(order: Order, layer: bytes, at: datetime) -> bytes:
    """The opener opens what the last party left."""
    return _entry("unseal.done", order, at, n=1, root=_root(layer))


def kept(order: Order, keyset: str, at: datetime) -> bytes:
    """A window's key is wrapped anew for a hold, for the keys of that set."""
    assert order.hold_until is not None
    until = utc(order.hold_until)
    return _entry("hold.rewrap", order, at, keyset=keyset, expires=until, n=1)


def exported(order: Order, bag: str, at: datetime) -> bytes:
    """A bag is handed over. Whom for is the hash of the opener's recipient."""
    opener = hashlib.sha256(order.opener.encode()).hexdigest()
    return _entry("export.make", order, at, bag=bag, recipients=[opener])


def revealed(order: Order, at: datetime) -> bytes:
    """What a secret order was for. Raises OrderError for one that isn't."""
    if order.secret is None:
        raise OrderError("order-no-secret")
    return _entry(
        "order.reveal", order, at, cameras=[*order.cameras], since=utc(order.since),
        until=utc(order.until), salts=dict(order.secret.salts),
    )  # fmt: skip


def _entry(kind: str, order: Order, at: datetime, **data: Json) -> bytes:
    return Entry(kind, utc(at), {"order": order.id, **data}).bytes


def _root(onion: bytes) -> str:
    """Of a tree of one leaf."""
    return leaf_hash(hashlib.sha256(onion).digest()).hex()
