"""One set of models for all cameras of a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from contrejour.base.pictures import Detection, Frame
from contrejour.vision import detect


@dataclass(slots=True)
class SharedDetector:
    """A detector that several cameras have; it is asked by one at a time."""

    detector: detect.Detector
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def busy(self) -> bool:
        """Whether who asks now would have to wait."""
        return self._asking.locked()

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        with self._asking:
            return self.detector.detect(frame)


@dataclass(slots=True)
class Models:
    """Makes the detectors: one for each size of picture, with luggage or without."""

    make: Callable[..., detect.Detector] = detect.build
    _made: dict[tuple[int, int, bool], SharedDetector] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def __call__(
        self, size: tuple[int, int], *, offline: bool = False, **more: bool
    ) -> SharedDetector:
        """The detector for pictures of `size`; `objects=True`: of luggage too."""
        key = (*size, more.get("objects", False))
        with self._making:
            if key not in self._made:
                self._made[key] = SharedDetector(self.make(size, offline=offline, **more))
            return self._made[key]
