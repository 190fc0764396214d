"""Fire by its colour and its flicker. EXPERIMENTAL: it replaces no detector.

Over the last two seconds, on a picture of 160 px: a pixel is *hot* where it is bright and between
orange and light yellow. Where it is hot for a good part of the time it belongs to a region, which
is fire unless

    quiet       most of it keeps its luma from look to look: a sign, the sun, a vest
    one colour  flames are of many temperatures; paint and lamps of one
    together    most of it brightens and dims at once: what blinks, a light
    regular     it repeats itself: chasing lights, a beacon, somebody's gesture
    away        it went somewhere: an orange vest, lamps of a car

The rules of colour follow Celik and Demirel (Fire Safety Journal, 2009), in R, G, B.

Thresholds: by eye, 2026-11-25, not measured on real fires; the colours after Celik and Demirel.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Rgb
from contrejour.vision.senses.grid import Grid, Luma, averaged, luma, shape

Bits = NDArray[np.bool_]

SCALE = 2
"""By how much the small picture is made smaller yet."""
KEPT_NS, FEWEST = 2_400_000_000, 8
"""Time that pictures are kept for, and how many are needed to say something."""
RED, RED_OVER_BLUE, LEAST_GREEN = 170, 60, 0.38
"""Of a hot pixel, at least: red, red above blue, green as a share of red."""
HOT_SHARE = 0.35
"""Share of the time that a pixel is hot, from which it belongs to a region."""
JUMP = 8.0
"""Levels that a restless pixel's luma changes from look to look, on average."""
SMALLEST_PX = 10
"""Pixels of a region, at least."""
RESTLESS, COLOURS = 0.6, 0.1
"""Of fire, at least: the share of restless pixels, the spread of colours."""
TOGETHER, REGULAR, AWAY = 0.6, 0.6, 0.3
"""Of fire, less than: how far it dims at once, repeats itself, went (in sizes of its box)."""
_HUNDREDTH = 100


class Flames:
    """Takes the small picture of each look of one stream, some 150 ms apart, in order of time."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Luma, Luma]] = deque()

    def update(self, time_ns: int, picture: Rgb) -> Grid:
        """(rows, columns), from 0 to 1: how much of a cell burns."""
        rows, columns = shape(picture)
        half = picture.shape[1] // SCALE, picture.shape[0] // SCALE
        small: Any = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
        self._kept.append((time_ns, luma(small), heat(small)))
        while time_ns - self._kept[0][0] > KEPT_NS:
            self._kept.popleft()
        nothing = np.zeros((rows, columns), np.float32)
        if len(self._kept) < FEWEST:
            return nothing
        heats = np.stack([kept for _, _, kept in self._kept])
        hot = (heats > 0).mean(axis=0, dtype=np.float32) >= HOT_SHARE
        if np.count_nonzero(hot) < SMALLEST_PX:
            return nothing
        lumas = np.stack([kept for _, kept, _ in self._kept])
        burning = _burning(lumas, heats, hot).astype(np.float32)
        return np.minimum(averaged(burning, rows, columns) * 2, 1)


def heat(picture: Rgb) -> Luma:
    """Where a picture is bright and of the colour of flames: green in hundredths of red; else 0."""
    red, green, blue = (picture[..., channel].astype(np.int16) for channel in range(3))
    hot = (
        (red >= RED)
        & (red - blue >= RED_OVER_BLUE)
        & (green >= LEAST_GREEN * red)
        & (green <= red + 10)
        & (blue <= green)
    )
    return np.where(hot, green * _HUNDREDTH // np.maximum(red, 1), 0).astype(np.uint8)


def _burning(lumas: NDArray[np.uint8], heats: NDArray[np.uint8], hot: Bits) -> Bits:
    """The pixels of those regions of `hot` that are fire; the others are (looks, rows, columns)."""
    joined = cv2.morphologyEx(hot.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, told, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    burning = np.zeros_like(hot)
    for label in range(1, count):
        x, y, w, h, _ = told[label]
        at = slice(y, y + h), slice(x, x + w)
        region = (labels[at] == label) & hot[at]
        if np.count_nonzero(region) < SMALLEST_PX:
            continue
        series = lumas[(slice(None), *at)][:, region].astype(np.float32)
        if (
            restless(series) >= RESTLESS
            and colours(heats[(slice(None), *at)][:, region]) >= COLOURS
            and together(series) < TOGETHER
            and regular(series) < REGULAR
            and away(heats, (x, y, w, h)) < AWAY
        ):
            burning[at] |= region
    return burning


def restless(series: NDArray[np.float32]) -> float:
    """The share of the pixels of (looks, pixels) whose luma jumps."""
    return float((np.abs(np.diff(series, axis=0)).mean(axis=0) >= JUMP).mean())


def colours(heats: NDArray[np.uint8]) -> float:
    """How far apart, in green over red, the colours are of what is hot."""
    low, high = np.percentile(heats[heats > 0], (10, 90))
    return float(high - low) / _HUNDREDTH


def together(series: NDArray[np.float32]) -> float:
    """How far the pixels of (looks, pixels) brighten and dim at once: 1 is all of them."""
    steps = np.diff(series, axis=0)
    return float(np.abs(steps.sum(axis=1)).sum() / max(float(np.abs(steps).sum()), 1e-6))


def regular(series: NDArray[np.float32]) -> float:
    """How well (looks, pixels) repeats itself after two looks or more: 1 is exactly."""
    looks = len(series)
    best = 0.0
    for lag in range(2, looks // 2 + 1):
        late, early = series[lag:], series[:-lag]
        late, early = late - late.mean(axis=0), early - early.mean(axis=0)
        power = float(np.sqrt(np.square(late).sum() * np.square(early).sum()))
        best = max(best, float((late * early).sum()) / max(power, 1e-6))
    return best


def away(heats: NDArray[np.uint8], box: tuple[int, int, int, int]) -> float:
    """How far what is hot in and about a box went while it was watched, in sizes of the box."""
    x, y, w, h = box
    size = max(1.0, float(np.sqrt(w * h)))
    by = int(size)
    around = heats[:, max(0, y - by) : y + h + by, max(0, x - by) : x + w + by] > 0
    third = max(1, len(around) // 3)
    first, last = _middle(around[:third]), _middle(around[-third:])
    if first is None or last is None:
        return np.inf
    return float(np.hypot(*(last - first))) / size


def _middle(hot: Bits) -> NDArray[np.float64] | None:
    _, rows, columns = np.nonzero(hot)
    return np.array([rows.mean(), columns.mean()]) if len(rows) else None
