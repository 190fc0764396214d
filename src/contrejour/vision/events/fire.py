"""What looks like flames or smoke, lasts and spreads. Experimental: use a smoke detector first.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from contrejour.vision.events.ground import Polygon, cells
from contrejour.vision.events.moment import Grid, Moment
from contrejour.vision.events.rule import Sign

OVER_NS = 2_000_000_000
"""The time constant of a cell's mean: a lamp that goes by is gone by then."""
BURNS = 0.4
"""Mean from which a cell burns."""
LEAST_CELLS = 2
"""Burning cells from which there may be a fire."""
GROWN = 1.3
"""Growth is this many times the most cells so far, and two cells more."""
SETTLE_NS = 5_000_000_000
"""After a growth so long nothing is one: a lamp that is lit has lit all its cells by then."""
GROWTHS = 2
"""Growths from which it is a fire: a lamp that is lit makes one (docs/design/events.md)."""
RECENT_NS = 60_000_000_000
"""Growths older than this don't count: lamps that are lit over an hour make no fire."""


class Fire:
    """Holds while what looks like flames, or like smoke, keeps its place in the polygon and grew
    there twice in the last minute, five seconds apart, and isn't down to half again.

    A light that is lit, blinks, passes or is reflected doesn't grow twice; one that comes nearer
    straight ahead, a sunset on a wall, steam or dust may. The confidence is the mean of the cells.
    """

    needs: Iterable[str] = ("flames", "smoke")

    def __init__(self, polygon: Polygon) -> None:
        self._spreads = {"flames": _Spread(polygon), "smoke": _Spread(polygon)}

    def update(self, moment: Moment) -> Sign:
        sure = [
            spread.update(moment.time_ns, grid)
            for name, spread in self._spreads.items()
            if (grid := getattr(moment, name)) is not None
        ]
        return Sign(max(sure, default=0.0) > 0, max(sure, default=0.0))

    def reset(self) -> None:
        for spread in self._spreads.values():
            spread.reset()


class _Spread:
    """One grid: which cells burn by their mean, and when their number grew."""

    def __init__(self, polygon: Polygon) -> None:
        self.polygon = polygon
        self.reset()

    def reset(self) -> None:
        self._mean: Grid | None = None
        self._zone = np.zeros((0, 0), np.bool_)
        self._last_ns = self._settled_ns = 0
        self._most = 0
        self._grew: deque[int] = deque()

    def update(self, time_ns: int, grid: Grid) -> float:
        """How surely it burns and spreads; 0 for not."""
        if self._mean is None or self._mean.shape != grid.shape:
            self.reset()
            self._zone = cells(self.polygon, *grid.shape)
            self._mean, self._last_ns = np.zeros_like(grid), time_ns
        part = 1 - np.exp(-(time_ns - self._last_ns) / OVER_NS)
        self._mean += (grid - self._mean) * np.float32(part)
        self._last_ns = time_ns
        burning = self._zone & (self._mean >= BURNS)
        count = int(burning.sum())
        self._follow(time_ns, count)
        if len(self._grew) < GROWTHS or count < LEAST_CELLS:
            return 0.0
        return float(self._mean[burning].mean())

    def _follow(self, time_ns: int, count: int) -> None:
        """Note a growth. Cells that are added until it has settled belong to it."""
        while self._grew and time_ns - self._grew[0] > RECENT_NS:
            self._grew.popleft()
        if count <= self._most / 2:  # it begins, or is out and other lights are left
            self._most, self._settled_ns = count, time_ns + SETTLE_NS
            self._grew.clear()
        elif time_ns < self._settled_ns:
            self._most = max(self._most, count)
        elif count >= max(GROWN * self._most, self._most + 2):
            self._most, self._settled_ns = count, time_ns + SETTLE_NS
            self._grew.append(time_ns)
