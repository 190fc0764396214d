"""What to hide, on the detectors' word: workers look, tracks join what they saw as it comes.

With `--hide unknown` the empty scene has its say too (deny.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from contrejour.base.errors import Unsupported
from contrejour.base.pictures import Look, Mask
from contrejour.recorded import default_deny, masksfile
from contrejour.recorded import units as chunks
from contrejour.recorded.tasks import looks_path, read_looks

if TYPE_CHECKING:
    from contrejour.recorded.processes import Pool
    from contrejour.recorded.run import Run


def masks(run: Run, pool: Pool) -> tuple[masksfile.MasksHeader, Iterable[tuple[int, Mask]]]:
    """(pts, mask) of every frame, in order, and the header for them, its frames not yet counted."""
    from contrejour.vision import detect

    units = chunks.units(run.gops)
    todo = [
        (number, unit)
        for number, unit in enumerate(units)
        if not looks_path(run.folder, number).exists()
    ]
    header = masksfile.MasksHeader(
        input_name=run.source.name,
        input_sha256=run.input_sha256,
        width=run.fmt.upright[0],
        height=run.fmt.upright[1],
        rotation=run.fmt.rotation,
        time_base=run.fmt.time_base,
        frames=0,
        models=detect.model_hashes(),
        parameters={"hide": run.options.hide},
    )
    every = range(len(units))
    if run.options.hide == "unknown":
        run.all(pool, "look", todo)
        return header, default_deny.default(
            run, pool, units, lambda: _tracked(run, every, "people")
        )
    return header, _tracked(run, _looked_at(run, pool, todo, every), run.options.hide)


def _looked_at(
    run: Run, pool: Pool, todo: Sequence[tuple[int, chunks.Unit]], every: Iterable[int]
) -> Iterator[int]:
    """The numbers of the units, in order, each as soon as it has been looked at."""
    missing = {number for number, _ in todo}
    done = run.some(pool, "look", todo)
    for number in every:
        while number in missing:
            missing.remove(todo[next(done)][0])
        yield number


def _tracked(run: Run, units: Iterable[int], hide: str) -> Iterator[tuple[int, Mask]]:
    """The masks that follow from the looks at these units."""
    from contrejour.vision import track

    times: deque[int] = deque()
    for mask in track.masks(_timed(run, units, times), run.fmt.upright, hide=hide):
        yield times.popleft(), mask


def _timed(run: Run, units: Iterable[int], times: deque[int]) -> Iterator[Look]:
    """Every look; its time, which must rise, is put down in `times`."""
    last: int | None = None
    for pts, look in read_looks(run.folder, units):
        if last is not None and pts <= last:
            raise Unsupported("time-stamps-go-back", frame=look.index, last=last, pts=pts)
        last = pts
        times.append(pts)
        yield look
