"""Events that were raised against what happened: precision, recall, delay, false alarms an hour,
each with its interval."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contrejour.vision.events.intervals import rate, wilson

TOLERANCE_S = 2.0
"""An event belongs to an occurrence that ended up to this long before it, or begins up to this long
after. By eye, 2026-11-25."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened, by a person's word: seconds on the clock of the events."""

    event: str
    zone: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class RaisedEvent:
    """An event of a rule, `time_s` on the clock of the occurrences."""

    event: str
    zone: str
    time_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """One kind of event (in one zone, or in all), over `hours`.

    `again` are events of an occurrence that has had one: neither found nor false.
    """

    event: str
    happened: int
    found: int
    false: int
    again: int
    hours: float
    delays_s: tuple[float, ...]

    @property
    def precision(self) -> float | None:
        said = self.found + self.false
        return self.found / said if said else None

    @property
    def recall(self) -> float | None:
        return self.found / self.happened if self.happened else None

    def to_json(self) -> dict[str, object]:
        """Every figure with its 95 % interval."""
        delays = self.delays_s
        return {
            "event": self.event, "hours": round(self.hours, 4), "happened": self.happened,
            "found": self.found, "false": self.false, "again": self.again,
            "precision": self.precision,
            "precision_interval": wilson(self.found, self.found + self.false),
            "recall": self.recall, "recall_interval": wilson(self.found, self.happened),
            "false_an_hour": self.false / self.hours,
            "false_an_hour_interval": rate(self.false, self.hours),
            "delay_s": statistics.median(delays) if delays else None,
            "longest_delay_s": max(delays, default=None),
        }  # fmt: skip


def score(
    truth: Sequence[Occurrence],
    said: Iterable[RaisedEvent],
    hours: float,
    tolerance_s: float = TOLERANCE_S,
) -> list[Score]:
    """One Score a kind, in order of name.

    An event is of an occurrence of its kind and zone that its time is in; each occurrence is found
    once, the earliest first.
    """
    said = sorted(said, key=lambda each: each.time_s)
    kinds = sorted({each.event for each in truth} | {each.event for each in said})
    return [
        _of_kind(
            kind, sorted((each for each in truth if each.event == kind), key=lambda o: o.from_s),
            [each for each in said if each.event == kind], hours, tolerance_s,
        )
        for kind in kinds
    ]  # fmt: skip


def _of_kind(
    kind: str, truth: list[Occurrence], said: list[RaisedEvent], hours: float, tolerance_s: float
) -> Score:
    delays: dict[int, float] = {}
    false = again = 0
    for event in said:
        fits = [
            at
            for at, was in enumerate(truth)
            if was.zone == event.zone
            and was.from_s - tolerance_s <= event.time_s <= was.to_s + tolerance_s
        ]
        new = next((at for at in fits if at not in delays), None)
        if new is not None:
            delays[new] = max(0.0, event.time_s - truth[new].from_s)
        elif fits:
            again += 1
        else:
            false += 1
    return Score(kind, len(truth), len(delays), false, again, hours, tuple(delays.values()))
