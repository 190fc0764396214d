"""The command line, as a person or a program at night meets it: the real process, no mocks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import terminals
from fakes.runs import LIMIT_S, PATHS, check, clip, masks_for, run, start, walking
from fakes.veiled import masks_of, veiled

from contrejour.recorded.request import masks_name

DONE = {
    "event", "input", "output", "frames", "seconds", "media_seconds", "tracks",
    "frames_veiled_whole", "reasons", "frames_copied", "frames_reused", "truncated", "notes",
    "output_sha256",
}  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("cli") / "in.mp4", frames=48)


@pytest.fixture(scope="module")
def masks(source: Path) -> Path:
    return masks_for(source, source.with_name("m.json"), walking)


# What is said, and where


def test_nothing_is_said_when_piped_and_all_is_well(
    source: Path, masks: Path, tmp_path: Path
) -> None:
    done = run("veil", source, "-o", tmp_path / "out.mp4", "--masks", masks)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_json_lines_end_with_what_was_done(source: Path, masks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = run("veil", source, "-o", out, "--masks", masks, "--json")
    *steps, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert steps
    assert all(step["event"] == "step" and 0 <= step["frames"] <= step["total"] for step in steps)
    assert set(last) == DONE
    assert last["event"] == "done"
    assert last["frames"] == 48
    assert last["output"] == str(out)


def test_a_reader_of_json_that_goes_away_stops_the_run(source: Path, tmp_path: Path) -> None:
    args = ("veil", source, "-o", tmp_path / "out.mp4", "--json")
    process = start(*args, detector="nothing")
    assert process.stdout
    process.stdout.close()
    assert process.wait(LIMIT_S) == 141
    assert process.stderr
    assert "Traceback" not in process.stderr.read()


def test_a_bar_is_shown_on_a_terminal(source: Path, masks: Path, tmp_path: Path) -> None:
    args = ("veil", source, "-o", tmp_path / "out.mp4", "--masks", masks)
    code, seen = terminals.seen(lambda terminal: start(*args, stderr=terminal), 120)
    assert code == 0
    assert b"veiling" in seen
    assert b"48 frames" in seen or b"/48 " in seen
    assert b"out.mp4: 48 frames" in seen


def test_cosmetic_fills_say_that_they_are_not_anonymous(
    source: Path, masks: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    done = run("veil", source, "-o", out, "--masks", masks, "--fill", "mosaic", "--cosmetic")
    assert done.returncode == 0
    assert done.stderr.startswith("contrejour: warning: mosaic is computed from what it hides")


@pytest.mark.parametrize("command", [(), ("veil",), ("eval",), ("models",)])
def test_help_is_instant(command: tuple[str, ...]) -> None:
    code = (
        "import sys; from contrejour.cli.main import main\n"
        "try: main([*sys.argv[1:], '--help'])\n"
        "finally: print('|', *sys.modules)"
    )
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    text = subprocess.run(
        [sys.executable, "-c", code, *command], env=known, capture_output=True, text=True
    ).stdout
    help_, _, modules = text.rpartition("|")
    assert "usage: contrejour" in help_
    heavy = {"av", "cv2", "numpy", "openvino", "PIL", "ijson", "tqdm", "multiprocessing"}
    assert heavy.isdisjoint(modules.split())


# Many files


def test_one_bad_input_does_not_stop_the_others(source: Path, tmp_path: Path) -> None:
    for name in ("a", "c"):
        (tmp_path / f"{name}.mp4").write_bytes(source.read_bytes())
    (tmp_path / "b.mp4").write_bytes(b"nothing at all")
    (tmp_path / "d.mp4").touch()
    inputs = [tmp_path / f"{name}.mp4" for name in "abcd"]
    out = tmp_path / "out"
    done = run("veil", *inputs, "-o", out, "-j", 1, detector="nothing")
    assert done.returncode == 5
    assert done.stderr.count("contrejour: error: ") == 2
    names = sorted(path.name for path in out.iterdir() if path.suffix == ".mp4")
    assert names == ["a.mp4", "c.mp4"]


ODD = [
    "a b.mp4", "é — 駅.mp4", "new\nline.mp4", "%d.mp4", "a:b.mp4", "http:x.mp4", "-dash.mp4",
    "quo'te\".mp4", "\udcff.mp4", "\x1b[31m.mp4", "trailing. .mp4", "?*[x].mp4",
]  # fmt: skip


def test_a_folder_is_mirrored_whatever_its_files_are_called(source: Path, tmp_path: Path) -> None:
    deep = tmp_path / "in" / "deep er"
    deep.mkdir(parents=True)
    for name in ODD:
        (deep / name).write_bytes(source.read_bytes())
    (tmp_path / "in" / "link.mp4").symlink_to(source)
    done = run("veil", "in", "-o", "out", "-j", 1, detector="nothing", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    made = {str(path.relative_to(out)) for path in out.rglob("*") if path.suffix == ".mp4"}
    assert made == {"link.mp4", *(f"deep er/{name}" for name in ODD)}


@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.mp4", "%d.mp4", "\udcff.mp4"])
def test_a_name_is_never_taken_for_an_address(source: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(source.read_bytes())
    done = run("veil", name, "-j", 1, detector="nothing", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name.replace(".mp4", ".veiled.mp4")).exists()


def test_a_playlist_does_not_make_it_read_other_files(source: Path, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(source.read_bytes())
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    (tmp_path / "hls.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.mp4\n")
    for name in ("list.mp4", "hls.mp4"):
        done = run("veil", tmp_path / name, detector="nothing")
        check(done, 5, f"{name} is not a video")


def test_missing_folders_of_the_output_are_made(source: Path, masks: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "deeper" / "out.mp4"
    assert run("veil", source, "-o", out, "--masks", masks).returncode == 0
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name, masks_name(out).name]


def test_the_number_of_jobs_does_not_change_a_byte(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", frames=400)
    masks = masks_for(source, tmp_path / "m.json", walking)
    outs = [tmp_path / f"{jobs}.mp4" for jobs in (1, 2, 3)]
    for jobs, out in enumerate(outs, start=1):
        assert run("veil", source, "-o", out, "--masks", masks, "-j", jobs).returncode == 0
    assert len({out.read_bytes() for out in outs}) == 1
    assert len({masks_name(out).read_bytes() for out in outs}) == 1


def test_a_picture_is_veiled_whole_when_its_detector_fails(tmp_path: Path) -> None:
    source = tmp_path / "in.png"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1",
         source], check=True,
    )  # fmt: skip
    for kind in ("failing", "surprising", "nan"):
        out = tmp_path / f"{kind}.png"
        done = run("veil", source, "-o", out, detector=kind)
        assert done.returncode == 0, done.stderr
        assert "1 frames veiled whole" in done.stderr
        assert masks_of(out)[0].whole
        assert veiled(out) == [True]


def test_a_stop_while_python_still_imports_is_no_traceback() -> None:
    script = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'contrejour.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from contrejour.__main__ import main\n"
        "sys.exit(main())\n"
    )
    path = os.pathsep.join(PATHS)
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=LIMIT_S,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")
