"""What a camera may never show of the place itself: homes, the driver's seat. Painted first.

The plan names these masks (CSI L251-3: no images of the inside of dwellings); the site file says
where they lie in this camera's picture. A mask that the plan names and nobody drew stops the
camera. They are painted on every plane before anything else sees the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from contrejour.base.errors import Refused
from contrejour.base.pictures import CELL_PX, Cells
from contrejour.law.mandate.plan import Plan
from contrejour.media import Format
from contrejour.vision import veil

Polygon = Sequence[tuple[float, float]]
"""Corners, in shares of the upright picture's width and height."""


def drawn(plan: Plan, camera: str, zones: Mapping[str, Sequence[Polygon]]) -> tuple[Polygon, ...]:
    """Every polygon to paint. Raises Refused for a mask of the plan that `zones` doesn't draw.

    A mask that is not in this camera's view is drawn as an empty list: somebody looked.
    """
    wanted = {name for grant in plan.grants(camera) for name in grant.masks}
    if missing := sorted(wanted - set(zones)):
        raise Refused("privacy-zones-missing", camera=camera, zones=", ".join(missing))
    return tuple(polygon for polygons in zones.values() for polygon in polygons)


def untouched(plan: Plan, camera: str, zones: Mapping[str, Sequence[Polygon]]) -> None:
    """Raises Refused for a camera that must not be sealed as it is, for what it would show.

    What is sealed is what the camera sent, whatever is painted here afterwards.
    """
    drawn(plan, camera, zones)
    if shown := sorted(name for name, polygons in zones.items() if polygons):
        raise Refused("originals-show-private", camera=camera, zones=", ".join(shown))


def cells(polygons: Iterable[Polygon], fmt: Format) -> Cells:
    """The cells of the coded picture that any of the polygons touches."""
    width, height = fmt.upright
    touched = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        corners = np.rint([(x * width, y * height) for x, y in polygon])
        inside = np.minimum(corners, (width - 1, height - 1)).astype(np.int32)
        cv2.fillPoly(touched, [inside], 1)
    out = np.zeros(veil.grid(fmt.width, fmt.height), np.bool_)
    coded = np.rot90(touched, fmt.rotation // 90)
    rows, columns = out.shape
    padded = np.zeros((rows * CELL_PX, columns * CELL_PX), np.uint8)
    padded[: coded.shape[0], : coded.shape[1]] = coded
    out |= padded.reshape(rows, CELL_PX, columns, CELL_PX).any(axis=(1, 3))
    return out
