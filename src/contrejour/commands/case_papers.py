"""`contrejour case access | slip | timeline`: what a case puts on paper."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import public_key
from contrejour.errors import OutputFailed

if TYPE_CHECKING:
    from contrejour.publish.document import Document

ANSWERS = ("copy", "nothing", "later", "precise", "refused")
"""As contrejour.cases.access.Answer, which --help has no time to import."""


def add_to(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add them to what is under `case`."""
    access = below.add_parser(
        "access", help="a filmed person's request: deadline, cameras, reply", allow_abbrev=False
    )
    add = access.add_argument
    add("--plan", type=Path, required=True, metavar="FILE", help="the plan of the cameras")
    add("--pub", type=Path, metavar="FILE", help="the plan's public key")
    add("--place", required=True, metavar="NAME", help="where the person says they were")
    for name, told in (("--since", "from when, as they say"), ("--until", "until when")):
        add(name, type=files.moment, required=True, metavar="TIME", help=told)
    add("--received", type=files.day, required=True, metavar="DATE", help="of the request")
    add("--extended", type=files.day, metavar="DATE", help="when two more months were told")
    add("--answer", choices=ANSWERS, help="write the reply: what it says")
    _add_output(access, "the reply's pages, in French and English")
    access.set_defaults(run=_access)


def _add_output(parser: argparse.ArgumentParser, told: str) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help=told)
    parser.add_argument("--force", action="store_true", help="replace an existing output")


def _access(args: argparse.Namespace) -> int:
    from contrejour.cases.access import Answer, kept_until, request
    from contrejour.mandate.compile import utc
    from contrejour.mandate.plan import Plan
    from contrejour.publish.reply import reply

    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    asked = request(args.received, args.place, args.since, args.until, args.extended)
    french = files.speak(None) == "fr"
    left = asked.days_left(date.today())
    print(f"{asked.deadline} ({left} j)" if french else f"{asked.deadline} ({left} d)")
    for camera, at in sorted(kept_until(plan, asked).items()):
        print(f"{camera} {utc(at)}")
    if args.answer:
        controller = str(_keys(plan.data["mandate"])["controller"])
        letter = reply(asked, Answer(args.answer), controller, args.place)
        _write_pages(letter, args.output or Path(), force=args.force)
    return 0


def _keys(data: object) -> dict[str, object]:
    assert isinstance(data, dict), data
    return data


def _write_pages(document: Document, folder: Path, *, force: bool) -> None:
    """The page in both languages, and their names. Raises OutputExists, OutputFailed."""
    from contrejour.publish.document import LANGUAGES
    from contrejour.publish.page import render

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(f"{folder} can't be written: {error.strerror}") from error
    for language in LANGUAGES:
        path = folder / f"{document.name}.{language}.html"
        files.write_new(path, render(document, language), force=force)
        print(path)
