"""A drawn figure that the person detector must find before it is trusted with a recording.

A network that is computed wrongly (a rounding that saturates, a faulty kernel) raises nothing: it
finds nobody, and nobody is hidden. So it has to find this figure first.

Thresholds: by eye, 2026-11-24, not measured.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from contrejour.base.pictures import Box, Rgb

MOST_HIGH_PX = 130
"""Height of the figure at most."""
_WALL, _FLOOR, _SKIN, _HAIR = (176, 180, 184), (120, 122, 118), (205, 160, 130), (50, 35, 25)
_COAT, _SLEEVES, _TROUSERS, _SHOES = (40, 60, 130), (36, 54, 118), (30, 30, 36), (20, 20, 20)


class DrawnFigure(NamedTuple):
    """A picture, and where somebody stands in it."""

    picture: Rgb
    box: Box


def figure(width: int, height: int) -> DrawnFigure:
    """Somebody standing before a wall, in a picture of this size (64 px or more each way)."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:], picture[height * 8 // 10 :] = _WALL, _FLOOR
    high = min(height * 0.6, MOST_HIGH_PX)
    middle, top = width / 2, height * 0.2

    def at(x: float, y: float) -> tuple[int, int]:
        return round(middle + x * high), round(top + y * high)

    def oval(x: float, y: float, across: float, down: float, colour: tuple[int, int, int]) -> None:
        axes = max(1, round(across * high)), max(1, round(down * high))
        cv2.ellipse(picture, at(x, y), axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    def limb(
        x0: float, y0: float, x1: float, y1: float, thick: float, colour: tuple[int, int, int]
    ) -> None:
        across = max(1, round(thick * high))
        cv2.line(picture, at(x0, y0), at(x1, y1), colour, across, cv2.LINE_AA)

    right = [(0.10, 0.17), (0.125, 0.25), (0.09, 0.55)]
    coat = [at(*point) for point in right] + [at(-x, y) for x, y in reversed(right)]
    cv2.fillPoly(picture, [np.array(coat)], _COAT, cv2.LINE_AA)
    for side in (-1, 1):
        limb(side * 0.115, 0.20, side * 0.15, 0.48, 0.055, _SLEEVES)
        oval(side * 0.152, 0.50, 0.022, 0.03, _SKIN)
        limb(side * 0.05, 0.55, side * 0.065, 0.95, 0.085, _TROUSERS)
        oval(side * 0.075, 0.975, 0.05, 0.022, _SHOES)
    oval(0, 0.15, 0.035, 0.05, _SKIN)
    oval(0, 0.075, 0.052, 0.075, _SKIN)
    oval(0, 0.045, 0.055, 0.048, _HAIR)
    left, right_px = at(-0.175, 0)[0], at(0.175, 0)[0]
    return DrawnFigure(picture, Box(left, round(top), right_px - left, round(high)))
