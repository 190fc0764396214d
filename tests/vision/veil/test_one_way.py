"""A frame has one way to its samples: what is painted on its planes is painted in its picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes.cameras import camera
from fakes.videos import ffmpeg
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from contrejour import media
from contrejour.base.pictures import CELL_PX, Cells, Frame
from contrejour.recorded import pictures
from contrejour.vision.veil import apply, grid

WIDE, HIGH = 320, 192


def _of_a_file(path: Path, *how: str) -> Frame:
    ffmpeg("-i", path, "-frames:v", 1, *how, path.with_name("one.mkv"))
    fmt = media.probe(path.with_name("one.mkv"))
    gops = media.index(path.with_name("one.mkv"), fmt)
    return next(iter(media.Reader(path.with_name("one.mkv"), fmt, gops).frames(0, len(gops))))


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frame]:
    """One frame of each maker of frames."""
    folder = tmp_path_factory.mktemp("frames")
    clip = folder / "a.mp4"
    source = f"testsrc2=size={WIDE}x{HIGH}:rate=25"
    ffmpeg("-f", "lavfi", "-i", source, "-t", 2, "-c:v", "libx264", "-pix_fmt", "yuv420p", clip)
    with camera(clip) as (address,):
        decoder = media.Decoder(address)
        try:
            live = next(decoder.frames())
        finally:
            decoder.close()
    pixels = live.rgb(WIDE, HIGH)
    return {
        "live": live,
        "file": _of_a_file(clip, "-c:v", "libx264"),
        "deep": _of_a_file(clip, "-c:v", "libx264", "-pix_fmt", "yuv422p10le"),
        "picture": pictures._frame(pixels),
        "grey": pictures._frame(pixels[..., 1]),
        "grey16": pictures._frame(pixels[..., 1].astype(np.uint16) << 8),
    }


MAKERS = ["live", "file", "deep", "picture", "grey", "grey16"]


@pytest.mark.parametrize("maker", MAKERS)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_attack_45_what_is_painted_on_the_planes_is_painted_in_the_picture(
    frames: dict[str, Frame], maker: str, seed: int, share: float
) -> None:
    """The picture was made of what the frame was before: detectors looked into homes."""
    frame = frames[maker]
    hidden = np.random.default_rng(seed).random(grid(WIDE, HIGH)) < share
    picture = apply(frame, hidden).rgb(WIDE, HIGH)
    assert len(np.unique(picture[_inside(hidden)], axis=0)) <= 1
    assert (picture[_inside(~hidden)] == frame.rgb(WIDE, HIGH)[_inside(~hidden)]).all()


def _inside(cells: Cells) -> NDArray[np.bool_]:
    """The pixels of cells, but those at an edge, where scaled chroma mixes."""
    inner = np.zeros((CELL_PX, CELL_PX), np.bool_)
    inner[4:-4, 4:-4] = True
    return np.kron(cells, inner).astype(np.bool_)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("size", [(320, 192), (150, 90)])
def test_attack_45_no_picture_of_a_frame_outlives_its_planes(
    frames: dict[str, Frame], maker: str, size: tuple[int, int]
) -> None:
    frame = frames[maker]
    blank = replace(frame, planes=tuple(np.zeros_like(plane) for plane in frame.planes))
    assert np.ptp(blank.rgb(*size), axis=(0, 1)).max() == 0
    assert np.ptp(frame.rgb(*size), axis=(0, 1)).max() > 100
