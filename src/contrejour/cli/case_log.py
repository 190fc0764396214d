"""What commands of a case have to do with the log: `--log`, and `contrejour case witness`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from contrejour.base.errors import UsageError
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.command import Command, Option
from contrejour.cli.values import FILE, text


def settle(args: argparse.Namespace, folder: Path) -> None:
    """What the log is owed is told to it, and proofs are kept, where `--log` says which it is."""
    from contrejour.custody.cases import logged
    from contrejour.custody.ledger.web import is_url, opened

    if args.log is None:
        if args.log_key:
            raise UsageError("log-key-without-log")
        return
    if args.log_key and is_url(args.log):
        raise UsageError("log-key-goes-with-a-folder")

    def append(told: Sequence[bytes]) -> None:
        from contrejour.cli.ledger import append as appended

        appended(Path(args.log), told, args.log_key, args.log_password_file)

    with opened(args.log) as read:
        logged.settle(folder, read, append if args.log_key else None)


def _witness(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder, logged

    if not args.proof and args.log is None:
        raise UsageError("witness-needs-a-log")
    for path in args.proof:
        logged.keep(args.folder, arguments.read_bytes(path))
    settle(args, args.folder)
    found = folder.read(args.folder)
    for leaf in folder.owed(args.folder):
        print(leaf, "✓" if leaf in folder.proofs(args.folder) else "✗")
    return 0 if found.case.is_witnessed else 20


LOGGED = (
    Option(
        "--log",
        text("DIR|URL"),
        help="the public log: proofs of what it has are kept in the case",
    ),
    Option(
        "--log-key", FILE, help="the log's key, where --log is its folder: append what it lacks"
    ),
    Option("--log-password-file", FILE, help="file whose first line is that key's password"),
)
WITNESS = Command(
    "witness",
    help="keep the log's proofs of what was said",
    run=_witness,
    arguments=(
        CASE_FOLDER,
        *LOGGED,
        Option("--proof", FILE, repeated=True, help="a proof (.tlog-proof); may be given again"),
    ),
)
