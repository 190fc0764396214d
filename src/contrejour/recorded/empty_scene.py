"""The empty scene of a file: what its camera shows when nobody is there.

It is learned from evenly spaced frames, and only from what no mask hides in them. Then

    --hide unknown     hides what isn't the empty scene, in every frame (default deny)
    --fill background  shows the empty scene where something was hidden
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from contrejour.base.pictures import Cells, HiddenBox, Mask, Source
from contrejour.recorded.folder import cells_path
from contrejour.recorded.job import Job
from contrejour.recorded.masksfile import Masks
from contrejour.recorded.pool import Pool
from contrejour.recorded.results import Planes, keep_cells, read_cells, sample_of
from contrejour.recorded.units import Chunk, Unit, unpack
from contrejour.vision import scene, veil
from contrejour.vision.clock import MOST_NS, Clock
from contrejour.vision.scene.sampling import spaced

HOLD_NS = 120_000_000
"""So long before and after a difference its cells stay hidden: three frames at 25 a second.

Measured on PETS09-S2L1, 2026-11-25: docs/design/scene.md.
"""


def default_deny(
    job: Job, pool: Pool, units: Sequence[Unit], detected: Callable[[], Masks]
) -> Masks:
    """The detectors' masks, and in each of them all that isn't the empty scene.

    `detected` gives those masks anew at each call: for learning, then for joining.
    """
    hidden = ((pts, job.cells(mask)) for pts, mask in detected())
    learned = _learner(job, pool, hidden, watch_hidden=True).learn().bare
    missing = [
        (number, unit)
        for number, unit in enumerate(units)
        if not cells_path(job.folder, number).exists()
    ]
    grid = veil.grid(job.fmt.width, job.fmt.height)
    for place, found in pool.do("scan", [unit for _, unit in missing], learned):
        keep_cells(job.folder, missing[place][0], found, *grid)
    return _joined(job, detected(), _scanned(job, len(units)))


def background(job: Job, pool: Pool, chunks: Sequence[Chunk]) -> Planes:
    """The planes of the empty scene.

    They are a function of the visible pixels and the masks alone: nothing of what is hidden
    anywhere is in them. Where nothing was ever visible they are the colour of a solid fill.
    """
    grid = veil.grid(job.fmt.width, job.fmt.height)
    hidden = (
        frame
        for chunk in chunks
        for frame in zip(chunk.pts, unpack(chunk.hidden, *grid), strict=True)
    )
    return tuple(_learner(job, pool, hidden, watch_hidden=False).learn().planes)


def _learner(
    job: Job, pool: Pool, hidden: Iterable[tuple[int, Cells]], *, watch_hidden: bool
) -> scene.Learner:
    """A learner that has seen the sampled frames, given (pts, hidden cells) of every frame."""
    samples = list(_samples(job, hidden))
    fmt = job.fmt
    learner = scene.Learner(
        fmt.height,
        fmt.width,
        fmt.subsampling,
        fmt.depth,
        watch_hidden=watch_hidden,
        pictures=not watch_hidden,
    )
    for sample, (_, cells) in zip(_sampled(job, pool, samples), samples, strict=True):
        if sample is not None:
            learner.add(sample, cells)
    return learner


def _sampled(
    job: Job, pool: Pool, samples: Sequence[tuple[Unit, Cells]]
) -> Iterator[Planes | None]:
    """The sampled frames, in order, None where none decodes; those that ended early wait in memory.

    They are clear: they go from process to process, and are never on a disk.
    """
    early: dict[int, Planes | None] = {}
    number = 0
    for place, sample in pool.do("sample", [unit for unit, _ in samples]):
        early[place] = sample_of(sample, job.fmt)
        while number in early:
            yield early.pop(number)
            number += 1


def _samples(job: Job, hidden: Iterable[tuple[int, Cells]]) -> Iterator[tuple[Unit, Cells]]:
    """Evenly spaced frames, each as a unit of one, with the cells that are hidden in it.

    Which ones they are depends on how many frames there are, and not on what they show.
    """
    chosen = set(spaced(job.packets))
    gop, ordinal = 0, 0
    for index, (pts, cells) in enumerate(hidden):
        while gop + 1 < len(job.gops) and pts >= job.gops[gop + 1].start_pts:
            gop, ordinal = gop + 1, 0
        if index in chosen:
            yield Unit(gop, gop + 1, ordinal, 1), cells
        ordinal += 1


def _scanned(job: Job, count: int) -> Iterator[Cells]:
    """The cells of every frame that aren't the empty scene, from the scans of all units."""
    rows, columns = veil.grid(job.fmt.width, job.fmt.height)
    for number in range(count):
        yield from read_cells(job.folder, number, rows, columns)


def _joined(job: Job, masks: Masks, scanned: Iterator[Cells]) -> Masks:
    """Each mask with boxes for the cells that aren't the empty scene now, or HOLD_NS from now."""
    fmt, clock = job.fmt, Clock(MOST_NS)
    waiting: deque[tuple[int, Mask]] = deque()

    def timed() -> Iterator[tuple[int, Cells]]:
        for (pts, mask), unknown in zip(masks, scanned, strict=True):
            waiting.append((pts, mask))
            yield clock.at(fmt.time_ns(pts)), unknown

    for unknown in scene.hold(timed(), HOLD_NS):
        pts, mask = waiting.popleft()
        if mask.whole or unknown.all():
            yield pts, replace(mask, whole=mask.whole or "scene-unknown")
            continue
        more = unknown & ~job.cells(mask)
        boxes = veil.boxes(more, fmt.width, fmt.height, fmt.rotation)
        extra = tuple(HiddenBox(box, Source.SCENE) for box in boxes)
        yield pts, replace(mask, boxes=mask.boxes + extra)
