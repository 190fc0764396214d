"""Detectors see the shape that the viewer sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.runs import ffmpeg
from fakes.veiled import masks_of, veil_it


@pytest.mark.parametrize(("size", "aspect"), [("128x512", "4/1"), ("512x128", "1/4")])
def test_attack_44_a_squeezed_picture_is_looked_at_as_players_stretch_it(
    size: str, aspect: str, tmp_path: Path
) -> None:
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    ffmpeg("-f", "lavfi", "-i", f"color=gray:s={size}:r=25:d=0.2", "-vf", f"setsar={aspect}",
           "-c:v", "libx264", source)  # fmt: skip
    veil_it(source, out, detector="fakes.detectors:square")
    assert all(mask.boxes for mask in masks_of(out))
