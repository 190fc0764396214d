"""Drawn flames and smoke, and what isn't: each is a picture at a time, (height, width, 3) uint8.

The flames are the heat of a grid that rises and cools at random, in the colours of a black body:
written for this, taken from no recording.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Box, Rgb

WIDTH, HEIGHT = 320, 180
LOOK_NS = 150_000_000


def street(width: int = WIDTH, height: int = HEIGHT, level: float = 1.0, seed: int = 4) -> Rgb:
    """A place with texture: walls, windows, paving. `level` dims it: 0.15 is night."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(70, 150, (height // 20, width // 20, 3))
    fine = rng.normal(0, 14, (height // 3, width // 3, 1))
    smooth: Any = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    rough: Any = cv2.resize(fine, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip((smooth * 0.5 + 50 + rough[..., None]) * level, 0, 255).astype(np.uint8)


def noisy(picture: Rgb, rng: np.random.Generator, sigma: float = 1.5) -> Rgb:
    """As a sensor sees it."""
    return np.clip(picture + rng.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


@dataclass
class Fire:
    """Flames of (width, height) px that rise; one `step` is some 40 ms."""

    width: int
    height: int
    seed: int = 1
    heat: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.heat = np.zeros((self.height, self.width))
        for _ in range(self.height):
            self.step()

    def step(self) -> None:
        """Heat rises a row or two, bent by a wind of each band of rows, and cools at random."""
        heat, rng = self.heat, self.rng
        rise = max(1, self.height // 20)
        for _ in range(rise):
            heat[:-1] = heat[1:]
        for top in range(0, self.height, 6):
            heat[top : top + 6] = np.roll(heat[top : top + 6], int(rng.integers(-1, 2)), axis=1)
        heat[:] = cv2.blur(heat, (3, 3))
        heat -= rng.uniform(0, 2 * rise / self.height, heat.shape)
        spots = rng.uniform(0, 1, max(2, self.width // 6)) > 0.45
        licks: Any = cv2.resize(spots.astype(float)[None], (self.width, 1))
        heat[-rise - 1 :] = licks * np.sin(np.linspace(0, math.pi, self.width)) * 1.5
        np.clip(heat, 0, 1.2, out=heat)

    def picture(self) -> Rgb:
        """On black, to be added to a picture by `screened`."""
        heat = np.clip(self.heat, 0, 1)[..., None]
        colours = np.concatenate([heat * 2.6, heat * 1.7 - 0.25, heat * 1.5 - 0.75], axis=2)
        return (np.clip(colours, 0, 1) * 255).astype(np.uint8)


def screened(picture: Rgb, light: Rgb, x: int, y: int) -> Rgb:
    """`light` over `picture` at (x, y) as two projectors would show them (screen blend)."""
    out = picture.copy()
    h, w = light.shape[:2]
    part = out[y : y + h, x : x + w].astype(np.uint16)
    light = light[: part.shape[0], : part.shape[1]]
    out[y : y + h, x : x + w] = 255 - (255 - part) * (255 - light.astype(np.uint16)) // 255
    return out


def smoked(picture: Rgb, time_s: float, x: int, y: int, size: float, grey: int = 185) -> Rgb:
    """Puffs that rise from (x, y) and grow, up to `size` px high, the scene seen through them."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    thick = np.zeros((height, width), np.float32)
    for puff in range(14):
        age = (time_s * 0.35 + puff / 14) % 1.0
        if time_s * 0.35 + puff / 14 < 1.0 and age > time_s * 0.35:
            continue
        at_x = x + math.sin(puff * 2.4 + time_s) * size * 0.12 * (0.4 + age)
        radius = size * (0.06 + 0.16 * age)
        near = ((columns - at_x) ** 2 + (rows - (y - age * size)) ** 2) / radius**2
        thick += 0.5 * (1 - age * 0.6) * np.exp(-near)
    through = np.exp(-1.4 * thick)[..., None]
    return np.clip(picture * through + grey * (1 - through), 0, 255).astype(np.uint8)


def painted(picture: Rgb, box: Box, colour: tuple[int, int, int]) -> Rgb:
    """A flat rectangle."""
    out = picture.copy()
    cv2.rectangle(out, (box.x, box.y), (box.x + box.w, box.y + box.h), colour, -1)
    return out
