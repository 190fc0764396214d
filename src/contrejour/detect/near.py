"""A second, coarser look for somebody near, when the first is in doubt.

The person detector learned on pictures of about 416 px. Somebody who fills a larger one (at a door,
before a driver's cabin, in a portrait) it finds with little confidence, or in parts. So where a
large box is unsure, or a large face has no sure body, it is asked again for large persons, on a
picture of 416 px.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from contrejour.detect.net import Floats
from contrejour.detect.picodet import SAME_IOU, SURE, PicoDet, iou, known_ranges
from contrejour.types import Kind, Rgb

Found = tuple[Floats, Kind, float]
NEAR = 0.4
"""Height from which a person is near, as a share of the picture's."""
NEAR_FACE = 0.1


def in_doubt(found: Sequence[Found], height: int) -> bool:
    """Whether somebody may be near of whom the detectors are not sure. Pure."""
    sure = [box for box, kind, score in found if kind is Kind.PERSON and score >= SURE]
    return any(
        (kind is Kind.PERSON and score < SURE and box[3] >= NEAR * height)
        or (kind is Kind.FACE and box[3] >= NEAR_FACE * height and not _inside_any(box, sure))
        for box, kind, score in found
    )


def _inside_any(face: Floats, bodies: Sequence[Floats]) -> bool:
    x, y = face[0] + face[2] / 2, face[1] + face[3] / 2
    return any(b[0] <= x <= b[0] + b[2] and b[1] <= y <= b[1] + b[3] for b in bodies)


class Near:
    """Finds near persons in pictures of (width, height) that are shown at `size`, a smaller one."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._folder, self._size = folder, size
        self._bodies: PicoDet | None = None  # few recordings need it, and it takes half a second

    def find(self, picture: Rgb, found: Sequence[Found]) -> list[Found]:
        """The near persons whom `found` is in doubt about."""
        if not in_doubt(found, picture.shape[0]):
            return []
        if self._bodies is None:
            self._bodies = PicoDet(self._folder, *self._size, known_ranges())
        small = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        height, width = picture.shape[:2]
        grown = np.tile([width / self._size[0], height / self._size[1]], 2).astype(np.float32)
        near = [(box * grown, kind, score) for box, kind, score in self._bodies.find(small)]
        known = [box for box, kind, score in found if kind is Kind.PERSON and score >= SURE]
        return [
            one
            for one in near
            if one[1] is Kind.PERSON
            and one[0][3] >= NEAR * height
            and not any(iou(one[0], box) >= SAME_IOU for box in known)
        ]
