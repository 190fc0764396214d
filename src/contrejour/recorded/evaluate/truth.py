"""Ground truth: where the people are, frame by frame, as a person marked them.

MOTChallenge text, one row a box, comma-separated, frames and pixels counted from 1:

    frame,id,left,top,width,height,conf,x,y,z             (2015: every row counts)
    frame,id,left,top,width,height,flag,class,visibility  (2016 and later: classes 1, 2, 7 count)

Face or head boxes, CSV with a header that names at least these, frames and pixels from 0:

    frame,id,face_x1,face_y1,face_x2,face_y2[,visible_fraction]      (or head_x1, …)

Sources: Leal-Taixé et al., arXiv 1504.01942; Milan et al., arXiv 1603.00831.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import chain

from contrejour.base.errors import UsageError
from contrejour.base.messages import Message
from contrejour.base.pictures import Box

MOST_BYTES = 64 << 20
MOST_ROWS = 1_000_000
"""MOT20-05, the longest file there, has 750,000 rows in 26 MB. Each takes 400 bytes of memory."""
MOST_NUMBER = 1e12
"""Farther from nothing no number of a picture is."""
HEAD_PERCENT = 22
"""The share of a person's box, from the top, that is taken as the head."""
PERSON_CLASSES = frozenset((1, 2, 7))  # pedestrian, person on a vehicle, static person
PERHAPS_CLASSES = frozenset((8, 12, 13))  # distractor, reflection, crowd


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one frame. `body` is None where only the head was marked.

    `height_px` is that of the box that was drawn: the body's, or else the head's.
    """

    track: int
    head: Box
    body: Box | None
    height_px: int


@dataclass(frozen=True, slots=True)
class PeopleTruth:
    """`frames[index]` lists the people of a frame (from 0); `taken` the boxes that are neither
    counted nor free of persons (crowds, reflections, rows to be ignored)."""

    frames: Mapping[int, tuple[Person, ...]]
    taken: Mapping[int, tuple[Box, ...]]

    @property
    def last(self) -> int:
        """The highest frame index that anything is said about."""
        return max((*self.frames, *self.taken), default=-1)


def parse(name: str, text: str, box: str = "face") -> PeopleTruth:
    """The truth in `text`, whichever of the formats it is; `name` is for the errors.

    `box` ("face" or "head") chooses the columns where a CSV has both. Raises UsageError.
    """
    filled = _filled(text.removeprefix("\ufeff"))
    if (first := next(filled, None)) is None:
        raise UsageError("truth-empty", name=name)
    rows = _csv(first[1], filled, box) if "frame" in first[1] else _mot(chain([first], filled))
    frames: dict[int, list[Person]] = {}
    taken: dict[int, list[Box]] = {}
    try:
        for count, (index, marked) in enumerate(rows):
            if count == MOST_ROWS:
                raise UsageError("truth-too-long", name=name, most=MOST_ROWS)
            if isinstance(marked, Person):
                frames.setdefault(index, []).append(marked)
            else:
                taken.setdefault(index, []).append(marked)
    except _RowError as error:
        raise UsageError("truth-malformed", name=name, fault=error.fault) from error
    _no_one_twice(name, frames)
    return PeopleTruth(
        {index: tuple(people) for index, people in frames.items()},
        {index: tuple(boxes) for index, boxes in taken.items()},
    )


Numbered = Iterable[tuple[int, str]]
"""Lines with their numbers, from 1."""


def _filled(text: str) -> Iterator[tuple[int, str]]:
    """The lines in which anything stands."""
    for number, line in enumerate(StringIO(text, newline=None), 1):
        if not line.isspace():
            yield number, line


class _RowError(Exception):
    def __init__(self, fault: Message) -> None:
        super().__init__(fault)
        self.fault = fault


def _no_one_twice(name: str, frames: Mapping[int, list[Person]]) -> None:
    for index, people in frames.items():
        tracks = [person.track for person in people]
        if len(set(tracks)) != len(tracks):
            raise UsageError("truth-track-twice", name=name, frame=index)


def _numbers(number: int, parts: Iterable[str]) -> list[float]:
    try:
        found = [float(part) for part in parts]
    except ValueError as error:
        raise _RowError(
            Message("truth-wants-numbers", line=number, found=str(error)[-40:])
        ) from error
    if not all(abs(each) <= MOST_NUMBER for each in found):  # nor is what is no number
        raise _RowError(Message("truth-wants-finite-numbers", line=number))
    return found


def _outward(x1: float, y1: float, x2: float, y2: float) -> Box:
    left, top = math.floor(x1), math.floor(y1)
    return Box(left, top, math.ceil(x2) - left, math.ceil(y2) - top)


def _mot(lines: Numbered) -> Iterator[tuple[int, Person | Box]]:
    """(frame index, a person to be counted or a box that may hold one) of each row that says so."""
    for number, line in lines:
        fields = _numbers(number, line.replace(",", " ").split())
        if len(fields) < 6:
            raise _RowError(Message("truth-wants-six-numbers", line=number, found=len(fields)))
        frame, track, left, top, width, height = fields[:6]
        if frame < 1 or width <= 0 or height <= 0:
            raise _RowError(Message("truth-wants-a-box-from-1", line=number))
        x, y, index = left - 1, top - 1, int(frame) - 1
        body = _outward(x, y, x + width, y + height)
        counts, perhaps = _counts(fields)
        if counts:
            head = _outward(x, y, x + width, y + height * HEAD_PERCENT / 100)
            yield index, Person(int(track), head, body, round(height))
        elif perhaps:
            yield index, body


def _counts(fields: list[float]) -> tuple[bool, bool]:
    """(is a person to be counted, may hold a person) of a MOTChallenge row."""
    if len(fields) == 9:  # the flag only says whom trackers are judged on: it is not asked
        visible = fields[8] > 0
        kind = int(fields[7])
        return visible and kind in PERSON_CLASSES, kind in PERSON_CLASSES | PERHAPS_CLASSES
    return True, True


def _csv(header: str, lines: Numbered, box: str) -> Iterator[tuple[int, Person | Box]]:
    """The same, of a table with a header; a person of whom nothing can be seen is a box."""
    names = [name.strip() for name in header.split(",")]
    here = [kind for kind in (box, "face", "head") if f"{kind}_x1" in names]
    wanted = [f"{here[0]}_{end}" for end in ("x1", "y1", "x2", "y2")] if here else ["face_x1"]
    for name in ("frame", "id", *wanted):
        if name not in names:
            raise _RowError(Message("truth-wants-column", name=name))
    for number, line in lines:
        try:
            row = next(csv.reader([line]))
        except csv.Error:  # a field of more than 128 KiB
            row = []
        if len(row) != len(names):
            raise _RowError(Message("truth-wants-values", line=number, expected=len(names)))
        cells = dict(zip(names, row, strict=True))
        frame, track, x1, y1, x2, y2 = _numbers(
            number, (cells[n] for n in ("frame", "id", *wanted))
        )
        if frame < 0 or x2 <= x1 or y2 <= y1:
            raise _RowError(Message("truth-wants-a-box-from-0", line=number))
        (visible,) = _numbers(number, (cells.get("visible_fraction", "1"),))
        head = _outward(x1, y1, x2, y2)
        person = Person(int(track), head, None, round(y2 - y1))
        yield int(frame), person if visible > 0 else head
