"""Someone or something where nobody may be."""

from __future__ import annotations

from collections.abc import Iterable

from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Polygon, standing_in
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.rule import Sign


class Zone:
    """Holds while the foot of one thing at least is in the polygon. Keeps nothing."""

    needs: Iterable[str] = ()

    def __init__(self, polygon: Polygon, of: frozenset[Kind]) -> None:
        self.polygon, self.of = polygon, of

    def update(self, moment: Moment) -> Sign:
        there = [thing.score for thing in standing_in(self.polygon, moment, self.of)]
        return Sign(bool(there), max(there, default=0.0), len(there))

    def reset(self) -> None: ...
