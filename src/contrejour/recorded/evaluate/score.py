"""The count: heads leaked, tracks leaked, and what was hidden for nothing. Pure.

A head is hidden when at least 90 % of its pixels inside the picture are; else it leaks. One leaked
frame leaks the track. Heads with no pixel inside the picture aren't counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import UsageError
from contrejour.base.pictures import Box
from contrejour.recorded.evaluate.truth import PeopleTruth, Person

HIDDEN_SHARE = 0.9
TELLABLE_SHARE = 0.05
"""Of a head's pixels, how many must show something for a comparison of pixels to say anything."""
HEIGHTS_PX = (0, 12, 20, 32, 48, 64, 96, 128, 192, 384)

Pixels = NDArray[np.bool_]
"""(height, width), upright."""


class PixelVerdict(NamedTuple):
    """One frame's verdict by pixel: hidden, shown, or neither where that can't be told."""

    time_ns: int
    hidden: Pixels
    shown: Pixels


@dataclass(frozen=True, slots=True)
class Leak:
    """A stretch of frames in a row (indices, both included) in which one track's head leaked."""

    track: int
    first: int
    last: int
    ms: int


@dataclass(frozen=True, slots=True)
class Heights:
    """Heads of people whose box is from `from_px` to below `to_px` (None: no limit) tall."""

    from_px: int
    to_px: int | None
    heads: int
    leaked: int


@dataclass(frozen=True, slots=True)
class Result:
    """Shares are from 0 to 1; None where there was nothing to count."""

    frames: int
    frames_hidden_whole: int
    heads: int
    leaked_heads: int
    undecided_heads: int
    tracks: int
    leaked_tracks: int
    longest_leak_ms: int
    body_cover: float | None
    person_free_hidden: float | None
    heights: tuple[Heights, ...]
    leaks: tuple[Leak, ...]


@dataclass(slots=True)
class _Tally:
    heads: list[tuple[int, int, int, bool]] = field(default_factory=list)
    """(track, frame index, height of the box in px, leaked)"""
    undecided: int = 0
    bodies: list[float] = field(default_factory=list)
    free: int = 0
    free_hidden: int = 0
    whole: int = 0
    times_ns: list[int] = field(default_factory=list)


def score(truth: PeopleTruth, frames: Iterable[PixelVerdict]) -> Result:
    """Hold the frames, from index 0, against the truth. Raises UsageError when it says more."""
    tally = _Tally()
    for index, veiled in enumerate(frames):
        people = truth.frames.get(index, ())
        _count_people(tally, index, veiled, people)
        boxes = [person.body or person.head for person in people]
        _count_free(tally, veiled, [*boxes, *truth.taken.get(index, ())])
        tally.times_ns.append(veiled.time_ns)
    if truth.last >= len(tally.times_ns):
        raise UsageError("truth-beyond-the-video", last=truth.last, frames=len(tally.times_ns))
    return _result(tally)


def _inside(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    rows = slice(max(0, box.y), max(0, min(box.y + box.h, shape[0])))
    return rows, slice(max(0, box.x), max(0, min(box.x + box.w, shape[1])))


def _cover(veiled: PixelVerdict, box: Box) -> float | None:
    """The share of `box` that is hidden, of what can be told; None outside the picture.

    NaN where nothing can be told.
    """
    place = _inside(box, veiled.hidden.shape)
    area = veiled.hidden[place].size
    if not area:
        return None
    hidden = int(np.count_nonzero(veiled.hidden[place]))
    told = hidden + int(np.count_nonzero(veiled.shown[place]))
    return hidden / told if told >= TELLABLE_SHARE * area else float("nan")


def _count_people(
    tally: _Tally, index: int, veiled: PixelVerdict, people: Sequence[Person]
) -> None:
    for person in people:
        cover = _cover(veiled, person.head)
        if cover is not None:
            leaked = not cover >= HIDDEN_SHARE  # NaN leaks: what can't be told isn't hidden
            tally.heads.append((person.track, index, person.height_px, leaked))
            tally.undecided += cover != cover
        whole = _cover(veiled, person.body) if person.body else None
        if whole is not None and whole == whole:
            tally.bodies.append(whole)


def _count_free(tally: _Tally, veiled: PixelVerdict, boxes: Sequence[Box]) -> None:
    free = np.ones_like(veiled.hidden)
    for box in boxes:
        free[_inside(box, free.shape)] = False
    tally.free += int(np.count_nonzero(free))
    tally.free_hidden += int(np.count_nonzero(free & veiled.hidden))
    tally.whole += bool(veiled.hidden.all())


def _result(tally: _Tally) -> Result:
    leaks = _leaks(tally)
    return Result(
        frames=len(tally.times_ns),
        frames_hidden_whole=tally.whole,
        heads=len(tally.heads),
        leaked_heads=sum(leaked for *_, leaked in tally.heads),
        undecided_heads=tally.undecided,
        tracks=len({track for track, *_ in tally.heads}),
        leaked_tracks=len({leak.track for leak in leaks}),
        longest_leak_ms=max((leak.ms for leak in leaks), default=0),
        body_cover=float(np.mean(tally.bodies)) if tally.bodies else None,
        person_free_hidden=tally.free_hidden / tally.free if tally.free else None,
        heights=_heights(tally),
        leaks=leaks,
    )


def _heights(tally: _Tally) -> tuple[Heights, ...]:
    out = []
    for low, high in pairwise((*HEIGHTS_PX, None)):
        assert low is not None
        here = [
            leaked
            for _, _, height, leaked in tally.heads
            if height >= low and (high is None or height < high)
        ]
        if here:
            out.append(Heights(low, high, len(here), sum(here)))
    return tuple(out)


def _leaks(tally: _Tally) -> tuple[Leak, ...]:
    """Every stretch of leaked frames, the longest first. It lasts until the next frame begins."""
    times = tally.times_ns
    ends = [*times[1:], 2 * times[-1] - times[-2] if len(times) > 1 else times[0]] if times else []
    runs: list[list[int]] = []
    for track, index, _, leaked in sorted(tally.heads):
        if not leaked:
            continue
        if runs and runs[-1][0] == track and runs[-1][2] == index - 1:
            runs[-1][2] = index
        else:
            runs.append([track, index, index])
    leaks = [
        Leak(track, first, last, round((ends[last] - times[first]) / 1e6))
        for track, first, last in runs
    ]
    return tuple(sorted(leaks, key=lambda leak: (-leak.ms, leak.first, leak.track)))
