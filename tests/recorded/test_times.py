"""Time stamps that no camera gives: who walks there is hidden as by the usual ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.runs import clip, ffmpeg, masks_for, painted_clip
from fakes.veiled import masks_of, veil_it

from contrejour.base.errors import MasksError
from contrejour.base.pictures import Box

FRAMES, SIZE = 120, (320, 192)
"""In so many frames it crosses the picture once."""
STAMPED = {
    "as they were": "N*3600",
    "1/90,000 s apart": "N",
    "40 s apart": "N*3600000",
    "dense, and then as they were": "if(lt(N,60),N,N*3600)",
    "nine near each other, and then a leap": "N+floor(N/10)*360000",
    "with a leap of a day": "N*3600+gt(N,70)*7776000000",
}
PAINTED = "fakes.detectors:painted"


def figure(frame: int) -> Box:
    """Where `painted_clip` has it."""
    return Box(round(60 * frame / 25) % (SIZE[0] - 24), SIZE[1] // 2 - 16, 24, 56)


def shown(out: Path) -> list[int]:
    """The frames in which any corner of the figure, or its middle, is not hidden."""
    found = []
    for mask in masks_of(out):
        x, y, w, h = figure(mask.index)
        points = [(x + 2, y + 2), (x + w - 3, y + 2), (x + w // 2, y + h // 2), (x + 2, y + h - 3)]
        inside = [
            any(
                box.x <= px < box.x + box.w and box.y <= py < box.y + box.h
                for box in (hidden.box for hidden in mask.boxes)
            )
            for px, py in points
        ]
        found += [] if mask.whole or all(inside) else [mask.index]
    return found


@pytest.mark.parametrize("stamps", STAMPED)
def test_attack_34_whatever_stamps_a_clip_is_given_hides_whom_the_straight_one_hides(
    stamps: str, tmp_path: Path
) -> None:
    straight, other = painted_clip(tmp_path / "straight.mp4"), tmp_path / "other.mp4"
    said = STAMPED[stamps].replace(",", r"\,")
    setts = f"setts=pts={said}:dts={said}:time_base=1/90000"
    ffmpeg("-i", straight, "-frames:v", FRAMES, "-c", "copy", "-bsf:v", setts,
           "-video_track_timescale", 90_000, other)  # fmt: skip
    summary = veil_it(other, tmp_path / "out.mp4", detector=PAINTED)
    assert summary.frames == FRAMES
    assert shown(tmp_path / "out.mp4") == []


def test_attack_34_a_file_whose_times_leap_is_no_traceback(tmp_path: Path) -> None:
    straight, other = painted_clip(tmp_path / "straight.mp4"), tmp_path / "other.mkv"
    said = r"if(gt(N\,30)\,PTS+1e15\,PTS)"
    setts = f"setts=pts='{said}':dts='{said}'"
    ffmpeg("-i", straight, "-frames:v", FRAMES, "-c", "copy", "-bsf:v", setts, other)
    summary = veil_it(other, tmp_path / "out.mkv", detector=PAINTED)
    assert summary.frames == FRAMES


def test_masks_of_the_same_frames_at_other_times_are_told_as_that(tmp_path: Path) -> None:
    one = clip(tmp_path / "one.mp4", frames=24, rate=25)
    other = clip(tmp_path / "other.mp4", frames=24, rate=12)
    masks = masks_for(one, tmp_path / "masks.json", lambda _: (Box(0, 0, 20, 20),))
    with pytest.raises(MasksError, match=r"the frame at pts \d+ is at pts \d+"):
        veil_it(other, tmp_path / "out.mp4", masks=masks)
