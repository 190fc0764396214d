"""What the scene is measured in: means over small blocks, and the light that scales them.

A picture becomes (channels, rows, columns) float32: the mean of every plane over square blocks of
4 px (8 or 16 px in pictures too large for that), on the 8-bit scale whatever the bit depth. Every
plane has the same blocks, and a 16 px cell holds a whole number of them.

Thresholds: chosen on PETS09-S2L1, 2026-11-24; docs/design/scene.md has what was measured with them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import CELL_PX

Plane = NDArray[np.uint8] | NDArray[np.uint16]
Samples = NDArray[Any]
Blocks = NDArray[np.float32]
"""(channels, rows, columns) float32: block means, 0 to 255."""

MOST_BLOCKS = 200_000
"""Blocks of a picture at most; beyond, they are larger."""
FIT_BLOCKS = 2048
"""Blocks that a light is fitted on, about."""
FIT_TOLERANCE = 6.0
"""Levels off the fitted line within which a block shows the same thing in another light."""
FEWEST_KEPT = 0.2
"""Share of the fitted blocks that a light must explain."""
GAIN = (0.6, 1.67)
"""A gain outside this is no longer the same light, but another scene."""


class Light(NamedTuple):
    """How light turned a scene's block means into a picture's.

    Luma y = gain * y_scene + offset, each chroma c = c_scene + its shift.
    """

    gain: float
    offset: float
    shifts: tuple[float, ...]

    def lit(self, scene: Blocks) -> Blocks:
        """The scene in this light."""
        return self._map(scene, self.gain, (self.offset, *self.shifts))

    def unlit(self, picture: Blocks) -> Blocks:
        """The picture in the scene's light."""
        shifts = (-self.offset / self.gain, *(-shift for shift in self.shifts))
        return self._map(picture, 1 / self.gain, shifts)

    def unlit_plane(self, plane: Plane, number: int, unit: int) -> NDArray[np.float32]:
        """A whole plane in the scene's light; `unit`: sample values to a level."""
        gain, add = (1.0, self.shifts[number - 1]) if number else (self.gain, self.offset)
        return (plane - np.float32(add * unit)) / np.float32(gain)

    @staticmethod
    def _map(blocks: Blocks, gain: float, shifts: tuple[float, ...]) -> Blocks:
        gains = np.ones(len(blocks), np.float32)
        gains[0] = gain
        column = (-1,) + (1,) * (blocks.ndim - 1)
        return blocks * gains.reshape(column) + np.array(shifts, np.float32).reshape(column)


def block_px(height: int, width: int) -> int:
    """Side of the blocks for a coded picture of this size."""
    for side in (4, 8):
        if (height * width) // side**2 <= MOST_BLOCKS:
            return side
    return CELL_PX


def grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells over a coded picture of this size."""
    return -(-height // CELL_PX), -(-width // CELL_PX)


def means(planes: tuple[Plane, ...], side: int, subsampling: tuple[int, int], depth: int) -> Blocks:
    """The block means of a picture. What hangs over its edge repeats its last row or column."""
    height, width = planes[0].shape
    rows, columns = (cells * (CELL_PX // side) for cells in grid(height, width))
    out = np.empty((len(planes), rows, columns), np.float32)
    for number, plane in enumerate(planes):
        across, down = subsampling if number else (0, 0)
        small = _shrink(plane, side >> across, side >> down)
        below, right = small.shape
        out[number, :below, :right] = small
        out[number, below:, :right] = small[-1]
        out[number, :, right:] = out[number, :, right - 1 : right]
    if depth > 8:
        out /= np.float32(1 << (depth - 8))
    return out


def _shrink(plane: Samples, across: int, down: int) -> NDArray[np.float32]:
    """Means over `across` x `down` samples. A first halving in integers is four times as fast."""
    below, right = -plane.shape[0] % down, -plane.shape[1] % across
    if below or right:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE)
    height, width = plane.shape[0] // down, plane.shape[1] // across
    if across % 2 == 0 and down % 2 == 0 and across * down > 4:
        half = plane.shape[1] // 2, plane.shape[0] // 2
        plane = cv2.resize(plane, half, interpolation=cv2.INTER_AREA)
    exact = plane.astype(np.float32)
    small: NDArray[Any] = cv2.resize(exact, (width, height), interpolation=cv2.INTER_AREA)
    return small


def light(scene: Blocks, picture: Blocks, usable: NDArray[np.bool_]) -> Light | None:
    """The one light change that explains most usable blocks, (rows, columns); None if none does.

    A line through (scene luma, picture luma) fitted by iterated least squares on the blocks within
    a tolerance of the line before (started from the median difference, tolerance shrinking): what
    stands in front of less than half of the scene does not pull it.
    """
    step = usable.size // FIT_BLOCKS | 1  # odd, so that the blocks are spread over all columns
    at = usable.ravel()[::step]
    if not at.any():
        return None
    known = scene.reshape(len(scene), -1)[:, ::step][:, at]
    seen = picture.reshape(len(picture), -1)[:, ::step][:, at]
    x, y = known[0], seen[0]
    gain, offset = _start(x, y)
    near = np.abs(y - gain * x - offset) <= FIT_TOLERANCE * 2
    for _ in range(3):
        if near.mean() < FEWEST_KEPT:
            return None
        mean_x, mean_y = x[near].mean(), y[near].mean()
        spread = float(np.square(x[near] - mean_x).mean()) + 1.0
        slope = float(((x[near] - mean_x) * (y[near] - mean_y)).mean() + gain) / spread
        gain = min(max(slope, GAIN[0]), GAIN[1])
        offset = float(mean_y - gain * mean_x)
        near = np.abs(y - gain * x - offset) <= FIT_TOLERANCE
    shifts = tuple(float(np.median(s - k)) for k, s in zip(known[1:], seen[1:], strict=True))
    return Light(gain, offset, shifts)


def _start(x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[float, float]:
    """A first line: of pure gain or pure offset, the one that leaves less (medians)."""
    gain = float(np.median(y / np.maximum(x, 8.0)))
    offset = float(np.median(y - x))
    if np.median(np.abs(y - gain * x)) < np.median(np.abs(y - x - offset)):
        return min(max(gain, GAIN[0]), GAIN[1]), 0.0
    return 1.0, offset
