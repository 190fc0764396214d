"""`contrejour case peel`: said in the log, then done: to a window's key, layer by layer."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import InputMissing, UsageError
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.case_log import LOGGED, settle
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.keyfiles import PASSWORD_FILE, PLAN_KEY, private_key, public_key
from contrejour.cli.terminal import Terminal
from contrejour.cli.values import DIR, FILE, ROLE, file

if TYPE_CHECKING:
    from contrejour.custody.cases.party import PartyFiles
    from contrejour.custody.seal.plugin import Token
    from contrejour.custody.seal.recipient import Identity


def _peel(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder
    from contrejour.custody.cases.party import Party, keyset_of_hold, onion_of
    from contrejour.custody.cases.spent import SpentList

    found, own = folder.read(args.folder), _own_files(args)
    onions = [
        onion_of(path.name, arguments.read_bytes(path), args.role, found.case)
        for path in args.onions
    ]
    signer = private_key(args.sign, args.password_file)
    hold = keyset_of_hold(own, args.folder, found, onions, args.hold_keys)
    windows = list(zip(onions, each_in(args.output, args.onions), strict=True))
    with identity(args.key) as key, SpentList(args.spent) as spent:
        party = Party(own, key, args.key.stem, spent)
        found = party.say(args.folder, found, onions, signer, utc_now)
        settle(args, args.folder)
        for out in party.peel_windows(args.folder, found, windows, hold, utc_now):
            print(out)
    return 0


def _own_files(args: argparse.Namespace) -> PartyFiles:
    from contrejour.custody.cases.party import PartyFiles
    from contrejour.law.mandate.plan import Plan

    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    policy, witnesses = arguments.read_bytes(args.policy), arguments.read_bytes(args.witnesses)
    return PartyFiles.of(args.role, policy, witnesses, plan, args.keyset)


def each_in(output: Path, paths: Sequence[Path]) -> list[Path]:
    """Where what comes of each goes: of several windows, to a folder named as the one it is in.

    Raises UsageError where two would go to one.
    """
    if len(paths) == 1:
        return [output]
    places = [output / Path(os.path.realpath(path)).parent.name for path in paths]
    if len({*places}) < len(places):
        raise UsageError("two-folders-of-one-name")
    return places


def identity(path: Path) -> Identity | Token:
    """The key in a file, or in the token that it leads to. Raises InputMissing, SealError."""
    from contrejour.custody.seal.keys import read_identity

    demand_file(path)
    return read_identity(path, Terminal())


def demand_file(path: Path) -> None:
    """Raises InputMissing."""
    if not path.is_file():
        raise InputMissing("not-a-regular-file", path=path)


def utc_now() -> datetime:
    """UTC, to the second."""
    return times.now().replace(microsecond=0)


PEEL = Command(
    "peel",
    help="a party takes its layer off an onion",
    run=_peel,
    arguments=(
        CASE_FOLDER,
        Argument(
            "onions",
            file("ONION"),
            count="+",
            help="W.onions, or the layer that is left; of each window, in its folder",
        ),
        Option("--as", ROLE, dest="role", required=True, help="the party that peels"),
        Option("--key", file("KEY"), required=True, help="the party's key of that day"),
        Option("--policy", FILE, required=True, help="who opens: the party's own copy"),
        Option(
            "--witnesses",
            FILE,
            required=True,
            help="the log and its witnesses: the party's own copy",
        ),
        Option(
            "--plan",
            FILE,
            required=True,
            help="the plan that must allow the order, now: the party's own copy",
        ),
        PLAN_KEY,
        Option(
            "--keyset",
            file("NOTE|PROOF|DIR"),
            repeated=True,
            help="what parties published of that day, and that the log has it, or their folder",
        ),
        Option(
            "--sign",
            FILE,
            required=True,
            help="the party's private key, which says in the log that it peels",
        ),
        PASSWORD_FILE,
        *LOGGED,
        Option(
            "--spent",
            FILE,
            required=True,
            help="what this party has peeled, ever; made when it isn't there",
        ),
        Option(
            "--hold-keys",
            DIR,
            help="of a hold, for whoever peels last: where its key for the hold is made",
        ),
        Option("--output", DIR, short="-o", required=True, help="where what is left goes"),
    ),
)
