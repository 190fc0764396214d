"""Which pixels of a video are hidden in another one, made from it by any tool. Pure.

What decides is structure, not brightness: encoders, colour tags and scalers move levels a little
everywhere, and an erasure, whichever it is (flat colour, blur, mosaic, another picture), leaves
nothing of the texture that was there. Over windows of 7 x 7 luma samples, with B before, A after:

    hidden   var(A - B) > (var B + c) / 2     half of what there was to see is gone, or is new
             or |mean A - mean B| > m          a flat spot that became quite another one
    shown    not hidden, and var B > c         there was texture, and it is still there
    neither  the rest: flat before, and much the same after; nobody can tell

c is the variance of re-encoding: four times the median of var(A - B) over the frame, kept between
16 and 100 grey levels squared, and at most four times the frame's before, so that a frame hidden
whole doesn't pass for a bad encoder. m is 3 sqrt(c).

A window that straddles an edge of the veil differs too; so a pixel is shown when a window that
holds it, off by up to 2 px, is shown. docs/reference/eval.md gives the errors measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import UsageError
from contrejour.recorded.evaluate.score import PixelVerdict

WINDOW_PX = 7
EDGE_PX = 2
NOISE_FACTOR = 4.0
NOISE_MOST = 25.0
FLOOR = 16.0
LOST_SHARE = 0.5
LEVEL_FACTOR = 3.0

Luma = NDArray[np.uint8]
"""(height, width), upright."""
Floats = NDArray[np.float32]


class LumaMatch(NamedTuple):
    """How a luma plane of the second video becomes comparable: cut or scaled, then levelled."""

    cut: bool
    gain: float
    offset: float


LEVELS = ((1.0, 0.0), (255 / 219, -16 * 255 / 219), (219 / 255, 16.0))
"""As it is; full range taken for limited, and the reverse (ITU-R BT.601)."""


def compare(pairs: Iterable[tuple[int, Luma, Luma]]) -> Iterator[PixelVerdict]:
    """The verdict on each (time in ns, luma before, luma after). Raises UsageError.

    The second picture may be stretched or padded; how is found in the first pair and then kept.
    """
    match: LumaMatch | None = None
    noise = NOISE_MOST
    for time_ns, before, after in pairs:
        if match is None:
            match = fit(before, after)
        a = _levelled(after, before.shape, match)
        hidden, shown, noise = _told(before.astype(np.float32), a, noise)
        yield PixelVerdict(time_ns, hidden, shown)


def fit(before: Luma, after: Luma) -> LumaMatch:
    """How `after` is laid on `before`: the candidate with the least typical difference."""
    (height, width), (high, wide) = before.shape, after.shape
    if abs(high * width - wide * height) > 16 * max(high, wide, height, width):
        raise UsageError(
            "videos-of-unequal-size",
            width=wide,
            height=high,
            expected_width=width,
            expected_height=height,
        )
    cuts = (True, False) if high >= height and wide >= width else (False,)
    if before.shape == after.shape:
        cuts = (True,)
    b = before.astype(np.float32)
    matches = [LumaMatch(cut, *level) for level in LEVELS for cut in cuts]
    # Half of the pixels are enough to know the right one: a person rarely fills more.
    return min(matches, key=lambda m: float(np.median(np.abs(_levelled(after, b.shape, m) - b))))


def _levelled(after: Luma, shape: tuple[int, ...], match: LumaMatch) -> Floats:
    height, width = shape
    if match.cut:
        after = after[:height, :width]
    elif after.shape != shape:
        after = cv2.resize(after, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    a = after.astype(np.float32)
    return a if match.gain == 1 else a * np.float32(match.gain) + np.float32(match.offset)


def _told(b: Floats, a: Floats, noise: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_], float]:
    """(hidden, shown, noise of this frame), given the noise of the frame before."""
    d = a - b
    mean_d = _mean(d)
    var_d = _mean(d * d) - mean_d * mean_d
    var_b = _variance(b)
    noise = min(NOISE_MOST, float(np.median(var_d)), max(1.0, 4 * noise))
    c = max(FLOOR, NOISE_FACTOR * noise)
    changed = var_d > LOST_SHARE * (var_b + c)
    changed |= np.abs(mean_d) > LEVEL_FACTOR * c**0.5
    kept = ~changed & (var_b > c)
    side = 2 * EDGE_PX + 1
    shown = cv2.dilate(kept.astype(np.uint8), np.ones((side, side), np.uint8)).astype(np.bool_)
    return changed & ~shown, shown, noise


def _mean(x: Floats) -> Floats:
    return cv2.blur(x, (WINDOW_PX, WINDOW_PX), borderType=cv2.BORDER_REFLECT).astype(
        np.float32, copy=False
    )


def _variance(x: Floats) -> Floats:
    mean = _mean(x)
    return np.asarray(_mean(x * x) - mean * mean, dtype=np.float32)
