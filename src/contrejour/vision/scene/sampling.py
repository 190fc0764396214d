"""Which frames the empty scene is learned from."""

from __future__ import annotations

import numpy as np

SAMPLES = 64


def spaced(frames: int) -> list[int]:
    """Which of so many frames the scene is learned from, in order."""
    picked = np.linspace(0, max(0, frames - 1), min(SAMPLES, frames))
    return [int(place) for place in picked.round()]
