"""A masks file that was edited by hand: only the chunks that it changes are rendered again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from fakes.runs import clip, masks_for, walking
from fakes.veiled import veil_it

from contrejour.recorded.request import masks_name

FRAMES = 400


@pytest.mark.parametrize(
    ("source", "suffix"),
    [
        *[("slow.avi", suffix) for suffix in ("mp4", "mov", "mkv", "ts")],
        *[("in.mkv", suffix) for suffix in ("mp4", "mov", "mkv", "ts")],
        *[("in.ts", suffix) for suffix in ("mp4", "mov", "ts")],
        *[("in.mp4", suffix) for suffix in ("mp4", "mov")],
    ],
)
def test_an_edited_frame_renders_its_chunk_alone_and_the_bytes_are_those_of_a_fresh_run(
    tmp_path: Path, source: str, suffix: str
) -> None:
    video, out, fresh = (tmp_path / name for name in (source, f"out.{suffix}", f"new.{suffix}"))
    codec = "mpeg4" if video.suffix == ".avi" else "libx264"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=160x96:r=10:d={FRAMES / 10}",
         "-c:v", codec, "-g", "50", "-bf", "0", str(video)],
        check=True,
    )  # fmt: skip
    masks = tmp_path / "m.json"
    veil_it(video, out, detector="fakes.detectors:nothing")
    masks.write_text(with_a_box(masks_name(out).read_text(), range(FRAMES)))
    veil_it(video, out, masks=masks, force=True)
    masks.write_text(with_a_box(masks_name(out).read_text(), [FRAMES - 20]))
    edited = veil_it(video, out, masks=masks, force=True)
    assert veil_it(video, fresh, masks=masks).frames_reused == 0
    assert out.read_bytes() == fresh.read_bytes()
    assert FRAMES // 2 <= edited.frames_reused < FRAMES


@pytest.mark.parametrize(
    "chunks", [7, {}, "ab", [1], [["a"]], [["a", -1]], [["a", None]], [[[], 3]]]
)
def test_chunks_that_a_hand_wrote_into_the_masks_file_are_not_reused(
    tmp_path: Path, chunks: object
) -> None:
    source, out = clip(tmp_path / "in.mp4", frames=48), tmp_path / "out.mp4"
    masks = masks_for(source, tmp_path / "m.json", walking)
    veil_it(source, out, masks=masks)
    before = out.read_bytes()
    beside = json.loads(masks_name(out).read_text())
    beside["parameters"]["chunks"] = chunks
    masks_name(out).write_text(json.dumps(beside))
    assert veil_it(source, out, masks=masks, force=True).frames_reused == 0
    assert out.read_bytes() == before


def with_a_box(text: str, frames: Iterable[int]) -> str:
    """The masks file, and by hand a rectangle more in these frames."""
    whole = json.loads(text)
    for at in frames:
        boxes = whole["frames"][at]["boxes"]
        boxes.append([16 + 48 * len(boxes), 16, 32, 32])
    return json.dumps(whole)
