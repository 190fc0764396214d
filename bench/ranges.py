"""Calibrate PicoDet's integers: `python bench/ranges.py`, with CONTREJOUR_DATA set.

Runs the float network over real pictures and writes, for each convolution that is to compute in
int8, the least and the greatest value that flowed into it. Which those are: the pointwise ones and
the 5 x 5 ones of the heads. In floats stay the depthwise ones (int8.py says why), those after a
global mean, and the first five pointwise ones, where a few great values would take all the levels:
without them the integers find what the floats find, and cost 2 ms more. What is measured with the
result (pets09, synthetic, dlib-faces) takes no part in this.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from contrejour.base.pictures import Rgb
from contrejour.vision.detect.looker import input_size
from contrejour.vision.detect.models import PICODET, ensure
from contrejour.vision.detect.net import Net
from contrejour.vision.detect.picodet import RANGES
from contrejour.vision.detect.runtime import openvino

IN_FLOATS = 5
CLIPS = (
    "intel-sample-videos/one-by-one-person-detection.mp4",
    "vehicle-counting/input_video.mp4",
    "face_recognition/short_hamilton_clip.mp4",
)
EACH = 12
SIZES = ((1280, 720), (640, 480), (480, 640))
"""Of the recordings that the pictures are made to come from."""


def pictures(folder: Path) -> Iterator[Rgb]:
    for name in CLIPS:
        clip = cv2.VideoCapture(str(folder / name))
        count = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
        for at in np.linspace(0, count - 2, EACH).astype(int).tolist():
            clip.set(cv2.CAP_PROP_POS_FRAMES, at)
            found, picture = clip.read()
            assert found, (name, at)
            yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)
    for path in sorted((folder / "mmpose-coco").glob("*.jpg")):
        still = cv2.imread(str(path))
        assert still is not None, path
        yield cv2.cvtColor(still, cv2.COLOR_BGR2RGB).astype(np.uint8)


def convolutions(path: Path) -> list[str]:
    """The names of those that compute in int8."""
    found = []
    for operation in openvino().Core().read_model(path).get_ordered_ops():
        if operation.get_type_name() != "Convolution":
            continue
        _, channels, *kernel = operation.input_value(1).get_shape()
        after = operation.input_value(0).get_node().get_type_name()
        if kernel != [3, 3] and channels > 1 and after not in ("ReduceMean", "Relu"):
            found.append(operation.friendly_name)
    return found[IN_FLOATS:]


def main() -> None:
    path = ensure(PICODET) / "model.pdmodel"
    names = convolutions(path)
    shown = list(pictures(Path(os.environ["CONTREJOUR_DATA"])))
    ranges = {name: [0.0, 0.0] for name in names}
    for size in SIZES:
        width, height = input_size(*size)
        mean, scale = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
        net = Net(path, width, height, [f"<{name}" for name in names], mean=mean, scale=scale)
        for picture in shown:
            small: Any = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
            for name, flow in zip(names, net.run(small), strict=True):
                ranges[name][0] = min(ranges[name][0], round(float(flow.min()), 3))
                ranges[name][1] = max(ranges[name][1], round(float(flow.max()), 3))
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(pair)}" for name, pair in ranges.items())
    RANGES.write_text(f"{{\n{rows}\n}}\n")
    print(f"{len(ranges)} convolutions, {len(shown)} pictures at {len(SIZES)} sizes: {RANGES.name}")


if __name__ == "__main__":
    main()
