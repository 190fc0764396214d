"""The senses that somebody needs, over the looks of one stream."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from contrejour.base.pictures import Frame, Rgb
from contrejour.vision.senses.flames import Flames
from contrejour.vision.senses.flow import flow
from contrejour.vision.senses.grid import Grid, Luma, luma, shape, small, small_luma
from contrejour.vision.senses.smoke import Smoke

FLOW_NS = 80_000_000, 220_000_000
"""How far apart two pictures are whose motion is told. By eye, 2026-11-25: looks that should be 200
ms apart are so only roughly."""
FIRE_NS = 100_000_000
"""Time between two pictures that fire is looked for in, at least: it is told by what flickers from
look to look. By eye, 2026-11-25."""


class Senses:
    """`flow`, `flames` and `smoke`, of which only what is needed is computed.

    Told each frame that was looked at, and each that is as the last of them (`same`), in order of
    time: of the latter no pixel is read. Keeps a few seconds of small pictures.
    """

    def __init__(self, needs: Collection[str]) -> None:
        self._flow = "flow" in needs
        fire: dict[str, Flames | Smoke] = {"flames": Flames(), "smoke": Smoke()}
        self._fire = {name: sense for name, sense in fire.items() if name in needs}
        self._before: tuple[int, int, Luma] | None = None  # from when to when it was like this
        self._picture: Rgb | None = None
        self._told_ns, self._told = 0, dict[str, Grid]()

    def update(self, frame: Frame, *, same: bool) -> dict[str, Grid]:
        """The grids by name. `flow` is left out without a picture 80 to 220 ms before."""
        found: dict[str, Grid] = {}
        if self._fire:
            if self._picture is None or not same:
                self._picture = small(frame)
            if not self._told or frame.time_ns - self._told_ns >= FIRE_NS:
                self._told_ns = frame.time_ns
                self._told = {
                    name: sense.update(frame.time_ns, self._picture)
                    for name, sense in self._fire.items()
                }
            found |= self._told
        if self._flow and (motion := self._motion(frame, same)) is not None:
            found["flow"] = motion
        return found

    def _motion(self, frame: Frame, same: bool) -> Grid | None:
        now_ns = frame.time_ns
        if same and self._before is not None:
            since_ns, _, before = self._before
            self._before = since_ns, now_ns, before
            return np.zeros((*shape(before), 2), np.float32)
        now = small_luma(frame) if self._picture is None else luma(self._picture)
        least_ns, most_ns = FLOW_NS
        if self._before is None:
            self._before = now_ns, now_ns, now
            return None
        since_ns, until_ns, before = self._before
        if now_ns - since_ns < least_ns:
            return None
        self._before = now_ns, now_ns, now
        elapsed_ns = max(now_ns - until_ns, least_ns)
        return flow(before, now, elapsed_ns) if elapsed_ns <= most_ns else None
