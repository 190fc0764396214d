"""`contrejour mandate new | check | compile | verify | diff | publish`."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contrejour.base.errors import Conditional, Refused, UsageError
from contrejour.base.shown import drawn, shown
from contrejour.cli import arguments
from contrejour.cli.arguments import FORCE, LANGUAGE, PUBLIC_LOG
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.keyfiles import PASSWORD_FILE, PRIVATE_KEY, PUBLIC_KEY, private_key, public_key
from contrejour.cli.values import DAY, DIR, FILE, file, text

if TYPE_CHECKING:
    from contrejour.law.mandate import Mandate, Report


@dataclass(frozen=True, slots=True)
class MandateJudgement:
    """A mandate as it was given, and what the law of a day says of it."""

    mandate: Mandate
    text: str
    digests: Mapping[str, str | None] | None
    report: Report

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def _judged(args: argparse.Namespace) -> MandateJudgement:
    from contrejour.law.mandate import check, read

    text = arguments.read_text(args.mandate)
    mandate = read(text, str(args.mandate))
    digests = None
    if args.documents is not None:
        named = {name: document.file for name, document in mandate.documents.items()}
        digests = arguments.digests(args.documents, named)
    return MandateJudgement(mandate, text, digests, check(mandate, args.as_of, digests))


def _say(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


_PAINTED = re.compile(r"\\u001b\[(3[1236])m(■|[A-ZÀÉ ]+)\\u001b\[0m")
"""A mark or a verdict in its colour, as `shown` has it."""


def _draw(lines: Iterable[str]) -> None:
    """… to a terminal: `shown`, but for the colours of verdicts."""
    out = drawn(sys.stdout)
    for line in lines:
        out.write(_PAINTED.sub("\033[\\1m\\2\033[0m", f"{shown(line)}\n"))


def _new(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.draft import asked, template

    language, today = arguments.speak(args.lang), date.today()
    answers = {}
    if sys.stdin.isatty() and not args.template:
        answers = asked(arguments.ask, language, today)
    text = template(answers, language, today)
    if args.output:
        arguments.write_new(args.output, text.encode(), force=args.force)
    else:
        sys.stdout.write(text)
    return 0


def _check(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.report import tell, to_json

    language = arguments.speak(args.lang)
    judged = _judged(args)
    if args.only is not None:
        return _show_only(args, judged)
    if args.json:
        _say([json.dumps(to_json(judged.report), ensure_ascii=False, indent=1)])
    else:
        width, colour = arguments.page_width(), arguments.has_colour()
        (_draw if colour else _say)(tell(judged.mandate, judged.report, language, width, colour))
    return _code(judged.report)


def _code(report: Report) -> int:
    from contrejour.law.mandate import Verdict

    codes = {Verdict.REFUSE: Refused.exit_code, Verdict.CONDITION: Conditional.exit_code}
    return codes.get(report.verdict, 0)


def _show_only(args: argparse.Namespace, judged: MandateJudgement) -> int:
    """Print what would be voted again; it never runs by itself (rule PR-02)."""
    from contrejour.law.mandate import check, read
    from contrejour.law.mandate.excerpt import excerpt, unified

    kept = excerpt(judged.text, str(args.mandate), args.only.split(","))
    sys.stdout.write(unified(judged.text, kept, args.mandate.name))
    return _code(check(read(kept, str(args.mandate)), args.as_of, judged.digests))


def _compile(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.compile import compile_plan
    from contrejour.law.mandate.plan import Plan
    from contrejour.law.mandate.report import tell_plan
    from contrejour.law.mandate.sign import sign

    language = arguments.speak(args.lang)
    judged = _judged(args)
    _demand_policies(args, judged.mandate)
    signed = compile_plan(judged.mandate, judged.sha256, args.as_of, judged.digests)
    key = private_key(args.key, args.password_file)
    envelope = sign(signed, key)
    arguments.write_new(args.output, envelope, force=args.force)
    _say(tell_plan(Plan(envelope, [key.public_key()]), language))
    return 0


def _demand_policies(args: argparse.Namespace, mandate: Mandate) -> None:
    """Raises unless the files whose hashes the mandate names are here, and may be sealed for."""
    from contrejour.custody import voted
    from contrejour.law.mandate.originals import VERSION, Originals

    named = mandate.originals.open_policy
    if not (args.policy and args.witnesses):
        if named or args.policy or args.witnesses:
            raise UsageError("policies-go-together")
        return
    found = voted.read(arguments.read_bytes(args.policy), arguments.read_bytes(args.witnesses))
    Originals.of({"v": VERSION, **mandate.originals.model_dump(mode="json")}).demand(found.hashes)


def _verify(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.plan import Plan
    from contrejour.law.mandate.report import tell_plan

    language = arguments.speak(args.lang)
    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    _say(tell_plan(plan, language))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from contrejour.law.mandate import check, read
    from contrejour.law.mandate.changes import differ
    from contrejour.law.mandate.report import VERDICTS

    language = arguments.speak(args.lang)
    old, new = (read(arguments.read_text(path), str(path)) for path in (args.old, args.new))
    _say(f"{change.way} {change.said.in_(language)}" for change in differ(old, new))
    _say([f"= {VERDICTS[check(new, args.as_of).verdict].in_(language)} ({args.as_of})"])
    return 0


def _publish(args: argparse.Namespace) -> int:
    from contrejour.papers import publish

    arguments.speak(args.lang)
    judged = _judged(args)
    made = publish(
        judged.mandate, args.as_of, args.output,
        text=judged.text, force=args.force, digests=judged.digests,
        log=args.public_log,
    )  # fmt: skip
    _say(map(str, made))
    return 0


AS_OF = Option(
    "--as-of", DAY, default_factory=date.today, help="judge by the law of that day (default: today)"
)
JUDGED = (
    Argument("mandate", FILE, help="a mandate (YAML)"),
    AS_OF,
    Option("--documents", DIR, help="folder with the documents, to compare their SHA-256"),
)
NEW = Command(
    "new",
    help="write a first mandate: questions, or a template",
    run=_new,
    arguments=(
        Option("--output", FILE, short="-o", help="where (default: print it)"),
        FORCE,
        Switch("--template", help="ask nothing: a commented template"),
        LANGUAGE,
    ),
)
CHECK = Command(
    "check",
    help="what the law says of each measure",
    run=_check,
    arguments=(
        *JUDGED,
        Switch("--json", help="the report as JSON"),
        Option(
            "--only",
            text("MEASURES"),
            help="show, as a diff to vote, the mandate with these measures alone: M2,M3",
        ),
        LANGUAGE,
    ),
)
COMPILE = Command(
    "compile",
    help="the signed plan of an accepted mandate",
    run=_compile,
    arguments=(
        *JUDGED,
        Option("--output", file("PLAN"), short="-o", required=True, help="the plan"),
        FORCE,
        Option("--policy", FILE, help="who opens: the file whose hash the mandate names"),
        Option("--witnesses", FILE, help="the log and its witnesses: the same"),
        PRIVATE_KEY,
        PASSWORD_FILE,
        LANGUAGE,
    ),
)
VERIFY = Command(
    "verify",
    help="check a plan's signature and say what it lets run",
    run=_verify,
    arguments=(Argument("plan", file("PLAN"), help="a compiled plan"), PUBLIC_KEY, LANGUAGE),
)
DIFF = Command(
    "diff",
    help="what a new version changes, in words",
    run=_diff,
    arguments=(
        Argument("old", file("OLD"), help="the mandate that was voted"),
        Argument("new", file("NEW"), help="the mandate to vote"),
        AS_OF,
        LANGUAGE,
    ),
)
PUBLISH = Command(
    "publish",
    help="register, DPIA, posters, prefect's file, map",
    run=_publish,
    arguments=(
        *JUDGED,
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="a folder for the pages, posters and data",
        ),
        FORCE,
        PUBLIC_LOG,
        LANGUAGE,
    ),
)
MANDATE = Command(
    "mandate",
    help="what a public body voted: write, check, compile, publish it",
    commands=(NEW, CHECK, COMPILE, VERIFY, DIFF, PUBLISH),
)
