"""Entries of a log at times of a day, on which ORDER runs out at noon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fakes.openings import A

from contrejour.base.canonical import Json
from contrejour.base.times import utc
from contrejour.custody.ledger.entry import Entry

START = datetime(2027, 2, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OVER = datetime(2027, 2, 12, 12, tzinfo=UTC)
"""When ORDER runs out."""


def of(kind: str, at: datetime = START, **data: Json) -> bytes:
    return Entry(kind, utc(at), data).bytes


def batch(at: datetime, first: int, end: int, edge: str = "bus-041") -> bytes:
    data: dict[str, Json] = {"edge": edge, "from": first, "to": end, "n": end - first, "root": A}
    return of("segment.batch", at, **data)
