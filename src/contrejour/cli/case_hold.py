"""`contrejour case hold-key | hold`: keep what is sealed past its day, for a quorum, unread."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import OrderError
from contrejour.base.files import filling
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.keyfiles import SIGNER, X25519, private_key
from contrejour.cli.values import DIR, file

if TYPE_CHECKING:
    pass


def _hold_key(args: argparse.Namespace) -> int:
    from contrejour.base.times import utc
    from contrejour.custody.cases import folder, hold
    from contrejour.custody.seal.keys import make_hold
    from contrejour.custody.seal.recipient import RecipientKind

    found = folder.read(args.folder)
    order = found.case.order
    if order.hold_until is None:
        raise OrderError("order-opens-not-holds")
    signer = private_key(args.key, args.password_file)
    hold.sign(order.id, args.role, "age1", signer).check(order.id, found.keys)
    kind = RecipientKind.X25519 if args.x25519 else RecipientKind.HYBRID
    with filling(args.output):
        recipient = make_hold(args.output, order.id, utc(order.hold_until), kind)
    folder.add_hold_key(args.folder, hold.sign(order.id, args.role, str(recipient), signer))
    print(recipient)
    return 0


def _hold(args: argparse.Namespace) -> int:
    """What the onions hold can't be seen from here: that is what they are for."""
    from contrejour.custody.cases import folder, records
    from contrejour.custody.cases.case import Hold
    from contrejour.custody.seal.onion import unpack

    found, now = folder.read(args.folder), times.now().replace(microsecond=0)
    case = found.case
    peeled = {each.window: None for each in case.peels if case.is_peeled(each.window)}
    windows = tuple(window for window in peeled if window not in case.held)
    onions = [arguments.read_bytes(path) for path in args.onions]
    for each in onions:
        unpack(each)
    if len({*onions}) != len(windows):
        raise OrderError("hold-onions-missing", peeled=len(windows), found=len({*onions}))
    step = Hold(windows)
    folder.add_held(args.folder, onions)
    folder.add(args.folder, found, step, records.write(step, case.order.id, now), now)
    print(f"{len(windows)}")
    return 0


HOLD_KEY = Command(
    "hold-key",
    help="a party's key for a hold",
    run=_hold_key,
    arguments=(
        CASE_FOLDER,
        *SIGNER,
        X25519,
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="where this party keeps its keys: ORDER.hold is added",
        ),
    ),
)
HOLD = Command(
    "hold",
    help="keep what was peeled for a hold",
    run=_hold,
    arguments=(
        CASE_FOLDER,
        Argument(
            "onions",
            file("ONIONS"),
            count="+",
            help="what whoever peeled last left, of each window",
        ),
    ),
)
