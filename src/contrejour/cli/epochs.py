"""`contrejour keys make | publish | destroy | show`: a party's key of each day, off line."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import InputMissing, OutputExists, SealError, UsageError
from contrejour.base.files import filling, make_folder
from contrejour.base.language import said
from contrejour.cli import arguments
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.keyfiles import PASSWORD_FILE, PLAN_KEY, PRIVATE_KEY, X25519
from contrejour.cli.values import DAY, DIR, FILE, NAME, ROLE, ArgumentType, file

if TYPE_CHECKING:
    from contrejour.custody.seal.keynotes import Verifier
    from contrejour.law.mandate.sign import PrivateKey


def end_of(args: argparse.Namespace) -> Callable[[date], datetime]:
    """When the key of a day has to be gone: by the plan, or else after 30 days or a month."""
    from contrejour.cli.keyfiles import public_key
    from contrejour.custody.seal.retention import HORIZON, destroyed_at
    from contrejour.law.mandate.periods import Period, destroy_by
    from contrejour.law.mandate.plan import Plan

    kept, horizon = (lambda at: destroy_by(at, Period.parse("P30D"))), HORIZON
    if args.plan:
        plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
        kept, horizon = plan.kept_until, plan.originals(plan.cameras[0]).horizon
    if args.horizon_hours is not None:
        horizon = timedelta(hours=args.horizon_hours)
    return lambda day: destroyed_at(day, kept, horizon)


def waits(args: argparse.Namespace) -> timedelta:
    """How long an order waits, by the plan or by default."""
    from contrejour.cli.keyfiles import public_key
    from contrejour.law.mandate.originals import Originals
    from contrejour.law.mandate.plan import Plan

    if not args.plan:
        return Originals().cooling_off
    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    return plan.originals(plan.cameras[0]).cooling_off


def _count(text: str) -> int:
    if not 1 <= int(text) <= 400:
        raise argparse.ArgumentTypeError(said("from-to", least=1, most=400))
    return int(text)


def _hours(text: str) -> int:
    if not 0 <= int(text) < 720:
        raise argparse.ArgumentTypeError(said("from-to", least=0, most=719))
    return int(text)


def _today() -> date:
    return times.now().date()


def _wanted(args: argparse.Namespace) -> list[date]:
    return [args.first + timedelta(days=number) for number in range(args.days)]


def _signer(args: argparse.Namespace) -> PrivateKey:
    from contrejour.cli.keyfiles import private_key

    return private_key(args.key, args.password_file)


def _make(args: argparse.Namespace) -> int:
    from contrejour.custody.seal.keys import make
    from contrejour.custody.seal.recipient import RecipientKind

    kind = RecipientKind.X25519 if args.x25519 else RecipientKind.HYBRID
    with filling(args.folder):
        make_folder(args.folder, 0o700)
        for day, recipient in make(args.folder, _wanted(args), kind).items():
            print(day, recipient)
    return 0


def _publish(args: argparse.Namespace) -> int:
    from contrejour.custody.seal import keys
    from contrejour.custody.seal.keynotes import Verifier

    missing = set(_wanted(args)) - set(keys.days(args.folder))
    if missing:
        raise InputMissing("no-key-of-day", folder=args.folder, day=min(missing))
    signer, days = _signer(args), _wanted(args)
    if args.policy or args.plan:
        _demand_voted(args, Verifier.of(args.party, signer))
    asked = {args.output: days}
    if args.each:
        asked = {args.output / f"{day}.{args.party}.note": [day] for day in days}
        with filling(args.output):
            make_folder(args.output)
    entries = b""
    for path, those in asked.items():
        note = keys.publish(args.folder, those, args.party, signer)
        arguments.write_new(path, note)
        entries += b"".join(_entry(args.role, day, note) for day in those if args.role)
    if args.role:
        arguments.write_new(args.output.with_name(f"{args.output.name}.jsonl"), entries)
    print(Verifier.of(args.party, signer))
    return 0


def _demand_voted(args: argparse.Namespace, own: Verifier) -> None:
    """Raises Refused for another policy than the plan names, SealError where it hasn't this key."""
    from contrejour.cli.keyfiles import public_key
    from contrejour.custody.openers import read, signers
    from contrejour.law.mandate.plan import Plan

    if not (args.policy and args.plan):
        raise UsageError("policy-goes-with-plan")
    policy = arguments.read_bytes(args.policy)
    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    plan.originals(plan.cameras[0]).demand_opened_by(hashlib.sha256(policy).hexdigest())
    if str(own) not in map(str, signers(read(policy)).values()):
        raise SealError("party-not-in-policy", key=str(own), path=args.policy)


def _entry(role: str, day: date, note: bytes) -> bytes:
    """What the log is told of a day's key: in which note it is."""
    from contrejour.base.times import utc
    from contrejour.custody.ledger.entry import Entry

    told = {"role": role, "epoch": f"{day}", "keys": hashlib.sha256(note).hexdigest()}
    return Entry("keyset.publish", utc(times.now()), told).bytes + b"\n"


def _destroy(args: argparse.Namespace) -> int:
    from contrejour.custody.seal import keys, shred

    now, ends = times.now(), end_of(args)
    due = [args.day] if args.day else [day for day in keys.days(args.folder) if ends(day) <= now]
    statements = [args.output / f"{day}.shred" for day in due]
    for day, path in zip(due, statements, strict=True):
        if path.exists() and not shred.is_begun(keys.key_path(args.folder, day)):
            raise OutputExists("statement-of-day-exists", path=path)
    if args.output.is_file():
        raise UsageError("statements-not-a-folder", output=args.output)
    signer = _signer(args)
    with filling(args.output):
        make_folder(args.output)
    for day, path in zip(due, statements, strict=True):
        keep = partial(arguments.write_new, path, force=True)
        shred.destroy(args.folder, day, args.party, signer, now, args.token, keep)
        print(day)
    if not due:
        print(said("no-key-is-due"), file=sys.stderr)
    return 0


def _show(args: argparse.Namespace) -> int:
    from contrejour.custody.seal import keys

    ends = end_of(args)
    for day in keys.days(args.folder):
        with keys.read_identity(keys.key_path(args.folder, day)) as secret:
            print(day, f"{ends(day):%Y-%m-%dT%H:%M:%SZ}", secret.recipient())
    for path in keys.holds(args.folder):
        with keys.read_identity(path) as secret:
            print(path.stem, f"{keys.hold_until(path):%Y-%m-%dT%H:%M:%SZ}", secret.recipient())
    return 0


FOLDER = Argument("folder", DIR, help="where this party keeps its keys")
DAYS = (
    Option(
        "--from",
        DAY,
        dest="first",
        default_factory=_today,
        help="the first day (default: today, UTC)",
    ),
    Option("--days", ArgumentType("N", _count), default=1, help="how many (default: 1)"),
)
UNTIL = (
    Option("--plan", FILE, help="the signed plan: how long recordings are kept, and the horizon"),
    PLAN_KEY,
    Option(
        "--horizon-hours",
        ArgumentType("N", _hours),
        help="how far recorders and clocks may be ahead (default: the plan's, or 24)",
    ),
)
"""What `end_of` reads."""
TOKEN = Option(
    "--token",
    choices=("hsm", "tpm"),
    default="",
    help="say of keys in such a token that its own tool has destroyed them",
)
SIGNED = (
    Option(
        "--party",
        NAME,
        required=True,
        help="the name that this party signs under, such as vault.example.org",
    ),
    PRIVATE_KEY,
    PASSWORD_FILE,
)
MAKE = Command(
    "make",
    help="make this party's keys, one for each UTC day",
    run=_make,
    arguments=(FOLDER, *DAYS, X25519),
)
PUBLISH = Command(
    "publish",
    help="sign the public halves of these days' keys",
    run=_publish,
    arguments=(
        FOLDER,
        *DAYS,
        *SIGNED,
        Option(
            "--as",
            ROLE,
            dest="role",
            default="",
            help="write the log's entries too, for this party of the policy",
        ),
        Option("--policy", FILE, help="who opens: publish only where this key is in it"),
        Option("--plan", FILE, help="the signed plan: publish for no policy but its own"),
        PLAN_KEY,
        Switch("--each", help="a note for each day, in a folder: recorders get one a day"),
        Option(
            "--output",
            file("NOTE"),
            short="-o",
            required=True,
            help="the signed note, to hand out; with --each, the folder",
        ),
    ),
)
DESTROY = Command(
    "destroy",
    help="destroy the keys whose time is over, and say so",
    run=_destroy,
    arguments=(
        FOLDER,
        Option("--day", DAY, help="this day's alone, now, whatever its time"),
        *UNTIL,
        TOKEN,
        *SIGNED,
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="a folder for the signed statements, DATE.shred",
        ),
    ),
)
SHOW = Command(
    "show",
    help="the days and holds whose keys are here, and when each has to go",
    run=_show,
    arguments=(FOLDER, *UNTIL),
)
