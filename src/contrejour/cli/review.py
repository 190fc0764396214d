"""`contrejour review FILE`: what a draft deliberation proposes, and what the law says of it."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from contrejour.cli import arguments


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `review`."""
    parser = commands.add_parser(
        "review", help="the measures that a deliberation, or an article, proposes, and the law"
    )
    parser.add_argument("file", type=Path, metavar="FILE",
        help="a text in French: txt, html, pdf, docx or odt")  # fmt: skip
    parser.add_argument("--as-of", type=arguments.day, metavar="DATE",
        help="judge by the law of that day, and of today")  # fmt: skip
    parser.add_argument("--body", metavar="KIND",
        help="who decides, where the text doesn't say: region, municipality, …")  # fmt: skip
    parser.add_argument("--draft", type=Path, metavar="FILE",
        help="write the mandate it amounts to, its gaps marked")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace an existing output")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument("--lang", choices=("fr", "en"), help="language (default: the system's)")
    parser.set_defaults(run=_review)


def _review(args: argparse.Namespace) -> int:
    from contrejour.base.errors import UsageError
    from contrejour.law.mandate.vocabulary import BodyKind
    from contrejour.law.review import review, to_json, to_text

    language = arguments.speak(args.lang)
    if args.body not in (None, *BodyKind):
        raise UsageError(f"{args.body} is not a kind of body", f"one of: {', '.join(BodyKind)}")
    days = sorted({date.today(), args.as_of or date.today()})
    found = review(args.file, days, BodyKind(args.body) if args.body else None)
    if args.draft:
        if found.draft is None:
            raise UsageError(f"{args.file} proposes no measure: there is no mandate to draft")
        arguments.write_new(args.draft, found.draft.encode(), force=args.force)
    sys.stdout.write((to_json(found) if args.json else to_text(found, language)).rstrip() + "\n")
    return 0
