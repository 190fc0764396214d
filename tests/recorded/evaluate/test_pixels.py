"""Which pixels are hidden is told from what is left of their texture, and not from levels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from contrejour.base.errors import UsageError
from contrejour.recorded.evaluate.pixels import Luma, compare

SHAPE = (96, 160)
SPOT = (slice(32, 64), slice(48, 112))
"""What is erased in these pictures."""
INSIDE = (slice(40, 56), slice(56, 104))
OUTSIDE = (slice(0, 22), slice(0, 160))
"""Both leave out the edge of the spot."""


def textured() -> Luma:
    noise = np.random.default_rng(1).integers(30, 220, SHAPE)
    return cv2.GaussianBlur(noise.astype(np.uint8), (5, 5), 0).astype(np.uint8)


def erased(before: Luma, kind: str) -> Luma:
    after = before.copy()
    if kind == "flat":
        after[SPOT] = 90
    elif kind == "blur":
        after[SPOT] = cv2.GaussianBlur(before, (0, 0), 12)[SPOT]
    elif kind == "mosaic":
        small = cv2.resize(before[SPOT], (4, 2), interpolation=cv2.INTER_AREA)
        after[SPOT] = cv2.resize(small, (64, 32), interpolation=cv2.INTER_NEAREST)
    else:
        after[SPOT] = np.rot90(before, 2)[SPOT]
    return after


def share(hidden: np.ndarray, place: tuple[slice, slice]) -> float:  # type: ignore[type-arg]
    return float(hidden[place].mean())


@pytest.mark.parametrize("kind", ["flat", "blur", "mosaic", "another"])
@pytest.mark.parametrize("levels", ["as they are", "full range", "recoded"])
def test_an_erasure_is_seen_and_the_rest_is_shown_whatever_the_levels(
    kind: str, levels: str
) -> None:
    before = textured()
    after = erased(before, kind)
    if levels == "full range":
        after = (after * np.float32(219 / 255) + 16).astype(np.uint8)
    elif levels == "recoded":
        noise = np.random.default_rng(2).normal(0, 3, SHAPE)
        after = np.clip(after + noise, 0, 255).astype(np.uint8)
    (verdict,) = compare([(7, before, after)])
    assert verdict.time_ns == 7
    assert share(verdict.hidden, INSIDE) > 0.85  # where blocks of a mosaic meet there is an edge
    assert share(verdict.shown, OUTSIDE) > 0.95
    assert not (verdict.hidden & verdict.shown).any()


def test_of_a_flat_picture_nothing_can_be_told() -> None:
    flat = np.full(SHAPE, 100, np.uint8)
    (verdict,) = compare([(0, flat, flat)])
    assert not verdict.hidden.any()
    assert not verdict.shown.any()


def test_a_picture_that_was_padded_or_stretched_is_laid_over_the_other() -> None:
    before = textured()
    padded = np.pad(before, ((0, 8), (0, 8)))
    (verdict,) = compare([(0, before, padded)])
    assert share(verdict.shown, OUTSIDE) > 0.95


def test_a_part_of_the_picture_cannot_be_compared() -> None:
    before = textured()
    with pytest.raises(UsageError):
        list(compare([(0, before, before[:, :40])]))
