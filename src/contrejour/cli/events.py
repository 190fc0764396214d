"""`contrejour events`: how right the rules are on one camera, and how to make them so."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from contrejour.base import language
from contrejour.base.errors import UsageError
from contrejour.base.messages import Message
from contrejour.cli import arguments, moments
from contrejour.cli.arguments import FORCE, OFFLINE, REQUIRE_SANDBOX
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.signals import CONFIRM, DISMISS, LIST
from contrejour.cli.values import FILE, NAME, ArgumentType, file

if TYPE_CHECKING:
    from contrejour.live.site import SiteCamera
    from contrejour.live.site.rules import ZoneRule
    from contrejour.vision.events.moment import Moment
    from contrejour.vision.events.raised import EventTrigger
    from contrejour.vision.events.score import RaisedEvent, Score
    from contrejour.vision.events.truth import EventTruth

SECONDS_A_DAY = 86_400


def _degrees(text: str) -> float:
    degrees = float(text)
    if not 20 <= degrees <= 120:
        raise argparse.ArgumentTypeError(language.said("from-to", least=20, most=120))
    return degrees


def _eval(args: argparse.Namespace) -> int:
    from contrejour.vision.events.score import score
    from contrejour.vision.events.truth import read_truth

    if bool(args.moments) == bool(args.said):
        raise UsageError("events-what-to-measure")
    if args.output and not (args.moments and args.zone):
        raise UsageError("error-rate-of-one-zone")  # fmt: skip
    truth = read_truth(arguments.read_text(args.truth), str(args.truth))
    said, hours = _replayed(args, truth) if args.moments else _told(args, truth)
    if not 0 < hours < 1e6:
        raise UsageError("nothing-was-watched")
    only = [each for each in truth.occurrences if args.zone in (None, each.zone)]
    scores = score(only, [each for each in said if args.zone in (None, each.zone)], hours)
    if args.output:
        _write_rates(args, scores, hours)
    if args.json:
        print(json.dumps([each.to_json() for each in scores]))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _scored(scores))
    return 0


def _told(args: argparse.Namespace, truth: EventTruth) -> tuple[Sequence[RaisedEvent], float]:
    """What a file says was said."""
    from contrejour.vision.events.truth import read_said

    said, dated = read_said(arguments.read_text(args.said), str(args.said))
    if said and truth.occurrences and dated != truth.dated:
        raise UsageError("times-told-differently", truth=args.truth, said=args.said)
    if args.hours is None:
        raise UsageError("how-long-was-watched")
    return said, args.hours


def _replayed(args: argparse.Namespace, truth: EventTruth) -> tuple[Sequence[RaisedEvent], float]:
    """What the site's rules say of kept moments; undated truth counts from the first of them."""
    from contrejour.live.site.build import build
    from contrejour.vision.events.replay import replay
    from contrejour.vision.events.score import RaisedEvent

    if any(map(moments.is_video, args.moments)) and (truth.dated or len(args.moments) > 1):
        raise UsageError("video-without-a-date")
    rules = build(args.camera, _zones(args))
    done = replay(_streams(args, rules), rules)
    start_s = 0.0 if truth.dated or done.first is None else done.first.at.timestamp()
    said = [RaisedEvent(e.kind, e.zone, e.time.timestamp() - start_s) for _, e in done.said]
    return said, done.watched_s / 3600


def _write_rates(args: argparse.Namespace, scores: Sequence[Score], hours: float) -> None:
    from contrejour.live.site.build import settings_sha256
    from contrejour.live.site.rates import FORMAT, VERSION
    from contrejour.vision.events.score import Score

    zone = _zones(args)[args.zone]
    none = Score(zone.kind, 0, 0, 0, 0, hours, ())
    found = next((each for each in scores if each.event == zone.kind), none)
    told = {"format": FORMAT, "version": VERSION, "camera": args.camera, "zone": args.zone,
            "settings": settings_sha256(zone), **found.to_json()}  # fmt: skip
    arguments.write_new(args.output, json.dumps(told, indent=1).encode() + b"\n", force=args.force)


def _scored(scores: Sequence[Score]) -> Iterator[str]:
    head = "".join(f" {name:>20}" for name in ("recall", "precision", "false an hour"))
    yield f"{'event':<16} {'found':>9}{head} {'delay':>8}"
    for each in scores:
        told = each.to_json()
        yield (
            f"{each.event:<16} {each.found:>4}/{each.happened:<4}"
            f" {_with_interval(told, 'recall', 100, ' %'):>20}"
            f" {_with_interval(told, 'precision', 100, ' %'):>20}"
            f" {_with_interval(told, 'false_an_hour', 1, ''):>20}"
            f" {'-' if told['delay_s'] is None else format(told['delay_s'], '.1f') + ' s':>8}"
        )
    yield "intervals of 95 % (Wilson; exact Poisson)" if scores else "nothing happened, or was said"


def _with_interval(told: dict[str, object], key: str, times: float, unit: str) -> str:
    value, interval = told[key], told[f"{key}_interval"]
    if value is None:
        return "-"
    assert isinstance(value, float)
    assert isinstance(interval, tuple)
    low, high = (format(each * times, ".3g") for each in interval)
    return f"{value * times:.3g}{unit} ({low}-{high})"


def _tune(args: argparse.Namespace) -> int:
    from contrejour.live.site.build import build
    from contrejour.vision.events.intervals import rate
    from contrejour.vision.events.replay import replay

    tried = [
        (name, change, zone)
        for name, given in _zones(args).items()
        for change, zone in _variations(given)
    ]
    rules = [rule for name, _, zone in tried for rule in build(args.camera, {name: zone})]
    done = replay(_streams(args, rules), rules)
    days = done.watched_s / SECONDS_A_DAY
    if not days:
        raise UsageError("nothing-kept-to-measure")
    counted = Counter(place for place, _ in done.said)
    rows: list[dict[str, object]] = []
    lines = [f"{'zone':<16} {'event':<16} {'setting':<20} {'said':>5} {'a camera-day':>24}"]
    for place, (name, change, zone) in enumerate(tried):
        said = counted[place]
        low, high = rate(said, days)
        rows.append({"zone": name, "event": zone.kind, "setting": change, "said": said,
                     "a_day": said / days, "a_day_interval": (low, high)})  # fmt: skip
        a_day = f"{said / days:.3g} ({low:.3g}-{high:.3g})"
        lines.append(f"{name:<16} {zone.kind:<16} {change:<20} {said:>5} {a_day:>24}")
    if args.json:
        print(json.dumps({"camera": args.camera, "days": days, "rows": rows}))
    else:
        print(f"{args.camera}: {days:.2f} camera-days, all that is said counted as false", *lines,
              sep="\n")  # fmt: skip
    return 0


def _variations(zone: ZoneRule) -> Iterator[tuple[str, ZoneRule]]:
    """As the site has it, and what an operator may choose instead."""
    yield "as it is", zone
    for times in (2, 4):
        longer = zone.min_duration * times
        yield f"min_duration_s: {longer:g}", zone.model_copy(update={"min_duration_s": longer})
    for least in (0.6, 0.75):
        if least > zone.confidence:
            yield f"confidence: {least:g}", zone.model_copy(update={"confidence": least})


def _calibrate(args: argparse.Namespace) -> int:
    from itertools import chain

    from contrejour.vision.events.perspective import calibrate

    lens = args.lens_degrees
    found = calibrate(chain.from_iterable(_streams(args, ())), lens)
    if found.perspective is None:
        raise UsageError(
            found.because or "too-few-people-standing", hint=Message("or-keep-moments-longer")
        )
    seen = found.perspective
    told = {
        "standing": found.standing, "lens_degrees": lens, "people": seen.pairs,
        "height_m": round(seen.height_m, 2), "off": round(seen.off, 3),
    }  # fmt: skip
    if args.json:
        print(json.dumps(told))
        return 0
    pairs = ", ".join(f"[{row:g}, {height:g}]" for row, height in found.standing)
    print(f"standing: [{pairs}]\nlens_degrees: {lens:g}")
    print(f"# camera {seen.height_m:.1f} m high; {seen.pairs} looks at people, half of them within"
          f" {seen.off:.0%} of this")  # fmt: skip
    return 0


def _zones(args: argparse.Namespace) -> dict[str, ZoneRule]:
    """The camera's zones, but for those that only count."""
    zones = {name: zone for name, zone in _place(args).events.items() if zone.kind != "count"}
    if not zones:
        raise UsageError("camera-without-events", camera=args.camera, site=args.site)
    zone = getattr(args, "zone", None)
    if zone not in (None, *zones):
        raise UsageError(
            "not-a-zone-of-camera", zone=zone, camera=args.camera, zones=", ".join(zones)
        )
    return zones


def _place(args: argparse.Namespace) -> SiteCamera:
    from contrejour.live.site import read_site

    if not (args.site and args.camera):
        raise UsageError("which-zones")
    site = read_site(arguments.read_text(args.site), str(args.site))
    if args.camera not in site.cameras:
        known = ", ".join(site.cameras)
        raise UsageError("camera-not-in-site", camera=args.camera, site=args.site, known=known)
    return site.cameras[args.camera]


def _streams(args: argparse.Namespace, rules: Sequence[EventTrigger]) -> Iterator[Iterator[Moment]]:
    """What is to be replayed, with all that the rules read."""
    needs = {need for each in rules for need in each.rule.needs}
    camera = vars(args).get("camera")
    if any(map(moments.is_video, args.moments)):
        arguments.look_at_sandbox(required=args.require_sandbox)
    return moments.streams(args.moments, camera, needs, offline=args.offline)


MOMENTS = Argument(
    "moments", file("MOMENTS"), count="+", help="moments that were kept, or a recorded video"
)
SITE = (
    Option("--site", FILE, help="the site file, which has the zones"),
    Option("--camera", NAME, help="which camera of the site"),
)
JSON = Switch("--json", help="one JSON object on standard output")
EVAL = Command(
    "eval",
    help="what was said against what happened",
    run=_eval,
    arguments=(
        Option("--truth", FILE, required=True, help="what happened (JSON)"),
        Option("--said", FILE, help="what was said (JSON)"),
        Option("--hours", ArgumentType("HOURS", float), help="how long was watched, with --said"),
        Option("--zone", NAME, help="this zone alone"),
        Option(
            "--output",
            FILE,
            short="-o",
            help="write the error rate that the zone needs to alert (PR-04)",
        ),
        FORCE,
        replace(MOMENTS, count="*"),
        OFFLINE,
        REQUIRE_SANDBOX,
        *SITE,
        JSON,
    ),
)
TUNE = Command(
    "tune",
    help="how often each zone would have said something",
    run=_tune,
    arguments=(MOMENTS, OFFLINE, REQUIRE_SANDBOX, *SITE, JSON),
)
CALIBRATE = Command(
    "calibrate",
    help="square metres of ground, from people who walk by",
    run=_calibrate,
    arguments=(
        MOMENTS,
        OFFLINE,
        REQUIRE_SANDBOX,
        JSON,
        Option(
            "--lens-degrees",
            ArgumentType("DEGREES", _degrees),
            required=True,
            help="the camera's width of view",
        ),
    ),
)
EVENTS = Command(
    "events",
    help="what rules said, and how right they are",
    commands=(LIST, CONFIRM, DISMISS, EVAL, TUNE, CALIBRATE),
)
