"""Veil one recorded video.

    look     workers run the detectors over closed GOPs                      -> looks/
    mask     tracks over the whole file, bounded look-ahead                  -> the masks
    scene    `unknown` only: learn the empty scene, hide all that isn't it   -> more masks
    render   workers veil and encode, or copy where nothing is hidden        -> chunks/
    publish  one file, its masks, its report; the video's name comes last

With a masks file given, the first three are skipped: what it says is hidden, and nothing else.

A live camera is another matter: nothing of it is seen but through `watch`, which wants a plan.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from contrejour import media
from contrejour.base.errors import (
    InputEmpty,
    InputMissing,
    MasksError,
    Truncated,
)
from contrejour.base.files import filling, sha256
from contrejour.base.fixed import FixedFile, Source
from contrejour.base.messages import Message
from contrejour.base.pictures import Cells, Mask
from contrejour.recorded import detected, masksfile, units, vouched
from contrejour.recorded.folder import WorkFolder, old_folder_path
from contrejour.recorded.inputs import Target, demand_apart, take
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Pool
from contrejour.recorded.processes import ProcessPool
from contrejour.recorded.render import VeiledVideo, render
from contrejour.recorded.report import WIDTH_PX, write_report
from contrejour.recorded.request import DETECTOR, Options, Step, Summary, masks_name
from contrejour.recorded.tasks import VideoWorker

PoolOf = Callable[[Job, Step], AbstractContextManager[Pool]]
"""Makes the pool that does the work of a job and tells its progress to the step."""


@contextmanager
def processes(options: Options) -> Iterator[PoolOf]:
    """As many worker processes as are asked for: they load what they need, and wait for the job."""
    ahead = [VideoWorker.__module__]
    if options.detector == DETECTOR and not options.masks:
        ahead.append("contrejour.vision.detect.runtime:openvino")
    with ProcessPool(options.jobs, ahead) as pool:

        def start(job: Job, step: Step) -> AbstractContextManager[Pool]:
            pool.start(
                partial(VideoWorker, job),
                lambda task, frames: step(task, frames, job.packets),
            )
            return nullcontext(pool)

        yield start


def veil_video(
    source: Source, out: Path, options: Options, step: Step, pool_of: PoolOf | None = None
) -> Summary:
    """Veil the video `source` into `out` and its masks into `out`.masks.json.

    Nothing is at those names until everything is durable. Raises a ContrejourError.
    """
    taken = source if isinstance(source, FixedFile) else take(source)
    with nullcontext(pool_of) if pool_of else processes(options) as begun:
        return _veil(taken, out, options, step, begun)


def _veil(taken: FixedFile, out: Path, options: Options, step: Step, pool_of: PoolOf) -> Summary:
    started = time.monotonic()
    demand_apart([Target(taken.path, out, picture=False)], options)
    before = _stamp(taken.path)
    fmt, gops = media.examine(taken)
    media.check_container(out.suffix.lower(), fmt)
    truncated = media.is_truncated(taken.path, fmt.container)
    if truncated and not options.allow_truncated:
        raise Truncated("input-cut-short", source=taken.path)
    if not gops:
        raise InputEmpty("no-pictures-inside", path=taken.path)
    with WorkFolder(out, force=options.force, resume=options.resume) as folder:
        job = Job.of(taken, out, options, fmt, gops, folder.path)
        folder.begin(job.identity)
        with filling(folder.path), pool_of(job, step) as pool:
            summary, finished = _steps(job, pool)
        if _stamp(taken.path) != before:  # all that was read is as it was; there may be more now
            raise InputMissing("input-changed", source=taken.path)
        seconds = round(time.monotonic() - started, 3)
        folder.publish(*finished)
    return replace(summary, truncated=truncated, seconds=seconds)


def _stamp(source: Path) -> tuple[int, ...] | None:
    """Changes when the file does; None when it is gone."""
    with suppress(OSError):
        stat = source.stat()
        return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
    return None


def _steps(job: Job, pool: Pool) -> tuple[Summary, list[tuple[Path, Path]]]:
    """Every step but the last: the run's summary, and what to publish under which name."""
    header, masks = _given(job, job.masks) if job.masks else detected.masks(job, pool)
    with masksfile.Draft(job.folder / "masks.json") as draft:
        chunks, count = _plan(job, draft.passing(masks))
        if not count.frames:
            raise InputEmpty("no-picture-decodes-here", source=job.source.path)
        rendered = render(job, pool, chunks)
        digest = sha256(rendered.video)
        copied = sum(len(chunk.pts) for chunk in chunks if chunk.copy)
        parameters = {
            **header.parameters,
            "fill": job.options.fill,
            "frames_copied": copied,
            **vouched.parameters(
                job.identity, digest, [(chunk.name, len(chunk.pts)) for chunk in chunks]
            ),
        }
        draft.finish(replace(header, frames=count.frames, parameters=parameters))
    summary = Summary(
        str(job.source.path),
        str(job.out),
        frames=count.frames,
        media_seconds=round(float(units.span_pts(chunks) * job.fmt.time_base), 3),
        tracks=len(count.tracks),
        frames_veiled_whole=sum(count.reasons.values()),
        reasons=count.reasons,
        frames_copied=copied,
        frames_reused=rendered.reused,
        notes=tuple(_notes(job, header, rendered)),
        output_sha256=digest,
    )
    return summary, _finished(job, rendered.video)


def _given(job: Job, given: FixedFile) -> tuple[masksfile.MasksHeader, masksfile.Masks]:
    """The masks of the masks file that was given."""
    header, masks = masksfile.read(given)
    if (header.width, header.height) != job.fmt.upright:
        raise MasksError(
            "masks-of-another-size",
            path=given.path,
            masks_width=header.width,
            masks_height=header.height,
            width=job.fmt.upright[0],
            height=job.fmt.upright[1],
        )
    return header, masks


@dataclass(slots=True)
class _Count:
    """What there is to tell of the masks of a run."""

    frames: int = 0
    tracks: set[int] = field(default_factory=set)
    reasons: dict[str, int] = field(default_factory=dict)
    """Frames veiled whole, for each reason."""

    def add(self, mask: Mask) -> None:
        self.frames += 1
        self.tracks.update(box.track for box in mask.boxes if box.track is not None)
        if mask.whole:
            self.reasons[mask.whole] = self.reasons.get(mask.whole, 0) + 1


def _plan(job: Job, masks: masksfile.Masks) -> tuple[list[units.Chunk], _Count]:
    """The chunks to render, in order, and what was counted of the masks."""
    count = _Count()

    def cells() -> Iterator[tuple[int, Cells]]:
        for pts, mask in masks:
            count.add(mask)
            yield pts, job.cells(mask)

    copying = media.can_copy(job.fmt)
    return list(units.plan(job.gops, cells(), copying=copying, salt=job.chunk_salt)), count


def _notes(job: Job, header: masksfile.MasksHeader, rendered: VeiledVideo) -> Iterator[Message]:
    """What the user should know of this output."""
    if job.fmt.audio_tracks and job.options.keep_audio:
        yield Message("sound-was-kept")
    if job.fmt.other_video_tracks:
        yield Message("video-tracks-left-out", tracks=job.fmt.other_video_tracks)
    if header.input_sha256 != job.source.sha256:
        yield Message("masks-of-another-file", name=header.input_name)
    if rendered.unknown:
        yield Message("earlier-output-unknown", name=job.out.name)
    if os.path.lexists(left := old_folder_path(job.out)):
        yield Message("work-folder-of-earlier-version", path=left)


def _finished(job: Job, video: Path) -> list[tuple[Path, Path]]:
    """The files to publish, with the names they get: the masks, the report, the video last."""
    masks = job.folder / "masks.json"
    finished = [(masks, masks_name(job.out))]
    if job.options.report:
        page = job.folder / "report.html"
        header, rows = masksfile.read(masks)
        write_report(page, job.out, header, rows, lambda at: media.stills(video, at, WIDTH_PX))
        finished.append((page, job.options.report))
    return [*finished, (video, job.out)]
