"""`contrejour shred`: what this party must have destroyed by now, destroyed, and said."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import add_signer, private_key, public_key
from contrejour.errors import InputMissing, OutputExists, UsageError
from contrejour.language import said
from contrejour.work import writing

if TYPE_CHECKING:
    from contrejour.ledger.entry import Json

METHOD = "file"
"""As the log has it: the key was in a file, which was overwritten and unlinked."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `shred`."""
    shred = commands.add_parser(
        "shred", help="destroy each key of this party whose time is over", allow_abbrev=False
    )
    add = shred.add_argument
    add("folder", type=Path, metavar="DIR", help="where this party keeps its keys")
    add("--party", metavar="NAME",
        help="the name that its statements are signed under (default: ROLE)")  # fmt: skip
    add_signer(shred)
    add("--plan", type=Path, metavar="FILE", help="the plan whose horizon holds (default: a day)")
    add("--pub", type=Path, metavar="FILE", help="the plan's public key")
    add("-o", "--output", type=Path, required=True, metavar="DIR",
        help="a folder for the statements, and for the log's entries")  # fmt: skip
    shred.set_defaults(run=_shred)


def _shred(args: argparse.Namespace) -> int:
    from contrejour.seal import keys
    from contrejour.seal.retention import destroyed_at

    if not args.folder.is_dir():
        raise InputMissing(f"{args.folder} is not a folder")
    if args.output.is_file():
        raise UsageError(f"{args.output} is not a folder", "-o names a folder for the statements")
    now, horizon, party = datetime.now(UTC), _horizon(args), args.party or args.role
    days = [day for day in keys.days(args.folder) if destroyed_at(day, horizon) <= now]
    holds = [order for order, at in keys.holds(args.folder).items() if at <= now]
    for name in (*days, *holds):
        if (args.output / f"{name}.shred").exists():
            raise OutputExists(f"{args.output / f'{name}.shred'} exists",
                "this key was said to be destroyed")  # fmt: skip
    signer = private_key(args.key, args.password_file)
    with writing(args.output):
        args.output.mkdir(parents=True, exist_ok=True)
        for day in days:
            statement = keys.destroy(args.folder, day, party, signer, now)
            _say(args, str(day), statement, now, "epoch.shred", {"epoch": day.isoformat()})
        for order in holds:
            statement = keys.destroy_hold(args.folder, order, party, signer, now)
            _say(args, order, statement, now, "hold.shred", {"order": order})
    if not days and not holds:
        print(said("no key is due"), file=sys.stderr)
    return 0


def _horizon(args: argparse.Namespace) -> timedelta:
    """Of the party's own plan."""
    from contrejour.mandate.originals import Originals
    from contrejour.mandate.plan import Plan

    if not args.plan:
        return Originals().horizon
    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    return plan.originals(plan.cameras[0]).horizon


def _say(
    args: argparse.Namespace, name: str, statement: bytes, now: datetime, kind: str,
    what: dict[str, Json],
) -> None:  # fmt: skip
    """The statement, and the entry that the log is owed, beside each other."""
    from contrejour.ledger.entry import Entry, moment

    print(name, flush=True)
    files.write_new(args.output / f"{name}.shred", statement)
    entry = Entry(kind, moment(now), {**what, "role": args.role, "method": METHOD})
    files.write_new(args.output / f"{name}.jsonl", entry.bytes + b"\n")
