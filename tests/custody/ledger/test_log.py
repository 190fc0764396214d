"""What was acknowledged is there, what was signed stands: kills, full disks, backups, damage."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.examples import at_most
from fakes.ledgers import LOG, ORIGIN, Tree, entries, entry, signer, trust
from fakes.runs import PATHS
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Busy, LedgerError, OutputExists, OutputFailed
from contrejour.custody.ledger import checkpoint, tiles
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import audit, prove, read_checkpoint, read_entry, reader
from contrejour.custody.ledger.verify import TrustedCheckpoint, check_entry

ALONE = trust(f"log {LOG.key}\nquorum none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "log", LOG)
    return tmp_path / "log"


def grown(folder: Path, *sizes: int) -> Checkpoint:
    """Append up to each size in turn, and publish it."""
    with Log(folder, LOG) as opened:
        for size in sizes:
            opened.append([entry(number) for number in range(opened.size, size)])
            opened.publish()
        return opened.published


def seen(folder: Path) -> TrustedCheckpoint:
    told: list[bytes] = []
    found = audit(reader(folder), ALONE, each=lambda number, data: told.append(data))
    assert told == entries(found.checkpoint.size)
    return found


# The tree


def test_an_empty_log_is_published(folder: Path) -> None:
    assert seen(folder).checkpoint == Checkpoint(ORIGIN, 0, Tree().root(0))


@pytest.mark.parametrize(
    "sizes", [(1,), (256,), (1, 2, 255, 256, 257), (300, 300, 301), (700, 1100), (66_000, 66_100)]
)
def test_however_it_grew_it_is_the_same_tree(folder: Path, sizes: tuple[int, ...]) -> None:
    assert grown(folder, *sizes).root == Tree(entries(sizes[-1])).root(sizes[-1])
    assert seen(folder).checkpoint.size == sizes[-1]
    served = {
        str(each.relative_to(folder)) for each in (folder / "tile").rglob("*") if each.is_file()
    }
    assert {each.path for each in tiles.tiles_of(sizes[-1])} <= served
    assert all(tiles.parse(path) for path in served)


@at_most(10, shared=True)
@given(steps=st.lists(st.integers(0, 300), max_size=6))
def test_every_checkpoint_goes_on_from_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    create(folder, LOG)
    before = None
    with Log(folder, LOG) as opened:
        for step in steps:
            opened.append(entries(step))
            opened.publish()
            before = audit(reader(folder), ALONE, since=before).checkpoint
            assert before == opened.published


def test_every_entry_has_its_proof(folder: Path) -> None:
    grown(folder, 100, 600)
    read = reader(folder)
    for index in range(0, 600, 7):
        shown = str(prove(index, read)).encode()
        assert check_entry(entry(index), shown, ALONE).checkpoint.size == 600
        assert read_entry(index, 600, read) == entry(index)
    with pytest.raises(LedgerError, match="no entry 600 under the checkpoint"):
        prove(600, read)


def test_what_is_not_published_is_durable_and_comes_next(folder: Path) -> None:
    grown(folder, 10)
    with Log(folder, LOG) as opened:
        opened.append([entry(10), entry(11)])
    assert seen(folder).checkpoint.size == 10
    assert grown(folder, 12).size == 12
    assert seen(folder).checkpoint.size == 12


def test_partial_tiles_go_once_the_full_one_is_there(folder: Path) -> None:
    grown(folder, 100, 200, 256, 300)
    assert not (folder / "tile/0/000.p").exists()
    assert not (folder / "tile/entries/000.p").exists()
    assert (folder / "tile/1/000.p/1").exists()


# Whoever must not write


def test_one_process_writes(folder: Path) -> None:
    with Log(folder, LOG), pytest.raises(Busy, match="another run is writing"):
        Log(folder, LOG)
    Log(folder, LOG).close()


def test_a_log_is_never_replaced(folder: Path) -> None:
    with pytest.raises(OutputExists, match="has a log in it"):
        create(folder, LOG)


def test_another_key_doesn_t_open_it(folder: Path) -> None:
    with pytest.raises(LedgerError, match="signed by another key"):
        Log(folder, signer("log.example/other"))


def test_a_folder_without_a_log_is_none(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no log"):
        Log(tmp_path, LOG)


@pytest.mark.parametrize("size", [0, 65_536])
def test_an_entry_that_has_no_place_in_a_bundle_is_refused_whole(folder: Path, size: int) -> None:
    with Log(folder, LOG) as opened:
        with pytest.raises(ValueError, match="from 1 to 65,535 bytes"):
            opened.append([b"right", b"x" * size])
        assert opened.size == 0


# Attacks on what is kept


def test_a_log_restored_from_a_backup_does_not_open(folder: Path, tmp_path: Path) -> None:
    """SQLite of yesterday beside the checkpoint of today: it would sign another tree."""
    grown(folder, 100)
    shutil.copy(folder / "sequencer.sqlite", tmp_path / "old")
    grown(folder, 300)
    shutil.copy(tmp_path / "old", folder / "sequencer.sqlite")
    with pytest.raises(
        LedgerError, match="has fallen behind what it published: 100 entries of 300"
    ):
        Log(folder, LOG)


def test_a_checkpoint_that_is_gone_is_not_made_again_out_of_less(folder: Path) -> None:
    grown(folder, 300)
    (folder / "checkpoint").unlink()
    with pytest.raises(LedgerError, match="has fallen behind"):
        Log(folder, LOG)


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "checkpoint"]
)
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_damage_is_found_by_whoever_reads_it_all(folder: Path, path: str, how: str) -> None:
    grown(folder, 300)
    data = bytearray((folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    if how == "gone":
        (folder / path).unlink()
    else:
        (folder / path).write_bytes(data if how == "flip" else data[:-1])
    with pytest.raises(LedgerError):
        audit(reader(folder), ALONE)


def test_damaged_tiles_are_not_signed_over(folder: Path) -> None:
    grown(folder, 300)
    with Log(folder, LOG) as opened:
        (folder / "tile/1/000.p/1").write_bytes(bytes(32))
        opened.append([entry(300)])
        before = (folder / "checkpoint").read_bytes()
        with pytest.raises(LedgerError, match="the tree has changed"):
            opened.publish()
        assert (folder / "checkpoint").read_bytes() == before
    with pytest.raises(LedgerError, match="are damaged"):
        Log(folder, LOG)


def test_a_damaged_sequencer_is_said(folder: Path) -> None:
    (folder / "sequencer.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match=r"sequencer\.sqlite is damaged"):
        Log(folder, LOG)


def test_a_rewritten_log_is_found_by_whoever_saw_it_before(folder: Path, tmp_path: Path) -> None:
    before = grown(folder, 300)
    create(tmp_path / "fork", LOG)
    with Log(tmp_path / "fork", LOG) as fork:
        fork.append([*entries(299), entry(299, "x"), entry(300)])
        fork.publish()
    with pytest.raises(LedgerError, match="the tree has changed"):
        audit(reader(tmp_path / "fork"), ALONE, since=before)
    create(tmp_path / "short", LOG)
    with pytest.raises(LedgerError, match="was seen with 300 entries"):
        audit(reader(tmp_path / "short"), ALONE, since=before)


def test_without_witnesses_the_checkpoint_stays_as_it_was(folder: Path) -> None:
    def nobody(*_: object) -> list[object]:
        raise LedgerError("too few witnesses")

    grown(folder, 5)
    with Log(folder, LOG) as opened:
        opened.append(entries(400)[5:])
        with pytest.raises(LedgerError, match="too few witnesses"):
            opened.publish(nobody)  # type: ignore[arg-type]
        assert seen(folder).checkpoint.size == 5
        opened.publish()
    assert seen(folder).checkpoint.size == 400


# Kills and full disks


KILLED = """
import sys
from pathlib import Path
from fakes.ledgers import LOG, entry
from contrejour.custody.ledger.log import Log

with Log(Path(sys.argv[1]), LOG) as log:
    while True:
        first = log.append([entry(log.size + n) for n in range(int(sys.argv[2]))])
        print(log.size, flush=True)
        if first % 3 == 0:
            log.publish()
            print(-log.published.size, flush=True)
"""


@pytest.mark.parametrize("seed", range(8))
def test_a_kill_at_any_moment_loses_nothing_acknowledged(folder: Path, seed: int) -> None:
    """SIGKILL, a real one, after so many lines: a batch or a checkpoint is under way."""
    draw = random.Random(seed)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    kept, stood = 0, 0
    for _ in range(3):
        batch = str(draw.choice([1, 7, 40, 300]))
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, folder, batch], stdout=subprocess.PIPE, text=True,
            env=environment,
        ) as process:  # fmt: skip
            assert process.stdout
            for _ in range(draw.randrange(1, 25)):
                number = int(process.stdout.readline())
                kept, stood = max(kept, number), max(stood, -number)
            process.kill()
            rest = [int(line) for line in process.stdout if line.endswith("\n")]
        kept, stood = max([kept, *rest]), max([stood, *(-number for number in rest)])
        assert seen(folder).checkpoint.size >= stood
        with Log(folder, LOG) as opened:
            assert opened.size >= kept
            opened.publish()
            kept = stood = opened.size
        assert seen(folder).checkpoint.size == kept


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Do it in a process that is killed at its n-th sync or rename; whether it lived to the end."""
    pid = os.fork()
    if pid == 0:
        left = iter(range(step))

        def before(real: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object) -> object:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args)

            return call

        os.fsync, os.replace = before(os.fsync), before(os.replace)  # type: ignore[assignment]
        try:
            act()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def test_a_kill_before_any_sync_or_rename_leaves_the_last_checkpoint_or_the_next(
    tmp_path: Path,
) -> None:
    step, lived = 0, False
    while not lived:
        folder = tmp_path / str(step)
        create(folder, LOG)
        grown(folder, 250)

        def act(folder: Path = folder) -> None:
            with Log(folder, LOG) as opened:
                opened.append(entries(600)[250:])
                opened.publish()

        lived = killed_at(step, act)
        assert seen(folder).checkpoint.size in ((600,) if lived else (250, 600))
        assert grown(folder, 601).size == 601
        assert seen(folder).checkpoint.root == Tree(entries(601)).root(601)
        step += 1
    assert step > 20


def test_a_kill_while_a_log_is_made_leaves_none_or_an_empty_one(tmp_path: Path) -> None:
    step, lived = 0, False
    while not lived:
        folder = tmp_path / str(step)
        lived = killed_at(step, lambda folder=folder: create(folder, LOG))  # type: ignore[misc]
        if not (folder / "sequencer.sqlite").exists():
            create(folder, LOG)
        assert grown(folder, 1).size == 1
        step += 1


def test_a_full_disk_refuses_and_keeps_what_was_acknowledged(folder: Path) -> None:
    grown(folder, 10)
    with Log(folder, LOG) as opened:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            with pytest.raises(OutputFailed, match="can't be written"):
                opened.append([os.urandom(60_000) for _ in range(4)])
            assert opened.size == 10
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        opened.append([entry(10)])
        opened.publish()
    assert seen(folder).checkpoint.size == 11


def test_a_disk_that_is_full_of_tiles_publishes_nothing_half(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(folder, 10)
    with Log(folder, LOG) as opened:
        opened.append(entries(300)[10:])

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputFailed, match="No space left on device"):
            opened.publish()
        monkeypatch.undo()
        assert checkpoint.parse(read_checkpoint(reader(folder)).text).size == 10
        opened.publish()
    assert seen(folder).checkpoint.size == 300
