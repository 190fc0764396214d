"""Joining detections over time: greedy by overlap with where a track should be by now.

Two thresholds (as in BYTE, Zhang et al. 2022): an unsure detection is believed only where the same
track is surely seen within the look-ahead, before or after.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrejour.types import Box, Detection, Kind

SURE = {Kind.PERSON: 0.45, Kind.FACE: 0.6, Kind.VEHICLE: 0.5, Kind.OBJECT: 1.0}
LOST_NS = 2_500_000_000
"""A track that nobody saw for longer has ended."""
LEAST_IOU = 0.15
REACH = 0.6
"""Without overlap, how far a centre may be from its place, in box sizes per second beyond 1/5 s."""


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
    open: bool = True

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    def believed(self, time_ns: int) -> bool:
        """Whether it was surely seen near this instant."""
        after = bisect_left(self.sure_ns, time_ns)
        near = self.sure_ns[max(0, after - 1) : after + 1]
        return any(abs(time_ns - sure_ns) <= LOST_NS for sure_ns in near)

    def velocity(self, end: bool) -> tuple[float, float]:
        """Pixels per nanosecond of the centre, near the end or the start of what was seen."""
        near = self.sightings[-6:] if end else self.sightings[:6]
        elapsed = near[-1].time_ns - near[0].time_ns
        if not elapsed:
            return 0.0, 0.0
        (x0, y0), (x1, y1) = _centre(near[0].box), _centre(near[-1].box)
        return (x1 - x0) / elapsed, (y1 - y0) / elapsed

    def spans(self, time_ns: int) -> bool:
        """Whether an instant lies between the first and the last sighting."""
        return self.sightings[0].time_ns <= time_ns <= self.last.time_ns

    def expected(self, time_ns: int) -> Box:
        """Where the track should be, going straight on from its nearer end."""
        end = time_ns >= self.last.time_ns
        known = self.last if end else self.sightings[0]
        vx, vy = self.velocity(end)
        elapsed = time_ns - known.time_ns
        x, y, w, h = known.box
        return Box(round(x + vx * elapsed), round(y + vy * elapsed), w, h)


class Tracker:
    """Feed it the detections of each look, in time order; it keeps the tracks."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._next = 1

    def update(self, index: int, time_ns: int, detections: Sequence[Detection]) -> None:
        """Take the detections of one frame."""
        self._close(time_ns)
        running = [track for track in self.tracks if track.open]
        pairs = sorted(
            (
                (closeness, at, number)
                for number, track in enumerate(running)
                for at, found in enumerate(detections)
                if (closeness := _closeness(track, found, time_ns)) > 0
            ),
            reverse=True,
        )
        taken: set[int] = set()
        busy: set[int] = set()
        for _, at, number in pairs:
            if at not in taken and number not in busy:
                taken.add(at)
                busy.add(number)
                self._see(running[number], index, time_ns, detections[at])
        for at, found in enumerate(detections):
            if at not in taken:
                track = Track(self._next, found.kind)
                self._next += 1
                self.tracks.append(track)
                self._see(track, index, time_ns, found)

    def cut(self) -> None:
        """The scene changed: nothing seen before goes on."""
        for track in self.tracks:
            track.open = False

    def forget(self, before_ns: int) -> None:
        """Drop the tracks that were last seen before a time."""
        self.tracks = [track for track in self.tracks if track.last.time_ns >= before_ns]

    def _close(self, time_ns: int) -> None:
        for track in self.tracks:
            track.open = track.open and time_ns - track.last.time_ns <= LOST_NS

    def _see(self, track: Track, index: int, time_ns: int, found: Detection) -> None:
        track.sightings.append(Sighting(index, time_ns, found.box, found.score))
        if found.score >= SURE[track.kind]:
            track.sure_ns.append(time_ns)


def _closeness(track: Track, found: Detection, time_ns: int) -> float:
    """More is closer; 0 is too far. Overlap first, then nearness after a gap."""
    if track.kind is not found.kind:
        return 0.0
    expected = track.expected(time_ns)
    overlap = max(iou(expected, found.box), iou(track.last.box, found.box))
    if overlap >= LEAST_IOU:
        return 1.0 + overlap
    gap_s = (time_ns - track.last.time_ns) / 1e9
    reach = (0.2 + REACH * gap_s) * max(found.box.w, found.box.h)
    (x0, y0), (x1, y1) = _centre(expected), _centre(found.box)
    distance = float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    alike = 0.5 < (found.box.h + 1) / (track.last.box.h + 1) < 2
    return 1.0 - distance / reach if alike and distance < reach else 0.0


def iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    high = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / (one.w * one.h + other.w * other.h - both)


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2
