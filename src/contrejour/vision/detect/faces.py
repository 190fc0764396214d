"""Faces, found in order to be erased: YuNet (Wu et al. 2023) and CenterFace (Xu et al. 2019).

YuNet is cheap and runs on each look; CenterFace sees more in crowds and costs five times as much.
The landmarks of eyes, nose and mouth that YuNet finds are never read: hiding needs none.

Thresholds: by eye, 2026-11-24; bench/results/veil.md has the heads that leak with them.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from contrejour.base.pictures import Rgb
from contrejour.vision.detect.net import Floats, Net

SAME_IOU = 0.4
"""Of two boxes that overlap by more the better one is kept."""
YUNET_LOWEST = 0.4
"""Score from which YuNet's boxes are reported."""
CENTERFACE_LOWEST = 0.2
"""Score from which CenterFace's boxes are reported."""


class YuNet:
    """Finds faces of about 10 to 300 px."""

    strides = (8, 16, 32)

    def __init__(self, folder: Path, width: int, height: int) -> None:
        names = [f"{part}_{stride}" for part in ("cls", "obj", "bbox") for stride in self.strides]
        path = folder / "face_detection_yunet_2023mar.onnx"
        self._net = Net(path, width, height, names, bgr=True)
        self._columns = [width // stride for stride in self.strides]

    def find(self, picture: Rgb) -> list[tuple[Floats, float]]:
        """((x, y, w, h) in input pixels, score) of every face."""
        outputs = self._net.run(picture)
        boxes, scores = [], []
        for level, stride in enumerate(self.strides):
            is_face, is_object = outputs[level].ravel(), outputs[3 + level].ravel()
            score = np.sqrt(np.clip(is_face, 0, 1) * np.clip(is_object, 0, 1))
            (where,) = np.nonzero(score >= YUNET_LOWEST)
            dx, dy, dw, dh = outputs[6 + level].reshape(-1, 4)[where].T
            x = (where % self._columns[level] + dx) * stride
            y = (where // self._columns[level] + dy) * stride
            w, h = np.exp(dw) * stride, np.exp(dh) * stride
            boxes.append(np.stack([x - w / 2, y - h / 2, w, h], axis=1))
            scores.append(score[where])
        return _best(np.concatenate(boxes), np.concatenate(scores), YUNET_LOWEST)


class CenterFace:
    """Finds faces as peaks of a map at a quarter of the picture's size."""

    stride = 4

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._net = Net(folder / "centerface.onnx", width, height, ["537", "538", "539"])

    def find(self, picture: Rgb) -> list[tuple[Floats, float]]:
        """((x, y, w, h) in input pixels, score) of every face."""
        heat, size, offset = self._net.run(picture)
        row, column = np.nonzero(heat[0, 0] >= CENTERFACE_LOWEST)
        h, w = np.exp(size[0, :, row, column]).T * self.stride
        y = (row + offset[0, 0, row, column] + 0.5) * self.stride
        x = (column + offset[0, 1, row, column] + 0.5) * self.stride
        boxes = np.stack([x - w / 2, y - h / 2, w, h], axis=1)
        return _best(boxes, heat[0, 0, row, column], CENTERFACE_LOWEST)


def _best(boxes: Floats, scores: Floats, lowest: float) -> list[tuple[Floats, float]]:
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), lowest, SAME_IOU)
    return [(boxes[at], float(scores[at])) for at in np.array(kept, int).ravel()]
