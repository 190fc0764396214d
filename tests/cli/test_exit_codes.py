"""Every exit code of errors.py from the real command (12, 130 and 143 are in test_resume.py)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from fakes.runs import check, clip, masks_for, run, walking

from contrejour.base import errors


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("cli") / "in.mp4", frames=48)


@pytest.fixture(scope="module")
def masks(source: Path) -> Path:
    return masks_for(source, source.with_name("m.json"), walking)


def test_2_a_fill_that_can_be_undone_needs_consent(source: Path, tmp_path: Path) -> None:
    done = run("veil", source, "-o", tmp_path / "out.mp4", "--fill", "blur")
    check(done, errors.UsageError.exit_code, "this output is not anonymous")


@pytest.mark.parametrize("args", [(), ("veil",), ("veil", "x", "-j", "0"), ("veil", "x", "--hid")])
def test_2_a_request_that_makes_no_sense(args: tuple[str, ...]) -> None:
    assert run(*args).returncode == 2


def test_3_a_missing_input(tmp_path: Path) -> None:
    check(run("veil", tmp_path / "no.mp4"), 3, "no.mp4 does not exist")


@pytest.mark.parametrize("name", ["empty.mp4", "folder"])
def test_4_nothing_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder").mkdir()
    check(run("veil", tmp_path / name, "-o", tmp_path / "out"), 4, name)


def test_5_not_a_video(tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(b"no video at all " * 1000)
    check(run("veil", tmp_path / "in.mp4"), 5, "is not a video")


def test_5_a_pipe_or_a_device_is_read_more_than_once_and_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", Path(os.devnull)):
        check(run("veil", path, "-o", tmp_path / "out.mp4"), 5, "is not a regular file")


def test_6_a_video_cut_short(source: Path, tmp_path: Path) -> None:
    (tmp_path / "in.mkv").write_bytes(b"")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", source, "-c", "copy", tmp_path / "in.mkv"], check=True
    )
    whole = (tmp_path / "in.mkv").read_bytes()
    (tmp_path / "in.mkv").write_bytes(whole[: len(whole) * 3 // 4])
    check(run("veil", tmp_path / "in.mkv"), 6, "is cut short")
    done = run("veil", tmp_path / "in.mkv", "--allow-truncated", detector="nothing")
    assert done.returncode == 0, done.stderr
    assert "contrejour: warning: the input is cut short" in done.stderr


def test_7_an_output_that_cannot_be_exact(source: Path, tmp_path: Path) -> None:
    check(run("veil", source, "-o", tmp_path / "out.avi"), 7, "output of type .avi")


def test_8_an_existing_output_needs_force(source: Path, masks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_text("precious")
    check(run("veil", source, "-o", out, "--masks", masks), 8, "out.mp4 exists")
    assert out.read_text() == "precious"
    assert run("veil", source, "-o", out, "--masks", masks, "--force").returncode == 0
    assert out.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize("name", ["file/out.mp4", "folder.mp4/", "n" * 250 + ".mp4"])
def test_9_a_place_that_cannot_be_written(
    source: Path, masks: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / name
    if name.endswith("/"):
        (out / "in.mp4").mkdir(parents=True)
    done = run("veil", source, "-o", out, "--masks", masks, "--force")
    check(done, 9, "contrejour: hint: ")
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".mp4" and path.is_file()]


def test_14_a_model_that_is_not_there_and_may_not_be_fetched(source: Path, tmp_path: Path) -> None:
    cache = {"CONTREJOUR_CACHE": tmp_path / "cache"}
    done = run("veil", source, "-o", tmp_path / "out.mp4", "--offline", env=cache)
    check(done, 14, "contrejour: hint: ")


@pytest.mark.parametrize("text", ["", "{", '{"format": "another"}'])
def test_15_a_masks_file_that_is_none(source: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    done = run("veil", source, "-o", tmp_path / "out.mp4", "--masks", tmp_path / "m.json")
    check(done, 15, "m.json")


def test_15_a_masks_file_of_another_video(source: Path, masks: Path, tmp_path: Path) -> None:
    longer = clip(tmp_path / "longer.mp4", frames=72)
    larger = clip(tmp_path / "larger.mp4", frames=48, size="192x96")
    for other in (longer, larger):
        done = run("veil", other, "-o", tmp_path / "out.mp4", "--masks", masks)
        check(done, 15, "use the masks file that was made from this very input")
    assert not (tmp_path / "out.mp4").exists()


def test_15_or_a_warning_when_it_fits_another_video(masks: Path, tmp_path: Path) -> None:
    other = clip(tmp_path / "other.mp4", frames=48, gop=6)
    done = run("veil", other, "-o", tmp_path / "out.mp4", "--masks", masks)
    assert done.returncode == 0
    assert done.stderr == "contrejour: warning: the masks file was made from another file, in.mp4\n"


def test_13_a_detector_that_cannot_be_built(source: Path, tmp_path: Path) -> None:
    done = run("veil", source, "-o", tmp_path / "out.mp4", detector="unbuildable")
    check(done, 13, "no device to run on")
