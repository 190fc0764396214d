"""`contrejour eval` on the command line: prints what was scored."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from contrejour.base.errors import UsageError
from contrejour.cli.arguments import REQUIRE_SANDBOX, look_at_sandbox
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.values import FILE, file

if TYPE_CHECKING:
    from contrejour.recorded.evaluate.score import Result


def run_eval(args: argparse.Namespace) -> int:
    """Score one output and print the result. Raises a ContrejourError."""
    from contrejour.recorded.evaluate.files import score_masks, score_videos

    videos = args.before is not None and args.after is not None
    if (args.masks is not None) == videos or (args.before is None) != (args.after is None):
        raise UsageError("eval-what-to-measure")
    if videos:
        look_at_sandbox(required=args.require_sandbox)
        result = score_videos(args.truth, args.box, args.before, args.after)
    else:
        result = score_masks(args.truth, args.box, args.masks)
    print(json.dumps(asdict(result)) if args.json else "\n".join(_table(result)))
    return 0


def _table(result: Result) -> Iterator[str]:
    """The result for a person."""

    def percent(share: float | None) -> str:
        return "-" if share is None else f"{100 * share:.2f} %"

    heads, tracks = max(1, result.heads), max(1, result.tracks)
    yield f"heads leaked         {result.leaked_heads} of {result.heads}" \
          f" ({percent(result.leaked_heads / heads)})"  # fmt: skip
    yield f"tracks leaked        {result.leaked_tracks} of {result.tracks}" \
          f" ({percent(result.leaked_tracks / tracks)})"  # fmt: skip
    yield f"longest leak         {result.longest_leak_ms} ms"
    yield f"whole-body cover     {percent(result.body_cover)}"
    yield f"person-free hidden   {percent(result.person_free_hidden)}"
    yield f"frames hidden whole  {result.frames_hidden_whole} of {result.frames}"
    if result.undecided_heads:
        yield f"heads in which nothing can be told (counted as leaked): {result.undecided_heads}"
    yield "heads hidden, by height of the box:"
    for row in result.heights:
        above = f"{row.from_px} to {row.to_px}" if row.to_px else f"{row.from_px} or more"
        yield f"  {above:>12} px  {percent(1 - row.leaked / row.heads):>9} of {row.heads}"
    for leak in result.leaks[:10]:
        yield f"leak: track {leak.track}, frames {leak.first} to {leak.last}, {leak.ms} ms"


EVAL = Command(
    "eval",
    help="measure what still shows, against boxes a person drew",
    run=run_eval,
    arguments=(
        Option("--truth", FILE, required=True, help="MOTChallenge text, or face boxes"),
        Option(
            "--box",
            choices=("face", "head"),
            default="face",
            help="which columns of a face CSV count",
        ),
        Option("--masks", FILE, help="the masks file of an output"),
        Option("--before", file("IN"), help="the video that some tool was given"),
        Option("--after", file("OUT"), help="what it made of it"),
        REQUIRE_SANDBOX,
        Switch("--json", help="one JSON object on standard output"),
    ),
)
