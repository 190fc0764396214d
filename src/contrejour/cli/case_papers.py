"""`contrejour case access | slip | timeline`: what a case puts on paper."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import InputMissing, OrderError, OutputFailed, UsageError
from contrejour.base.files import make_folder
from contrejour.base.stderr import warn
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER, FORCE
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.keyfiles import PLAN_KEY, public_key
from contrejour.cli.values import COUNT, DAY, DIR, FILE, MOMENT, NAME, file

if TYPE_CHECKING:
    from contrejour.papers.document import PublicDocument
    from contrejour.papers.slip import SlipFile

ANSWERS = ("copy", "nothing", "later", "precise", "refused")
"""As contrejour.custody.cases.access.Answer, which --help has no time to import."""


def _access(args: argparse.Namespace) -> int:
    from contrejour.base.times import utc
    from contrejour.custody.cases.access import AccessReply, kept_until, request
    from contrejour.law.mandate.plan import Plan
    from contrejour.papers.reply import reply

    plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
    asked = request(args.received, args.place, args.since, args.until, args.extended)
    french = arguments.speak(None) == "fr"
    left = asked.days_left(date.today())
    print(f"{asked.deadline} ({left} j)" if french else f"{asked.deadline} ({left} d)")
    for camera, at in sorted(kept_until(plan, asked).items()):
        print(f"{camera} {utc(at)}")
    if args.answer:
        controller = str(_keys(plan.data["mandate"])["controller"])
        letter = reply(asked, AccessReply(args.answer), controller, args.place)
        _write_pages(letter, args.output or Path(), force=args.force)
    return 0


def _slip(args: argparse.Namespace) -> int:
    import json

    from contrejour.base.files import sha256
    from contrejour.custody.cases import folder
    from contrejour.papers.document import LANGUAGES
    from contrejour.papers.slip import Slip, pdf

    found = folder.read(args.folder)
    # its SHA-256 is the order's: whose signature the plan has was looked at when it was declared
    plan = json.loads(arguments.read_bytes(args.folder / "plan.json"))
    told = Slip(
        found.case.order, str(plan["signed"]["mandate"]["controller"]),
        tuple(_handed(path, args.clock_ms) for path in args.files), found.private,
        sha256(args.bag / "tagmanifest-sha256.txt") if args.bag else "",
    )  # fmt: skip
    out = _made(args.output or Path())
    for language in LANGUAGES:
        path = out / f"bordereau.{language}.pdf"
        arguments.write_new(path, pdf(told, language), force=args.force)
        print(path)
    return 0


def _export(args: argparse.Namespace) -> int:
    from contrejour.custody.cases.export import export

    if len({path.name for path in args.files}) < len(args.files):
        raise UsageError("two-files-of-one-name")
    found = {path.name: path for path in args.files}
    proofs = {path.name: arguments.read_bytes(path) for path in args.proof}
    now = times.now().replace(microsecond=0)
    print(f"{args.output}\n{export(args.folder, args.output, found, proofs, now)}")
    return 0


def _timeline(args: argparse.Namespace) -> int:
    import json

    from contrejour.custody.cases import folder
    from contrejour.custody.cases.timeline import instant, listed, timeline
    from contrejour.live.signals import pieces as recorded_pieces
    from contrejour.papers.timeline import page

    order = folder.read(args.folder).case.order
    told = json.loads(arguments.read_bytes(args.folder / "plan.json"))["signed"]["cameras"]
    places = {name: str(told[name]["place"]) for name in order.cameras}
    found = list(listed(arguments.read_bytes(args.clips))) if args.clips else []
    if strange := {each.camera for each in found} - places.keys():
        raise OrderError("papers-beyond-the-order", cameras=", ".join(sorted(strange)))
    if args.events:
        found += recorded_pieces.recorded(args.events, places, args.clock_ms, warn)
    since_ns, until_ns = (instant(at, 0).wall_ns for at in (order.since, order.until))
    rows = timeline(found, since_ns, until_ns)
    document = page(rows, since_ns, until_ns, order.id)
    _write_pages(document, args.output or Path(), force=args.force)
    return 0


def _handed(path: Path, clock_ms: int | None) -> SlipFile:
    """Raises InputMissing. What no video is in has no codec."""
    from contrejour import media
    from contrejour.base.errors import ContrejourError
    from contrejour.base.files import sha256
    from contrejour.papers.slip import SlipFile

    if not path.is_file():
        raise InputMissing("does-not-exist", path=path)
    try:
        codec = media.examine(path)[0].codec
    except ContrejourError:
        codec = "age" if path.suffix == ".age" else ""
    return SlipFile(path.name, sha256(path), path.stat().st_size, codec, clock_ms)


def _keys(data: object) -> dict[str, object]:
    assert isinstance(data, dict), data
    return data


def _write_pages(document: PublicDocument, folder: Path, *, force: bool) -> None:
    """The page in both languages, and their names. Raises OutputExists, OutputFailed."""
    from contrejour.papers.document import LANGUAGES
    from contrejour.papers.page import render

    for language in LANGUAGES:
        path = _made(folder) / f"{document.name}.{language}.html"
        arguments.write_new(path, render(document, language), force=force)
        print(path)


def _made(folder: Path) -> Path:
    """The folder, which is there. Raises OutputFailed."""
    try:
        make_folder(folder)
    except OSError as error:
        raise OutputFailed("cannot-be-written", path=folder, reason=error.strerror) from error
    return folder


FILES = Argument("files", FILE, count="+", help="a file handed over")
ACCESS = Command(
    "access",
    help="a filmed person's request: deadline, cameras, reply",
    run=_access,
    arguments=(
        Option("--plan", FILE, required=True, help="the plan of the cameras"),
        PLAN_KEY,
        Option("--place", NAME, required=True, help="where the person says they were"),
        Option("--since", MOMENT, required=True, help="from when, as they say"),
        Option("--until", MOMENT, required=True, help="until when"),
        Option("--received", DAY, required=True, help="of the request"),
        Option("--extended", DAY, help="when two more months were told"),
        Option("--answer", choices=ANSWERS, help="write the reply: what it says"),
        Option("--output", DIR, short="-o", help="the reply's pages, in French and English"),
        FORCE,
    ),
)
SLIP = Command(
    "slip",
    help="the slip of what is handed over: PDF, one page",
    run=_slip,
    arguments=(
        CASE_FOLDER,
        FILES,
        Option("--bag", DIR, help="the bag they are in"),
        Option("--clock-ms", COUNT, help="by how much the camera's clock may be off"),
        Option("--output", DIR, short="-o", help="where bordereau.fr.pdf and bordereau.en.pdf go"),
        FORCE,
    ),
)
TIMELINE = Command(
    "timeline",
    help="veiled clips and events of several cameras, by place and time",
    run=_timeline,
    arguments=(
        CASE_FOLDER,
        Option("--clips", FILE, help="JSON list of veiled clips"),
        Option("--events", DIR, help="what -o of `watch` named"),
        Option(
            "--clock-ms",
            COUNT,
            default=1000,
            help="by how much the events' times may be off (default: 1000)",
        ),
        Option("--output", DIR, short="-o", help="where the pages go, in French and English"),
        FORCE,
    ),
)
EXPORT = Command(
    "export",
    help="hand over what was opened: a BagIt bag",
    run=_export,
    arguments=(
        CASE_FOLDER,
        FILES,
        Option(
            "--proof",
            FILE,
            repeated=True,
            help="a proof of the log, as it was given; may be given again",
        ),
        Option(
            "--output",
            file("BAG"),
            short="-o",
            required=True,
            help="the bag; one that is there is refused",
        ),
    ),
)
