"""`contrejour case hold-key | hold`: keep what is sealed past its day, for a quorum, unread."""

from __future__ import annotations

import argparse

from contrejour.base import times
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.keyfiles import SIGNER, X25519, private_key
from contrejour.cli.values import DIR, file


def _hold_key(args: argparse.Namespace) -> int:
    from contrejour.custody.cases.keeping import give_key
    from contrejour.custody.seal.recipient import RecipientKind

    signer = private_key(args.key, args.password_file)
    kind = RecipientKind.X25519 if args.x25519 else RecipientKind.HYBRID
    print(give_key(args.folder, args.role, signer, args.output, kind))
    return 0


def _hold(args: argparse.Namespace) -> int:
    from contrejour.custody.cases.keeping import keep

    onions = [arguments.read_bytes(path) for path in args.onions]
    print(keep(args.folder, onions, times.now().replace(microsecond=0)))
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
