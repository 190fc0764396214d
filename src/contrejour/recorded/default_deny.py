"""Default deny, on a recorded file: what is not proven to be the empty scene is hidden.

The scene is learned in a first pass, from evenly spaced frames and only where no mask of the
detectors lay; then every frame is compared with it, and what differs is hidden as well.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from contrejour.base.pictures import Cells, Hidden, Mask, Source
from contrejour.recorded.tasks import cells_path
from contrejour.recorded.units import Chunk, Unit, unpack
from contrejour.vision import veil
from contrejour.vision.scene.sampling import spaced

if TYPE_CHECKING:
    from contrejour.recorded.processes import Pool
    from contrejour.recorded.run import Run
    from contrejour.vision.scene import Learner

Masks = Iterator[tuple[int, Mask]]
Again = Callable[[], Masks]

HOLD_NS = 120_000_000
"""So long before and after a difference its cells stay hidden: three frames at 25 a second."""


def default(run: Run, pool: Pool, units: Sequence[Unit], detected: Again) -> Masks:
    """The detectors' masks, and all that is not the empty scene."""
    scene_path = run.folder / "scene.npz"
    learner = _learn(run, pool, run.cells(detected()), watch_hidden=True)
    learner.learn().save(scene_path)
    jobs = [
        (number, unit, scene_path)
        for number, unit in enumerate(units)
        if not cells_path(run.folder, number).exists()
    ]
    run.all(pool, "scan", jobs)
    return _joined(run, detected(), _scanned(run, len(units)))


def background(run: Run, pool: Pool, planned: Sequence[Chunk]) -> Path:
    """The empty scene for `--fill background`: planes learned only from pixels never masked.

    A function of the visible pixels and the masks alone; where nothing was ever seen, solid.
    """
    grid = veil.grid(run.fmt.width, run.fmt.height)
    seen = (
        frame
        for chunk in planned
        for frame in zip(chunk.pts, unpack(chunk.hidden, *grid), strict=True)
    )
    learner = _learn(run, pool, seen, watch_hidden=False)
    path = run.folder / "background.npz"
    np.savez(path, *learner.learn().planes)
    return path


def _learn(
    run: Run, pool: Pool, seen: Iterable[tuple[int, Cells]], *, watch_hidden: bool
) -> Learner:
    """A learner that has seen evenly spaced frames of the input, under what is hidden in them."""
    from contrejour.vision import scene

    fmt = run.fmt
    picked = list(_pick(run, seen))
    jobs = [(number, unit) for number, (unit, _) in enumerate(picked)]
    run.all(pool, "sample", jobs)
    learner = scene.Learner(
        fmt.height, fmt.width, fmt.subsampling, fmt.depth, watch_hidden=watch_hidden
    )
    for number, (_, hidden) in enumerate(picked):
        sample = run.folder / f"sample-{number:06d}.npz"
        with np.load(sample) as planes:
            learner.add(tuple(planes[name] for name in planes.files), hidden)
        sample.unlink()
    return learner


def _pick(run: Run, seen: Iterable[tuple[int, Cells]]) -> Iterator[tuple[Unit, Cells]]:
    """Evenly spaced frames: where each is, and what is hidden in it. Depends on counts alone."""
    frames = sum(gop.packets for gop in run.gops)
    wanted = set(spaced(frames))
    gop, ordinal = 0, 0
    for index, (pts, hidden) in enumerate(seen):
        while gop + 1 < len(run.gops) and pts >= run.gops[gop + 1].start_pts:
            gop, ordinal = gop + 1, 0
        if index in wanted:
            yield Unit(gop, gop + 1, ordinal, 1), hidden
        ordinal += 1


def _scanned(run: Run, count: int) -> Iterator[Cells]:
    rows, columns = veil.grid(run.fmt.width, run.fmt.height)
    size = -(-rows * columns // 8)
    for number in range(count):
        packed = zlib.decompress(cells_path(run.folder, number).read_bytes())
        for at in range(0, len(packed), size):
            bits = np.frombuffer(packed[at : at + size], np.uint8)
            yield np.unpackbits(bits, count=rows * columns).astype(bool).reshape(rows, columns)


def _joined(run: Run, rows: Masks, scanned: Iterator[Cells]) -> Masks:
    from contrejour.vision import scene

    fmt = run.fmt
    noted: deque[tuple[int, Mask]] = deque()

    def timed() -> Iterator[tuple[int, Cells]]:
        for (pts, mask), unknown in zip(rows, scanned, strict=True):
            noted.append((pts, mask))
            yield int(pts * fmt.time_base * 1_000_000_000), unknown

    for unknown in scene.hold(timed(), HOLD_NS):
        pts, mask = noted.popleft()
        if mask.whole or unknown.all():
            yield pts, replace(mask, whole=mask.whole or "scene-unknown")
            continue
        known = veil.cells(mask, fmt.width, fmt.height, fmt.rotation)
        extra = tuple(
            Hidden(box, Source.SCENE)
            for box in veil.boxes(unknown & ~known, fmt.width, fmt.height, fmt.rotation)
        )
        yield pts, replace(mask, boxes=mask.boxes + extra)
