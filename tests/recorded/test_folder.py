"""Nothing is at the final name before everything is durable."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from contrejour.base.errors import Busy, OutputExists, OutputFailed
from contrejour.recorded.folder import WorkFolder


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    with WorkFolder(tmp_path / "a.mp4", force=False, resume=False), pytest.raises(Busy):
        WorkFolder(tmp_path / "a.mp4", force=False, resume=False).__enter__()


def test_an_existing_output_needs_force(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(OutputExists):
        WorkFolder(tmp_path / "a.mp4", force=False, resume=False)
    WorkFolder(tmp_path / "a.mp4", force=True, resume=False)


def begin(out: Path, run: dict[str, str], resume: bool) -> tuple[bool, list[str]]:
    with WorkFolder(out, force=False, resume=resume) as work:
        kept = work.begin(run)
        chunk = work.path / "chunks" / "1"
        found = [p.name for p in (work.path / "chunks").iterdir()]
        chunk.touch()
        return kept, found


def test_work_is_kept_only_when_resuming_the_same_run(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    assert begin(out, {"fill": "solid"}, False) == (False, [])
    assert begin(out, {"fill": "solid"}, True) == (True, ["1"])
    assert begin(out, {"fill": "background"}, True) == (False, [])
    assert begin(out, {"fill": "background"}, False) == (False, [])


def test_publishing_leaves_only_the_named_files(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    with WorkFolder(out, force=False, resume=False) as work:
        work.begin({})
        (work.path / "part").write_bytes(b"x")
        work.publish((work.path / "part", out))
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_place_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputFailed) as failed:
        WorkFolder(tmp_path / "file" / "a.mp4", force=False, resume=False).__enter__()
    assert failed.value.hint


def finish(work: WorkFolder) -> None:
    """End a run well."""
    work.begin({})
    (work.path / "part").write_bytes(b"first")
    work.publish((work.path / "part", work.out))


def test_an_output_made_between_the_check_and_the_lock_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    second = WorkFolder(out, force=False, resume=False)
    with WorkFolder(out, force=False, resume=False) as first:
        finish(first)
    with pytest.raises(OutputExists):
        second.__enter__()
    assert out.read_bytes() == b"first"
    with WorkFolder(out, force=True, resume=False):  # whoever was refused holds no lock
        pass


@pytest.mark.parametrize("force", [False, True])
def test_a_lock_that_is_removed_before_it_is_taken_keeps_the_others_out_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    out, take = tmp_path / "a.mp4", fcntl.flock
    first = WorkFolder(out, force=False, resume=False).__enter__()
    second = WorkFolder(out, force=force, resume=False)

    def after_the_first_has_ended(lock: TextIO, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", take)
        finish(first)
        first.__exit__()
        take(lock, how)

    monkeypatch.setattr(fcntl, "flock", after_the_first_has_ended)
    if not force:
        with pytest.raises(OutputExists):
            second.__enter__()
        return
    with second, pytest.raises(Busy):
        WorkFolder(out, force=True, resume=False).__enter__()


def named(said: list[str], real: Callable[..., None]) -> Callable[..., None]:
    """What gives a file its name tells which."""

    def call(part: Path, path: str | Path, **folders: int) -> None:
        said.append(Path(path).name)
        real(part, path, **folders)

    return call


def test_the_video_gets_its_name_once_the_names_of_the_other_files_are_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, report, said = tmp_path / "a.mp4", tmp_path / "pages" / "r.html", []
    monkeypatch.setattr(
        os, "fsync", lambda fd: said.append(Path(f"/proc/self/fd/{fd}").readlink().name)
    )
    with WorkFolder(out, force=False, resume=False) as work:
        work.begin({})
        for call in ("link", "replace"):
            monkeypatch.setattr(os, call, named(said, getattr(os, call)))
        del said[:]
        for name in ("report", "video"):
            (work.path / name).write_text(name)
        work.publish((work.path / "report", report), (work.path / "video", out))
    folder = tmp_path.name
    assert said == [folder, "report", "r.html", "pages", "video", "a.mp4", folder]
