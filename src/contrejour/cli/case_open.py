"""`contrejour case open`: the opener opens the segments of a window that was peeled."""

from __future__ import annotations

import argparse

from contrejour.base.stderr import warn
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.case_log import LOGGED, settle
from contrejour.cli.case_peel import demand_file, identity, utc_now
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.seal import ALLOW_TRUNCATED
from contrejour.cli.values import DIR, file, text


def _open(args: argparse.Namespace) -> int:
    """Said of every window, then in the log, then done."""
    from contrejour.custody.cases import folder
    from contrejour.custody.cases.opener import left_windows, say, show
    from contrejour.custody.seal.keynotes import Verifier

    for path in args.sealed:
        demand_file(path)
    found, windows = folder.read(args.folder), left_windows(args.layer, args.sealed, args.output)
    edge = Verifier.parse(args.edge) if args.edge else None
    with identity(args.key) as key:
        say(args.folder, found, key, windows, edge, utc_now)
        settle(args, args.folder)
        for path in show(args.folder, key, windows, warn if args.allow_truncated else None):
            print(path)
    return 0


OPEN = Command(
    "open",
    help="the opener opens what was peeled",
    run=_open,
    arguments=(
        CASE_FOLDER,
        Argument(
            "layer",
            file("LAYER"),
            help="what the vault left for the opener; of several windows, their folder",
        ),
        Argument("sealed", file("SEALED"), count="+", help="a segment of that window"),
        Option("--key", file("KEY"), required=True, help="the opener's key"),
        Option(
            "--edge",
            text("VKEY"),
            help="believe only what this recorder signed: W.json has to be beside it",
        ),
        ALLOW_TRUNCATED,
        *LOGGED,
        Option("--output", DIR, short="-o", required=True, help="where it goes, in the clear"),
    ),
)
