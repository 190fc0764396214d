"""The small upright picture that the senses see, and the grid that they answer on."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Frame, Rgb

Grid = NDArray[np.float32]
"""(rows, columns) or (rows, columns, 2) over the upright picture."""
Luma = NDArray[np.uint8]

WIDTH_PX = 320
"""Width of the small picture. By eye, 2026-11-25."""
COLUMNS, FEWEST_ROWS = 24, 4
"""Cells across, and rows at least. By eye, 2026-11-25."""


def small_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) of the small picture of an upright one; its shorter side 16 px at least."""
    return WIDTH_PX, max(16, round(WIDTH_PX * height / width))


def small(frame: Frame) -> Rgb:
    """The small upright picture of a frame."""
    return frame.rgb(*small_size(frame.width, frame.height))


def small_luma(frame: Frame) -> Luma:
    """Its luma alone, which takes a fraction of the time."""
    if frame.rgb_planes:
        return luma(small(frame))
    width, height = small_size(frame.width, frame.height)
    size = (height, width) if frame.rotation % 180 else (width, height)
    coded: Any = cv2.resize(frame.planes[0], size, interpolation=cv2.INTER_AREA)
    upright = np.rot90(coded >> (frame.depth - 8), -frame.rotation // 90)
    return np.ascontiguousarray(upright, np.uint8)


def shape(picture: NDArray[Any]) -> tuple[int, int]:
    """(rows, columns) of the grid over a picture; its cells are about square."""
    height, width = picture.shape[:2]
    return max(FEWEST_ROWS, round(COLUMNS * height / width)), COLUMNS


def averaged(picture: NDArray[np.float32], rows: int, columns: int) -> Grid:
    """The means over the cells."""
    small: Any = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def luma(picture: Rgb) -> Luma:
    """The luma of a picture."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
