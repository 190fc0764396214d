"""A second, coarser look for somebody near, when the first is in doubt.

The person detector learned on pictures of about 416 px. Somebody who fills a larger one (at a door,
before a driver's cabin, in a portrait) it finds with little confidence, or in parts. So where a
large box is unsure, or a large face has no sure body, it is asked again for large persons, on a
picture of 416 px.

Thresholds: by eye, 2026-11-25. Measured that day on a portrait of 1137 rows: its body scored 0.4
when it was shown at 800 rows, and 0.96 at 480.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contrejour.base.pictures import SURE, Kind, Rgb
from contrejour.vision.detect.picodet import (
    SAME_IOU,
    Candidates,
    PicoDet,
    centred_in,
    iou,
    known_ranges,
    sure_people,
)

NEAR = 0.4
"""Height from which a person is near, as a share of the picture's."""
NEAR_FACE = 0.1
"""Height from which a face is of somebody near, as a share of the picture's."""


def in_doubt(found: Sequence[Candidates], height: int) -> bool:
    """Whether somebody may be near of whom the detectors are not sure. Pure."""
    sure = sure_people(found)
    return any(
        (kind is Kind.PERSON and score < SURE[kind] and box[3] >= NEAR * height)
        or (
            kind is Kind.FACE
            and box[3] >= NEAR_FACE * height
            and not any(centred_in(box, one) for one in sure)
        )
        for box, kind, score in found
    )


class NearDetector:
    """Finds near persons in pictures of (width, height) that are shown at `size`, a smaller one."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._folder, self._size = folder, size
        self._bodies: PicoDet | None = None  # few recordings need it, and it takes half a second

    def load(self) -> PicoDet:
        """The network, loaded when first asked for."""
        if self._bodies is None:
            self._bodies = PicoDet(self._folder, *self._size, known_ranges())
        return self._bodies

    def find(self, picture: Rgb, found: Sequence[Candidates]) -> list[Candidates]:
        """The near persons whom `found` is in doubt about."""
        if not in_doubt(found, picture.shape[0]):
            return []
        height, known = picture.shape[0], sure_people(found)
        return [
            (box, kind, score)
            for box, kind, score in self.load().find_in(picture)
            if kind is Kind.PERSON
            and box[3] >= NEAR * height
            and not any(iou(box, one) >= SAME_IOU for one in known)
        ]
