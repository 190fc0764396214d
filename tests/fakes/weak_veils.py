"""Veils that leak: each is a slip that someone could make, and the tests must notice it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from contrejour.base.pictures import Cells, Frame
from contrejour.vision.veil import apply

Paint = Callable[[Frame, Cells, str, Any], Frame]
"""Like `veil.apply`: frame, hidden cells, fill, empty scene."""


def luma_only(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    return replace(frame, planes=(apply(frame, hidden, fill, scene).planes[0], *frame.planes[1:]))


def without_last_row(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    cut = hidden.copy()
    cut[-1] = False
    return apply(frame, cut, fill, scene)


def without_last_column(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    cut = hidden.copy()
    cut[:, -1] = False
    return apply(frame, cut, fill, scene)


def one_cell_off(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    return apply(frame, np.roll(hidden, 1, axis=1), fill, scene)


def single_cells_ignored(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    return apply(frame, hidden & (hidden.sum() > 1), fill, scene)


def without_corners(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    cut = hidden.copy()
    cut[0, 0] = cut[-1, -1] = cut[0, -1] = cut[-1, 0] = False
    return apply(frame, cut, fill, scene)


def blurred(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    return apply(frame, hidden, "blur")


def one_mean_a_picture(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    flat = tuple(np.full_like(plane, int(plane.mean())) for plane in frame.planes)
    return apply(frame, hidden, "background", flat)


def smoothed_before(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    soft = tuple(cv2.blur(plane, (3, 3)) for plane in frame.planes)
    return apply(replace(frame, planes=soft), hidden, fill, scene)  # type: ignore[arg-type]


def one_pixel_short(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    painted = apply(frame, hidden, fill, scene)
    luma = painted.planes[0].copy()
    luma[15::16] = frame.planes[0][15::16]
    return replace(painted, planes=(luma, *painted.planes[1:]))


def lowest_bit_kept(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    painted = apply(frame, hidden, fill, scene)
    pairs = zip(painted.planes, frame.planes, strict=True)
    planes: list[Any] = [p // 2 * 2 | (q & 1) for p, q in pairs]
    return replace(painted, planes=tuple(planes))


def nothing_when_all_is_hidden(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    return frame if hidden.all() else apply(frame, hidden, fill, scene)


def time_from_content(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
    late = int(frame.planes[0].sum()) % 2
    return replace(apply(frame, hidden, fill, scene), pts=2 * frame.pts + late)


def late() -> Paint:
    """Masks one frame late."""
    before: list[Cells] = []

    def paint(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
        before.append(hidden)
        return apply(frame, before[-2] if len(before) > 1 else hidden, fill, scene)

    return paint


def ghost() -> Paint:
    """An "empty scene" that goes on learning from the input."""
    seen: list[Any] = []

    def paint(frame: Frame, hidden: Cells, fill: str, scene: Any) -> Frame:
        seen.append(frame.planes)
        return apply(frame, hidden, "background", seen[0])

    return paint


MUTANTS: list[Callable[[], Paint]] = [
    *(lambda mutant=mutant: mutant for mutant in (
        luma_only, without_last_row, without_last_column, one_cell_off, single_cells_ignored,
        without_corners, blurred, one_mean_a_picture, smoothed_before, one_pixel_short,
        lowest_bit_kept, nothing_when_all_is_hidden, time_from_content,
    )),
    late, ghost,
]  # fmt: skip
