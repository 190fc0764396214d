"""`contrejour shred`: what this party must have destroyed by now, destroyed, and said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import add_signer, private_key, public_key
from contrejour.errors import ContrejourError, InputMissing, OutputExists, OutputFailed, UsageError
from contrejour.language import said
from contrejour.work import writing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from contrejour.ledger.entry import Json

    Destroy = Callable[[str, Ed25519PrivateKey, datetime], bytes]

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
    """All that is due, whatever is wrong with one of the keys: that is told at the end."""
    if not args.folder.is_dir():
        raise InputMissing(f"{args.folder} is not a folder")
    if args.output.is_file():
        raise UsageError(f"{args.output} is not a folder", "-o names a folder for the statements")
    now, wrong = datetime.now(UTC), list[ContrejourError]()
    horizon, signer = _horizon(args), private_key(args.key, args.password_file)
    party, due = args.party or args.role, 0
    with writing(args.output):
        args.output.mkdir(parents=True, exist_ok=True)
        for destroy, name, what in _due(args.folder, horizon, now, wrong):
            path, due = args.output / f"{name}.shred", due + 1
            try:
                entry = _entry(what, args.role, now)
                if path.exists():
                    raise OutputExists(f"{path} exists", "this key was said to be destroyed")
                statement = destroy(party, signer, now)
            except ContrejourError as error:
                wrong.append(error)
                continue
            except OSError as error:
                wrong.append(
                    OutputFailed(
                        f"the key of {name} can't be destroyed: {error.strerror}", "it is still due"
                    )
                )
                continue
            print(name, flush=True)
            files.write_new(path, statement)
            files.write_new(path.with_suffix(".jsonl"), entry)
    if wrong:
        raise wrong[0]
    if not due:
        print(said("no key is due"), file=sys.stderr)
    return 0


def _due(
    folder: Path, horizon: timedelta, now: datetime, wrong: list[ContrejourError]
) -> Iterator[tuple[Destroy, str, dict[str, Json]]]:
    """How each key is destroyed, its name, and what of it the log is told."""
    from contrejour.seal import keys
    from contrejour.seal.retention import destroyed_at

    for day in keys.days(folder):
        if destroyed_at(day, horizon) <= now:
            yield partial(keys.destroy, folder, day), str(day), {"epoch": str(day)}
    for path in keys.holds(folder):
        try:
            at = keys.hold_until(path)
        except ContrejourError as error:
            wrong.append(error)
            continue
        if at <= now:
            yield partial(keys.destroy_hold, folder, path.stem), path.stem, {"order": path.stem}


def _horizon(args: argparse.Namespace) -> timedelta:
    """Of the party's own plan."""
    from contrejour.mandate.originals import Originals
    from contrejour.mandate.plan import Plan

    if not args.plan:
        return Originals().horizon
    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    return plan.originals(plan.cameras[0]).horizon


def _entry(what: dict[str, Json], role: str, now: datetime) -> bytes:
    """What the log is owed."""
    from contrejour.ledger.entry import Entry, moment

    kind = "hold.shred" if "order" in what else "epoch.shred"
    return Entry(kind, moment(now), {**what, "role": role, "method": METHOD}).bytes + b"\n"
