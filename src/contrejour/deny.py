"""Default deny, on a recorded file: what is not proven to be the empty scene is hidden.

The scene is learned in a first pass, from evenly spaced frames and only where no mask of the
detectors lay; then every frame is compared with it, and what differs is hidden as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from contrejour import sidecar, veil
from contrejour.chunks import Unit
from contrejour.types import Cells, Hidden, Mask, Source
from contrejour.worker import cells_path

if TYPE_CHECKING:
    from contrejour.pipeline import _Run
    from contrejour.pool import Pool

SAMPLES = 64
HOLD_FRAMES = 1
"""Frames before and after a difference for which its cells stay hidden."""


def default(run: _Run, pool: Pool, units: Sequence[Unit], detected: Path) -> Path:
    """Add to the `detected` masks all that is not the empty scene; the new masks file."""
    scene_path = run.folder / "scene.npz"
    learner = _learn(run, pool, detected, watch_hidden=True)
    learner.learn().save(scene_path)
    jobs = [
        (number, unit, scene_path)
        for number, unit in enumerate(units)
        if not cells_path(run.folder, number).exists()
    ]
    run.all(pool, "scan", jobs)
    path = run.folder / "masks-unknown.json"
    header, rows = sidecar.read(detected)
    sidecar.write(path, header, _joined(run, rows, _scanned(run, len(units))))
    return path


def _learn(run: _Run, pool: Pool, masks: Path, *, watch_hidden: bool) -> Any:
    """A learner that has seen evenly spaced frames of the input under these masks."""
    from contrejour import scene

    fmt = run.fmt
    picked = _pick(run, masks)
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


def _pick(run: _Run, masks: Path) -> list[tuple[Unit, Cells]]:
    """Evenly spaced frames: where each is, and what is hidden in it. Depends on counts alone."""
    header, _ = sidecar.read(masks)
    wanted = set(np.linspace(0, max(0, header.frames - 1), SAMPLES).round().astype(int).tolist())
    picked, gop, ordinal = [], 0, 0
    for index, (pts, hidden) in enumerate(run.cells(masks)):
        while gop + 1 < len(run.gops) and pts >= run.gops[gop + 1].start_pts:
            gop, ordinal = gop + 1, 0
        if index in wanted:
            picked.append((Unit(gop, gop + 1, ordinal, 1), hidden))
        ordinal += 1
    return picked


def _scanned(run: _Run, count: int) -> Iterator[Cells]:
    rows, columns = veil.grid(run.fmt.width, run.fmt.height)
    size = -(-rows * columns // 8)
    for number in range(count):
        packed = zlib.decompress(cells_path(run.folder, number).read_bytes())
        for at in range(0, len(packed), size):
            bits = np.frombuffer(packed[at : at + size], np.uint8)
            yield np.unpackbits(bits, count=rows * columns).astype(bool).reshape(rows, columns)


def _joined(
    run: _Run, rows: Iterator[tuple[int, Mask]], scanned: Iterator[Cells]
) -> Iterator[tuple[int, Mask]]:
    from contrejour import scene

    fmt = run.fmt
    held = scene.hold(scanned, HOLD_FRAMES, HOLD_FRAMES)
    for (pts, mask), unknown in zip(rows, held, strict=True):
        if mask.whole or unknown.all():
            yield pts, replace(mask, whole=mask.whole or "scene-unknown")
            continue
        known = veil.cells(mask, fmt.width, fmt.height, fmt.rotation)
        extra = tuple(
            Hidden(box, Source.SCENE)
            for box in veil.boxes(unknown & ~known, fmt.width, fmt.height, fmt.rotation)
        )
        yield pts, replace(mask, boxes=mask.boxes + extra)


def background(run: _Run, pool: Pool, masks: Path) -> Path:
    """The empty scene for `--fill background`: planes learned only from pixels never masked.

    A function of the visible pixels and the masks alone; where nothing was ever seen, solid.
    """
    learner = _learn(run, pool, masks, watch_hidden=False)
    path = run.folder / "background.npz"
    np.savez(path, *learner.learn().planes)
    return path
