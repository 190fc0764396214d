"""`contrejour case declare | approve | refuse | show | close`, and what is under case_papers.py."""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import Malformed, OrderError
from contrejour.base.messages import Message
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.case_hold import HOLD, HOLD_KEY
from contrejour.cli.case_log import LOGGED, WITNESS, settle
from contrejour.cli.case_open import OPEN
from contrejour.cli.case_papers import ACCESS, EXPORT, SLIP, TIMELINE
from contrejour.cli.case_peel import PEEL
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.keyfiles import PLAN_KEY, SIGNER, private_key, public_key
from contrejour.cli.values import COUNT, DIR, FILE, MOMENT, NAME, text

if TYPE_CHECKING:
    from contrejour.custody.cases.case import Step
    from contrejour.custody.cases.folder import CaseFile
    from contrejour.custody.cases.order import Order
    from contrejour.custody.cases.private import Private
    from contrejour.custody.cases.signed import SignedAct
    from contrejour.custody.cases.summary import PlanView
    from contrejour.law.mandate.originals import Originals

BASES = ("60-1", "60-2", "77-1-1", "77-1-2", "99-3", "gdpr.15")
"""As contrejour.custody.cases.order.Basis, which --help has no time to import."""


def _declare(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder, signed
    from contrejour.custody.cases.case import declare
    from contrejour.custody.cases.rules import demand_allowed
    from contrejour.law.mandate.plan import Plan

    given = {
        "plan.json": arguments.read_bytes(args.plan),
        "open.policy": arguments.read_bytes(args.policy),
        "witness.policy": arguments.read_bytes(args.witnesses),
    }  # fmt: skip
    plan = Plan(given["plan.json"], [public_key(args.pub)])
    now = times.now().replace(microsecond=0)
    private = _private(args.private)
    voted = plan.originals(args.camera[0])
    rules, keys = folder.rules_of(given["open.policy"], given["witness.policy"], voted)
    hold = _held(args.held) if args.held else None
    order = _order(args, plan.mandate, given, private, voted, now, hold)
    demand_allowed(order, plan, now, hold)
    declare(order, rules, now)
    word = signed.sign(signed.SignedAct.DECLARE, order.id, args.role, now,
                      private_key(args.key, args.password_file))  # fmt: skip
    word.check(order.id, keys)
    folder.create(args.output, order, word, private, given, hold)
    settle(args, args.output)
    _tell(args, folder.read(args.output))
    return 0


def _order(
    args: argparse.Namespace, mandate: str, given: dict[str, bytes], private: Private,
    voted: Originals, now: datetime, hold: Order | None,
) -> Order:  # fmt: skip
    from contrejour.custody.cases.order import Order, OrderBasis, OrderKind, aligned, made
    from contrejour.custody.cases.secret import Secret

    since, until = aligned(args.since, args.until, voted.window.seconds)
    lasts = voted.order_lasts if args.days is None else timedelta(days=args.days)
    wait = timedelta(0) if args.urgent else voted.cooling_off
    return made(
        Order(
            requester=args.role, kind=OrderKind.HOLD if args.hold_until else OrderKind.OPEN,
            basis=OrderBasis(args.basis), mandate=mandate,
            plan=hashlib.sha256(given["plan.json"]).hexdigest(),
            policy=hashlib.sha256(given["open.policy"]).hexdigest(),
            cameras=tuple(sorted(set(args.camera))), since=since, until=until, declared=now,
            not_before=now + wait, expires=now + lasts, urgent=args.urgent,
            opener=args.opener, hold_until=args.hold_until, nonce=secrets.token_hex(16),
            commitments=private.commitments, held=hold.id if hold else "",
            secret=Secret.until(args.secret_until) if args.secret_until else None,
        )
    )  # fmt: skip


def _held(path: Path) -> Order:
    """The order of a hold that keeps something. Raises OrderError."""
    from contrejour.custody.cases import folder

    case = folder.read(path).case
    if not case.held:
        raise OrderError("held-folder-empty", path=path)
    return case.order


def _private(path: Path | None) -> Private:
    """Raises Malformed."""
    from contrejour.custody.cases.private import FIELDS, MOST_TEXT, Private

    try:
        told = json.loads(arguments.read_text(path)) if path else {}
        fits = isinstance(told, dict) and all(
            name in FIELDS and isinstance(text, str) and 0 < len(text) <= MOST_TEXT
            for name, text in told.items()
        )
    except (ValueError, RecursionError):
        fits = False
    if not fits:
        raise Malformed(
            "not-an-object-of-texts", path=path, hint=Message("one-of", known=", ".join(FIELDS))
        )
    return Private.new(told)


def _say(args: argparse.Namespace, done: str) -> int:
    from contrejour.custody.cases import folder, signed
    from contrejour.custody.cases.case import Approve, Close, Refuse, apply

    found = folder.read(args.folder)
    said: dict[str, tuple[SignedAct, Step]] = {
        "approve": (signed.SignedAct.APPROVE, Approve(args.role)),
        "refuse": (signed.SignedAct.REFUSE, Refuse(args.role)),
        "close": (signed.SignedAct.CLOSE, Close()),
    }
    act, step = said[done]
    if act is signed.SignedAct.APPROVE:
        _demand_planned(args, found)
    word = _word(args, act, found)
    if act is signed.SignedAct.APPROVE:
        apply(found.case, step, folder.taken_at(found.case, times.now()))  # may it be said at all
        _tell(args, found)  # for whom, what, where, when: before anybody gets the word
    folder.add(args.folder, found, step, word, times.now())
    settle(args, args.folder)
    _tell(args, folder.read(args.folder))
    return 0


def _demand_planned(args: argparse.Namespace, found: CaseFile) -> None:
    """Whoever approves looks for themselves, at a plan and a key of their own: the declaration may
    have been made elsewhere, and the case's folder is the hub's."""
    from contrejour.custody.cases.rules import demand_allowed
    from contrejour.law.mandate.plan import Plan

    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    demand_allowed(found.case.order, plan, times.now(), found.hold)


def _word(args: argparse.Namespace, act: SignedAct, found: CaseFile) -> bytes:
    """What is signed; it holds by the case's own policy, or isn't made."""
    from contrejour.custody.cases import signed

    order = found.case.order.id
    key = private_key(args.key, args.password_file)
    word = signed.sign(act, order, args.role, times.now(), key)
    word.check(order, found.keys)
    return word.bytes


def _reveal(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder, records

    order = folder.read(args.folder).case.order
    print(folder.owe(args.folder, records.owed_revealed(order, times.now())))
    return 0


def _show(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder
    from contrejour.custody.cases.summary import summary

    found = folder.read(args.folder)
    if not args.json:
        _tell(args, found)
        return 0
    now = times.now()
    told = summary(found.case, found.private, now, _seen(args, found, now))
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _tell(args: argparse.Namespace, found: CaseFile) -> None:
    from contrejour.custody.cases.summary import lines

    now = times.now()
    seen = _seen(args, found, now) if "plan" in args else None
    print("\n".join(lines(found.case, found.private, now, arguments.speak(None), seen)))


def _seen(args: argparse.Namespace, found: CaseFile, now: datetime) -> PlanView:
    """Of the reader's own copy of the plan. Raises InputMissing, SignatureError, OrderError."""
    from contrejour.custody.cases.summary import PlanView
    from contrejour.law.mandate.plan import Plan

    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    return PlanView.of(found.case.order, plan, now, found.hold)


DECLARE = Command(
    "declare",
    help="write an order, and begin its case",
    run=_declare,
    arguments=(
        Option("--output", DIR, short="-o", required=True, help="the folder of the case"),
        *SIGNER,
        Option("--plan", FILE, required=True, help="the plan that must allow it"),
        PLAN_KEY,
        Option("--policy", FILE, required=True, help="who opens: party lines"),
        Option("--witnesses", FILE, required=True, help="who witnesses the log"),
        Option("--basis", choices=BASES, required=True, help="the article that the order rests on"),
        Option("--camera", NAME, repeated=True, required=True, help="may be given again"),
        Option("--since", MOMENT, required=True, help="first moment filmed"),
        Option("--until", MOMENT, required=True, help="first moment after"),
        Option(
            "--opener", text("RECIPIENT"), default="", help="age recipient, for this order alone"
        ),
        Option("--held", DIR, help="the case of the hold that kept it"),
        Switch("--urgent", help="don't wait a day: two have to approve"),
        Option(
            "--days", COUNT, help="until when it may be used (default: as long as the plan lets it)"
        ),
        Option("--hold-until", MOMENT, help="keep it so long; open nothing"),
        Option(
            "--secret-until",
            MOMENT,
            help="hide cameras and times until then, and not that there is an order",
        ),
        Option("--private", FILE, help="JSON with what is personal: case_number, requester_name …"),
        *LOGGED,
    ),
)
OWN_PLAN = (
    Option("--plan", FILE, required=True, help="your own copy of the plan that must allow it"),
    Option("--pub", FILE, required=True, help="the public key of the body that voted it"),
)
APPROVE = Command(
    "approve",
    help="a party agrees, and signs",
    run=partial(_say, done="approve"),
    arguments=(
        CASE_FOLDER,
        *SIGNER,
        *OWN_PLAN,
        *LOGGED,
    ),
)
REFUSE = Command(
    "refuse",
    help="a party refuses: it stands",
    run=partial(_say, done="refuse"),
    arguments=(CASE_FOLDER, *SIGNER, *LOGGED),
)
CLOSE = Command(
    "close",
    help="a party ends the case",
    run=partial(_say, done="close"),
    arguments=(CASE_FOLDER, *SIGNER, *LOGGED),
)
REVEAL = Command(
    "reveal", help="what a secret order was for, for the log", run=_reveal, arguments=(CASE_FOLDER,)
)
SHOW = Command(
    "show",
    help="what an order is for, how far its case is, and what it waits for",
    run=_show,
    arguments=(CASE_FOLDER, *OWN_PLAN, Switch("--json", help="as JSON")),
)
CASE = Command("case", help="an order to open or hold what is sealed, step by step", commands=(
    DECLARE, APPROVE, REFUSE, CLOSE, REVEAL, SHOW, WITNESS, PEEL, OPEN, HOLD_KEY, HOLD, ACCESS,
    SLIP, TIMELINE, EXPORT
))  # fmt: skip
