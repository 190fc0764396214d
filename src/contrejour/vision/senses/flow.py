"""Motion between two small pictures: dense inverse search (Kroeger et al., ECCV 2016, in OpenCV).

A motion is believed where the picture changed by more than noise, its light apart, and where the
motion explains most of the change, there and back alike: noise, a light step and a lamp that
blinks give none.

Thresholds: by eye, 2026-11-25; bench/results/events.md has what wrong_way and crowd_movement find
with and without flow.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.vision.senses.grid import Grid, Luma, averaged, shape

LIGHT_PX = 15
"""What is even over a square of so many pixels is light, not texture."""
NEAR_PX = 7
"""Changes are averaged over a square of so many pixels."""
NOISE = (2.5, 8.0)
"""Levels of mean change that count as noise, at least and at most."""
OVER_MEDIAN = 2.2
"""Noise is so many times the median change of the picture, within `NOISE`."""
EXPLAINED = 0.7
"""The change that a motion leaves, as a share of the change without it, at most."""
ASTRAY_PX = 1.5
"""Pixels from where the motion there and the motion back lead, at most."""
LEAST_SHARE = 0.08
"""Share of a cell that moves, from which the cell does."""


def flow(before: Luma, after: Luma, elapsed_ns: int) -> Grid:
    """(rows, columns, 2): to the right and down, in picture widths a second; 0 where none is seen.

    Of each cell it is the mean of what moves in it. Both pictures are of one size, 30 to 500 ms
    apart; raises ValueError unless `elapsed_ns` is positive.
    """
    if elapsed_ns <= 0:
        raise ValueError(f"elapsed_ns is {elapsed_ns}")
    rows, columns = shape(before)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    there: Any = search.calc(before, after, None)  # type: ignore[call-overload]
    back: Any = search.calc(after, before, None)  # type: ignore[call-overload]
    moved = _moved(before, after, there, back).astype(np.float32)
    share = averaged(moved, rows, columns)
    total = averaged(cv2.merge([way * moved for way in cv2.split(there)]), rows, columns)
    believed = share >= LEAST_SHARE
    mean = total / np.where(believed, share, 1)[..., None]
    per_s = 1e9 / (elapsed_ns * before.shape[1])
    return np.asarray(mean * believed[..., None] * per_s, np.float32)


def _moved(
    before: Luma, after: Luma, there: NDArray[np.float32], back: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """The pixels whose motion is believed: it explains a change, and leads there and back."""
    was, now = _texture(before), _texture(after)
    changed = _near(np.abs(now - was))
    noise = min(max(OVER_MEDIAN * float(np.median(changed[::4, ::4])), NOISE[0]), NOISE[1])
    told = changed > noise
    if not told.any():
        return told
    height, width = before.shape
    to_x: Any = there[..., 0] + np.arange(width, dtype=np.float32)
    to_y: Any = there[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    left = _near(np.abs(_at(now, to_x, to_y) - was))
    ways = zip(cv2.split(back), cv2.split(there), strict=True)
    across, down = (np.abs(_at(np.asarray(way, np.float32), to_x, to_y) + on) for way, on in ways)
    astray = np.maximum(across, down)  # over the last axis numpy takes ten times as long
    return np.asarray(told & (left < EXPLAINED * changed) & (astray < ASTRAY_PX))


def _at(values: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> Any:
    return cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _texture(picture: Luma) -> NDArray[np.float32]:
    exact = picture.astype(np.float32)
    return np.asarray(exact - cv2.blur(exact, (LIGHT_PX, LIGHT_PX)), np.float32)


def _near(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(values, (NEAR_PX, NEAR_PX)), np.float32)
