"""Clips and events for a time line, from a list and from the journals of `watch`.

[{"camera": "car-t3-1", "place": "car-t3", "since": "2027-02-12T16:00:00.2+01:00",
  "until": "2027-02-12T16:00:40+01:00", "clock_ms": 40, "shows": "clip", "file": "a.mp4"}]
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from contrejour.base.errors import Malformed
from contrejour.base.times import Instant
from contrejour.custody.cases.order import NAME
from contrejour.custody.cases.strict import Fields
from contrejour.custody.cases.timeline import MOST_PIECES, Piece

MOST_CLOCK_MS = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def listed(data: bytes) -> tuple[Piece, ...]:
    """The pieces of a list. Raises Malformed."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("pieces-not-json") from error
    if not isinstance(told, list) or len(told) > MOST_PIECES:
        raise Malformed("pieces-not-a-list")
    found = Fields("pieces", {"pieces": told}).each("pieces", MOST_PIECES)
    return tuple(map(_piece, found))


def _piece(fields: Fields) -> Piece:
    off_ns = fields.whole("clock_ms", 0, MOST_CLOCK_MS) * 10**6
    piece = Piece(
        fields.text("camera", NAME), fields.text("place", NAME),
        instant(_moment(fields, "since"), off_ns), instant(_moment(fields, "until"), off_ns),
        fields.text("shows", "clip|[a-z_]{1,40}"),
        fields.text("file", r"[^\x00-\x1f]{1,255}") if fields.has("file") else "",
    )  # fmt: skip
    fields.end()
    return piece


def instant(at: datetime, uncertainty_ns: int) -> Instant:
    """A moment that came with no clock but the one it was written by."""
    wall_ns = (at - EPOCH) // timedelta(microseconds=1) * 1000
    return Instant(0, wall_ns, None, uncertainty_ns)


def _moment(fields: Fields, name: str) -> datetime:
    text = fields.text(name, ".{1,40}")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = EPOCH.replace(tzinfo=None)
    if at.tzinfo is None:
        raise Malformed("pieces-bad-time", name=name)
    return at
