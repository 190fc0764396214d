"""Clips made with the ffmpeg command, what ffprobe says of them, and their pixels."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from fakes.inline import in_this_process
from fakes.runs import LIMIT_S, masks_for
from numpy.typing import NDArray

from contrejour.base.pictures import Box, Cells
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Task
from contrejour.recorded.request import Options, Step, Summary
from contrejour.recorded.run import PoolOf, veil_video
from contrejour.recorded.tasks import VideoWorker
from contrejour.vision.veil import boxes

Planes = tuple[NDArray[Any], ...]
Hide = Callable[[int], Sequence[Box] | str]
"""What is hidden in frame `i`: boxes (upright pixels), or the reason why all of it is."""

PIXELS = {
    "gray": (1, 1, None), "gray10le": (1, 2, None), "gray12le": (1, 2, None),
    "yuv420p": (3, 1, (1, 1)), "yuvj420p": (3, 1, (1, 1)), "yuv422p": (3, 1, (1, 0)),
    "yuvj422p": (3, 1, (1, 0)), "yuv444p": (3, 1, (0, 0)), "yuvj444p": (3, 1, (0, 0)),
    "yuv411p": (3, 1, (2, 0)), "yuv410p": (3, 1, (2, 2)), "yuv440p": (3, 1, (0, 1)),
    "yuv420p10le": (3, 2, (1, 1)), "yuv422p10le": (3, 2, (1, 0)), "yuv444p10le": (3, 2, (0, 0)),
    "yuv420p12le": (3, 2, (1, 1)), "yuv444p12le": (3, 2, (0, 0)), "yuva420p": (4, 1, (1, 1)),
    "gbrp": (3, 1, (0, 0)),
}  # fmt: skip
"""Planes, bytes a sample, and log2 of the chroma steps, of the planar formats used here."""


def ffmpeg(*args: object, stdin: bytes | None = None) -> bytes:
    """Run ffmpeg; its standard output."""
    command = ["ffmpeg", "-v", "error", "-y", *map(str, args)]
    done = subprocess.run(command, input=stdin or b"", capture_output=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def ffprobe(path: Path, *args: str) -> Any:
    """What ffprobe says, as an object."""
    command = ["ffprobe", "-v", "error", "-of", "json", *args, str(path)]
    done = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=True)
    return json.loads(done.stdout)


def plane_shapes(width: int, height: int, pix_fmt: str) -> list[tuple[int, int]]:
    count, _, steps = PIXELS[pix_fmt]
    x, y = steps or (0, 0)
    small = (-(-height // (1 << y)), -(-width // (1 << x)))
    return [small if number in (1, 2) else (height, width) for number in range(count)]


def from_bytes(data: bytes, width: int, height: int, pix_fmt: str) -> list[Planes]:
    """Raw video, cut into frames and planes."""
    kind = np.dtype("<u2") if PIXELS[pix_fmt][1] == 2 else np.dtype("u1")
    shapes = plane_shapes(width, height, pix_fmt)
    values = np.frombuffer(data, kind).reshape(-1, sum(h * w for h, w in shapes))
    ends = np.cumsum([h * w for h, w in shapes])[:-1]
    return [
        tuple(part.reshape(s) for part, s in zip(np.split(row, ends), shapes, strict=True))
        for row in values
    ]


def decoded(path: Path, pix_fmt: str, *, upright: bool = False) -> list[Planes]:
    """Every picture of the first video track, as ffmpeg decodes it; coded, or as it is shown."""
    found = shown(path)
    width, height = found.stream["width"], found.stream["height"]
    if upright and found.rotation % 180:
        width, height = height, width
    turn = () if upright else ("-noautorotate",)
    raw = ffmpeg(*turn, "-i", path, "-map", "0:V:0", "-vsync", "passthrough",
                 "-sws_flags", "neighbor", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-")  # fmt: skip
    return from_bytes(raw, width, height, pix_fmt)


def under(hidden: Cells, shape: tuple[int, ...], number: int, pix_fmt: str) -> NDArray[np.bool_]:
    """Which samples of plane `number` lie under the hidden cells."""
    x, y = (PIXELS[pix_fmt][2] or (0, 0)) if number in (1, 2) else (0, 0)
    return hidden.repeat(16 >> y, 0).repeat(16 >> x, 1)[: shape[0], : shape[1]]


@dataclass(frozen=True)
class Shown:
    """What a viewer gets: ffprobe's word on the first real video track."""

    stream: dict[str, Any]
    frames: list[dict[str, Any]] = field(repr=False)
    paces: tuple[int, ...] = ()
    """AVI has no presentation times: the nth picture shown comes when the nth one is stored."""

    @property
    def times(self) -> list[Fraction]:
        """Presentation times, in seconds, exact."""
        base = Fraction(self.stream["time_base"])
        if self.paces:
            return [time * base for time in sorted(self.paces)]
        return [int(frame["best_effort_timestamp"]) * base for frame in self.frames]

    def side_data(self, kind: str) -> dict[str, Any]:
        """The side data of this kind, of the stream or else of its first frame."""
        every = self.stream.get("side_data_list", []) + self.frames[0].get("side_data_list", [])
        return next((data for data in every if data["side_data_type"] == kind), {})

    @property
    def rotation(self) -> int:
        return int(self.side_data("Display Matrix").get("rotation", 0)) % 360


def shown(path: Path) -> Shown:
    select = ("-select_streams", "V:0")
    found = ffprobe(path, *select, "-show_streams", "-show_frames")
    paces: tuple[int, ...] = ()
    if path.suffix == ".avi":
        paces = tuple(int(p["dts"]) for p in ffprobe(path, *select, "-show_packets")["packets"])
    return Shown(found["streams"][0], found["frames"], paces)


class InlinePool:
    """A pool of one worker in this very process: no time is spent on starting Python."""

    def __init__(self, job: Job, step: Step) -> None:
        self._worker = VideoWorker(job)
        self._job, self._step = job, step

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def do(
        self, task: Task, units: Sequence[object], given: object = None
    ) -> Iterator[tuple[int, bytes]]:
        self._worker.prepare(task, given)
        for place, unit in enumerate(units):
            value = self._worker.do(
                task, unit, lambda frames: self._step(task, frames, self._job.packets)
            )
            yield place, value


def pool_of(jobs: int) -> PoolOf | None:
    """The usual processes; where there are to be none, a worker in this one."""
    return None if jobs else InlinePool


def as_boxes(hidden: Cells, width: int, height: int) -> list[Box]:
    """Boxes, for a clip that is not rotated, that hide exactly these cells."""
    return boxes(hidden, width, height)


def veil(
    clip: Path, out: Path, hide: Hide, *, masks_of: Path | None = None, jobs: int = 0,
    **options: Any,
) -> Summary:  # fmt: skip
    """`contrejour veil CLIP -o OUT --masks ...`; the masks may be made for another clip.

    No process is started, unless there are `jobs`.
    """
    masks = masks_for(masks_of or clip, out.with_name(out.name + ".given.json"), hide)
    chosen = Options(masks=masks, force=True, jobs=jobs, **options)
    with in_this_process(not jobs):
        return veil_video(clip, out, chosen, lambda *_: None, pool_of(jobs))
