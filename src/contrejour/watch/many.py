"""Many cameras in one process, with one set of models; what befalls one touches no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from contrejour import detect
from contrejour.types import Detection, Frame
from contrejour.watch.camera import Watcher


@dataclass(slots=True)
class Models:
    """Makes detectors that cameras share: one for each size of picture, asked by one at a time."""

    make: Callable[..., detect.Detector] = detect.build
    _made: dict[tuple[int, int], _Shared] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, size: tuple[int, int], *, offline: bool = False) -> detect.Detector:
        """The detector for pictures of `size`."""
        with self._making:
            if size not in self._made:
                self._made[size] = _Shared(self.make(size, offline=offline))
            return self._made[size]


@dataclass(slots=True)
class _Shared:
    detector: detect.Detector
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        with self._asking:
            return self.detector.detect(frame)


def run(watchers: Sequence[Watcher]) -> dict[str, BaseException]:
    """Run all of them to their end; what ended those that did not end well, by their names.

    One alone raises what ended it.
    """
    if len(watchers) == 1:
        watchers[0].run()
        return {}
    ended: dict[str, BaseException] = {}
    with ThreadPoolExecutor(len(watchers), "camera") as pool:
        running = {pool.submit(watcher.run): watcher for watcher in watchers}
        for future in as_completed(running):
            if error := future.exception():
                watcher = running[future]
                ended[watcher.name] = error
                watcher.tell(f"{error}: this camera is stopped")
    if len(ended) == len(watchers):
        raise next(iter(ended.values()))
    return ended
