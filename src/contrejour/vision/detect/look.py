"""When to look: at least every 150 ms while something moves, not at all while nothing does.

The gate compares blocks of a frame with those of the last one that was looked at: their means of
luma, which hardly feel noise, and how far their samples are apart, of every plane, which feel what
a mean doesn't: fine detail, and colour alone. A block is 1/120 of the picture, about what the
networks can still make out; while no block moved, what the detectors said still holds. A picture
unlike the one before it (a cut), and one in which something is there at once that wasn't, are
looked at on the spot.

Thresholds: by eye, 2026-11-24; of samples, above what nine in ten frames have in which no mean
moved, on 13 clips of cameras, 2026-12-01. bench/results/veil.md has the speed and the heads that
leak.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Detection, Frame, Look, Sight
from contrejour.vision.clock import Clock
from contrejour.vision.detect.protocol import Detector

Blocks = NDArray[np.float32]
"""(rows, columns), a value for each block of a plane."""
INTERVAL_NS = 150_000_000
"""Longest time between two looks while something moves: at 25 pictures a second one in four."""
BLOCKS_ACROSS = 120
"""Blocks along the longer side of a picture, about."""
MOVED = 5.0
"""Levels of 8-bit luma by which the mean of a block must differ to have moved."""
APART, APART_COLOUR = 8.0, 6.0
"""Levels by which the samples of a block must differ on average to have moved: luma, the others."""
SUDDEN = 5.0
"""How often that far a block must have moved which had not at all, to be looked at on the spot…"""
SUDDEN_BLOCKS = 6
"""… with others, in a square of so many. What walks uncovers less in one frame."""
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
    looked: _Picture | None = None
    moved_before: list[Blocks] | None = None
    before: NDArray[np.float32] | None = None
    seen_ns, last_ns = 0, 0
    seen: tuple[Detection, ...] = ()
    for frame in frames:
        now_ns = clock.at(frame.time_ns, frame.taken.monotonic_ns if frame.taken else None)
        if frame.corrupt:
            looked = None
            yield Look(frame.index, now_ns, Sight.CORRUPT)
            continue
        picture, gap_ns, last_ns = _Picture(_blocks(frame), frame), now_ns - last_ns, now_ns
        cut = before is not None and float(np.abs(picture.blocks - before).mean()) > CUT
        before = picture.blocks
        moved = _moved(picture, looked) if looked and not cut else None
        if moved is not None:
            since_ns = now_ns - seen_ns
            still = all(float(each.max()) < 1 for each in moved)
            holds = still and (relook_ns is None or since_ns < relook_ns)
            due = since_ns + gap_ns // 2 >= interval_ns() or _sudden(moved, moved_before)
            moved_before = moved
            if holds or not due:
                sight, found = (Sight.SAME, seen) if still else (Sight.SKIPPED, ())
                yield Look(frame.index, now_ns, sight, found)
                continue
        try:
            seen = detector.detect(replace(frame, time_ns=now_ns))
        except DetectorError:
            looked = None
            yield Look(frame.index, now_ns, Sight.FAILED, cut=cut)  # fail closed
            continue
        looked, seen_ns = picture, now_ns
        moved_before = None
        yield Look(frame.index, now_ns, Sight.SEEN, seen, cut)


class _Picture(NamedTuple):
    blocks: Blocks
    frame: Frame


def _moved(now: _Picture, looked: _Picture) -> list[Blocks] | None:
    """Of each plane, how far its blocks moved since then: from 1 on they did. None: not the same
    kind of picture."""
    planes, then = now.frame.planes, looked.frame.planes
    if [plane.shape for plane in planes] != [plane.shape for plane in then]:
        return None
    moved = []
    for number, (plane, other) in enumerate(zip(planes, then, strict=True)):
        apart = _means(cv2.absdiff(plane, other), max(planes[0].shape), now.frame.depth)
        moved.append(apart / (APART_COLOUR if number else APART))
    np.maximum(moved[0], np.abs(now.blocks - looked.blocks) / MOVED, out=moved[0])
    return moved


def _sudden(moved: list[Blocks], before: list[Blocks] | None) -> bool:
    """Whether something is there that wasn't in the frame before (None: the one that was looked
    at), nor in that."""
    body = np.ones((SUDDEN_BLOCKS, SUDDEN_BLOCKS), np.uint8)
    for number, now in enumerate(moved):
        new = (now > SUDDEN) & (before[number] < 1 if before else True)
        bits = new.astype(np.uint8)
        if cv2.erode(bits, body, borderType=cv2.BORDER_CONSTANT, borderValue=0).any():
            return True
    return False


def _blocks(frame: Frame) -> Blocks:
    return _means(frame.planes[0], max(frame.planes[0].shape), frame.depth)


def _means(plane: Any, side: int, depth: int) -> Blocks:
    """The means of its blocks; `side` is the picture's longer one."""
    small = plane
    for _ in range(_halvings(side)):
        high, wide = small.shape[0] // 2, small.shape[1] // 2
        if not high or not wide:
            break
        half = small[: 2 * high, : 2 * wide]
        small = cv2.resize(half, (wide, high), interpolation=cv2.INTER_AREA)
    blocks: Blocks = small.astype(np.float32) / np.float32(1 << (depth - 8))
    return blocks


def _halvings(side: int) -> int:
    """How often to halve a picture: blocks of 8, 16 or 32 px, about 1/120 of its longer side."""
    return max(3, round(math.log2(max(1, side / BLOCKS_ACROSS))))
