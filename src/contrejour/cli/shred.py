"""`contrejour shred`: what this party must have destroyed by now, destroyed, and said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import (
    ContrejourError,
    InputMissing,
    OutputExists,
    OutputFailed,
    UsageError,
)
from contrejour.base.files import filling, make_folder
from contrejour.base.language import said
from contrejour.cli import arguments
from contrejour.cli.command import Command, Option
from contrejour.cli.epochs import FOLDER, TOKEN, UNTIL, end_of
from contrejour.cli.keyfiles import SIGNER, private_key
from contrejour.cli.values import DIR, NAME

if TYPE_CHECKING:
    from contrejour.base.canonical import Json
    from contrejour.law.mandate.sign import PrivateKey

    Destroy = Callable[[str, PrivateKey, datetime, str, Callable[[bytes], object]], bytes]

METHODS = {"overwrite+unlink": "file"}
"""What the statement says, as the log has it; of a token, they say the same."""


def _shred(args: argparse.Namespace) -> int:
    """All that is due, whatever is wrong with one of the keys: that is told at the end."""
    from contrejour.custody.seal.shred import is_begun, method_of

    if not args.folder.is_dir():
        raise InputMissing("keys-not-a-folder", folder=args.folder)
    if args.output.is_file():
        raise UsageError("statements-not-a-folder", output=args.output)
    now, wrong = times.now(), list[ContrejourError]()
    ends, signer = end_of(args), private_key(args.key, args.password_file)
    party, due = args.party or args.role, 0
    with filling(args.output):
        make_folder(args.output)
        for destroy, key, what in _due(args.folder, ends, now, wrong):
            path, due = args.output / f"{key.stem}.shred", due + 1
            try:
                entry = _entry(what, args.role, now, method_of(key, args.token))
                if path.exists() and not is_begun(key):
                    raise OutputExists("statement-of-key-exists", path=path)
                destroy(party, signer, now, args.token, partial(_keep, path, entry))
            except ContrejourError as error:
                wrong.append(error)
                continue
            except OSError as error:
                wrong.append(
                    OutputFailed("key-cannot-be-destroyed", key=key.stem, reason=error.strerror)
                )
                continue
            print(key.stem, flush=True)
    if wrong:
        raise wrong[0]
    if not due:
        print(said("no-key-is-due"), file=sys.stderr)
    return 0


def _keep(path: Path, entry: bytes, statement: bytes) -> None:
    """Keep the statement and the log's entry, but for what a run that was killed kept of them."""
    for place, data in ((path, statement), (path.with_suffix(".jsonl"), entry)):
        if not place.exists():
            arguments.write_new(place, data)


def _due(
    folder: Path, ends: Callable[[date], datetime], now: datetime, wrong: list[ContrejourError]
) -> Iterator[tuple[Destroy, Path, dict[str, Json]]]:
    """How each key is destroyed, where it is, and what of it the log is told."""
    from contrejour.custody.seal import keys, shred

    for day in keys.days(folder):
        if ends(day) <= now:
            destroy = partial(shred.destroy, folder, day)
            yield destroy, keys.key_path(folder, day), {"epoch": str(day)}
    for path in keys.holds(folder):
        try:
            at = now if shred.is_begun(path) else keys.hold_until(path)
        except ContrejourError as error:
            wrong.append(error)
            continue
        if at <= now:
            yield partial(shred.destroy_hold, folder, path.stem), path, {"order": path.stem}


def _entry(what: dict[str, Json], role: str, now: datetime, method: str) -> bytes:
    """What the log is owed."""
    from contrejour.base.times import utc
    from contrejour.custody.ledger.entry import Entry

    kind = "hold.shred" if "order" in what else "epoch.shred"
    told: dict[str, Json] = {**what, "role": role, "method": METHODS.get(method, method)}
    return Entry(kind, utc(now), told).bytes + b"\n"


SHRED = Command(
    "shred",
    help="destroy each key of this party whose time is over",
    run=_shred,
    arguments=(
        FOLDER,
        Option(
            "--party", NAME, help="the name that its statements are signed under (default: ROLE)"
        ),
        *SIGNER,
        *UNTIL,
        TOKEN,
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="a folder for the statements, and for the log's entries",
        ),
    ),
)
