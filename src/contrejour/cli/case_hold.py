"""`contrejour case hold-key | hold`: keep what is sealed past its day, for a quorum, unread."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
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
    from contrejour.custody.cases.folder import Found
    from contrejour.custody.cases.rules import Rules
    from contrejour.custody.seal.onion import Keyset


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


def keyset(args: argparse.Namespace, found: Found, rules: Rules, keys: Mapping[str, str]) -> Keyset:
    """For whom whoever peels last wraps a window's key anew: the quorums that gave keys.

    The vault's own key is made here. Raises OrderError, SignatureError, SealError.
    """
    from contrejour.base.times import utc
    from contrejour.custody.cases import folder
    from contrejour.custody.cases.party import hold_keyset
    from contrejour.custody.cases.rules import VAULT
    from contrejour.custody.seal.keys import hold_path, make_hold, read_identity
    from contrejour.custody.seal.recipient import Recipient

    given, own = folder.hold_keys(args.folder), {}
    order = found.case.order
    assert order.hold_until is not None
    if args.role == VAULT:
        if args.hold_keys is None or not given:
            raise OrderError("hold-without-keys")
        if not hold_path(args.hold_keys, order.id).exists():
            kind = Recipient.parse(given[0].recipient).kind
            with filling(args.hold_keys):
                make_hold(args.hold_keys, order.id, utc(order.hold_until), kind)
        with read_identity(hold_path(args.hold_keys, order.id)) as secret:
            own = {VAULT: secret.recipient()}
    return hold_keyset(rules.policy, given, keys, order.id, own)


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
