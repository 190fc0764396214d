"""What a worker does with the units of one video.

    task     given                        leaves in the work folder, or returns
    look     (number, unit)               what the detectors see in each frame
    sample   unit of one frame            returns its planes, to learn the empty scene from
    scan     (number, unit, the scene)    the cells of each frame that aren't the empty scene
    render   (chunk, background or None)  its packets, veiled and encoded, or copied

`folder.py` has the names. A result is whole and durable at its name before it is reported, so a
killed run repeats nothing that it had reported. A sample is a clear picture: it goes from process
to process, and is never on a disk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrejour import media
from contrejour.base import files
from contrejour.base.errors import ContrejourError, MasksError, Unsupported
from contrejour.base.files import filling
from contrejour.base.pictures import Box, Detection, Frame, Kind, Look, Sight
from contrejour.recorded.folder import cells_path, chunk_path, looks_path
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Task, Tick
from contrejour.recorded.units import Chunk, Unit, pack, unpack
from contrejour.vision.detect.guard import GuardedDetector
from contrejour.vision.veil import apply, grid

Sample = tuple[NDArray[Any], ...] | None
"""The planes of a clear picture; None where none decodes."""
TICK_FRAMES = 8
"""Progress is told after so many frames."""


class VideoWorker:
    """A worker for one job: it keeps a reader, and a detector that is built when first needed."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._reader = media.Reader(job.source, job.fmt, job.gops)
        self._detector: Any = None
        self._learned: dict[Path, Any] = {}

    def do(self, task: Task, unit: object, tick: Tick) -> object:
        """Do one unit, as `pool.Worker` wants it; `unit` is as the table above has it."""
        tasks: dict[Task, Callable[[Any, Tick], object]] = {
            "look": self._look, "sample": self._sample, "scan": self._scan,
            "render": self._render,
        }  # fmt: skip
        with filling(self._job.folder):
            return tasks[task](unit, tick)

    def _frames(self, unit: Unit, tick: Tick) -> Iterator[Frame]:
        done = 0
        for frame in self._reader.frames(unit.first, unit.last, unit.skip, unit.count):
            yield frame
            done += 1
            if done % TICK_FRAMES == 0:
                tick(TICK_FRAMES)
        tick(done % TICK_FRAMES)

    def _look(self, given: tuple[int, Unit], tick: Tick) -> None:
        from contrejour.vision import detect

        number, unit = given
        if self._detector is None:
            build = resolve_name(self._job.options.detector)
            self._detector = GuardedDetector(
                build(self._job.fmt.upright, offline=self._job.options.offline)
            )
        times: list[int] = []

        def timed() -> Iterator[Frame]:
            for frame in self._frames(unit, tick):
                times.append(frame.pts)
                yield frame

        looks = list(detect.look_at(timed(), self._detector))
        rows = [_row(pts, look) for pts, look in zip(times, looks, strict=True)]
        files.replace(looks_path(self._job.folder, number), json.dumps(rows).encode())

    def _sample(self, unit: Unit, tick: Tick) -> Sample:
        sample: Sample = None
        for frame in self._frames(unit, tick):
            sample = tuple(np.ascontiguousarray(plane) for plane in frame.planes)
        return sample

    def _scan(self, given: tuple[int, Unit, Path], tick: Tick) -> None:
        from contrejour.vision import scene

        number, unit, path = given
        if path not in self._learned:
            self._learned[path] = scene.load(path)
        learned = self._learned[path]
        cells = (scene.unknown(learned, frame.planes) for frame in self._frames(unit, tick))
        files.replace(cells_path(self._job.folder, number), pack(cells))

    def _render(self, given: tuple[Chunk, Path | None], tick: Tick) -> None:
        chunk, background = given
        packets, times = (
            self._copied(chunk, tick) if chunk.copy else self._veiled(chunk, background, tick)
        )
        if times != chunk.pts:
            raise self._misfit(chunk, times)
        media.write_chunk(chunk_path(self._job.folder, chunk.name), packets)

    def _misfit(self, chunk: Chunk, times: tuple[int, ...]) -> ContrejourError:
        """The frames that are there now aren't those that have masks."""
        at = chunk.pts[0] if chunk.pts else "-"
        if self._job.masks is None:  # these masks come of looking at this very file
            return Unsupported("packets-unlike-pictures", pts=at)
        if len(times) != len(chunk.pts):
            return MasksError("masks-do-not-fit", expected=len(chunk.pts), pts=at, found=len(times))
        both = zip(times, chunk.pts, strict=True)
        there, wanted = next((one, other) for one, other in both if one != other)
        return MasksError("masks-at-another-time", expected=wanted, found=there)

    def _copied(self, chunk: Chunk, tick: Tick) -> tuple[list[media.CodedPicture], tuple[int, ...]]:
        """The packets of a chunk in which nothing is hidden, and the times of its frames."""
        packets = self._reader.copy(chunk.unit.first, chunk.unit.last)
        tick(len(packets))
        return packets, tuple(sorted(packet.pts for packet in packets))

    def _veiled(
        self, chunk: Chunk, background: Path | None, tick: Tick
    ) -> tuple[list[media.CodedPicture], tuple[int, ...]]:
        """The packets of a chunk, veiled and encoded, and the times of its frames."""
        fmt, planes = self._job.fmt, self._planes(background)
        encoder, packets, times = media.Encoder(fmt), [], []
        masks = unpack(chunk.hidden, *grid(fmt.width, fmt.height))
        for frame in self._frames(chunk.unit, tick):
            times.append(frame.pts)
            if (hidden := next(masks, None)) is None:
                break  # more frames than masks: `_render` refuses the chunk
            if frame.corrupt and not hidden.all():  # a masks file that never saw the damage
                raise MasksError("damaged-picture-shown", pts=frame.pts)
            fill = "solid" if hidden.all() else self._job.options.fill
            packets += encoder.write(apply(frame, hidden, fill, planes))
        packets += encoder.close() if times else []
        return packets, tuple(times)

    def _planes(self, background: Path | None) -> Any:
        """The planes of the empty scene that is in this file; None for no file."""
        if background is None:
            return None
        if background not in self._learned:
            with np.load(background) as planes:
                self._learned[background] = tuple(planes[name] for name in planes.files)
        return self._learned[background]


def _row(pts: int, look: Look) -> list[Any]:
    found = [[*d.box, d.kind.value, round(d.score, 3)] for d in look.detections]
    return [pts, look.time_ns, look.sight.value, int(look.cut), found]


def read_looks(folder: Path, numbers: Iterable[int]) -> Iterator[tuple[int, Look]]:
    """(pts, Look) of every frame of the units with these numbers, which begin with the file's."""
    index = 0
    for number in numbers:
        for pts, time_ns, sight, cut, found in json.loads(looks_path(folder, number).read_bytes()):
            boxes = tuple(
                Detection(Box(x, y, w, h), Kind(kind), score) for x, y, w, h, kind, score in found
            )
            yield pts, Look(index, time_ns, Sight(sight), boxes, bool(cut))
            index += 1
