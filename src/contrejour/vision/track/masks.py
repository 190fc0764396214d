"""From tracks to masks: no gap in time, and what is hidden of each kind of thing.

Between two sightings a track is on the straight line from one to the other; the mask covers the
nearer of them as well, and is the larger the longer ago that was. Before the first and after the
last sighting the track is held, moving as it moved. One that stands still is held longer.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the heads that leak with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from contrejour.base.pictures import Box, HiddenBox, Kind, Look, Mask, Sight, Source
from contrejour.vision.track.assign import ious
from contrejour.vision.track.tracker import LOST_NS, Sighting, Track, Tracker

LOOKAHEAD_NS = LOST_NS
HOLD_NS = 500_000_000
"""For this long before the first and after the last sighting a moving track stays hidden."""
HOLD_STILL_NS = 1_000_000_000
"""The same for a track that stands still."""
HOLD_EACH_NS = 100_000_000
"""But for no longer than this for each sure sighting: one false detection is not held for long."""
TREMBLE_NS = 130_000_000
"""Boxes of one track that are this near in time are joined: detectors' boxes jitter."""
TAKEN_IOU = 0.2
"""A track that is only held gives way to a detection of its kind that overlaps it by more."""
STILL = 0.25
"""A track slower than this many widths of its box a second stands still."""
GROWTH = 0.2
"""Widths of the box by which each side of an unseen box grows in a second: a person may turn."""
UNEVEN = 0.1
"""Where the times of frames and their count differ by more of the way between two sightings, both
places are covered: stamps may say anything (vision/clock.py). Steps that waver differ by less."""
SWELLS = 1.25
"""From one look to the next, a box that grows by this factor is taken to have been large all the
while: when it grew isn't known. By eye, 2026-11-25."""


def masks(
    looks: Iterable[Look],
    size: tuple[int, int],
    *,
    hide: str = "people",
    lookahead_ns: int = LOOKAHEAD_NS,
) -> Iterator[Mask]:
    """A Mask for each Look, in order; reads at most `lookahead_ns` past the one it gives.

    `size` is (width, height), upright. `hide` is "people" or "faces".
    """
    tracker = Tracker()
    waiting: deque[tuple[Look, str]] = deque()
    unseen_cut = True
    for look in looks:
        if look.cut:
            tracker.cut()
            unseen_cut = True
        if look.sight in (Sight.SEEN, Sight.SAME):
            unseen_cut = False
            # objects are never hidden, and tracking them would change the numbers of the others
            found = [each for each in look.detections if each.kind is not Kind.OBJECT]
            tracker.update(look.index, look.time_ns, found)
        if look.sight in (Sight.FAILED, Sight.CORRUPT):
            _close_skipped(waiting, _reason(look, unseen_cut))
        waiting.append((look, _reason(look, unseen_cut)))
        while waiting and look.time_ns - waiting[0][0].time_ns >= lookahead_ns:
            yield _mask(tracker, *waiting.popleft(), size, hide)
            tracker.forget(waiting[0][0].time_ns - LOST_NS if waiting else look.time_ns - LOST_NS)
    while waiting:
        yield _mask(tracker, *waiting.popleft(), size, hide)


def _close_skipped(waiting: deque[tuple[Look, str]], reason: str) -> None:
    """Veil whole the skipped frames whose next look failed: masks need a look on either side."""
    for at in range(len(waiting) - 1, -1, -1):
        look, known = waiting[at]
        if look.sight is not Sight.SKIPPED:
            return
        waiting[at] = (look, known or reason)  # fail closed


def _reason(look: Look, unseen_cut: bool) -> str:
    """Why this frame is veiled whole, or nothing."""
    if look.sight is Sight.CORRUPT:
        return "corrupt"
    if look.sight is Sight.FAILED:
        return "detector-failed"
    return "unseen-cut" if unseen_cut else ""


def _mask(tracker: Tracker, look: Look, reason: str, size: tuple[int, int], hide: str) -> Mask:
    if reason:
        return Mask(look.index, (), reason)
    placed = _placed(tracker, look)
    hidden = []
    for track, box, seen in placed:
        shape = _shape(track.kind, box, hide)
        if shape and (clipped := _clip(shape, size)):
            source = Source.DETECTOR if seen else Source.FILL
            score = seen.score if seen else None
            hidden.append(HiddenBox(clipped, source, track.number, score))
    return Mask(look.index, tuple(hidden))


def _placed(tracker: Tracker, look: Look) -> list[tuple[Track, Box, Sighting | None]]:
    """Every believed track with its place. A track that is only held gives way to a seen one."""
    time_ns = look.time_ns
    near = [track for track in tracker.tracks if track.believed(time_ns)]
    placed = [(track, *where) for track in near if (where := place(track, time_ns, look.index))]
    seen = [(track.kind, box) for track, box, sighting in placed if sighting]
    taken = _taken([(track, box) for track, box, sighting in placed if not sighting], time_ns, seen)
    return [one for one in placed if one[2] or one[0].number not in taken]


def _taken(unseen: list[tuple[Track, Box]], time_ns: int, seen: list[tuple[Kind, Box]]) -> set[int]:
    """The numbers of those unseen tracks in whose place something of their kind is seen."""
    if not unseen or not seen:
        return set()
    expected = [box if track.spans(time_ns) else track.expected(time_ns) for track, box in unseen]
    overlap = ious(np.array(expected, float), np.array([box for _, box in seen], float))
    alike = np.array([track.kind for track, _ in unseen])[:, None] == np.array(
        [kind for kind, _ in seen]
    )
    taken = ((overlap > TAKEN_IOU) & alike).any(axis=1)
    return {track.number for (track, _), gone in zip(unseen, taken, strict=True) if gone}


def place(track: Track, time_ns: int, index: int) -> tuple[Box, Sighting | None] | None:
    """Where a track is in a frame, and the sighting there if it was seen; None when nowhere."""
    sightings = track.sightings
    after = bisect_right(sightings, time_ns, key=lambda sighting: sighting.time_ns)
    before = sightings[after - 1] if after else None
    if before and before.time_ns == time_ns:
        return _held(sightings, after - 1), before
    if before and after < len(sightings):
        return _between(before, sightings[after], time_ns, index), None
    known, end = (before, True) if before else (sightings[0], False)
    vx, vy = track.velocity(end)
    away_ns = time_ns - known.time_ns
    still = max(abs(vx), abs(vy)) * 1e9 < STILL * known.box.w
    longest_ns = HOLD_STILL_NS if still else HOLD_NS
    held_ns = min(longest_ns, HOLD_EACH_NS * track.sure_count)
    if abs(away_ns) > (longest_ns if track.unlooked(time_ns) else held_ns):
        return None
    x, y, w, h = known.box
    moved = Box(round(x + vx * away_ns), round(y + vy * away_ns), w, h)
    return _grown(_hull(known.box, moved), abs(away_ns), w), None


def _held(sightings: Sequence[Sighting], at: int) -> Box:
    """A seen box, joined with those just before and after: detectors' boxes jitter."""
    box = sightings[at].box
    for near in sightings[max(0, at - 3) : at + 4]:
        if abs(near.time_ns - sightings[at].time_ns) <= TREMBLE_NS:
            box = _hull(box, near.box)
    return box


def _between(one: Sighting, other: Sighting, time_ns: int, index: int) -> Box:
    share = (time_ns - one.time_ns) / (other.time_ns - one.time_ns)
    straight = _on_the_way(one, other, share)
    nearest = one if share < 0.5 else other
    away_ns = min(time_ns - one.time_ns, other.time_ns - time_ns)
    covered = _hull(straight, nearest.box)
    by_count = (index - one.index) / (other.index - one.index)
    if abs(by_count - share) > UNEVEN:
        covered = _hull(covered, _on_the_way(one, other, by_count))
    if _swells(one.box, other.box):  # when it did isn't known
        covered = _hull(covered, _hull(one.box, other.box))
    return _grown(covered, away_ns, straight.w)


def _on_the_way(one: Sighting, other: Sighting, share: float) -> Box:
    return Box(*(round(a + (b - a) * share) for a, b in zip(one.box, other.box, strict=True)))


def _swells(one: Box, other: Box) -> bool:
    """Whether the size changes at once: two people in one box, or a picture that is half broken."""
    sizes = ((one.w, other.w), (one.h, other.h))
    return any(max(size) > SWELLS * min(size) for size in sizes)


def _hull(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.w, other.x + other.w)
    return Box(x, y, right - x, max(one.y + one.h, other.y + other.h) - y)


def _grown(box: Box, away_ns: int, width: int) -> Box:
    by = round(width * GROWTH * min(away_ns / 1e9, 1.0))
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _enlarged(box: Box, across: float, up: float, down: float) -> Box:
    """Each side moved out by a share of the box's own width or height."""
    by = round(box.w * across)
    top, bottom = round(box.h * up), round(box.h * down)
    return Box(box.x - by, box.y - top, box.w + 2 * by, box.h + top + bottom)


def _shape(kind: Kind, box: Box, hide: str) -> Box | None:
    """What is hidden of a thing of this kind at `box`."""
    if kind is Kind.FACE:  # with some room: it leaves out the back of a head in profile
        return _enlarged(box, *((0.3, 0.3, 0.3) if hide == "people" else (0.45, 0.45, 0.3)))
    if kind is Kind.PERSON and hide == "people":
        return _enlarged(box, 0.06, 0.06, 0.0)
    if kind is Kind.PERSON:  # the top of the body: a face that was found may be none, or beside it
        return _enlarged(Box(box.x, box.y, box.w, round(box.h * 0.3)), 0.1, 0.25, 0.1)
    if kind is Kind.VEHICLE and hide == "people":
        high = round(box.h * 0.45)
        return _enlarged(Box(box.x, box.y + box.h - high, box.w, high), 0.0, 0.0, 0.0)
    return None


def _clip(box: Box, size: tuple[int, int]) -> Box | None:
    x, y = max(0, box.x), max(0, box.y)
    right, bottom = min(size[0], box.x + box.w), min(size[1], box.y + box.h)
    return Box(x, y, right - x, bottom - y) if x < right and y < bottom else None
