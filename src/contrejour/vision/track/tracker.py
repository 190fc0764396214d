"""Joining detections over time, by place and motion alone.

Two thresholds (as in BYTE, Zhang et al. 2022): an unsure detection is believed only where the same
track is surely seen within the look-ahead, before or after.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the heads that leak with them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrejour.base.pictures import SURE, Box, Detection, Kind
from contrejour.vision.track.assign import Candidate, assign

LOST_NS = 2_500_000_000
"""A track without a sighting for longer than this has ended."""
MOTION = 6
"""Sightings from which a velocity is taken."""
TRIM = 64
"""Sightings no longer needed are dropped in lots of this many, so that memory stays flat."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a track was at one instant. `score` is of the detection."""

    index: int
    time_ns: int
    box: Box
    score: float


@dataclass(slots=True)
class Track:
    """One thing seen over time in this file."""

    number: int
    kind: Kind
    sightings: list[Sighting] = field(default_factory=list)
    sure_ns: list[int] = field(default_factory=list)
    sure_count: int = 0
    open: bool = True
    begun_ns: int = 0
    unlooked_ns: int = 0
    """When the last look before the first sighting was."""
    missed_ns: int | None = None
    """When the first look after the last sighting was."""

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    def see(self, index: int, time_ns: int, found: Detection) -> None:
        """Take a sighting, later than all before."""
        self.sightings.append(Sighting(index, time_ns, found.box, found.score))
        self.missed_ns = None
        if found.score >= SURE[self.kind]:
            self.sure_ns.append(time_ns)
            self.sure_count += 1

    def believed(self, time_ns: int) -> bool:
        """Whether it was surely seen near this instant."""
        after = bisect_left(self.sure_ns, time_ns)
        near = self.sure_ns[max(0, after - 1) : after + 1]
        return any(abs(time_ns - sure_ns) <= LOST_NS for sure_ns in near)

    def velocity(self, end: bool) -> tuple[float, float]:
        """Pixels per nanosecond of the centre, near the end or the start of what was seen."""
        near = self.sightings[-MOTION:] if end else self.sightings[:MOTION]
        elapsed = near[-1].time_ns - near[0].time_ns
        if not elapsed:
            return 0.0, 0.0
        (x0, y0), (x1, y1) = _centre(near[0].box), _centre(near[-1].box)
        return (x1 - x0) / elapsed, (y1 - y0) / elapsed

    def spans(self, time_ns: int) -> bool:
        """Whether an instant lies between the first and the last sighting."""
        return self.sightings[0].time_ns <= time_ns <= self.last.time_ns

    def unlooked(self, time_ns: int) -> bool:
        """Whether no look between this instant and the nearest sighting failed to see the track."""
        if time_ns < self.sightings[0].time_ns:
            return time_ns > self.unlooked_ns
        return self.missed_ns is None or time_ns < self.missed_ns

    def expected(self, time_ns: int) -> Box:
        """Where the track should be, going straight on from its nearer end."""
        end = time_ns >= self.last.time_ns
        known = self.last if end else self.sightings[0]
        vx, vy = self.velocity(end)
        elapsed = time_ns - known.time_ns
        x, y, w, h = known.box
        return Box(round(x + vx * elapsed), round(y + vy * elapsed), w, h)

    def trim(self, before_ns: int) -> None:
        """Forget what was seen before a time, but for what a velocity is taken from."""
        if self.sightings[min(TRIM, len(self.sightings) - 1)].time_ns >= before_ns:
            return
        first = bisect_left(self.sightings, before_ns, key=lambda sighting: sighting.time_ns)
        del self.sightings[: max(0, first - MOTION)]
        del self.sure_ns[: bisect_left(self.sure_ns, before_ns)]


class Tracker:
    """Feed it the detections of each look, in time order; it keeps the tracks."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._next = 1
        self._looked_ns = 0

    def update(self, index: int, time_ns: int, detections: Sequence[Detection]) -> None:
        """Take the detections of one frame."""
        for track in self.tracks:
            track.open = track.open and time_ns - track.last.time_ns <= LOST_NS
        running = [track for track in self.tracks if track.open]
        given = assign(
            [
                Candidate(
                    track.kind, track.last.box, track.expected(time_ns),
                    time_ns - track.last.time_ns,
                )
                for track in running
            ],
            [(found.kind, found.box) for found in detections],
        )  # fmt: skip
        for at, found in enumerate(detections):
            track = running[given[at]] if at in given else self._start(found.kind, time_ns)
            track.see(index, time_ns, found)
        for track in running:
            if track.last.time_ns != time_ns and track.missed_ns is None:
                track.missed_ns = time_ns
        self._looked_ns = time_ns

    def cut(self) -> None:
        """The scene changed: nothing seen before goes on."""
        for track in self.tracks:
            track.open = False

    def forget(self, before_ns: int) -> None:
        """Drop tracks last seen before a time, and ended ones that were never surely seen."""
        self.tracks = [
            track
            for track in self.tracks
            if track.last.time_ns >= before_ns and (track.open or track.sure_count)
        ]
        for track in self.tracks:
            track.trim(before_ns)

    def _start(self, kind: Kind, time_ns: int) -> Track:
        track = Track(self._next, kind, begun_ns=time_ns, unlooked_ns=self._looked_ns)
        self._next += 1
        self.tracks.append(track)
        return track


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2
