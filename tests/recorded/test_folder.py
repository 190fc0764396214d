"""Nothing is at the final name before everything is durable."""

from pathlib import Path

import pytest

from contrejour.base.errors import Busy, OutputExists, OutputFailed
from contrejour.recorded.folder import Work


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    with Work(tmp_path / "a.mp4", force=False, resume=False), pytest.raises(Busy):
        Work(tmp_path / "a.mp4", force=False, resume=False).__enter__()


def test_an_existing_output_needs_force(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(OutputExists):
        Work(tmp_path / "a.mp4", force=False, resume=False)
    Work(tmp_path / "a.mp4", force=True, resume=False)


def begin(out: Path, run: dict[str, str], resume: bool) -> tuple[bool, list[str]]:
    with Work(out, force=False, resume=resume) as work:
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
    with Work(out, force=False, resume=False) as work:
        work.begin({})
        (work.path / "part").write_bytes(b"x")
        work.publish((work.path / "part", out))
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_place_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputFailed) as failed:
        Work(tmp_path / "file" / "a.mp4", force=False, resume=False).__enter__()
    assert failed.value.hint
