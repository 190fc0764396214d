"""When to look: at least every 150 ms while something moves, not at all while nothing does.

The gate compares means of luma blocks with those of the last frame that was looked at. A block is
1/120 of the picture, about what the networks can still make out, and its mean hardly feels noise;
while no block moved, what the detectors said still holds. A picture unlike the one before it (a
cut) is looked at on the spot.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the speed and the heads that leak with
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Detection, Frame, Look, Sight
from contrejour.vision.clock import Clock
from contrejour.vision.detect.protocol import Detector

INTERVAL_NS = 150_000_000
"""Longest time between two looks while something moves: at 25 pictures a second one in four."""
BLOCKS_ACROSS = 120
"""Blocks along the longer side of a picture, about."""
MOVED = 5.0
"""Levels of 8-bit luma by which the mean of a block must differ to have moved."""
CUT = 18.0
"""Mean difference from one picture to the next, in levels, from which it is another scene."""


def look_at(
    frames: Iterable[Frame],
    detector: Detector,
    *,
    interval_ns: Callable[[], int] = lambda: INTERVAL_NS,
    relook_ns: int | None = None,
) -> Iterator[Look]:
    """A Look for each frame of one closed GOP (or slice), in order; the first is looked at.

    Where the detector raises, the frame is FAILED and the next one is looked at; a frame that the
    decoder flagged is CORRUPT and isn't looked at. `interval_ns` is asked before each look.
    `relook_ns`: from when on a picture in which nothing moved is looked at again; None: never.

    The times of the looks, by which all of this goes, are the Clock's (`vision/clock.py`): whatever
    the frames' stamps say, one in ten is looked at while something moves.
    """
    clock = Clock()
    seen_blocks: NDArray[np.float32] | None = None
    before: NDArray[np.float32] | None = None
    seen_ns, last_ns = 0, 0
    seen: tuple[Detection, ...] = ()
    for frame in frames:
        now_ns = clock.at(frame.time_ns)
        if frame.corrupt:
            seen_blocks = None
            yield Look(frame.index, now_ns, Sight.CORRUPT)
            continue
        blocks, gap_ns, last_ns = _blocks(frame), now_ns - last_ns, now_ns
        cut = before is not None and float(np.abs(blocks - before).mean()) > CUT
        before = blocks
        if seen_blocks is not None and not cut:
            since_ns = now_ns - seen_ns
            still = float(np.abs(blocks - seen_blocks).max()) < MOVED
            holds = still and (relook_ns is None or since_ns < relook_ns)
            if holds or since_ns + gap_ns // 2 < interval_ns():
                sight, found = (Sight.SAME, seen) if still else (Sight.SKIPPED, ())
                yield Look(frame.index, now_ns, sight, found)
                continue
        try:
            seen = detector.detect(replace(frame, time_ns=now_ns))
        except DetectorError:
            seen_blocks = None
            yield Look(frame.index, now_ns, Sight.FAILED, cut=cut)  # fail closed
            continue
        seen_blocks, seen_ns = blocks, now_ns
        yield Look(frame.index, now_ns, Sight.SEEN, seen, cut)


def _blocks(frame: Frame) -> NDArray[np.float32]:
    small: Any = frame.planes[0]
    for _ in range(_halvings(max(small.shape))):
        high, wide = small.shape[0] // 2, small.shape[1] // 2
        if not high or not wide:
            break
        half = small[: 2 * high, : 2 * wide]
        small = cv2.resize(half, (wide, high), interpolation=cv2.INTER_AREA)
    blocks: NDArray[np.float32] = small.astype(np.float32) / np.float32(1 << (frame.depth - 8))
    return blocks


def _halvings(side: int) -> int:
    """How often to halve a picture: blocks of 8, 16 or 32 px, about 1/120 of its longer side."""
    return max(3, round(math.log2(max(1, side / BLOCKS_ACROSS))))
