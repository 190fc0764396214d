"""The steps of a case as documents, so that a case can be told again from its files.

    {"at":…,"order":…,"role":"dpo","type":"unseal.peel","used_s":0,"v":1,"way":["dpo",…],
     "window":{"camera":…,"epoch":…,"recipient":…,"since":…,"until":…}}

Approvals, refusals and the end are words (words.py), with a signature. These have none: the log
has them, and each party's spent list.
"""

from __future__ import annotations

from datetime import datetime

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import Malformed, OrderError
from contrejour.base.times import utc
from contrejour.custody.cases import signed
from contrejour.custody.cases.order import HEX, NAME, ROLE, Window
from contrejour.custody.cases.steps import (
    Approve,
    Close,
    Expire,
    Export,
    Hold,
    Open,
    Peel,
    Refuse,
    Step,
    Witness,
)
from contrejour.custody.cases.strict import Fields, document

MOST_BYTES = 1 << 20
MOST_WINDOWS = 10_000
RECIPIENT = r"age1[a-z0-9]{1,2500}"
_TYPES: dict[type[Step], str] = {
    Witness: "order.witness", Peel: "unseal.peel", Open: "unseal.done", Hold: "hold.rewrap",
    Export: "export.make", Expire: "case.expire",
}  # fmt: skip
_WORDS: dict[signed.Act, type[Approve | Refuse]] = {
    signed.Act.APPROVE: Approve,
    signed.Act.REFUSE: Refuse,
}


def write(step: Step, order: str, at: datetime) -> bytes:
    """The document of a step that is no word of a party."""
    told: dict[str, Json] = {"v": 1, "type": _TYPES[type(step)], "order": order, "at": utc(at)}
    match step:
        case Witness(_, by):
            told["by"] = [*sorted(by)]
        case Peel(role, way, window, used_s):
            told |= {"role": role, "way": [*sorted(way)], "window": _told(window), "used_s": used_s}
        case Open(windows, recipients):
            told |= {"windows": [*map(_told, windows)], "recipients": [*recipients]}
        case Hold(windows):
            told["windows"] = [*map(_told, windows)]
        case Export(sha256):
            told["sha256"] = sha256
        case _:
            pass
    return canonical(told)


def read(data: bytes, order: str, keys: dict[str, str]) -> tuple[Step, datetime]:
    """A step and when it was; a word's signature is verified.

    Raises Malformed, SignatureError, OrderError for another order's.
    """
    for act, made in _WORDS.items():
        if f'"type":"{act.value}"'.encode() in data:
            word = signed.read(data, act)
            word.check(order, keys)
            return made(word.role), word.at
    if f'"type":"{signed.Act.CLOSE.value}"'.encode() in data:
        word = signed.read(data, signed.Act.CLOSE)
        word.check(order, keys)
        return Close(), word.at
    return _recorded(data, order)


def _recorded(data: bytes, order: str) -> tuple[Step, datetime]:
    kind = next((each for each in _TYPES.values() if f'"type":"{each}"'.encode() in data), "")
    if not kind:
        raise Malformed("not-a-step")
    fields = document(data, kind, MOST_BYTES)
    if fields.text("order", HEX) != order:
        raise OrderError("step-of-another-order")
    at, step = fields.moment("at"), _step(kind, fields, order)
    fields.end()
    return step, at


def _step(kind: str, fields: Fields, order: str) -> Step:
    match kind:
        case "order.witness":
            return Witness(order, frozenset(fields.texts("by", ROLE, 64)))
        case "unseal.peel":
            way = frozenset(fields.texts("way", ROLE, 64))
            window, used_s = _window(fields.below("window")), fields.whole("used_s", 0)
            return Peel(fields.text("role", ROLE), way, window, used_s)
        case "unseal.done":
            return Open(_windows(fields), fields.list_of("recipients", RECIPIENT, MOST_WINDOWS))
        case "hold.rewrap":
            return Hold(_windows(fields))
        case "export.make":
            return Export(fields.text("sha256", HEX))
        case _:
            return Expire()


def _told(window: Window) -> dict[str, Json]:
    return {
        "camera": window.camera, "since": utc(window.since), "until": utc(window.until),
        "epoch": window.epoch, "recipient": window.recipient,
    }  # fmt: skip


def _windows(fields: Fields) -> tuple[Window, ...]:
    return tuple(map(_window, fields.each("windows", MOST_WINDOWS)))


def _window(fields: Fields) -> Window:
    window = Window(
        fields.text("camera", NAME), fields.moment("since"), fields.moment("until"),
        fields.text("epoch", "|[0-9-]{8,10}"), fields.text("recipient", RECIPIENT),
    )  # fmt: skip
    fields.end()
    return window
