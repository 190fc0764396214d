"""An input comes in a folder that a stranger made: all that lies there may be chosen against us."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.runs import clip, masks_for, run, times, walking
from fakes.veiled import quiet, veil_it
from fakes.videos import InlinePool

from contrejour import media
from contrejour.base import state
from contrejour.base.errors import UsageError
from contrejour.base.files import sha256
from contrejour.recorded.folder import WorkFolder
from contrejour.recorded.inputs import targets
from contrejour.recorded.job import identity
from contrejour.recorded.pool import Task
from contrejour.recorded.request import Options, masks_name
from contrejour.recorded.run import veil_video
from contrejour.recorded.units import units


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("source") / "in.mp4", frames=200, rate=10, gop=20)


def planted(source: Path, out: Path, masks: Path) -> bytes:
    """Put a clear video at `out`, beside it a masks file that says it is veiled; the veiled one."""
    honest = out.with_name(f"honest{out.suffix}")
    veil_it(source, honest, masks=masks)
    nothing = masks_for(source, out.with_name("nothing.json"), lambda _: ())
    veil_it(source, out, masks=nothing)
    beside = json.loads(masks_name(honest).read_text())
    beside["parameters"]["output_sha256"] = sha256(out)
    masks_name(out).write_text(json.dumps(beside))
    return honest.read_bytes()


def test_attack_01_an_output_that_a_stranger_supplied_gives_no_frame_of_the_new_one(
    source: Path, tmp_path: Path
) -> None:
    out, masks = tmp_path / "out.mp4", masks_for(source, tmp_path / "m.json", walking)
    veiled = planted(source, out, masks)
    summary = veil_it(source, out, masks=masks, force=True)
    assert summary.frames_reused == 0
    assert out.read_bytes() == veiled
    assert "earlier-output-unknown" in [note.id for note in summary.notes]


def test_attack_01_resume_takes_no_output_of_a_stranger_for_a_finished_one(
    source: Path, tmp_path: Path
) -> None:
    out, masks = tmp_path / "out.mp4", masks_for(source, tmp_path / "m.json", walking)
    veiled = planted(source, out, masks)
    clear = out.read_bytes()
    command = ("veil", source, "-o", out, "--masks", masks, "--resume", "-j", 1)
    refused = run(*command)
    assert refused.returncode == 8, refused.stderr
    assert out.read_bytes() == clear
    again = run(*command, "--force")
    assert again.returncode == 0, again.stderr
    assert out.read_bytes() == veiled


@pytest.mark.parametrize("what", ["folder", "lock"])
def test_attack_02_a_link_where_work_used_to_lie_leads_to_nothing_that_is_touched(
    source: Path, tmp_path: Path, what: str
) -> None:
    out, dear = tmp_path / "received" / "out.mp4", tmp_path / "dear"
    out.parent.mkdir()
    dear.mkdir()
    (dear / "letter").write_text("kept")
    if what == "folder":
        out.with_name(".out.mp4.contrejour").symlink_to(dear)
    else:
        out.with_name(".out.mp4.contrejour").mkdir()
        (out.with_name(".out.mp4.contrejour") / "lock").symlink_to(dear / "letter")
    veil_it(source, out, masks=masks_for(source, tmp_path / "m.json", walking))
    assert (dear / "letter").read_text() == "kept"
    assert [path.name for path in dear.iterdir()] == ["letter"]


@pytest.mark.usefixtures("someone")
def test_attack_09_resume_believes_no_work_that_came_with_the_video(
    source: Path, tmp_path: Path
) -> None:
    out, options = tmp_path / "out.mp4", Options(detector="fakes.detectors:scripted", resume=True)
    work = out.with_name(".out.mp4.contrejour")
    (work / "looks").mkdir(parents=True)
    run_ = identity(options, sha256(source), ".mp4")
    (work / "run.json").write_text(json.dumps(run_, sort_keys=True))
    gops, pts = list(media.index(source, media.probe(source))), iter(times(source))
    for number, unit in enumerate(units(gops)):
        count = sum(gop.packets for gop in gops[unit.first : unit.last])
        rows = [[at, at * 100, "seen", 0, []] for _, at in zip(range(count), pts, strict=False)]
        (work / "looks" / f"{number:06d}.json").write_text(json.dumps(rows))
    assert veil_video(source, out, options, quiet, InlinePool).tracks == 1


def test_attack_09_resume_believes_no_work_that_another_key_vouched_for(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.mp4"
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    monkeypatch.setenv("XDG_STATE_HOME", str(theirs))
    with WorkFolder(out, force=False, resume=False) as work:
        work.begin({"input": "known"})
    monkeypatch.setenv("XDG_STATE_HOME", str(ours))
    state.folder()
    shutil.copytree(theirs / "contrejour" / "veil", ours / "contrejour" / "veil")
    with WorkFolder(out, force=False, resume=True) as work:
        assert not work.begin({"input": "known"})
    with WorkFolder(out, force=False, resume=True) as work:
        assert work.begin({"input": "known"})


class SearchingPool(InlinePool):
    """Looks, after each unit, for a row of the first picture in every file of a folder."""

    folder: Path
    row: bytes
    found: list[str]

    def do(self, task: Task, units: Sequence[object], given: object = None) -> Iterator[Any]:
        for done in super().do(task, units, given):
            files = [path for path in self.folder.rglob("*") if path.is_file()]
            self.found += [path.name for path in files if self.row in path.read_bytes()]
            yield done


@pytest.mark.usefixtures("someone")
def test_attack_10_no_clear_picture_is_on_a_disk_while_the_empty_scene_is_learned(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    fmt = media.probe(source)
    first = next(media.Reader(source, fmt, list(media.index(source, fmt))).frames(0, 1))
    row = first.planes[0][first.planes[0].std(axis=1).argmax()].tobytes()
    monkeypatch.setattr(SearchingPool, "folder", tmp_path, raising=False)
    monkeypatch.setattr(SearchingPool, "row", row, raising=False)
    monkeypatch.setattr(SearchingPool, "found", [], raising=False)
    control = tmp_path / "control"
    control.write_bytes(b"before" + row)
    options = Options(hide="unknown", detector="fakes.detectors:scripted")
    veil_video(source, tmp_path / "out.mp4", options, quiet, SearchingPool)
    assert set(SearchingPool.found) == {"control"}


def test_attack_10_work_is_readable_by_its_user_alone(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    seen: list[int] = []

    class LookingPool(InlinePool):
        def do(self, task: Task, units: Sequence[object], given: object = None) -> Iterator[Any]:
            seen.extend(path.stat().st_mode & 0o777 for path in work_of(tmp_path))
            return super().do(task, units, given)

    masks = masks_for(source, tmp_path / "m.json", walking)
    options = Options(masks=masks)
    veil_video(source, tmp_path / "out.mp4", options, quiet, LookingPool)
    assert set(seen) == {0o700}


def work_of(folder: Path) -> list[Path]:
    """Folders in which a run has its note."""
    return [path.parent for path in folder.rglob("run.json")]


def test_attack_02_what_is_planted_beside_an_output_is_neither_waited_for_nor_followed(
    source: Path, tmp_path: Path
) -> None:
    out, dear = tmp_path / "out.mp4", tmp_path / "dear"
    dear.write_text("kept")
    masks = masks_for(source, tmp_path / "m.json", walking)
    os.mkfifo(masks_name(out))
    out.symlink_to(dear)
    done = run("veil", source, "-o", out, "--masks", masks, "--force", "-j", 1)
    assert done.returncode == 0, done.stderr
    assert dear.read_text() == "kept"
    assert not out.is_symlink()


@pytest.mark.parametrize("link", ["in.veiled", "in.veiled/day"])
def test_attack_02_a_link_among_the_folders_of_outputs_leads_no_output_elsewhere(
    tmp_path: Path, link: str
) -> None:
    (tmp_path / "in" / "day").mkdir(parents=True)
    (tmp_path / "in" / "day" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "dear").mkdir()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "dear")
    with pytest.raises(UsageError, match="is a link"):
        targets([tmp_path / "in"], None)
    named = tmp_path / "named"
    named.symlink_to(tmp_path / "dear")
    assert [each.out for each in targets([tmp_path / "in"], named)] == [named / "day" / "a.png"]
