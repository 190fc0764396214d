"""`contrejour review FILE`: what a draft deliberation proposes, and what the law says of it."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from contrejour.cli import arguments
from contrejour.cli.arguments import FORCE, LANGUAGE, REQUIRE_SANDBOX
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.values import DAY, FILE, text


def _review(args: argparse.Namespace) -> int:
    from contrejour.base.errors import UsageError
    from contrejour.law.mandate.vocabulary import BodyKind
    from contrejour.law.review import review, to_json, to_text

    language = arguments.speak(args.lang)
    if args.body not in (None, *BodyKind):
        raise UsageError("not-a-kind-of-body", body=args.body, known=", ".join(BodyKind))
    arguments.look_at_sandbox(required=args.require_sandbox)
    days = sorted({date.today(), args.as_of or date.today()})
    found = review(args.file, days, BodyKind(args.body) if args.body else None)
    if args.draft:
        if found.draft is None:
            raise UsageError("no-measure-proposed", file=args.file)
        arguments.write_new(args.draft, found.draft.encode(), force=args.force)
    sys.stdout.write((to_json(found) if args.json else to_text(found, language)).rstrip() + "\n")
    return 0


REVIEW = Command(
    "review",
    help="the measures that a deliberation, or an article, proposes, and the law",
    run=_review,
    arguments=(
        Argument("file", FILE, help="a text in French: txt, html, pdf, docx or odt"),
        Option("--as-of", DAY, help="judge by the law of that day, and of today"),
        Option(
            "--body",
            text("KIND"),
            help="who decides, where the text doesn't say: region, municipality, …",
        ),
        Option("--draft", FILE, help="write the mandate it amounts to, its gaps marked"),
        FORCE,
        REQUIRE_SANDBOX,
        Switch("--json", help="the report as JSON"),
        LANGUAGE,
    ),
)
