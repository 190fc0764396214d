"""A small fixed camera with a scripted life in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Box, Cells
from contrejour.vision.scene import Learner, Scene

Planes = tuple[NDArray[np.uint8], ...]
HEIGHT, WIDTH = 144, 208
SAMPLES = 64


@dataclass
class Stage:
    """Draws pictures of one room, seeded; `noise` is the sensor's sigma in levels."""

    noise: float = 1.5
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        rough = np.random.default_rng(1).uniform(60, 180, (HEIGHT // 8, WIDTH // 8))
        self.room = cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)

    def empty(self) -> NDArray[np.float64]:
        return self.room.copy()

    def picture(
        self, luma: NDArray[np.float64] | None = None, gain: float = 1.0, shift: float = 0.0
    ) -> Planes:
        luma = self.room if luma is None else luma
        noisy = luma * gain + shift + self.rng.normal(0, self.noise, luma.shape)
        chroma = 128 + self.rng.normal(0, self.noise / 2, (2, HEIGHT // 2, WIDTH // 2))
        return tuple(_bytes(plane) for plane in (noisy, *chroma))

    def with_person(self, box: Box, level: float = 35.0, coat: int = 3) -> NDArray[np.float64]:
        """The room with a still, textured person in it."""
        luma = self.room.copy()
        x, y, w, h = box
        cloth = np.random.default_rng(coat).normal(level, 6, (-(-h // 4), -(-w // 4)))
        luma[y : y + h, x : x + w] = cv2.resize(cloth, (w, h), interpolation=cv2.INTER_NEAREST)
        return luma


def _bytes(plane: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


def cells_of(*boxes: Box) -> Cells:
    out = np.zeros((HEIGHT // 16, WIDTH // 16), np.bool_)
    for x, y, w, h in boxes:
        out[y // 16 : -(-(y + h) // 16), x // 16 : -(-(x + w) // 16)] = True
    return out


def learned(
    stage: Stage, script: Callable[[int], tuple[NDArray[np.float64] | None, Cells]]
) -> Scene:
    """The scene learned from SAMPLES pictures; `script` gives each one's luma and mask."""
    learner = Learner(HEIGHT, WIDTH, (1, 1), 8)
    for number in range(SAMPLES):
        luma, hidden = script(number)
        learner.add(stage.picture(luma), hidden)
    return learner.learn()
