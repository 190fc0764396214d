"""Scores the files that `contrejour eval` is given: a masks file, or a video before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np

from contrejour.base.errors import InputMissing, UsageError
from contrejour.base.foreign import read_file
from contrejour.base.pictures import CELL_PX
from contrejour.media import lumas
from contrejour.recorded import masksfile
from contrejour.recorded.evaluate.pixels import Luma, compare
from contrejour.recorded.evaluate.score import PixelVerdict, Result, score
from contrejour.recorded.evaluate.truth import MOST_BYTES, parse
from contrejour.vision import veil


def score_masks(truth: Path, box: str, masks: Path) -> Result:
    """What the masks file `masks` hides of the boxes in `truth`. Raises a ContrejourError.

    `box`: which columns of a face CSV count, "face" or "head".
    """
    boxes = parse(str(truth), _text(truth), box)
    return score(boxes, _hidden_by_masks(masks))


def score_videos(truth: Path, box: str, before: Path, after: Path) -> Result:
    """What is hidden in `after`, which some tool made of `before`. Raises a ContrejourError."""
    boxes = parse(str(truth), _text(truth), box)
    return score(boxes, compare(_side_by_side(before, after)))


def _text(truth: Path) -> str:
    try:
        return read_file(truth, MOST_BYTES, follow=True).decode(errors="replace")
    except OSError as error:
        raise InputMissing("cannot-be-read", path=truth, reason=error.strerror) from None


def _hidden_by_masks(path: Path) -> Iterator[PixelVerdict]:
    """Every mask is snapped outward to the grid of the coded picture, as `veil` does."""
    header, rows = masksfile.read(path)
    turned = header.rotation % 180 != 0
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    for pts, mask in rows:
        grid = veil.cells(mask, width, height, header.rotation)
        coded = grid.repeat(CELL_PX, 0).repeat(CELL_PX, 1)[:height, :width]
        hidden = np.rot90(coded, -header.rotation // 90)
        yield PixelVerdict(int(pts * header.time_base * 1_000_000_000), hidden, ~hidden)


def _side_by_side(before: Path, after: Path) -> Iterator[tuple[int, Luma, Luma]]:
    """The frames of both videos in order. Raises UsageError where one has more than the other."""
    for index, (one, other) in enumerate(zip_longest(lumas(before), lumas(after))):
        if one is None or other is None:
            short, long = (before, after) if one is None else (after, before)
            raise UsageError("videos-of-unequal-length", short=short, frames=index, long=long)
        yield one[0], one[1], other[1]
