"""Smoke by what it does to the texture behind it. EXPERIMENTAL.

Through smoke a picture is a * scene + (1 - a) * smoke (Koschmieder's law, as in He et al., CVPR
2009): its texture is the scene's, weaker, while its mean brightness is less changed than that. A
person or a bus hides the texture instead; a shadow weakens texture and brightness alike; a light
changes both. So nothing is said of places without texture, of smoke too thick to see through
(only of its edge), or when most of the picture is veiled: fog, dew, a lens out of focus.

Thresholds: by eye, 2026-11-25, not measured on real smoke.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Rgb
from contrejour.vision.senses.grid import Grid, averaged, luma, shape

Floats = NDArray[np.float32]

LEARNING_NS = 3_000_000_000
"""Nothing is said before the scene was learned for this long."""
LEARNED_IN_NS = 30_000_000_000
"""What changed for good is the scene after this long."""
SLOWER = 0.05
"""A veiled place is learned at this share of the speed."""
TEXTURE_PX = 9
"""Texture is what differs from the mean over a square of so many pixels."""
LEAST_TEXTURE = 4.0
"""Levels, root mean square, from which a cell has texture."""
THINNED = (0.15, 0.8)
"""Share of the texture that is left, from and to."""
ALIKE = 0.6
"""Correlation with the texture that was, at least."""
VEILED = 0.1
"""By how much less the brightness changed than the texture, at least."""
MOST = 0.5
"""Share of the cells with texture, at most: more is the weather or the lens."""


class _Scene(NamedTuple):
    """The usual luma, and since when it is learned."""

    luma: Floats
    since_ns: int


class Smoke:
    """Takes the small picture of each look of one stream, in order of time."""

    def __init__(self) -> None:
        self._scene: _Scene | None = None
        self._last_ns = 0

    def update(self, time_ns: int, picture: Rgb) -> Grid:
        """(rows, columns), from 0 to 1: how thick the smoke is, where the scene is seen through."""
        now = luma(picture).astype(np.float32)
        rows, columns = shape(picture)
        if self._scene is None or self._scene.luma.shape != now.shape:
            self._scene, self._last_ns = _Scene(now, time_ns), time_ns
            return np.zeros((rows, columns), np.float32)
        learning = time_ns - self._scene.since_ns < LEARNING_NS
        veil = np.zeros((rows, columns), np.float32)
        if not learning:
            veil = smoke(self._scene.luma, now, rows, columns)
        self._learn(now, time_ns, veil, learning)
        return veil

    def _learn(self, now: Floats, time_ns: int, veil: Grid, learning: bool) -> None:
        assert self._scene is not None
        elapsed_ns, self._last_ns = time_ns - self._last_ns, time_ns
        span_ns = LEARNING_NS / 3 if learning else LEARNED_IN_NS
        weight = min(1.0, max(0, elapsed_ns) / span_ns)
        if not veil.any():
            cv2.accumulateWeighted(now, self._scene.luma, weight)
            return
        wide: Any = cv2.resize(veil, now.shape[::-1], interpolation=cv2.INTER_LINEAR)
        each = np.where(wide > 0, weight * SLOWER, weight).astype(np.float32)
        self._scene.luma[:] += each * (now - self._scene.luma)


def smoke(scene: Floats, now: Floats, rows: int, columns: int) -> Grid:
    """How thick the smoke is before the luma of a scene, over its cells.

    All four quarters of a cell must be veiled: what hides a part of it thins its texture as well.
    """
    quarters = _thick(scene, now, 2 * rows, 2 * columns).reshape(rows, 2, columns, 2)
    return np.asarray(quarters.mean(axis=(1, 3)) * (quarters > 0).all(axis=(1, 3)), np.float32)


def _thick(scene: Floats, now: Floats, rows: int, columns: int) -> Grid:
    was_mean, now_mean = cv2.blur(scene, (TEXTURE_PX,) * 2), cv2.blur(now, (TEXTURE_PX,) * 2)
    was, is_ = scene - was_mean, now - now_mean
    power = averaged(np.square(was), rows, columns)
    left = averaged(np.square(is_), rows, columns)
    both = averaged(was * is_, rows, columns)
    told = power >= LEAST_TEXTURE**2
    if not told.any():
        return np.zeros((rows, columns), np.float32)
    kept = both / np.maximum(power, 1e-6)
    alike = both / np.sqrt(np.maximum(power * left, 1e-6))
    bright = averaged(now, rows, columns) / np.maximum(averaged(scene, rows, columns), 8.0)
    veiled = (
        told
        & (kept >= THINNED[0])
        & (kept <= THINNED[1])
        & (alike >= ALIKE)
        & (bright - kept >= VEILED)
    )
    if np.count_nonzero(veiled) > MOST * np.count_nonzero(told):
        return np.zeros((rows, columns), np.float32)
    return np.where(veiled, 1 - kept, 0).astype(np.float32)
