"""Looks at a picture turned by a quarter, for whoever lies in it.

The person detector learned on people who stand. Of people turned by 90 degrees it finds a third
(30 of 92, in 18 photographs): somebody who fell, or a recording that was turned without saying so.
So it looks again, with the left and with the right side up, and must be surer there: what stands,
turned, resembles much. Faces are not asked for: turned, YuNet sees some as large as a building.

Thresholds: by eye, 2026-11-25, on the photographs named above.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from contrejour.base.pictures import Kind, Rgb
from contrejour.vision.detect.net import Floats
from contrejour.vision.detect.picodet import (
    Candidates,
    PicoDet,
    centred_in,
    iou,
    known_ranges,
    sure_people,
)

SURE_TURNED = 0.7
"""Score from which somebody is reported in a turned picture."""
LYING = 0.8
"""Width of somebody who lies, in heights of their box, at least: a taller box is of somebody who
stands."""
KNOWN_IOU = 0.4
"""Where a box overlaps one of the upright picture by more, it is the same person."""


class TurnedDetector:
    """Finds lying persons in a picture that is turned and shown at `size`."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._bodies = PicoDet(folder, *size, known_ranges())

    def find(self, picture: Rgb, turn: int, found: Sequence[Candidates]) -> list[Candidates]:
        """Persons surely there after `turn` (1: to the left, -1: right), less known ones."""
        turned = np.ascontiguousarray(np.rot90(picture, turn))
        (high, wide), known = picture.shape[:2], sure_people(found)
        return [
            (lying, kind, score)
            for box, kind, score in self._bodies.find_in(turned)
            if kind is Kind.PERSON and score >= SURE_TURNED
            for lying in [turned_back(box, turn, wide, high)]
            if lying[2] >= LYING * lying[3] and not _is_known(lying, known)
        ]


def _is_known(lying: Floats, known: Sequence[Floats]) -> bool:
    """Whether it is somebody who was found standing, or several who stand side by side."""
    inside = [one for one in known if centred_in(one, lying)]
    return len(inside) > 1 or any(iou(lying, one) >= KNOWN_IOU for one in known)


def turned_back(box: Floats, turn: int, width: int, height: int) -> Floats:
    """A box of a turned picture in the picture of (width, height) as it was."""
    x, y, w, h = box
    left, top = (width - y - h, x) if turn == 1 else (y, height - x - w)
    return np.array([left, top, h, w], np.float32)
