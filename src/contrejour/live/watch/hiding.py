"""Says of each frame what to hide in it, a bounded number of frames late.

    frames --look_at--> looks --track.masks--> masks  \\
       \\------------- the empty scene -----> unknown --+--> MaskedFrame

Frames come in runs without a gap. Those at the end of a run are veiled whole: their masks would
need a look that never came.

Thresholds: by eye, 2026-11-25; bench/results/watch.md has how late frames are with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from contrejour.base.pictures import Cells, Frame, Look
from contrejour.live.watch.empty import Empty
from contrejour.media import Format
from contrejour.vision import detect, track, veil
from contrejour.vision.detect import Detector
from contrejour.vision.detect.look import INTERVAL_NS

LOOK_AHEAD_FRAMES = 8
"""A mask is made of what is seen in so many later frames too."""
MOST_AHEAD_NS = 2_000_000_000
"""All frames that wait are kept, by definition: of a camera that stamps one a second and sends 25
in it, those are 50."""
GAP_NS = 200_000_000
"""A longer time without a picture breaks a run."""
HOLD_NS = 120_000_000
"""What isn't the empty scene stays hidden for this long before and after. Measured on PETS09-S2L1,
2026-11-25: docs/design/scene.md."""


class MaskedFrame(NamedTuple):
    """A frame that isn't veiled yet, and the cells to hide in it.

    `reason`: why all of it is to be hidden; "" where some of it may be shown.
    """

    frame: Frame
    hidden: Cells
    reason: str


@dataclass(slots=True)
class Masks:
    """Makes the masks of one stream. `empty`: None where no empty scene is used."""

    fmt: Format
    detector: Detector
    hide: str
    empty: Empty | None
    interval_ns: Callable[[], int]
    slate: Callable[[], bool] = lambda: False
    saw: Callable[[Frame, Look, Cells | None], None] = lambda *_: None
    """Called with each look, and the proven cells that are not the empty scene; None: unknown."""
    relook_ns: int | None = None
    """As `detect.look_at` has it. Whom a look misses while they keep still, only a scene hides."""

    @property
    def lookahead_ns(self) -> int:
        """7.5 frames' time: with 8, time stamps that jitter could make it wait for a ninth.

        At least that of two looks, whatever the camera's first stamps say of its rate: whoever
        comes is then seen while their first frames wait. At most MOST_AHEAD_NS, for all that wait
        are kept.
        """
        frames_ns = round((LOOK_AHEAD_FRAMES - 0.5) * 1_000_000_000 / self.fmt.rate)
        return min(max(2 * INTERVAL_NS, frames_ns), MOST_AHEAD_NS)

    def of(self, frames: Iterator[Frame]) -> Iterator[MaskedFrame]:
        """Each frame, in order."""
        first = next(frames, None)
        while first is not None:
            run = _Run(first, frames, max(GAP_NS, 3 * round(1_000_000_000 / self.fmt.rate)))
            yield from self._run(run)
            first = run.after

    def _run(self, run: _Run) -> Iterator[MaskedFrame]:
        fmt, hide = self.fmt, "people" if self.hide == "unknown" else self.hide
        known: deque[tuple[int, Cells]] = deque()  # of the frames that wait, and of some before
        waiting: deque[Frame] = deque()

        def noted() -> Iterator[Frame]:
            everything = np.ones(veil.grid(fmt.width, fmt.height), np.bool_)
            for frame in run:
                if self.slate():  # too many frames were dropped: as if damaged
                    frame = replace(frame, corrupt=True)
                waiting.append(frame)
                if self.empty:
                    unknown = everything if frame.corrupt else self.empty.unknown(frame)
                    known.append((frame.time_ns, unknown))
                yield frame

        def told() -> Iterator[Look]:
            for look in detect.look_at(
                noted(), self.detector, interval_ns=self._interval, relook_ns=self.relook_ns
            ):
                self.saw(waiting[-1], look, self.empty.unlike if self.empty else None)
                yield look

        masks = track.masks(told(), fmt.upright, hide=hide, lookahead_ns=self.lookahead_ns)
        for mask in masks:
            frame = waiting.popleft()
            hidden = veil.cells(mask, fmt.width, fmt.height, fmt.rotation)
            whole = mask.whole
            if self.empty:
                self.empty.sample(frame, hidden)
                hidden |= _held(known, frame.time_ns)
                whole = whole or ("scene-unknown" if hidden.all() else "")
            if run.ended:
                whole = whole or "broke-off"  # fail closed
            if whole == "corrupt" and self.slate():
                whole = "overload"
            yield MaskedFrame(frame, np.ones_like(hidden) if whole else hidden, whole)

    def _interval(self) -> int:
        """Time between looks: without a scene, half of what a frame waits at most, so that whoever
        comes is seen while their first frames wait.

        With a scene it may be longer: what isn't proven empty is hidden without a look.
        """
        wanted = self.interval_ns()
        if self.empty:
            return wanted
        return min(wanted, self.lookahead_ns // 2)


def _held(known: deque[tuple[int, Cells]], time_ns: int) -> Cells:
    """The cells unknown in any frame within HOLD_NS of this one; earlier frames are dropped."""
    while time_ns - known[0][0] > HOLD_NS:
        known.popleft()
    near = [cells for at_ns, cells in known if at_ns - time_ns <= HOLD_NS]
    held: Cells = np.logical_or.reduce(near)
    return held


@dataclass(slots=True)
class _Run:
    """Frames without a gap. Once it has `ended`, `after` is the frame after the gap, or None."""

    first: Frame
    frames: Iterator[Frame]
    gap_ns: int
    ended: bool = field(default=False)
    after: Frame | None = None

    def __iter__(self) -> Iterator[Frame]:
        last_ns = self.first.time_ns
        for frame in chain([self.first], self.frames):
            if frame.time_ns - last_ns > self.gap_ns:
                self.after = frame
                break
            last_ns = frame.time_ns
            yield frame
        self.ended = True
