"""The detectors together: one small picture a look, upright boxes out.

Thresholds: by eye, 2026-11-24, but where a docstring says what was measured; bench/results/veil.md
has the speed and the heads that leak with them.
"""

from __future__ import annotations

import hashlib
import math

import cv2
import numpy as np

from contrejour.base.pictures import Box, Detection, Frame, Kind, Rgb
from contrejour.vision.detect.models import ensure
from contrejour.vision.detect.registry import CENTERFACE, MODELS, PICODET, USUAL, YUNET

MOST_PIXELS = 960 * 544
"""What the networks see of 1080p. More would find more of a far crowd, and cost as much more."""
LEAST_SIDE = 416
"""Pixels of the longer side, to which smaller pictures are enlarged: the networks learned on
that."""
STEP = 32
"""Sides are rounded to multiples of this many pixels."""
DARK = 40
"""8-bit mean under which a picture is brightened for the networks, which learned on daylight: see
`brightened` for what was measured."""
TURN_EACH_NS = 150_000_000
"""In every second span of this length one frame is turned, to either side by turns."""
TURNS = (1, -1)
"""Quarter-turns, counter-clockwise."""
_BRIGHTER = (255 * (np.arange(256) / 255) ** (1 / 1.5)).astype(np.uint8)


def input_size(width: int, height: int, most_pixels: int = MOST_PIXELS) -> tuple[int, int]:
    """(width, height) at which to look at pictures of this size: multiples of 32, same shape.

    Never above `most_pixels`, nor enlarged but for pictures under 416 px.
    """
    scale = min(1.0, math.sqrt(most_pixels / (width * height)))
    scale = max(scale, LEAST_SIDE / max(width, height))
    return tuple(max(64, round(side * scale / STEP) * STEP) for side in (width, height))  # type: ignore[return-value]


def brightened(picture: Rgb) -> Rgb:
    """A dark picture with a gamma of 1.5; any other as it is.

    Of people dimmed to a mean of 16, three times as many faces are found; at 8, people as by day.
    """
    return cv2.LUT(picture, _BRIGHTER).astype(np.uint8) if picture.mean() < DARK else picture


def turns(frame: Frame, thorough: bool) -> tuple[int, ...]:
    """Which way to turn a frame: each way once in 600 ms; both ways a picture, and the first frame
    of a unit of work, for where nothing moves it is the only one that is looked at."""
    if thorough or frame.index == 0:
        return TURNS
    phase = frame.time_ns // TURN_EACH_NS % 4
    return TURNS[phase // 2 : phase // 2 + 1] if phase % 2 == 0 else ()


class Looker:
    """PicoDet and YuNet on each look, now and then turned; CenterFace too when `thorough`."""

    def __init__(
        self, size: tuple[int, int], *, offline: bool = False, thorough: bool = False,
        objects: bool = False,
    ) -> None:  # fmt: skip
        from contrejour.vision.detect.faces import CenterFace, YuNet
        from contrejour.vision.detect.near import NearDetector
        from contrejour.vision.detect.picodet import PicoDet, known_ranges
        from contrejour.vision.detect.turned import TurnedDetector

        self._thorough = thorough
        self._width, self._height = input_size(*size)
        shape = (self._width, self._height)
        picodet = ensure(PICODET, offline=offline)
        self._bodies = PicoDet(picodet, *shape, known_ranges(), objects=objects)
        coarse = input_size(*size, 1)
        self._near = NearDetector(picodet, coarse) if coarse != shape else None
        aside = shape[::-1] if thorough else (LEAST_SIDE, LEAST_SIDE)
        self._turned = TurnedDetector(picodet, aside)
        self._faces: list[YuNet | CenterFace] = [YuNet(ensure(YUNET, offline=offline), *shape)]
        if thorough:
            self._faces.append(CenterFace(ensure(CENTERFACE, offline=offline), *shape))

    def load(self) -> None:
        """Load what is else loaded when it is first needed."""
        if self._near:
            self._near.load()

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """Persons, faces, vehicles and, if asked for, luggage of one frame.

        Raises DetectorError rather than miss.
        """
        picture = brightened(frame.rgb(self._width, self._height))
        found = list(self._bodies.find(picture))
        for face in self._faces:
            found += [(box, Kind.FACE, score) for box, score in face.find(picture)]
        if self._near:
            found += self._near.find(picture, found)
        for turn in turns(frame, self._thorough):
            found += self._turned.find(picture, turn, found)
        across, down = frame.width / self._width, frame.height / self._height
        return tuple(
            Detection(_scaled(box, across, down), kind, score) for box, kind, score in found
        )


def _scaled(box: object, across: float, down: float) -> Box:
    x, y, w, h = (float(side) for side in box)  # type: ignore[attr-defined]
    left, top = math.floor(x * across), math.floor(y * down)
    return Box(left, top, math.ceil((x + w) * across) - left, math.ceil((y + h) * down) - top)


def build(size: tuple[int, int], *, offline: bool = False, objects: bool = False) -> Looker:
    """The default detector for upright videos of `size`; models are fetched on first need.

    `objects`: luggage too, as Kind.OBJECT, which is never hidden and changes no mask.
    """
    return Looker(size, offline=offline, objects=objects)


def build_at_once(size: tuple[int, int], *, offline: bool = False) -> Looker:
    """As `build`, with all loaded that it may ever need: for a process that can't load later."""
    made = Looker(size, offline=offline)
    made.load()
    return made


def build_thorough(size: tuple[int, int], *, offline: bool = False) -> Looker:
    """The default detector for pictures, which have no neighbours to make up for a miss."""
    return Looker(size, offline=offline, thorough=True)


def model_hashes(*, thorough: bool = False) -> tuple[tuple[str, str], ...]:
    """(name, SHA-256) of the weights that `build`, or `build_thorough`, uses, and of the ranges."""
    from contrejour.vision.detect.picodet import RANGES

    used = (*USUAL, CENTERFACE) if thorough else USUAL
    ranges = hashlib.sha256(RANGES.read_bytes()).hexdigest()
    return (f"{PICODET}/{RANGES.name}", ranges), *(
        (f"{name}/{file.name}", file.sha256)
        for name in used
        for file in MODELS[name].files
        if not file.name.startswith("LICENCE")
    )
