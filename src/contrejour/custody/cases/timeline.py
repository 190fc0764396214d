"""What several cameras have of one place and time, on one time line. Nobody is followed.

It knows cameras, places, moments and kinds of event; no track, no number of anybody, no picture. So
it can put things beside each other, and has nothing to match people with.

Each clock may be off by so much: where two pieces can't be told apart by their clocks, the line
says that which came first is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from contrejour.base.times import Instant

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
