"""From frames and what the detectors said of them to moments, of which the rules are told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from contrejour.events import Moment
from contrejour.track import Tracker
from contrejour.track.tracker import LOST_NS
from contrejour.types import Cells, Frame, Look, Sight, Thing


class Moments:
    """One stream's. Tracks are made anew here, by place and motion, and die with it.

    The masks wait for what comes; the rules can't, so nothing is looked ahead of.
    """

    def __init__(self, needs: Collection[str] = ()) -> None:
        """`needs`: which grids of a Moment somebody reads."""
        self._needs = frozenset(needs)
        self._tracker = Tracker()

    def update(self, frame: Frame, look: Look, unlike: Cells | None) -> Moment | None:
        """The moment of a frame that was looked at, or is as the last one; None of another."""
        if look.cut:
            self._tracker.cut()
        if look.sight not in (Sight.SEEN, Sight.SAME):
            return None
        self._tracker.update(look.index, look.time_ns, look.detections)
        self._tracker.forget(look.time_ns - LOST_NS)
        wall_ns = frame.taken.wall_ns if frame.taken else look.time_ns
        return Moment(
            look.time_ns,
            datetime.fromtimestamp(wall_ns / 1e9, UTC),
            (frame.width, frame.height),
            tuple(
                Thing(track.number, track.kind, track.last.box, track.last.score, track.begun_ns)
                for track in self._tracker.tracks
                if track.last.time_ns == look.time_ns and track.sure_count
            ),
        )
