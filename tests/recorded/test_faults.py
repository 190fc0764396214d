"""Whatever breaks, a clear frame is never published, and the exit code says what happened."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.runs import clip, masks_for, run, walking
from fakes.veiled import masks_of, veil_it, veiled

from contrejour.base.errors import OutputFailed
from contrejour.recorded.folder import WorkFolder
from contrejour.recorded.request import masks_name


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of video."""
    return clip(tmp_path_factory.mktemp("brief") / "in.mp4", frames=48, gop=12)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five frames a second, so that every frame is looked at."""
    return clip(tmp_path_factory.mktemp("slow") / "in.mp4", frames=40, rate=5, gop=20)


def test_frames_on_which_a_detector_raises_are_veiled_whole_counted_and_said(
    slow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_FAIL_NS", "2000000000,2200000000,5000000000")
    out = tmp_path / "out.mp4"
    summary = veil_it(slow, out, jobs=1, detector="fakes.detectors:failing_at")
    failed = [10, 11, 25]
    assert [mask.index for mask in masks_of(out) if mask.whole] == failed
    assert [index for index, flat in enumerate(veiled(out)) if flat] == failed
    assert summary.frames_veiled_whole == sum(summary.reasons.values()) == 3


@pytest.mark.parametrize("kind", ["failing", "surprising", "nan"])
def test_a_detector_that_always_fails_veils_the_whole_video_and_says_so(
    slow: Path, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "out.mp4"
    done = run("veil", slow, "-o", out, detector=kind)
    assert done.returncode == 0, done.stderr
    assert "contrejour: warning: 40 frames veiled whole" in done.stderr
    assert all(mask.whole for mask in masks_of(out))
    assert all(veiled(out))


def test_a_detector_that_is_silent_for_two_seconds_still_hides_its_track(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = clip(tmp_path / "in.mp4", frames=150)
    script = tmp_path / "script.json"
    script.write_text('{"*": [[48, 16, 32, 64, "person", 0.9]]}')
    monkeypatch.setenv("FAKE_SCRIPT", str(script))
    monkeypatch.setenv("FAKE_SILENT_NS", "2000000000,4000000000")
    out = tmp_path / "out.mp4"
    veil_it(source, out, jobs=1, detector="fakes.detectors:scripted")
    for mask in masks_of(out):
        box = next((hidden.box for hidden in mask.boxes), None)
        assert box is not None or mask.whole, f"nothing is hidden in frame {mask.index}"
        if box:
            assert (min(box.x, 48), min(box.y, 16)) == (box.x, box.y), mask
            assert (max(box.x + box.w, 80), max(box.y + box.h, 80)) == (
                box.x + box.w, box.y + box.h
            ), mask  # fmt: skip


@pytest.mark.parametrize("kind", ["exiting", "crashing"])
def test_a_worker_that_dies_ends_the_run_with_an_error(
    slow: Path, tmp_path: Path, kind: str
) -> None:
    done = run("veil", slow, "-o", tmp_path / "out.mp4", "-j", 2, detector=kind)
    assert done.returncode == 1
    assert done.stderr.startswith("contrejour: error: a worker process died")
    assert "contrejour: hint:" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in tmp_path.iterdir() if path.name[0] != "."] == []


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 128 KiB; the work of runs is on it too."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs takes root")
    monkeypatch.setenv("XDG_STATE_HOME", str(place / ".state"))
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def resize(disk: Path, kib: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kib}k", str(disk)], check=True)


def fill_up(source: Path, disk: Path, sizes: list[int]) -> int:
    """Veil onto disks of these sizes (KiB), resuming each; how many were too small."""
    masks = masks_for(source, disk.parent / "m.json", walking)
    fresh = disk.parent / "fresh.mp4"
    assert run("veil", source, "-o", fresh, "--masks", masks).returncode == 0
    out, failed = disk / "out.mp4", 0
    for kib in sizes:
        resize(disk, kib)
        done = run("veil", source, "-o", out, "--masks", masks, "-j", 1)
        if done.returncode:
            failed += 1
            assert done.returncode == 9, (kib, done.stderr)
            assert "contrejour: hint: free some space" in done.stderr
            assert "Traceback" not in done.stderr
            assert [path for path in disk.iterdir() if path.name[0] != "."] == [], kib
            resize(disk, 4096)
            again = run("veil", source, "-o", out, "--masks", masks, "-j", 1, "--resume")
            assert again.returncode == 0, (kib, again.stderr)
        assert out.read_bytes() == fresh.read_bytes(), kib
        assert masks_name(out).read_bytes() == masks_name(fresh).read_bytes(), kib
        out.unlink()
        masks_name(out).unlink()
    return failed


def test_a_full_disk_is_said_and_freeing_it_lets_the_run_go_on(
    brief: Path, small_disk: Path
) -> None:
    assert fill_up(brief, small_disk, [8, 24, 40, 64]) >= 3


@pytest.mark.soak
def test_disks_of_every_size_fail_cleanly_or_hold_the_whole_output(
    brief: Path, small_disk: Path
) -> None:
    sizes = list(range(4, 204, 4))
    print(f"{fill_up(brief, small_disk, sizes)} of {len(sizes)} disks were too small")


def test_a_limit_on_the_size_of_files_is_an_output_error(brief: Path, tmp_path: Path) -> None:
    source, out = brief, tmp_path / "out.mp4"
    masks = masks_for(source, tmp_path / "m.json", walking)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    # what Python compiles and can't write whole would stand cut off beside it, for every later run
    done = run(
        "veil", source, "-o", out, "--masks", masks, preexec_fn=limit,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    assert not out.exists()


def test_a_read_only_file_system_is_an_output_error(brief: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run("veil", brief, "-o", small_disk / "out.mp4", detector="nothing")
    assert done.returncode == 9
    assert "Read-only file system" in done.stderr


def test_a_report_may_be_on_another_disk(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    report, out = small_disk / "new" / "report.html", tmp_path / "out.mp4"
    with WorkFolder(out, force=False, resume=False) as work:
        work.begin({})
        for name in ("report", "video"):
            (work.path / name).write_text(name)
        work.publish((work.path / "report", report), (work.path / "video", out))
    assert report.read_text() == "report"
    assert out.read_text() == "video"
    assert [path.name for path in report.parent.iterdir()] == ["report.html"]


def test_what_another_disk_has_no_room_for_leaves_nothing_there(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    report, out = small_disk / "report.html", tmp_path / "out.mp4"
    killed = small_disk / "report.html.1-0123abcd.part"
    killed.write_text("half")
    with WorkFolder(out, force=False, resume=False) as work:
        work.begin({})
        disk = shutil.disk_usage(small_disk).total
        (work.path / "report").write_bytes(bytes(2 * disk))
        (work.path / "video").write_text("video")
        with pytest.raises(OutputFailed):
            work.publish((work.path / "report", report), (work.path / "video", out))
    assert not [*small_disk.glob("report*")]
    assert not out.exists()
