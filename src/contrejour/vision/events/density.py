"""Too many people for the ground that they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Polygon, counted_in
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.rule import Sign

PERSON = frozenset({Kind.PERSON})


class Density:
    """Holds while there are `most_per_m2` people or more on each square metre of the polygon.

    `area_m2` gives the ground of the polygon, for the size of the picture. Who is hidden behind
    others or doubted isn't counted, so the more people there are the more are missed: the figure
    is a floor.
    """

    needs: Iterable[str] = ()

    def __init__(
        self, polygon: Polygon, most_per_m2: float, area_m2: Callable[[tuple[int, int]], float]
    ) -> None:
        self.polygon, self.most_per_m2, self.area_m2 = polygon, most_per_m2, area_m2

    def update(self, moment: Moment) -> Sign:
        scores = [thing.score for thing in counted_in(self.polygon, moment, PERSON)]
        if not scores or len(scores) / self.area_m2(moment.size) < self.most_per_m2:
            return Sign(False, 0.0, len(scores))
        return Sign(True, sum(scores) / len(scores), len(scores))

    def reset(self) -> None: ...
