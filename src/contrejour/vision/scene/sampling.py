"""Which frames the empty scene is learned from.

Thresholds: chosen on PETS09-S2L1, 2026-11-24; docs/design/scene.md has what 32 instead of 64 give.
"""

from __future__ import annotations

import numpy as np

SAMPLES = 64
"""Frames that a scene is learned from, at most."""


def spaced(frames: int) -> list[int]:
    """Which of so many frames the scene is learned from, in order."""
    picked = np.linspace(0, max(0, frames - 1), min(SAMPLES, frames))
    return [int(place) for place in picked.round()]
