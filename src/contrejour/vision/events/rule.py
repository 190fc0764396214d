"""What every kind of event is to the code around it: `EventRule`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from contrejour.vision.events.moment import Moment


@dataclass(frozen=True, slots=True)
class Sign:
    """What a rule says of one moment in its zone: whether it holds now, how surely, of how many."""

    holds: bool
    confidence: float = 0.0
    count: int | None = None


class EventRule(Protocol):
    """One kind of event in one zone.

    Takes every Moment of one stream in order of time, and gives a Sign for each, without
    hysteresis. Keeps what it needs for seconds, never what tells one person from another. Forgets
    everything on `reset`, which comes between streams.
    """

    needs: Iterable[str]
    """Which of a Moment's `unlike`, `flow`, `flames`, `smoke`, `doubted` it reads, and `objects`
    where it reads luggage among its things."""

    def update(self, moment: Moment) -> Sign: ...

    def reset(self) -> None: ...
