"""Rules over moments that are there already, from a file or a video: the same as live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contrejour.base.pictures import Event
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.raised import EventTrigger

GAP_NS = 3_000_000_000
"""A longer time between two moments wasn't watched. By eye, 2026-11-25."""


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """`said`: the place of the rule in the list, and its event. `watched_s`: without the gaps.

    `first` is the first moment, None where there is none.
    """

    said: tuple[tuple[int, Event], ...]
    watched_s: float
    first: Moment | None


def replay(streams: Iterable[Iterable[Moment]], rules: Sequence[EventTrigger]) -> ReplayResult:
    """What the rules say of streams, one after the other."""
    said: list[tuple[int, Event]] = []
    watched_ns, first = 0, None
    for stream in streams:
        last = None
        for rule in rules:
            rule.reset()
        for moment in stream:
            first = first or moment
            elapsed_ns = moment.time_ns - (moment if last is None else last).time_ns
            watched_ns += elapsed_ns if 0 < elapsed_ns <= GAP_NS else 0
            last = moment
            for place, rule in enumerate(rules):
                if event := rule.update(moment):
                    said.append((place, event))
    return ReplayResult(tuple(said), watched_ns / 1e9, first)
