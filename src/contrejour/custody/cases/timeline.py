"""Veiled clips and events of several cameras, of one place and time, on one time line.

    [{"camera": "car-t3-1", "place": "car-t3", "since": "2027-02-12T16:00:00.2+01:00",
      "until": "2027-02-12T16:00:40+01:00", "clock_ms": 40, "shows": "clip", "file": "a.mp4"}]

It knows cameras, places, moments and kinds of event; no track, no number of anybody, no picture. So
it can put things beside each other, and has nothing to match people with: nobody is followed.

Each clock may be off by so much: where two pieces can't be told apart by their clocks, the line
says that which came first is not known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contrejour.base.errors import Malformed
from contrejour.base.times import YEARS, Instant
from contrejour.custody.cases.order import NAME
from contrejour.custody.cases.strict import Fields

MOST_PIECES = 10_000
CLIP = "clip"


@dataclass(frozen=True, slots=True)
class Piece:
    """A veiled clip, or an event. `shows`: CLIP, or the kind of event; `file`: of a clip."""

    camera: str
    place: str
    since: Instant
    until: Instant
    shows: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece where it belongs, UNIX nanoseconds. `sure`: it began after all rows above began."""

    piece: Piece
    since_ns: int
    until_ns: int
    uncertainty_ns: int
    sure: bool


def timeline(
    pieces: Iterable[Piece], since_ns: int, until_ns: int, places: Collection[str] = ()
) -> tuple[Row, ...]:
    """The pieces that may have been in [since, until), in order of beginning.

    `places`: those alone; none: all. What may lie inside, its clock's uncertainty counted, is in.
    """
    found = []
    for piece in pieces:
        begin, uncertainty_ns = _moment(piece.since)
        end, at_end_ns = _moment(piece.until)
        off_ns = max(uncertainty_ns, at_end_ns)
        inside = begin - off_ns < until_ns and end + off_ns >= since_ns and begin <= end
        if inside and (not places or piece.place in places):
            found.append((begin, piece.place, piece.camera, end, off_ns, piece))
    rows, latest_ns = [], None
    for begin, _, _, end, off_ns, piece in sorted(found, key=lambda each: each[:5]):
        sure = latest_ns is None or begin - off_ns > latest_ns
        latest_ns = max(begin + off_ns, latest_ns if latest_ns is not None else begin + off_ns)
        rows.append(Row(piece, begin, end, off_ns, sure))
    return tuple(rows)


def _moment(instant: Instant) -> tuple[int, int]:
    """The best word on when it was, and by how much that may be off."""
    wall_ns = instant.camera_ns if instant.camera_ns is not None else instant.wall_ns
    return wall_ns, instant.uncertainty_ns


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
        instant(_aware(fields, "since"), off_ns), instant(_aware(fields, "until"), off_ns),
        fields.text("shows", "clip|[a-z_]{1,40}"),
        fields.text("file", r"[^\x00-\x1f]{1,255}") if fields.has("file") else "",
    )  # fmt: skip
    fields.end()
    return piece


def instant(at: datetime, uncertainty_ns: int) -> Instant:
    """A moment that came with no clock but the one it was written by."""
    wall_ns = (at - EPOCH) // timedelta(microseconds=1) * 1000
    return Instant(0, wall_ns, None, uncertainty_ns)


def _aware(fields: Fields, name: str) -> datetime:
    text = fields.text(name, ".{1,40}")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = EPOCH.replace(tzinfo=None)
    if at.tzinfo is None or at.year not in YEARS:
        raise Malformed("pieces-bad-time", name=name)
    return at
