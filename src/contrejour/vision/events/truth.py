"""What happened, and the events that were raised, as files that people and programs write.

    truth.json  [{"event": "zone", "zone": "voie-1", "from": 12.5, "to": 31}, …]
    said.json   [{"event": "zone", "zone": "voie-1", "time": 14.9}, …]

Times are seconds, or ISO 8601 with their zone: all in the one way. Other keys are left alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contrejour.base.errors import Malformed
from contrejour.vision.events.score import Occurrence, RaisedEvent


@dataclass(frozen=True, slots=True)
class EventTruth:
    """`dated`: the seconds are UNIX time."""

    occurrences: tuple[Occurrence, ...]
    dated: bool


def read_truth(text: str, name: str) -> EventTruth:
    """Raises Malformed."""
    rows = list(_rows(text, name, ("from", "to")))
    found = [Occurrence(event, zone, *times) for event, zone, times, _ in rows]
    for number, each in enumerate(found):
        if each.to_s < each.from_s:
            raise Malformed("said-ends-before-it-begins", name=name, number=number)
    return EventTruth(tuple(found), _dated([dated for *_, dated in rows], name))


def read_said(text: str, name: str) -> tuple[tuple[RaisedEvent, ...], bool]:
    """What was said, and whether its seconds are UNIX time. Raises Malformed."""
    rows = list(_rows(text, name, ("time",)))
    said = tuple(RaisedEvent(event, zone, times[0]) for event, zone, times, _ in rows)
    return said, _dated([dated for *_, dated in rows], name)


def _rows(
    text: str, name: str, keys: tuple[str, ...]
) -> Iterator[tuple[str, str, list[float], bool]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, list):
        raise Malformed("said-not-a-list", name=name)
    for number, row in enumerate(data):
        try:
            times = [_time(row[key]) for key in keys]
            dated = _dated([isinstance(row[key], str) for key in keys], name)
            yield str(row["event"]), str(row["zone"]), times, dated
        except (KeyError, TypeError, ValueError, OverflowError):
            wanted = ", ".join(("event", "zone", *keys))
            raise Malformed("said-bad-entry", name=name, number=number, expected=wanted) from None


def _time(value: Any) -> float:
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError
        return at.timestamp()
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _dated(dated: list[bool], name: str) -> bool:
    if len(set(dated)) > 1:
        raise Malformed("said-times-mixed", name=name)
    return any(dated)
