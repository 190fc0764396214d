"""One instant on one camera, as the rules are told of it: shapes and changes, no picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Thing

Grid = NDArray[np.float32]
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of one instant. Everything is upright.

    `time_ns` only goes forward within a stream; `at` is aware. `size` is (width, height) in pixels.
    `unlike` is (rows, columns) over the picture: where it isn't the empty scene; None where no
    scene is known. `flow` is (rows, columns, 2): motion to the right and down, in picture widths a
    second. `flames` and `smoke` are (rows, columns), from 0 to 1. `doubted`: what was detected and
    no track is sure of, so it counts for nobody and may still be somebody. All four None when
    nobody needs them.
    """

    time_ns: int
    at: datetime
    size: tuple[int, int]
    things: tuple[Thing, ...] = ()
    unlike: Bits | None = None
    flow: Grid | None = None
    flames: Grid | None = None
    smoke: Grid | None = None
    doubted: tuple[Thing, ...] | None = None
