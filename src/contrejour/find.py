"""What to hide, on the detectors' word: workers look, tracks join what they saw.

With `--hide unknown` the empty scene has its say too (deny.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from contrejour import chunks, deny, sidecar
from contrejour.errors import Unsupported
from contrejour.types import Look, Mask
from contrejour.worker import looks_path, read_looks

if TYPE_CHECKING:
    from contrejour.pipeline import Run
    from contrejour.pool import Pool


def masks(run: Run, pool: Pool) -> tuple[sidecar.Header, Iterable[tuple[int, Mask]]]:
    """(pts, mask) of every frame, in order, and the header for them, its frames not yet counted."""
    from contrejour import detect

    units = chunks.units(run.gops)
    todo = [
        (number, unit)
        for number, unit in enumerate(units)
        if not looks_path(run.folder, number).exists()
    ]
    run.all(pool, "look", todo)
    header = sidecar.Header(
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
    hide = run.options.hide
    if hide == "unknown":
        return header, deny.default(run, pool, units, lambda: _tracked(run, len(units), "people"))
    return header, _tracked(run, len(units), hide)


def _tracked(run: Run, count: int, hide: str) -> Iterator[tuple[int, Mask]]:
    """The masks that follow from the looks at the first `count` units."""
    from contrejour import track

    times: deque[int] = deque()
    for mask in track.masks(_timed(run, count, times), run.fmt.upright, hide=hide):
        yield times.popleft(), mask


def _timed(run: Run, count: int, times: deque[int]) -> Iterator[Look]:
    """Every look; its time, which must rise, is put down in `times`."""
    last: int | None = None
    for pts, look in read_looks(run.folder, count):
        if last is not None and pts <= last:
            raise Unsupported(
                f"time stamps go back at frame {look.index} (pts {last}, then {pts})",
                "the recording may be several, joined; split it there",
            )
        last = pts
        times.append(pts)
        yield look
