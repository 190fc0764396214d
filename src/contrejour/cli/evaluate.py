"""`contrejour eval` on the command line: reading, and printing what `score` counted."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrejour.base.errors import InputMissing, UsageError
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.values import FILE, file

if TYPE_CHECKING:
    from contrejour.recorded.evaluate.score import PixelVerdict, Result


def run_eval(args: argparse.Namespace) -> int:
    """Score one output and print the result. Raises a ContrejourError."""
    from contrejour.recorded.evaluate.score import score
    from contrejour.recorded.evaluate.truth import parse

    by_pixels = args.before is not None and args.after is not None
    if (args.masks is not None) == by_pixels or (args.before is None) != (args.after is None):
        raise UsageError("eval-what-to-measure")
    try:
        text = args.truth.read_text(errors="replace")
    except OSError as error:
        raise InputMissing("cannot-be-read", path=args.truth, reason=error.strerror) from None
    truth = parse(str(args.truth), text, args.box)
    frames = _compared(args.before, args.after) if by_pixels else _masked(args.masks)
    result = score(truth, frames)
    print(json.dumps(asdict(result)) if args.json else "\n".join(_table(result)))
    return 0


def _masked(path: Path) -> Iterator[PixelVerdict]:
    """What a masks file hides: every box snapped outward to the grid of the coded picture."""
    import numpy as np

    from contrejour.base.pictures import CELL_PX
    from contrejour.recorded import masksfile
    from contrejour.recorded.evaluate.score import PixelVerdict
    from contrejour.vision import veil

    header, rows = masksfile.read(path)
    turned = header.rotation % 180 != 0
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    for pts, mask in rows:
        grid = veil.cells(mask, width, height, header.rotation)
        coded = grid.repeat(CELL_PX, 0).repeat(CELL_PX, 1)[:height, :width]
        hidden = np.rot90(coded, -header.rotation // 90)
        yield PixelVerdict(int(pts * header.time_base * 1_000_000_000), hidden, ~hidden)


def _compared(before: Path, after: Path) -> Iterator[PixelVerdict]:
    from contrejour.recorded.evaluate.pixels import compare

    return compare(_pairs(before, after))


def _pairs(before: Path, after: Path) -> Iterator[tuple[int, Any, Any]]:
    """Frames of the two videos side by side, in order; as many in both, or it is refused."""
    from contrejour.media import lumas

    for index, (one, other) in enumerate(zip_longest(lumas(before), lumas(after))):
        if one is None or other is None:
            short, long = (before, after) if one is None else (after, before)
            raise UsageError("videos-of-unequal-length", short=short, frames=index, long=long)
        yield one[0], one[1], other[1]


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
        Switch("--json", help="one JSON object on standard output"),
    ),
)
