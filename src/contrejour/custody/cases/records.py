"""What is written of each step: its document in the case, and the entry that the log is owed. Pure.

    {"at":…,"key":"<hex>","order":…,"role":"dpo","sig":"<hex>","type":"unseal.peel","v":2,
     "way":["dpo",…],"window":{"camera":…,"epoch":…,"recipient":…,"since":…,"until":…}}

Approvals, refusals and the end of a case are words of a party (signed.py), with a signature, and so
is a peel, said before it is done: its entry of the log has, for `way` and `window`, the leaf hash
of both, and is what is signed (ledger/words.py). The other documents have no signature.

An order is an entry of the log as it is, and so are approvals and refusals. What is peeled is in
the log before it comes off, what is opened before it is shown; what is wrapped anew or handed over
is told before it leaves (`folder.owe`). A peel that was refused is not told: nothing came off, and
whether a party says no in public is its own affair.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import Malformed, OrderError
from contrejour.base.times import utc
from contrejour.custody.cases import signed
from contrejour.custody.cases.case import (
    Approve,
    Close,
    Expire,
    Export,
    Hold,
    Open,
    Peel,
    Refuse,
    Step,
)
from contrejour.custody.cases.order import HEX, NAME, ROLE, Order, OrderWindow
from contrejour.custody.cases.strict import Fields, document, type_of
from contrejour.custody.ledger.entry import Entry, version
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.words import PEEL, peel_digest
from contrejour.law.mandate.sign import raw

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import PrivateKey

MOST_BYTES = 1 << 20
MOST_WINDOWS = 10_000
RECIPIENT = r"age1[a-z0-9]{1,2500}"
_TYPES: dict[type[Step], str] = {
    Open: "unseal.done", Hold: "hold.rewrap", Export: "export.make",
    Expire: "case.expire",
}  # fmt: skip
_SIGNED: dict[str, Callable[[str], Step]] = {
    signed.SignedAct.APPROVE: Approve,
    signed.SignedAct.REFUSE: Refuse,
    signed.SignedAct.CLOSE: lambda _: Close(),
}


def write(step: Step, order: str, at: datetime) -> bytes:
    """The document of a step that is no word of a party."""
    told: dict[str, Json] = {"v": 1, "type": _TYPES[type(step)], "order": order, "at": utc(at)}
    match step:
        case Open(windows, recipients):
            told |= {"windows": [*map(_told, windows)], "recipients": [*recipients]}
        case Hold(windows):
            told["windows"] = [*map(_told, windows)]
        case Export(sha256):
            told["sha256"] = sha256
        case _:
            pass
    return canonical(told)


def say_peel(step: Peel, order: str, at: datetime, key: PrivateKey) -> bytes:
    """The document by which a party says that it takes its layer off."""
    told: dict[str, Json] = {
        "v": version(PEEL), "type": PEEL, "order": order, "at": utc(at), "role": step.role,
        "key": raw(key.public_key()).hex(), **_peeled(step.way, step.window),
    }  # fmt: skip
    sig = key.sign(peel_digest(_in_log(told))).hex()
    return canonical({**told, "sig": sig})


def entry_of(data: bytes) -> bytes:
    """The entry that the log has, or is to have, of a document that parties sign."""
    if type_of(data) != PEEL:
        return data
    return canonical(_in_log(json.loads(data)))


def _in_log(told: Mapping[str, Json]) -> dict[str, Json]:
    """A peel as the log has it: no window, for the order may be secret."""
    shown = {name: value for name, value in told.items() if name not in ("way", "window")}
    what = canonical({name: told[name] for name in ("way", "window")})
    return {**shown, "root": leaf_hash(what).hex()}


def _peeled(way: frozenset[str], window: OrderWindow) -> dict[str, Json]:
    return {"way": [*sorted(way)], "window": _told(window)}


def read(data: bytes, order: str, keys: Mapping[str, str]) -> tuple[Step, datetime]:
    """A step and when it was; a word's signature is verified.

    Raises Malformed, SignatureError, OrderError for another order's.
    """
    kind = type_of(data)
    if kind in _SIGNED:
        word = signed.read(data, signed.SignedAct(kind))
        word.check(order, keys)
        return _SIGNED[kind](word.role), word.at
    if kind == PEEL:
        return _said_peel(data, order, keys)
    if kind == "order.witness":
        raise OrderError("case-of-older-version")
    if kind not in _TYPES.values():
        raise Malformed("not-a-step")
    return _recorded(data, order, kind)


def _said_peel(
    data: bytes, order: str, keys: Mapping[str, str]
) -> tuple[Step, datetime]:  # fmt: skip
    if json.loads(data).get("v") == 1:
        raise OrderError("case-of-older-version")
    fields = document(data, PEEL, MOST_BYTES, version(PEEL))
    if fields.text("order", HEX) != order:
        raise OrderError("step-of-another-order")
    at, role = fields.moment("at"), fields.text("role", ROLE)
    key, sig = fields.text("key", HEX), fields.text("sig", "[0-9a-f]{128}")
    way, window = frozenset(fields.texts("way", ROLE, 64)), _window(fields.below("window"))
    fields.end()
    signed.demand_signed(role, key, sig, peel_digest(json.loads(entry_of(data))), keys)
    return Peel(role, way, window), at


def _recorded(data: bytes, order: str, kind: str) -> tuple[Step, datetime]:
    fields = document(data, kind, MOST_BYTES)
    if fields.text("order", HEX) != order:
        raise OrderError("step-of-another-order")
    at, step = fields.moment("at"), _step(kind, fields, order)
    fields.end()
    return step, at


def _step(kind: str, fields: Fields, order: str) -> Step:
    match kind:
        case "unseal.done":
            return Open(_windows(fields), fields.list_of("recipients", RECIPIENT, MOST_WINDOWS))
        case "hold.rewrap":
            return Hold(_windows(fields))
        case "export.make":
            return Export(fields.text("sha256", HEX))
        case _:
            return Expire()


def _told(window: OrderWindow) -> dict[str, Json]:
    return {
        "camera": window.camera, "since": utc(window.since), "until": utc(window.until),
        "epoch": window.epoch, "recipient": window.recipient,
    }  # fmt: skip


def _windows(fields: Fields) -> tuple[OrderWindow, ...]:
    return tuple(map(_window, fields.each("windows", MOST_WINDOWS)))


def _window(fields: Fields) -> OrderWindow:
    window = OrderWindow(
        fields.text("camera", NAME), fields.moment("since"), fields.moment("until"),
        fields.text("epoch", "|[0-9-]{8,10}"), fields.text("recipient", RECIPIENT),
    )  # fmt: skip
    fields.end()
    return window


def is_opening_of(entry: bytes, layer: bytes) -> bool:
    """Whether it is what `owed_opened` says of that layer. Raises LedgerError for no entry."""
    told = read_entry(entry)
    return told.type == "unseal.done" and told.data["root"] == _root(layer)


def owed_opened(order: Order, layer: bytes, at: datetime) -> bytes:
    """The opener opens what the last party left."""
    return _entry("unseal.done", order, at, n=1, root=_root(layer))


def owed_kept(order: Order, keyset: str, at: datetime) -> bytes:
    """A window's key is wrapped anew for a hold, for the keys of that set."""
    assert order.hold_until is not None
    until = utc(order.hold_until)
    return _entry("hold.rewrap", order, at, keyset=keyset, expires=until, n=1)


def owed_exported(order: Order, bag: str, at: datetime) -> bytes:
    """A bag is handed over. Whom for is the hash of the opener's recipient."""
    opener = hashlib.sha256(order.opener.encode()).hexdigest()
    return _entry("export.make", order, at, bag=bag, recipients=[opener])


def owed_revealed(order: Order, at: datetime) -> bytes:
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
