"""Who can write to the folder of a recorder leads nothing of what it keeps elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.hostile_stage import dear_tree, manifest
from fakes.parties import MINUTE, T0

from contrejour.base.errors import OutputFailed
from contrejour.custody.cases.spent import SpentList
from contrejour.custody.seal import store
from contrejour.custody.seal.onion import Window
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.segment import WindowWriter
from contrejour.custody.seal.window import PreparedWindow
from contrejour.live.retention import Retention
from contrejour.live.signals.entry import EntryKind
from contrejour.live.signals.journal import Journal
from contrejour.media.out.hls import _append
from contrejour.vision.detect import models

NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def dear(tmp_path: Path) -> Iterator[Path]:
    """A tree outside, which nobody may touch."""
    made = dear_tree(tmp_path / "dear")
    (made / "folder" / "a.m4s").write_bytes(b"kept")
    (made / "folder" / "160000").mkdir()
    before = manifest(made)
    yield made
    assert manifest(made) == before


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("at", [0, 100])
def test_attack_02_a_part_of_a_stream_is_written_through_no_link(
    dear: Path, out: Path, at: int
) -> None:
    part = out / "1-00000001.m4s"
    part.symlink_to(dear / "file")
    if at:
        with pytest.raises(OSError, match="symbolic"):
            _append(part, at, b"data")
    else:
        _append(part, at, b"data")
        assert not part.is_symlink()
        assert part.read_bytes() == b"data"


def test_attack_02_a_pipe_in_place_of_a_part_is_not_waited_for(out: Path) -> None:
    os.mkfifo(out / "part")
    with pytest.raises(OSError, match="Not a regular file"):
        _append(out / "part", 5, b"data")


def test_attack_02_retention_destroys_nothing_that_a_link_leads_to(dear: Path, out: Path) -> None:
    (out / "20270101T09").symlink_to(dear / "folder")
    (out / "old.m4s").symlink_to(dear / "nothing")
    keep = Retention(out, lambda at, _: at)
    keep.apply(datetime.now(UTC))
    keep.clear()
    assert not (out / "old.m4s").is_symlink()


def test_attack_02_a_window_is_put_and_looked_for_in_no_link(dear: Path, out: Path) -> None:
    camera = out / "cam-a"
    camera.mkdir()
    day = store.folder_of(camera, T0).parent
    day.symlink_to(dear / "folder")
    (out / "W.onions").write_bytes(b"x")
    assert store.windows(camera) == []
    with pytest.raises(OutputFailed, match="is a link"):
        store.enter(camera, T0, out / "W.onions")


def test_attack_02_a_sealed_segment_is_written_through_no_link(dear: Path, out: Path) -> None:
    with Identity.generate(RecipientKind.X25519) as key:
        window = Window("car-1", T0, T0 + MINUTE, "2027-02-12", "ab" * 32, str(key.recipient()))
    (out / "W.onions").touch()
    sealing = WindowWriter(PreparedWindow(window, {"vault.age": "ab" * 32}), out)
    (out / "0000.mp4.age.part").symlink_to(dear / "file")
    sealing.begin(T0)
    sealing.write(b"clear" * 100)
    sealing.end(T0 + 100)
    assert not (out / "0000.mp4.age").is_symlink()


def test_attack_02_a_journal_and_a_list_that_only_grow_do_so_through_no_link(
    dear: Path, out: Path
) -> None:
    with Journal(out, tell=lambda _: None) as journal:
        journal.append(EntryKind.COUNTS, {"people": 1})
    [segment] = out.glob("*.jsonl")
    segment.rename(dear.parent / "moved")
    segment.symlink_to(dear / "file")
    with pytest.raises((OSError, OutputFailed)), Journal(out, tell=lambda _: None):
        pass
    (out / "spent").symlink_to(dear / "file")
    with pytest.raises(OutputFailed):
        SpentList(out / "spent")


def test_attack_02_the_lock_of_the_models_is_no_link(
    dear: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "cache_dir", lambda: out)
    (out / ".lock").symlink_to(dear / "file")
    with pytest.raises(Exception, match=r"symbolic"), models._staging():
        pass
