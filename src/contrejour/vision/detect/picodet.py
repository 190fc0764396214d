"""PicoDet-S (Yu et al. 2021, arXiv 2111.00902): persons, vehicles and bags.

The network is cut at its heads, before its own non-maximum suppression, so that it takes any
picture whose sides are multiples of 64 and so that the threshold is ours. Each of four levels
gives 80 class scores and, for each side of a box, a distribution over 8 distances (GFL).

It runs in 8-bit integers if in these it finds the drawn figure (figure.py), else in floats.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the heads that leak with them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from contrejour.base.errors import ModelError
from contrejour.base.pictures import SURE, Kind, Rgb
from contrejour.vision.detect.figure import figure
from contrejour.vision.detect.int8 import Ranges
from contrejour.vision.detect.net import Floats, Net

STRIDES = (8, 16, 32, 64)
"""Pixels of the picture to a place of each level, by definition of the network."""
BINS = 8
"""Distances that each side of a box is a distribution over, by definition of the network."""
KINDS = {
    **dict.fromkeys((0, 1), Kind.PERSON),
    **dict.fromkeys((2, 3, 5, 7), Kind.VEHICLE),
}
"""COCO classes: person; bicycle (somebody rides it); car, motorcycle, bus, truck."""
LUGGAGE = dict.fromkeys((24, 26, 28), Kind.OBJECT)
"""COCO classes, for who asks: backpack, handbag, suitcase."""
LOWEST = 0.16
"""Score from which a person or a vehicle is reported, as a doubtful one: see `SURE`."""
LOWEST_LUGGAGE = 0.3
"""Score from which luggage is reported. By eye, 2026-11-25. Higher than `LOWEST`, because nothing
is hidden for luggage, so that missing some shows nobody, while at 0.16 much that is none is taken
for a handbag."""
SAME_IOU = 0.6
"""Of two boxes of a kind that overlap by more the better one is kept."""
RANGES = Path(__file__).with_name("picodet.ranges.json")
Candidates = tuple[Floats, Kind, float]
"""(x, y, w, h), what it is, and its score."""
_IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


class PicoDet:
    """Finds persons and vehicles in upright pictures of one size; with `objects`, luggage too.

    Whether luggage is asked for changes nothing of the rest, which comes first. `ranges`: of the
    values in 8-bit integers; None: in floats. Raises ModelError when the network doesn't find the
    drawn figure in either.
    """

    def __init__(
        self, folder: Path, width: int, height: int, ranges: Ranges | None = None,
        *, objects: bool = False,
    ) -> None:  # fmt: skip
        self._path, self._size = folder / "model.pdmodel", (width, height)
        self._kinds = {**KINDS, **LUGGAGE} if objects else KINDS
        self._columns = [-(-width // stride) for stride in STRIDES]
        for how in (ranges, None) if ranges else (None,):
            self._net = self._loaded(how)
            if self._finds_the_figure():
                return
        raise ModelError("model-finds-nobody", model=self._path)

    def _loaded(self, ranges: Ranges | None) -> Net:
        heads = [f"sqrt_{at}.tmp_0" for at in range(4)]
        heads += [f"<transpose_{at}.tmp_0" for at in range(4)]
        mean, scale = _IMAGENET
        return Net(self._path, *self._size, heads, mean=mean, scale=scale, ranges=ranges)

    def _finds_the_figure(self) -> bool:
        drawn = figure(*self._size)
        return any(
            kind is Kind.PERSON and score >= SURE[kind] and iou(box, drawn.box) >= 0.5
            for box, kind, score in self.find(drawn.picture)
        )

    def find(self, picture: Rgb) -> list[Candidates]:
        """((x, y, w, h) in input pixels, kind, score) of all that scores enough (`LOWEST`)."""
        outputs = self._net.run(picture)
        boxes, scores, classes = [], [], []
        for level, stride in enumerate(STRIDES):
            score = outputs[level].reshape(80, -1)[list(self._kinds)]
            which, where = np.nonzero(score >= LOWEST)
            sides = outputs[4 + level].reshape(4, BINS, -1)[:, :, where]
            boxes.append(_boxes(sides, where, self._columns[level], stride))
            scores.append(score[which, where])
            classes.append(np.array(list(self._kinds))[which])
        return _best(np.concatenate(boxes), np.concatenate(scores), np.concatenate(classes))

    def find_in(self, picture: Rgb) -> list[Candidates]:
        """The same of a picture of any size, stretched to the network's; boxes in its pixels."""
        small = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        height, width = picture.shape[:2]
        grown = np.tile([width / self._size[0], height / self._size[1]], 2).astype(np.float32)
        return [(box * grown, kind, score) for box, kind, score in self.find(small)]


def known_ranges() -> Ranges:
    """The ranges that calibration found."""
    return {name: (low, high) for name, (low, high) in json.loads(RANGES.read_text()).items()}


def iou(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float:
    """Intersection over union of two boxes, (x, y, w, h)."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(across, 0.0) * max(down, 0.0)
    return float(both / max(one[2] * one[3] + other[2] * other[3] - both, 1e-9))


def sure_people(found: Sequence[Candidates]) -> list[Floats]:
    """The boxes of those persons of whom there is no doubt."""
    return [box for box, kind, score in found if kind is Kind.PERSON and score >= SURE[kind]]


def centred_in(one: Floats, other: Floats) -> bool:
    """Whether the centre of one box lies in the other."""
    x, y = one[0] + one[2] / 2, one[1] + one[3] / 2
    return bool(other[0] <= x <= other[0] + other[2] and other[1] <= y <= other[1] + other[3])


def _boxes(sides: Floats, where: np.ndarray, columns: int, stride: int) -> Floats:
    spread = np.exp(sides - sides.max(axis=1, keepdims=True))
    spread /= spread.sum(axis=1, keepdims=True)
    left, top, right, bottom = (spread * np.arange(BINS)[:, None]).sum(axis=1) * stride
    x, y = (where % columns + 0.5) * stride, (where // columns + 0.5) * stride
    return np.stack([x - left, y - top, left + right, top + bottom], axis=1)


def _best(boxes: Floats, scores: Floats, classes: np.ndarray) -> list[Candidates]:
    found = []
    for kind, known, lowest in (
        (Kind.PERSON, KINDS, LOWEST), (Kind.VEHICLE, KINDS, LOWEST),
        (Kind.OBJECT, LUGGAGE, LOWEST_LUGGAGE),
    ):  # fmt: skip
        of_kind = [c for c, k in known.items() if k is kind]
        (here,) = np.nonzero(np.isin(classes, of_kind))
        kept = cv2.dnn.NMSBoxes(boxes[here].tolist(), scores[here].tolist(), lowest, SAME_IOU)
        found += [(boxes[at], kind, float(scores[at])) for at in here[np.array(kept, int).ravel()]]
    return found
