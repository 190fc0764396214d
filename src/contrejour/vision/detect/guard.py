"""A detector that can't break what stands around it."""

from __future__ import annotations

import math
from typing import Any

from contrejour.base.errors import ContrejourError, DetectorError
from contrejour.base.pictures import Detection, Frame


class GuardedDetector:
    """A detector that gives boxes of finite numbers, or raises a ContrejourError: nothing else."""

    def __init__(self, detector: Any) -> None:
        self._detector = detector

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """What the detector found. Raises DetectorError whatever went wrong in it."""
        try:
            found = tuple(self._detector.detect(frame))
            if all(math.isfinite(side) for one in found for side in (*one.box, one.score)):
                return found
        except ContrejourError:
            raise
        except Exception as error:  # fail closed: the frame is veiled whole
            raise DetectorError(
                "detector-raised", kind=type(error).__name__, error=str(error)
            ) from error
        raise DetectorError("detector-box-not-a-number")
