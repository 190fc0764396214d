"""What a worker does with the units of one video.

    task     for all units    given a unit    gives
    look                      Unit            what the detectors see in each frame, as JSON
    sample                    Unit of one     its planes, row by row; nothing where none decodes
    scan     the empty scene  Unit            the cells of each frame that aren't the empty scene
    render   its planes       Chunk           its packets, veiled and encoded, or copied

A worker opens the input and builds the detector, then it is shut in (processes.py), and only then
has FFmpeg look at a byte of it. It writes no file: what it gives is bytes, and the run that asked
keeps them (results.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pkgutil import resolve_name
from typing import Any

import numpy as np

from contrejour import media
from contrejour.base.errors import ContrejourError, MasksError, Unsupported
from contrejour.base.pictures import Frame, Look
from contrejour.base.sandbox import Limits
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Task, Tick
from contrejour.recorded.units import Chunk, Unit, pack, unpack
from contrejour.vision import scene
from contrejour.vision.detect.guard import GuardedDetector
from contrejour.vision.veil import apply, grid

TICK_FRAMES = 8
"""Progress is told after so many frames."""
MEMORY_BYTES, MEMORY_PICTURES = 2 << 30, 128
"""Address space beyond what a worker has when it is shut in: so much, and so many pictures of 8
bytes a pixel. Decoder and encoder together keep some sixty, of 1.5 to 6 bytes a pixel."""
CPU_S, CPU_S_EACH_MEGAPIXEL = 600, 2
"""Of processor time: so much, and for each frame of the file. It takes a hundredth of that."""


class VideoWorker:
    """A worker for one job: it keeps a reader, and a detector where the first task needs one."""

    def __init__(self, job: Job) -> None:
        self._job = job
        media.import_all_of_av()
        self._file = media.InputFile(job.source)
        self._reader: media.Reader | None = None
        self._detector: Any = None
        self._look_at: Any = None
        self._given: Any = None

    @property
    def limits(self) -> Limits:
        size_px = self._job.fmt.width * self._job.fmt.height
        return Limits(
            MEMORY_BYTES + MEMORY_PICTURES * 8 * size_px,
            CPU_S + int(CPU_S_EACH_MEGAPIXEL * self._job.packets * max(1.0, size_px / 1e6)),
        )

    def prepare(self, task: Task, given: object) -> None:
        """As `pool.Worker` wants it; what is given is as the table above has it."""
        self._given = given
        if task == "look" and self._detector is None:
            from contrejour.vision.detect.look import look_at

            self._look_at = look_at
            build = resolve_name(self._job.options.detector)
            self._detector = GuardedDetector(
                build(self._job.fmt.shown, offline=self._job.options.offline)
            )

    def do(self, task: Task, unit: object, tick: Tick) -> bytes:
        """Do one unit, as `pool.Worker` wants it; `unit` is as the table above has it."""
        tasks: dict[Task, Callable[[Any, Tick], bytes]] = {
            "look": self._look, "sample": self._sample, "scan": self._scan,
            "render": self._render,
        }  # fmt: skip
        return tasks[task](unit, tick)

    @property
    def _recording(self) -> media.Reader:
        if self._reader is None:
            self._reader = media.Reader(self._file, self._job.fmt, self._job.gops)
        return self._reader

    def _frames(self, unit: Unit, tick: Tick) -> Iterator[Frame]:
        done = 0
        for frame in self._recording.frames(unit.first, unit.last, unit.skip, unit.count):
            yield frame
            done += 1
            if done % TICK_FRAMES == 0:
                tick(TICK_FRAMES)
        tick(done % TICK_FRAMES)

    def _look(self, unit: Unit, tick: Tick) -> bytes:
        times: list[int] = []

        def timed() -> Iterator[Frame]:
            for frame in self._frames(unit, tick):
                times.append(frame.pts)
                yield frame

        looks = list(self._look_at(timed(), self._detector))
        return json.dumps(
            [_row(pts, look) for pts, look in zip(times, looks, strict=True)]
        ).encode()

    def _sample(self, unit: Unit, tick: Tick) -> bytes:
        sample = b""
        for frame in self._frames(unit, tick):
            sample = b"".join(np.ascontiguousarray(plane).tobytes() for plane in frame.planes)
        return sample

    def _scan(self, unit: Unit, tick: Tick) -> bytes:
        return pack(scene.unknown(self._given, frame.planes) for frame in self._frames(unit, tick))

    def _render(self, chunk: Chunk, tick: Tick) -> bytes:
        packets, times = self._copied(chunk, tick) if chunk.copy else self._veiled(chunk, tick)
        if times != chunk.pts:
            raise self._misfit(chunk, times)
        return media.pack_chunk(packets)

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
        """The packets of a chunk in which nothing is hidden, and the times of its frames.

        Where the masks were given nobody has looked yet whether they are damaged.
        """
        for frame in self._frames(chunk.unit, lambda _: None) if self._job.masks else ():
            if frame.corrupt:
                raise MasksError("damaged-picture-shown", pts=frame.pts)
        packets = self._recording.copy(chunk.unit.first, chunk.unit.last)
        tick(len(packets))
        return packets, tuple(sorted(packet.pts for packet in packets))

    def _veiled(self, chunk: Chunk, tick: Tick) -> tuple[list[media.CodedPicture], tuple[int, ...]]:
        """The packets of a chunk, veiled and encoded, and the times of its frames."""
        fmt = self._job.fmt
        encoder, packets, times = media.Encoder(fmt), [], []
        masks = unpack(chunk.hidden, *grid(fmt.width, fmt.height))
        for frame in self._frames(chunk.unit, tick):
            times.append(frame.pts)
            if (hidden := next(masks, None)) is None:
                break  # more frames than masks: `_render` refuses the chunk
            if frame.corrupt and not hidden.all():  # a masks file that never saw the damage
                raise MasksError("damaged-picture-shown", pts=frame.pts)
            fill = "solid" if hidden.all() else self._job.options.fill
            packets += encoder.write(apply(frame, hidden, fill, self._given))
        packets += encoder.close() if times else []
        return packets, tuple(times)


def _row(pts: int, look: Look) -> list[Any]:
    found = [[*d.box, d.kind.value, round(d.score, 3)] for d in look.detections]
    return [pts, look.time_ns, look.sight.value, int(look.cut), found]
