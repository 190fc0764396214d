"""What a worker process does with one video: look, sample, scan, render.

    look     the detectors' word on each frame of a unit
    sample   the planes of one frame, from which the empty scene is learned
    scan     what is not the empty scene, in each frame of a unit
    render   a chunk of veiled (or copied) packets, on disk

Each result is written to the work folder before it is reported, so a killed run repeats nothing.
"""

from __future__ import annotations

import importlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contrejour import media
from contrejour.base.errors import MasksError
from contrejour.base.files import write_atomic, writing
from contrejour.base.pictures import Box, Detection, Frame, Kind, Look, Sight
from contrejour.recorded.processes import Tick
from contrejour.recorded.units import Chunk, Unit, unpack
from contrejour.vision.detect.guard import GuardedDetector
from contrejour.vision.veil import apply, grid

TICK_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker of a run is told. `detector` names a factory, "module:function"."""

    path: Path
    folder: Path
    fmt: media.Format
    gops: tuple[media.Gop, ...]
    fill: str
    detector: str
    offline: bool


class Worker:
    """One process's hands: a reader, and a detector built when first needed."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._reader = media.Reader(setup.path, setup.fmt, setup.gops)
        self._detector: Any = None
        self._scenes: dict[Path, Any] = {}

    def do(self, task: str, unit: Any, tick: Tick) -> Any:
        """Do one unit of `task`; what it returns is small."""
        todo: dict[str, Callable[[Any, Tick], None]] = {
            "look": self._look, "sample": self._sample, "scan": self._scan,
            "render": self._render,
        }  # fmt: skip
        with writing(self._setup.folder):
            todo[task](unit, tick)

    def _frames(self, unit: Unit, tick: Tick) -> Iterator[Frame]:
        done = 0
        for frame in self._reader.frames(unit.first, unit.last, unit.skip, unit.count):
            yield frame
            done += 1
            if done % TICK_FRAMES == 0:
                tick(TICK_FRAMES)
        tick(done % TICK_FRAMES)

    def _look(self, job: tuple[int, Unit], tick: Tick) -> None:
        from contrejour.vision import detect

        number, unit = job
        if self._detector is None:
            module, _, factory = self._setup.detector.partition(":")
            make = getattr(importlib.import_module(module), factory)
            self._detector = GuardedDetector(
                make(self._setup.fmt.upright, offline=self._setup.offline)
            )
        times: list[int] = []

        def noted() -> Iterator[Frame]:
            for frame in self._frames(unit, tick):
                times.append(frame.pts)
                yield frame

        looks = list(detect.look_at(noted(), self._detector))
        rows = [_row(pts, look) for pts, look in zip(times, looks, strict=True)]
        write_atomic(looks_path(self._setup.folder, number), json.dumps(rows).encode())

    def _sample(self, job: tuple[int, Unit], tick: Tick) -> None:
        number, unit = job
        for frame in self._frames(unit, tick):
            np.savez(
                self._setup.folder / f"sample-{number:06d}.npz",
                *[np.ascontiguousarray(plane) for plane in frame.planes],
            )

    def _scan(self, job: tuple[int, Unit, Path], tick: Tick) -> None:
        from contrejour.vision import scene

        number, unit, learned = job
        if learned not in self._scenes:
            self._scenes[learned] = scene.load(learned)
        packed = b"".join(
            np.packbits(scene.unknown(self._scenes[learned], frame.planes)).tobytes()
            for frame in self._frames(unit, tick)
        )
        write_atomic(cells_path(self._setup.folder, number), zlib.compress(packed, 1))

    def _render(self, job: tuple[Chunk, Path | None], tick: Tick) -> None:
        chunk, empty_scene = job
        fmt, unit = self._setup.fmt, chunk.unit
        if chunk.copy:
            packets = self._reader.copy(unit.first, unit.last)
            tick(len(packets))
            times = tuple(sorted(packet.pts for packet in packets))
        else:
            background = self._background(empty_scene)
            encoder, packets, seen = media.Encoder(fmt), [], []
            masks = unpack(chunk.hidden, *grid(fmt.width, fmt.height))
            for frame in self._frames(unit, tick):
                seen.append(frame.pts)
                if (hidden := next(masks, None)) is None:
                    break  # more frames than masks: refused below
                if frame.corrupt and not hidden.all():  # a masks file that never saw the damage
                    raise MasksError("damaged-picture-shown", pts=frame.pts)
                fill = "solid" if hidden.all() else self._setup.fill
                packets += encoder.write(apply(frame, hidden, fill, background))
            packets += encoder.close() if seen else []
            times = tuple(seen)
        if times != chunk.pts:
            raise MasksError(
                "masks-do-not-fit",
                expected=len(chunk.pts),
                pts=chunk.pts[0] if chunk.pts else "-",
                found=len(times),
            )
        media.write_chunk(chunk_path(self._setup.folder, chunk.name), packets)

    def _background(self, path: Path | None) -> Any:
        if path is None:
            return None
        if path not in self._scenes:
            with np.load(path) as planes:
                self._scenes[path] = tuple(planes[name] for name in planes.files)
        return self._scenes[path]


def looks_path(folder: Path, number: int) -> Path:
    return folder / "looks" / f"{number:06d}.json"


def cells_path(folder: Path, number: int) -> Path:
    return folder / "looks" / f"{number:06d}.cells"


def chunk_path(folder: Path, name: str) -> Path:
    return folder / "chunks" / f"{name}.chunk"


def _row(pts: int, look: Look) -> list[Any]:
    found = [[*d.box, d.kind.value, round(d.score, 3)] for d in look.detections]
    return [pts, look.time_ns, look.sight.value, int(look.cut), found]


def read_looks(folder: Path, units: Iterable[int]) -> Iterator[tuple[int, Look]]:
    """(pts, Look) of every frame of the file, in order, from all of its units."""
    index = 0
    for number in units:
        for pts, time_ns, sight, cut, found in json.loads(looks_path(folder, number).read_bytes()):
            boxes = tuple(
                Detection(Box(x, y, w, h), Kind(kind), score) for x, y, w, h, kind, score in found
            )
            yield pts, Look(index, time_ns, Sight(sight), boxes, bool(cut))
            index += 1
