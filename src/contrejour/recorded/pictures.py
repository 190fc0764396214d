"""Veil one picture: the same detectors, masks and fills as for a video of one frame.

Only pixels are carried over (picture_file.py): this process never parses what a stranger made.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contrejour.base import files
from contrejour.base.errors import MasksError, Unsupported, UsageError
from contrejour.base.files import sha256
from contrejour.base.fixed import FixedFile, Source
from contrejour.base.pictures import Frame, Look, Mask, Planes, Rgb, Sight
from contrejour.recorded import masksfile, vouched
from contrejour.recorded.folder import WorkFolder
from contrejour.recorded.inputs import Target, demand_apart, take
from contrejour.recorded.job import given_masks, identity
from contrejour.recorded.picture_file import pixels_of
from contrejour.recorded.request import DETECTOR, Options, Summary, masks_name
from contrejour.vision import veil
from contrejour.vision.detect.guard import GuardedDetector

THOROUGH = "contrejour.vision.detect:build_thorough"
"""The default detectors of pictures, which have no neighbours to make up for a miss."""
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF",
           ".tiff": "TIFF"}  # fmt: skip
_SAVE: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "subsampling": 0},
    "WEBP": {"quality": 92},
    "TIFF": {"compression": "tiff_deflate"},
    "PNG": {},
}


def veil_picture(source: Source, out: Path, options: Options, detectors: Detectors) -> Summary:
    """Veil the picture `source` into `out` and its masks into `out`.masks.json.

    Nothing is at those names until everything is durable. Raises a ContrejourError.
    """
    started = time.monotonic()
    if options.hide == "unknown" or options.fill == "background":
        raise UsageError("scene-from-one-picture")
    kind = FORMATS.get(out.suffix.lower())
    if kind is None:
        raise Unsupported("picture-type-unknown", suffix=out.suffix)
    taken = source if isinstance(source, FixedFile) else take(source)
    demand_apart([Target(taken.path, out, picture=True)], options)
    frame = _frame(pixels_of(taken, allow_truncated=options.allow_truncated))
    with WorkFolder(out, force=options.force, resume=False) as folder:
        folder.begin({})
        given = given_masks(options)
        mask = _given(given, frame) if given else _seen(frame, options, detectors)
        hidden = veil.cells(mask, frame.width, frame.height)
        veiled = veil.apply(frame, hidden, options.fill)
        stream = io.BytesIO()
        _joined(veiled, kind).save(stream, kind, **_SAVE[kind])
        part, masks = folder.path / "picture", folder.path / "masks.json"
        files.replace(part, stream.getvalue())
        digest = sha256(part)
        header = _header(taken, frame, options)
        run = identity(options, taken.sha256, out.suffix, given.sha256 if given else None)
        told = vouched.parameters(run, digest)
        header = replace(header, parameters={**header.parameters, **told})
        masksfile.write(masks, header, [(0, mask)])
        folder.publish((masks, masks_name(out)), (part, out))
    return Summary(
        str(taken.path),
        str(out),
        frames=1,
        seconds=round(time.monotonic() - started, 3),
        tracks=len({box.track for box in mask.boxes} - {None}),
        frames_veiled_whole=int(bool(mask.whole)),
        reasons={mask.whole: 1} if mask.whole else {},
        output_sha256=digest,
    )


class Detectors:
    """Detectors by picture size, built when first needed."""

    def __init__(self, options: Options) -> None:
        name = THOROUGH if options.detector == DETECTOR else options.detector
        self._make: Callable[..., Any] = resolve_name(name)
        self._offline = options.offline
        self._built: dict[tuple[int, int], Any] = {}

    def of(self, width: int, height: int) -> Any:
        """The detector for pictures of this size."""
        if (width, height) not in self._built:
            made = self._make((width, height), offline=self._offline)
            self._built[width, height] = GuardedDetector(made)
        return self._built[width, height]


def _frame(pixels: NDArray[Any]) -> Frame:
    deep = pixels.dtype == np.uint16
    planes = (pixels,) if pixels.ndim == 2 else tuple(np.moveaxis(pixels, 2, 0))
    return Frame(
        index=0,
        pts=0,
        time_ns=0,
        width=pixels.shape[1],
        height=pixels.shape[0],
        rotation=0,
        planes=planes,
        subsampling=(0, 0),
        depth=16 if deep else 8,
        rgb_of=_rgb_of,
        rgb_planes=pixels.ndim == 3,
    )


def _rgb_of(planes: Planes, width: int, height: int) -> Rgb:
    colour: Any = np.stack(planes if len(planes) == 3 else planes * 3, axis=2)
    if colour.dtype == np.uint16:
        colour = (colour >> 8).astype(np.uint8)
    scaled: Rgb = cv2.resize(colour, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return scaled


def _joined(frame: Frame, kind: str) -> Image.Image:
    if len(frame.planes) > 1:
        return Image.fromarray(np.stack(frame.planes, axis=2))
    grey = frame.planes[0]
    if frame.depth == 16 and kind in ("JPEG", "WEBP"):  # they have 8 bits
        grey = (grey >> 8).astype(np.uint8)
    return Image.fromarray(grey)


def _seen(frame: Frame, options: Options, detectors: Detectors) -> Mask:
    from contrejour.vision import detect, track

    looks = detect.look_at(iter([frame]), detectors.of(frame.width, frame.height))
    first: Look = next(iter(looks))
    if first.sight is not Sight.SEEN:
        return Mask(0, whole="detector-failed")  # fail closed
    return next(iter(track.masks([first], (frame.width, frame.height), hide=options.hide)))


def _given(given: FixedFile, frame: Frame) -> Mask:
    header, rows = masksfile.read(given)
    masks = list(rows)
    if (header.width, header.height) != (frame.width, frame.height) or len(masks) != 1:
        raise MasksError(
            "masks-of-another-picture", path=given.path, width=frame.width, height=frame.height
        )
    return masks[0][1]


def _header(source: FixedFile, frame: Frame, options: Options) -> masksfile.MasksHeader:
    from contrejour.vision import detect

    return masksfile.MasksHeader(
        input_name=source.path.name,
        input_sha256=source.sha256,
        width=frame.width,
        height=frame.height,
        rotation=0,
        time_base=Fraction(1),
        frames=1,
        models=detect.model_hashes(thorough=True),
        parameters={"hide": options.hide, "fill": options.fill},
    )
