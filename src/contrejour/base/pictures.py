"""The nouns that travel between packages. They carry data and no behaviour beyond their own shape.

Coordinates are *upright*: pixels of the picture as a viewer sees it after rotation, before any
stretch to the display aspect ratio; x to the right, y down. Times are integers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contrejour.base.times import Instant

Rgb = NDArray[np.uint8]
"""A picture, (height, width, 3) uint8, in R, G, B order, upright."""
Planes = tuple[NDArray[np.uint8] | NDArray[np.uint16], ...]
Cells = NDArray[np.bool_]
"""(rows, columns) of the 16 px grid laid over the *coded* picture; True is hidden."""

MOST_PX = 8192 * 8192
"""Pixels of a picture or a frame: nearly twice what H.264 and H.265 allow at level 6.2, 8192x4352.
A file of 100 kB may unpack to anything."""
CELL_PX = 16
"""Side of a mask cell: an H.264 macroblock, so that an outline betrays neither gait nor hair."""


class Box(NamedTuple):
    """A rectangle in upright pixels; may reach past the picture's edge."""

    x: int
    y: int
    w: int
    h: int


class Kind(StrEnum):
    """What a detection is of. Never who."""

    PERSON = "person"
    FACE = "face"
    VEHICLE = "vehicle"
    OBJECT = "object"


SURE = {Kind.PERSON: 0.45, Kind.FACE: 0.6, Kind.VEHICLE: 0.5, Kind.OBJECT: 0.45}
"""The score from which a detection is believed on its own: it makes a track, and is counted."""


@dataclass(frozen=True, slots=True)
class Detection:
    box: Box
    kind: Kind
    score: float


class Sight(StrEnum):
    """What is known of a frame after the detectors' turn."""

    SEEN = "seen"  # the detectors ran on it
    SAME = "same"  # no pixel block changed since the last frame that was SEEN
    SKIPPED = "skipped"  # between two looks, and much like its neighbours
    FAILED = "failed"  # a detector raised
    CORRUPT = "corrupt"  # the decoder reported errors


@dataclass(frozen=True, slots=True)
class Look:
    """The detectors' word on one frame. `cut`: it has little in common with the frame before."""

    index: int
    time_ns: int
    sight: Sight
    detections: tuple[Detection, ...] = ()
    cut: bool = False


class Source(StrEnum):
    """Why a box is hidden."""

    DETECTOR = "detector"
    FILL = "fill"  # between, before or after sightings of a track
    SCENE = "scene"  # not proven to be the empty scene
    CLOSED = "closed"  # fail closed
    HAND = "hand"  # a person edited the masks file


@dataclass(frozen=True, slots=True)
class HiddenBox:
    """One rectangle to hide, and what says so."""

    box: Box
    source: Source
    track: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """All that is hidden in one frame. `whole` names the reason when that is everything."""

    index: int
    boxes: tuple[HiddenBox, ...] = ()
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a camera sees at an instant. `number` means nothing outside the stream.

    `since_ns`: when it was first seen. `box` is upright, and may reach past the edge.
    """

    number: int
    kind: Kind
    box: Box
    score: float
    since_ns: int


@dataclass(frozen=True, slots=True)
class Event:
    """What a rule says to a human, who decides: this, and nothing else, ever.

    `kind` is an event of decree 2023-828 art. 3 (`zone`), or `count`; `time` is aware;
    `confidence` is from 0 to 1. `count` is of things at once, where the kind counts any.
    """

    kind: str
    camera: str
    zone: str
    time: datetime
    count: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture.

    `width` and `height` are upright; `planes` are coded (before rotation) and not to be written.
    `rotation` is the clockwise quarter-turn, in degrees, that makes the coded picture upright.
    `subsampling` is (log2 of the chroma step in x, in y). `rgb_of(planes, w, h)` makes a picture of
    planes of this shape and has none of its own: there is one way to the samples, so who paints
    the planes has painted what is looked at.
    `index` counts in presentation order from the start of the file; `pts` is in the stream's
    time base; `time_ns` is the same instant in nanoseconds.
    """

    index: int
    pts: int
    time_ns: int
    width: int
    height: int
    rotation: int
    planes: Planes
    subsampling: tuple[int, int]
    depth: int
    rgb_of: Callable[[Planes, int, int], Rgb]
    corrupt: bool = False
    rgb_planes: bool = False
    taken: Instant | None = None

    def rgb(self, width: int, height: int) -> Rgb:
        """An upright copy of what the planes show, `width` x `height` px."""
        return self.rgb_of(self.planes, width, height)
