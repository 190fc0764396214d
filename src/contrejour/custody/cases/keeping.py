"""What is done in the folder of a hold: a party gives its key, what was peeled is kept.

    recipient = give_key(folder, "dpo", signer, own_keys, kind)
    count = keep(folder, onions, now)

What the onions hold can't be seen from here: that is what they are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import OrderError
from contrejour.base.files import filling
from contrejour.base.times import utc
from contrejour.custody.cases import folder as folders
from contrejour.custody.cases import hold, records
from contrejour.custody.cases.case import Hold
from contrejour.custody.seal.keys import make_hold
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.recipient import Recipient, RecipientKind

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import PrivateKey


def give_key(
    folder: Path, role: str, signer: PrivateKey, own_keys: Path, kind: RecipientKind
) -> Recipient:
    """Make a party's key for a hold in `own_keys`, and put its public half, signed, into the case.

    Raises OrderError for an order that opens, SignatureError for another's key, OutputExists,
    OutputFailed.
    """
    found = folders.read(folder)
    order = found.case.order
    if order.hold_until is None:
        raise OrderError("order-opens-not-holds")
    hold.sign(order.id, role, "age1", signer).check(order.id, found.keys)  # before one is made
    with filling(own_keys):
        recipient = make_hold(own_keys, order.id, utc(order.hold_until), kind)
    folders.add_hold_key(folder, hold.sign(order.id, role, str(recipient), signer))
    return recipient


def keep(folder: Path, onions: Sequence[bytes], now: datetime) -> int:
    """Keep the onions of what was peeled, and say so: of how many windows.

    Raises SealError for what is none, OrderError where there are more or fewer than windows.
    """
    found = folders.read(folder)
    case = found.case
    peeled = {each.window: None for each in case.peels if case.is_peeled(each.window)}
    windows = tuple(window for window in peeled if window not in case.held)
    for each in onions:
        unpack(each)
    if len({*onions}) != len(windows):
        raise OrderError("hold-onions-missing", peeled=len(windows), found=len({*onions}))
    step = Hold(windows)
    folders.add_held(folder, onions)
    folders.add(folder, found, step, records.write(step, case.order.id, now), now)
    return len(windows)
