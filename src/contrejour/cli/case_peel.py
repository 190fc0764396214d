"""`contrejour case witness | peel`: from the log's proof to a window's key, layer by layer."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contrejour.base import times
from contrejour.base.errors import InputMissing, OrderError, UsageError
from contrejour.cli import arguments, case_hold
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.keyfiles import PLAN_KEY, public_key
from contrejour.cli.terminal import Terminal
from contrejour.cli.values import DIR, FILE, ROLE, file

if TYPE_CHECKING:
    from contrejour.custody.cases.folder import Found
    from contrejour.custody.cases.party import Party, Told
    from contrejour.custody.ledger.verify import Trust
    from contrejour.custody.seal.onion import Keyset
    from contrejour.custody.seal.open import Peeled
    from contrejour.custody.seal.plugin import Token
    from contrejour.custody.seal.recipient import Identity
    from contrejour.law.mandate.originals import Originals


MORE = 8192
"""Bytes by which what the vault leaves may be larger than what it was given."""


def _witness(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder, records
    from contrejour.custody.cases.case import Witness
    from contrejour.custody.cases.party import proved

    found, now = folder.read(args.folder), utc_now()
    order = found.case.order
    seen = proved(
        order.bytes, arguments.read_bytes(args.proof), _trust(args.folder / "witness.policy")
    )
    step = Witness(seen.leaf, frozenset(seen.cosigned))
    folder.add(args.folder, found, step, records.write(step, order.id, now), now)
    return 0


def _peel(args: argparse.Namespace) -> int:
    """Nothing of the case's folder is believed but what is signed, or in the log."""
    from contrejour.custody.cases import folder
    from contrejour.custody.cases.order import Kind
    from contrejour.custody.cases.party import Party
    from contrejour.custody.cases.spent import SpentList

    found = folder.read(args.folder)
    if not found.case.is_witnessed:
        raise OrderError("case-not-witnessed")
    policy = arguments.read_bytes(args.policy)
    rules, keys = folder.rules_of(policy, arguments.read_bytes(args.witnesses), _voted(args, found))
    onions = [_onion(path, args.role, found) for path in args.onions]
    is_last = found.case.order.kind is Kind.HOLD and onions[0].way.split("+")[-1] == args.role
    hold = case_hold.keyset(args, found, rules, keys) if is_last else None
    places = each_in(args.output, args.onions)
    with identity(args.key) as key, SpentList(args.spent) as spent:
        party = Party(args.role, rules, keys, hashlib.sha256(policy).hexdigest(), spent)
        for onion, place in zip(onions, places, strict=True):
            found = _peel_one(args, found, party, key, onion, hold, place)
    return 0


def each_in(output: Path, paths: Sequence[Path]) -> list[Path]:
    """Where what comes of each goes: of several windows, to a folder named as the one it is in.

    Raises UsageError where two would go to one.
    """
    if len(paths) == 1:
        return [output]
    places = [output / path.resolve().parent.name for path in paths]
    if len({*places}) < len(places):
        raise UsageError("two-folders-of-one-name")
    return places


def _peel_one(
    args: argparse.Namespace, found: Found, party: Party, key: Identity | Token, onion: Onion,
    hold: Keyset | None, place: Path,
) -> Found:  # fmt: skip
    """One window; the case as it is then."""
    from contrejour.custody.cases import folder, records
    from contrejour.custody.cases.case import Peel
    from contrejour.custody.cases.party import window_of
    from contrejour.custody.seal.new_files import writing
    from contrejour.custody.seal.wipe import wipe

    told, now, order = _told(args, found, onion.way), utc_now(), found.case.order
    out = place / f"{onion.way}{'.onions' if hold else '.age'}"
    room = (len(onion.data) + MORE) * (sum(map(len, hold.ways)) if hold else 1)
    place.mkdir(parents=True, exist_ok=True)
    with writing(out, 0o600, room) as file:  # before the window is spent
        used_s = party.spent.used_s(now)
        peeled = party.peel(onion.data, key, args.key.stem, told, now)
        is_kept = peeled.is_last
        try:
            left = _left(peeled, found, hold)
        finally:
            wipe(peeled.inside)
        folder.owe(args.folder, records.owed_peeled(order, args.role, onion.data, now))
        if hold and is_kept:
            folder.owe(args.folder, records.owed_kept(order, hold.id, now))
        file.write(left)
    step = Peel(
        args.role, told.way, window_of(peeled.window), used_s - found.case.peeled_s(args.role, now)
    )
    found = folder.add(args.folder, found, step, records.write(step, order.id, now), now)
    print(out)
    return found


def _left(peeled: Peeled, found: Found, hold: Keyset | None) -> bytes:
    """What goes on: the next layer, or the window's key for the opener, or anew for a hold."""
    from contrejour.custody.seal.open import rehold, rewrap
    from contrejour.custody.seal.recipient import Recipient

    if not peeled.is_last:
        return bytes(peeled.inside)
    if hold:
        return rehold(peeled, hold)
    return rewrap(peeled, Recipient.parse(found.case.order.opener))


def _voted(args: argparse.Namespace, found: Found) -> Originals | None:
    """The numbers of the party's own plan, by which the order was allowed when it was declared."""
    from contrejour.custody.cases.rules import demand_allowed
    from contrejour.law.mandate.plan import Plan

    if not args.plan:
        return None
    order, envelope = found.case.order, arguments.read_bytes(args.plan)
    plan = Plan(envelope, [public_key(args.pub)])
    digest = hashlib.sha256(envelope).hexdigest()
    demand_allowed(order, plan, digest, order.declared, found.hold)
    return plan.originals(order.cameras[0])


def _told(args: argparse.Namespace, found: Found, way: str) -> Told:
    from contrejour.custody.cases.folder import custody
    from contrejour.custody.cases.party import Told, proved
    from contrejour.custody.cases.signed import Act

    order, steps = found.case.order.bytes, custody(args.folder)
    said = {
        act: tuple(data for data in steps.values() if f'"type":"{act}"'.encode() in data)
        for act in (Act.APPROVE, Act.REFUSE)
    }
    proof = proved(order, arguments.read_bytes(args.proof), _trust(args.witnesses))
    return Told(
        order, said[Act.APPROVE], said[Act.REFUSE], proof, frozenset(way.split("+")),
        found.case.order.opening, found.hold,
    )  # fmt: skip


class Onion(NamedTuple):
    """What is left of one, and who peels it in turn."""

    way: str
    data: bytes


def _onion(path: Path, role: str, found: Found) -> Onion:
    """Of W.onions, one whose parties have approved."""
    from contrejour.custody.cases.rules import VAULT
    from contrejour.custody.seal.onion import unpack

    data = arguments.read_bytes(path)
    if path.suffix != ".onions":
        return Onion(path.stem, data)
    agreed = found.case.approvals | {VAULT}
    for name, onion in unpack(data).items():
        way = name.removesuffix(".age")
        if way.split("+")[0] == role and agreed >= set(way.split("+")):
            return Onion(way, onion)
    raise OrderError("no-onion-begins-with", role=role)


def identity(path: Path) -> Identity | Token:
    """The key in a file, or in the token that it leads to. Raises InputMissing, SealError."""
    from contrejour.custody.seal.keys import read_identity

    demand_file(path)
    return read_identity(path, Terminal())


def demand_file(path: Path) -> None:
    """Raises InputMissing."""
    if not path.is_file():
        raise InputMissing("not-a-regular-file", path=path)


def _trust(path: Path) -> Trust:
    from contrejour.custody.ledger.verify import read_trust

    return read_trust(arguments.read_text(path))


def utc_now() -> datetime:
    """UTC, to the second."""
    return times.now().replace(microsecond=0)


WITNESS = Command(
    "witness",
    help="the log's proof that the order was seen",
    run=_witness,
    arguments=(
        CASE_FOLDER,
        Option("--proof", FILE, required=True, help="the proof of the order (.tlog-proof)"),
    ),
)
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
        Option("--plan", FILE, help="the plan that the order must be for: the party's own copy"),
        PLAN_KEY,
        Option("--proof", FILE, required=True, help="a fresh proof of the order"),
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
