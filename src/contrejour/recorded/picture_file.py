"""The pixels of a picture, decoded in a process that can touch nothing else: our end, and its.

EXIF, XMP, thumbnails, comments and profiles stay behind; what they did to the picture (orientation,
colour space) is done to its pixels first. The process reads the file, shuts itself in
(base/sandbox.py), and only then looks at it: if the picture takes it over, it can show others.

    "H"  mode and size, as JSON     "P"  the pixels, row by row     "E"  an error (base/answers.py)
"""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from contrejour.base import children, sandbox
from contrejour.base.answers import heard, read_error, say, told_error
from contrejour.base.catalogue import catalogue
from contrejour.base.errors import (
    ContrejourError,
    InputMissing,
    NotMedia,
    Truncated,
    Unsupported,
)
from contrejour.base.fixed import FixedFile
from contrejour.base.pictures import MOST_PX

Image.MAX_IMAGE_PIXELS = None
"""Ours is the bound: Pillow's says neither how large a picture is nor what to do."""
DECODED = ("JPEG", "PNG", "WEBP", "TIFF")
"""By what is in a file, whatever it is called: Pillow knows forty more kinds, one of which (EPS) is
a program, and runs another to show it."""
LIMITS = sandbox.Limits(memory_bytes=(1 << 30) + MOST_PX * 32, cpu_s=600)
"""Beside the file, eight copies of the largest picture, four bytes a pixel."""
_PLUGINS = ("Jpeg", "Mpo", "Png", "WebP", "Tiff", "Gif")
_SAMPLES = {"L": (1, "u1"), "RGB": (3, "u1"), "I;16": (1, "<u2"), "I;16B": (1, ">u2"),
            "I": (1, "=i4")}  # fmt: skip
"""Of a mode, samples a pixel and how each is written."""


def pixels_of(source: FixedFile, *, allow_truncated: bool) -> Any:
    """(height, width) or (height, width, 3) of uint8, or (height, width) of uint16; upright, sRGB.

    Raises InputMissing, NotMedia, Truncated, Unsupported; ContrejourError where the process dies.
    """
    with children.begin(
        __name__, str(int(allow_truncated)), cwd=os.curdir,  # the path may be relative
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as reader:  # fmt: skip
        try:
            with suppress(BrokenPipeError), cast(BinaryIO, reader.stdin) as to:
                to.write(json.dumps(source.told()).encode())
            return _answer(cast(BinaryIO, reader.stdout))
        except EOFError:
            raise ContrejourError("worker-died", exit_code=reader.wait()) from None
        except (ValueError, TypeError, KeyError, RecursionError) as why:
            raise ContrejourError("worker-talks-nonsense") from why
        finally:
            reader.kill()


def _answer(said: BinaryIO) -> Any:
    import numpy as np

    kind, body = heard(said, [(b"H", 1000), (b"E", 1 << 16)])
    if kind == b"E":
        raise read_error(body)
    mode, width, height = json.loads(bytes(body))
    count, dtype = _SAMPLES[mode]
    shape = (height, width, count) if count > 1 else (height, width)
    if {type(width), type(height)} != {int} or not 0 < width * height <= MOST_PX:
        raise ValueError("not a picture")
    size = width * height * count * np.dtype(dtype).itemsize
    _, data = heard(said, [(b"P", size)])
    if len(data) != size:
        raise ValueError("not a picture")
    pixels = np.frombuffer(data, dtype).reshape(shape)
    return pixels if dtype == "u1" else np.clip(pixels, 0, 65535).astype(np.uint16)


def main() -> None:
    """The other side: the file on standard input; `0|1`, whether a file cut short is shown."""
    ImageFile.LOAD_TRUNCATED_IMAGES = sys.argv[1] == "1"
    source = FixedFile.of(json.load(sys.stdin))
    for name in _PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")
    Image.preinit()
    ImageCms.createProfile("sRGB")
    catalogue("en")  # what goes wrong is said in words, and no file can be read by then
    try:
        data = _data(source)
        sandbox.shut_in(replace(LIMITS, memory_bytes=LIMITS.memory_bytes + len(data)))
        picture = _opened(source.path, data)
        told = [picture.mode, *picture.size]
        say(b"H", json.dumps(told).encode())
        say(b"P", picture.tobytes())
    except ContrejourError as error:
        say(b"E", told_error(error))
    except MemoryError:
        say(b"E", told_error(Unsupported("file-wants-too-much-memory")))


def _data(source: FixedFile) -> bytes:
    try:
        with source.open() as file:
            return file.read()
    except FileNotFoundError:
        raise InputMissing("input-missing", path=source.path) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotMedia("picture-cannot-be-decoded", source=source.path, reason=reason) from None


def _opened(source: Path, data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=DECODED)
            if picture.width * picture.height > MOST_PX:
                raise Unsupported(
                    "picture-too-large", source=source, width=picture.width,
                    height=picture.height, most_px=MOST_PX,
                )  # fmt: skip
            if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
                raise Unsupported("several-pictures", source=source)
            if picture.mode == "F":
                raise Unsupported("floating-point-picture", source=source)
            picture.load()
            return _plain(picture)
    except UnidentifiedImageError:
        raise NotMedia("not-a-picture", source=source) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if "truncated" in str(error).lower():
            raise Truncated("picture-cut-short", source=source, reason=str(error)) from None
        raise NotMedia("picture-cannot-be-decoded", source=source, reason=str(error)) from None


def _plain(picture: Image.Image) -> Image.Image:
    """Upright, sRGB, 8 bits (16 or more for grey), without alpha: pixels that need no metadata."""
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("I;16", "I;16B", "I"):
        return upright
    mode = "L" if upright.mode in ("1", "L", "LA", "La") else "RGB"
    flat = _opaque(upright)
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            flat = ImageCms.profileToProfile(
                flat, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"), outputMode=mode,
            ) or flat  # fmt: skip
    return flat.convert(mode)


def _opaque(picture: Image.Image) -> Image.Image:
    """On white, as a viewer shows it: samples that were transparent are not shown again."""
    if picture.mode in ("L", "RGB", "CMYK") and not picture.has_transparency_data:
        return picture
    if not picture.has_transparency_data:
        return picture.convert("L" if picture.mode == "1" else "RGB")
    clear = picture.convert("RGBA")
    shown = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return shown.convert("L" if picture.mode in ("L", "LA", "La") else "RGB")
