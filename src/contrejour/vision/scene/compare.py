"""What of a picture is not proven to be the empty scene.

Thresholds: chosen on PETS09-S2L1, 2026-11-24, the lengths on 2026-11-25; docs/design/scene.md has
what was measured with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import CELL_PX, Cells
from contrejour.vision.scene import blocks
from contrejour.vision.scene.blocks import Blocks, Plane
from contrejour.vision.scene.scene import Scene

Bits = NDArray[np.uint8]
"""(rows, columns) of blocks: 1 or 0."""

CHANGED = 6.0
"""Noises by which a block (root mean square with its eight neighbours) is not the scene."""
OUTLIER = 17.0
"""Noises that one block counts for at most. Less than 3 * CHANGED, so that one changed block among
eight unchanged ones, whose root mean square is a third of it, is taken for flicker."""
USUAL_HEIGHT_PX = 576
"""Height of the pictures that the lengths below are for; in taller ones they are longer in
proportion."""
GAP_PX = 20
"""Changed blocks this near to each other are one body."""
MARGIN_UP_PX, MARGIN_ASIDE_PX = 16, 4
"""Added to every body, above and on each side. More above, because a head covers fewer blocks than
shoulders and is missed first."""
MOST_CHANGED = 0.6
"""Where a larger share of the proven cells changed, the camera or the light did."""


def unknown(scene: Scene, planes: tuple[Plane, ...]) -> Cells:
    """The cells of this picture that are not proven to be the empty scene.

    Those that changed, and those that were never proven; all where `changed` is None. Pure; the
    planes have the shapes that the scene was learned from.
    """
    return denied(scene, changed(scene, planes))


def denied(scene: Scene, differs: Cells | None) -> Cells:
    """The cells that `unknown` gives, from what `changed` gave."""
    return np.ones_like(scene.proven) if differs is None else differs | ~scene.proven


def changed(scene: Scene, planes: tuple[Plane, ...]) -> Cells | None:
    """The proven cells in which this picture is not the empty scene.

    That is every body: blocks that differ from the scene in this light by more than CHANGED
    noises, grouped, as the convex hull of the group, with a margin. None when nothing is proven,
    no change of light explains the picture, or more than MOST_CHANGED of the proven cells changed
    (a knock, a light switched on). Pure, as `unknown` is.
    """
    per = CELL_PX // scene.side
    if not scene.proven.any():
        return None
    proven = scene.proven.repeat(per, 0).repeat(per, 1)
    means = blocks.means(planes, scene.side, scene.subsampling, scene.depth)
    light = blocks.light(scene.blocks, means, proven)
    if light is None:
        return None
    away = light.lit(scene.blocks)
    away -= means
    np.divide(away, scene.noise, out=away, where=proven)  # what is unproven may have none
    bits = _changed(away, proven)
    if _cells(bits, per)[scene.proven].mean() > MOST_CHANGED:
        return None
    return _cells(_bodies(bits, scene.side), per) & scene.proven


def _changed(away: Blocks, proven: NDArray[np.bool_]) -> Bits:
    """The proven blocks that changed, with their eight neighbours. Overwrites `away`."""
    np.abs(away, out=away)
    worst = away[0]
    for channel in away[1:]:
        np.maximum(worst, channel, out=worst)
    np.minimum(worst, OUTLIER, out=worst)
    np.square(worst, out=worst)
    # An unproven block has no scene to differ from, so it doesn't count for its neighbours.
    counted = proven.astype(np.float32)
    worst *= counted
    near = cv2.blur(worst, (3, 3), borderType=cv2.BORDER_REPLICATE)
    among = cv2.blur(counted, (3, 3), borderType=cv2.BORDER_REPLICATE)
    changed: Bits = ((near > CHANGED**2 * among) & proven).astype(np.uint8)
    return changed


def _bodies(changed: Bits, side: int) -> Bits:
    """Groups of changed blocks as their convex hulls, with the margins.

    The hull takes in the parts of a body that look like what is behind. No length is less than a
    block.
    """
    scale = max(1.0, changed.shape[0] * side / USUAL_HEIGHT_PX)
    lengths = GAP_PX, MARGIN_UP_PX, MARGIN_ASIDE_PX
    gap, up, aside = (max(1, round(px * scale / side)) for px in lengths)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    framed = cv2.copyMakeBorder(changed, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, disc)[gap:-gap, gap:-gap]
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    out = np.zeros_like(changed)
    for outline in outlines:
        cv2.fillConvexPoly(out, cv2.convexHull(outline), 1)
    margin = np.ones((up + 1, 2 * aside + 1), np.uint8)
    # The anchor is the top row: a block is set when one up to `up` rows below it is.
    return np.asarray(cv2.dilate(out, margin, anchor=(aside, 0)), np.uint8)


def _cells(bits: Bits, per: int) -> Cells:
    """The cells with at least one of these blocks."""
    rows = np.bitwise_or.reduce([bits[start::per] for start in range(per)])
    cells: Cells = np.bitwise_or.reduce([rows[:, start::per] for start in range(per)]) != 0
    return cells


def hold(frames: Iterable[tuple[int, Cells]], hold_ns: int) -> Iterator[Cells]:
    """The cells to hide of each frame, with those of the frames near it in time.

    `frames` is (time in ns, cells to hide), in order of time. A cell stays hidden from `hold_ns`
    earlier to `hold_ns` later. Reads no further ahead than that, and one frame.
    """
    window: deque[tuple[int, Cells]] = deque()
    waiting: deque[int] = deque()
    for time_ns, cells in frames:
        while waiting and time_ns - waiting[0] > hold_ns:
            yield _held(window, waiting.popleft(), hold_ns)
        window.append((time_ns, cells))
        waiting.append(time_ns)
    while waiting:
        yield _held(window, waiting.popleft(), hold_ns)


def _held(window: deque[tuple[int, Cells]], time_ns: int, hold_ns: int) -> Cells:
    """What is hidden in any frame of the window, after dropping those that are too early."""
    while time_ns - window[0][0] > hold_ns:
        window.popleft()
    held: Cells = np.logical_or.reduce([cells for _, cells in window])
    return held
