"""The masks that follow from what the detectors see.

Workers look at units of the file; tracks join what was seen as it comes in, and give the masks.
With `--hide unknown` all that isn't the empty scene is hidden as well (`empty_scene.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from contrejour.base.errors import Unsupported
from contrejour.base.pictures import Look, Mask
from contrejour.recorded import empty_scene, masksfile, units
from contrejour.recorded.folder import looks_path
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Pool
from contrejour.recorded.results import keep_looks, read_looks
from contrejour.recorded.units import Unit
from contrejour.vision.clock import MOST_NS, Clock


def masks(job: Job, pool: Pool) -> tuple[masksfile.MasksHeader, masksfile.Masks]:
    """(pts, mask) of every frame, in order, and the header for them, its frames not yet counted.

    The masks come while workers still look at later units, unless `--hide unknown` is asked for,
    which wants all looks first. Raises what a pool raises, and Unsupported where time goes back.
    """
    cut = units.units(job.gops)
    missing = [
        (number, unit)
        for number, unit in enumerate(cut)
        if not looks_path(job.folder, number).exists()
    ]
    if job.options.hide == "unknown":
        deque(_looked_at(job, pool, missing, len(cut)), 0)
        found: masksfile.Masks = empty_scene.default_deny(
            job, pool, cut, lambda: _masks(job, range(len(cut)), "people")
        )
    else:
        found = _masks(job, _looked_at(job, pool, missing, len(cut)), job.options.hide)
    return _header(job), found


def _header(job: Job) -> masksfile.MasksHeader:
    from contrejour.vision import detect

    return masksfile.MasksHeader(
        input_name=job.source.path.name,
        input_sha256=job.source.sha256,
        width=job.fmt.upright[0],
        height=job.fmt.upright[1],
        rotation=job.fmt.rotation,
        time_base=job.fmt.time_base,
        frames=0,
        models=detect.model_hashes(),
        parameters={"hide": job.options.hide},
    )


def _looked_at(
    job: Job, pool: Pool, missing: Sequence[tuple[int, Unit]], count: int
) -> Iterator[int]:
    """The numbers of all `count` units, in order, each as soon as it has been looked at."""
    waiting = {number for number, _ in missing}
    done = pool.do("look", [unit for _, unit in missing])
    for number in range(count):
        while number in waiting:
            place, found = next(done)
            keep_looks(job.folder, missing[place][0], found)
            waiting.remove(missing[place][0])
        yield number


def _masks(job: Job, numbers: Iterable[int], hide: str) -> Iterator[tuple[int, Mask]]:
    """The masks that follow from the looks at the units with these numbers."""
    from contrejour.vision import track

    times: deque[int] = deque()
    for mask in track.masks(_looks(job, numbers, times), job.fmt.upright, hide=hide):
        yield times.popleft(), mask


def _looks(job: Job, numbers: Iterable[int], times: deque[int]) -> Iterator[Look]:
    """Every look, at its time by one clock for the whole file.

    Its stamp, which must be later than the one before, is put into `times`.
    """
    last: int | None = None
    clock = Clock(MOST_NS)
    for pts, look in read_looks(job.folder, numbers):
        if last is not None and pts <= last:
            raise Unsupported("time-stamps-go-back", frame=look.index, last=last, pts=pts)
        last = pts
        times.append(pts)
        yield replace(look, time_ns=clock.at(job.fmt.time_ns(pts)))
