"""A crowd that suddenly runs: together, or away from one point.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Polygon, foot, inside
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.motion import Motion, Motions
from contrejour.vision.events.rule import Sign

TOGETHER = 0.6
"""Share of all motion that goes one way, or outward, from which a crowd moves as one."""
SLOWEST_RUN = 1.2
"""In heights a second: nobody walks as fast (0.7), nearly everybody runs faster."""
SUDDEN = 2.0
"""Times the usual speed here, at least."""
USUAL_NS, LEARNING_NS = 60_000_000_000, 10_000_000_000
"""The usual speed is that of the last minute; before ten seconds nothing is said."""
AGAIN = 0.2
"""The usual is learned at this share of the speed from what is unusual, which may turn out to be
usual."""


class CrowdMovement:
    """Holds while `least` people or more in the polygon run together or apart.

    The half of them must be faster than running, and than twice the usual of the last minute here,
    which is learned for ten seconds before anything is said. What is asked is each person's own
    motion, not the flow over the zone: a train that comes in is a coherent burst too.
    """

    needs: Iterable[str] = ("flow",)

    def __init__(self, polygon: Polygon, least: int = 5) -> None:
        self.polygon, self.least = polygon, least
        self._motions = Motions(600_000_000)  # who runs goes far in it, and is soon gone
        self._usual, self._learned_ns = 0.0, 0
        self._last_ns: int | None = None

    def update(self, moment: Moment) -> Sign:
        elapsed_ns = moment.time_ns - self._last_ns if self._last_ns is not None else 0
        self._last_ns = moment.time_ns
        people = [
            motion
            for motion in self._motions.update(moment)
            if motion.thing.kind is Kind.PERSON
            and inside(self.polygon, foot(motion.thing.box, moment.size))
        ]
        if not people:
            return Sign(False)
        speed = float(np.median([motion.speed for motion in people]))
        limit = max(SLOWEST_RUN, SUDDEN * self._usual)
        together = _together(people)
        runs = len(people) >= self.least and speed >= limit and together >= TOGETHER
        holds = runs and self._learned_ns >= LEARNING_NS
        self._learn(speed, int(elapsed_ns * AGAIN) if holds else elapsed_ns)
        sure = together * sum(motion.sure for motion in people) / len(people)
        return Sign(holds, sure if holds else 0.0, len(people))

    def _learn(self, speed: float, elapsed_ns: int) -> None:
        self._learned_ns += elapsed_ns
        span_ns = min(USUAL_NS, max(self._learned_ns, 1))
        self._usual += (speed - self._usual) * min(1.0, elapsed_ns / span_ns)

    def reset(self) -> None:
        self._motions.reset()
        self._usual, self._learned_ns = 0.0, 0
        self._last_ns = None


def _together(people: Sequence[Motion]) -> float:
    """The share of all motion that goes one way or, if that is more, away from the middle."""
    ways = np.array([(motion.across, motion.down) for motion in people])
    boxes = [motion.thing.box for motion in people]
    feet = np.array([(box.x + box.w / 2, box.y + box.h) for box in boxes], float)
    total = float(np.hypot(*ways.T).sum()) + 1e-9
    out = feet - feet.mean(axis=0)
    out /= np.hypot(*out.T)[:, None] + 1e-9
    return max(float(np.hypot(*ways.sum(axis=0))), float((ways * out).sum())) / total
