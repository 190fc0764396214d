"""A run needs of its pool what the contract says, and no more; processes keep that contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from fakes.runs import clip
from fakes.videos import InlinePool
from fakes.workers import Clerk, DetectorFails, Dies

from contrejour.base.errors import ContrejourError, DetectorError
from contrejour.recorded.pool import Task
from contrejour.recorded.processes import ProcessPool
from contrejour.recorded.request import Options, masks_name
from contrejour.recorded.run import PoolOf, veil_video


class LastFirstPool(InlinePool):
    """Units begin in order and end in any: here the last one ends first."""

    def do(
        self, task: Task, units: Sequence[object], given: object = None
    ) -> Iterator[tuple[int, bytes]]:
        return reversed(list(super().do(task, units, given)))


class TwicePool(InlinePool):
    """What a pool does that has lost a worker: it has a unit done again."""

    def do(
        self, task: Task, units: Sequence[object], given: object = None
    ) -> Iterator[tuple[int, bytes]]:
        for place, unit in enumerate(units):
            list(super().do(task, [unit], given))
            ((_, value),) = super().do(task, [unit], given)
            yield place, value


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units to look at, and chunks to copy and to encode."""
    return clip(tmp_path_factory.mktemp("pool") / "in.mp4", frames=200, rate=10, gop=20)


def veiled(source: Path, out: Path, pool_of: PoolOf, hide: str, fill: str) -> tuple[bytes, bytes]:
    out.parent.mkdir(exist_ok=True)
    options = Options(hide=hide, fill=fill, detector="fakes.detectors:scripted")
    summary = veil_video(source, out, options, lambda *_: None, pool_of)
    assert summary.tracks == 1
    return out.read_bytes(), masks_name(out).read_bytes()


@pytest.mark.usefixtures("someone")
@pytest.mark.parametrize(("hide", "fill"), [("people", "solid"), ("unknown", "background")])
def test_a_run_gives_the_same_bytes_in_whichever_order_and_however_often_units_are_done(
    source: Path, tmp_path: Path, hide: str, fill: str
) -> None:
    usual = veiled(source, tmp_path / "a" / "out.mp4", InlinePool, hide, fill)
    assert veiled(source, tmp_path / "b" / "out.mp4", LastFirstPool, hide, fill) == usual
    assert veiled(source, tmp_path / "c" / "out.mp4", TwicePool, hide, fill) == usual


def begun(folder: Path) -> list[int]:
    log = folder / "begun"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def pool(
    count: int, kind: Callable[[Path], Clerk], folder: Path, told: list[object]
) -> ProcessPool:
    return ProcessPool(count).start(partial(kind, folder), lambda *said: told.append(said))


def test_one_process_does_the_units_in_order_and_tells_its_progress(tmp_path: Path) -> None:
    told: list[object] = []
    with pool(1, Clerk, tmp_path, told) as workers:
        work = workers.do("look", range(6))
        assert not told
        assert list(work) == [(n, b"%d" % n) for n in range(6)]
        assert list(workers.do("render", [6])) == [(0, b"6")]
    assert begun(tmp_path) == [*range(7)]
    assert told == [("look", 0), *[("look", 3)] * 6, ("render", 0), ("render", 3)]


def test_several_processes_do_every_unit_once(tmp_path: Path) -> None:
    with pool(3, Clerk, tmp_path, []) as workers:
        assert sorted(n for n, _ in workers.do("look", range(20))) == [*range(20)]
    assert sorted(begun(tmp_path)) == [*range(20)]


@pytest.mark.parametrize(
    ("kind", "error"), [(DetectorFails, DetectorError), (Dies, ContrejourError)]
)
def test_what_a_task_raises_ends_the_work_and_what_was_done_before_stays_done(
    tmp_path: Path, kind: type[Clerk], error: type[ContrejourError]
) -> None:
    done = []
    with pool(1, kind, tmp_path, []) as workers, pytest.raises(error):  # noqa: PT012
        for place, _ in workers.do("look", range(6)):
            done.append(place)
    assert done == [0, 1]
    assert begun(tmp_path) == [0, 1, 2]
