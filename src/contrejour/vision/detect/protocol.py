"""The seam: whoever says where persons, faces and vehicles are."""

from __future__ import annotations

from typing import Protocol

from contrejour.base.pictures import Detection, Frame


class Detector(Protocol):
    """Says what is in one frame, in upright pixels.

    Asked in time order, but not for every frame; keeps nothing between two frames. Raises
    DetectorError rather than return less than it saw: the frame is then veiled whole.
    """

    def detect(self, frame: Frame) -> tuple[Detection, ...]: ...
