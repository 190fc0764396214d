"""Veil one recorded video: look, track, mask, render, publish.

    look     workers run the detectors over closed GOPs                      -> looks/
    mask     tracks over the whole file, bounded look-ahead                  -> the masks
    scene    `unknown` only: learn the empty scene, hide all that isn't it   -> more masks
    render   workers veil and encode, or copy where nothing is hidden        -> chunks/
    publish  one file, its masks, its report; the video's name comes last

With a masks file given, the first three are skipped: what it says is hidden, and nothing else.

A live camera is another matter: nothing of it is seen but through `watch`, which wants a plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from contrejour import __version__, chunks, deny, find, sidecar, veil, video
from contrejour.errors import (
    InputEmpty,
    InputMissing,
    MasksError,
    NotMedia,
    PlanExpired,
    Refused,
    Truncated,
)
from contrejour.pool import Pool
from contrejour.report import WIDTH_PX, write_report
from contrejour.request import Options, Step, Summary, masks_name
from contrejour.types import Cells, Frame, Mask
from contrejour.work import Work, sha256, writing
from contrejour.worker import Setup, Worker, chunk_path

if TYPE_CHECKING:
    from contrejour.mandate.plan import Plan

Masks = Iterable[tuple[int, Mask]]
"""(pts, mask) of every frame, in order."""


def veil_video(source: Path, out: Path, options: Options, step: Step) -> Summary:
    """Veil the video `source` into `out` and its masks into `out`.masks.json.

    Nothing is at those names until everything is durable. Raises a ContrejourError.
    """
    started = time.monotonic()
    if source.exists() and not source.is_file():
        raise NotMedia(
            f"{source} is not a regular file", "it is read more than once: save it to a file first"
        )
    before = _stamp(source)
    fmt = video.probe(source)
    video.check_container(out.suffix.lower(), fmt)
    summary = Summary(str(source), str(out), notes=_notes(fmt, options))
    summary.truncated = video.is_truncated(source, fmt.container)
    if summary.truncated and not options.allow_truncated:
        raise Truncated(
            f"{source} is cut short: its last part is missing",
            "--allow-truncated veils what is there and says so",
        )
    gops = video.index(source, fmt)
    if not gops:
        raise InputEmpty(f"{source} holds no pictures")
    with Work(out, force=options.force, resume=options.resume) as work:
        run = Run(source, out, options, fmt, gops, work.path, step, summary)
        work.begin(run.identity())
        with writing(work.path), Pool(options.jobs, Worker, run.setup()) as pool:
            finished = run.finished(pool)
        if _stamp(source) != before:  # masks of one recording must never show another
            raise InputMissing(f"{source} changed while it was read", "veil it once it is complete")
        summary.seconds = round(time.monotonic() - started, 3)
        work.publish(*finished)
    return summary


def _stamp(source: Path) -> tuple[int, ...] | None:
    """Changes when the file does; None when it is gone."""
    with suppress(OSError):
        stat = source.stat()
        return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
    return None


def _notes(fmt: video.Format, options: Options) -> list[str]:
    notes = []
    if fmt.audio_tracks and options.keep_audio:
        notes.append("sound was kept: a voice identifies")
    if fmt.other_video_tracks:
        notes.append(f"{fmt.other_video_tracks} other video track(s) left out")
    return notes


@dataclass(slots=True)
class Run:
    """One video on its way; the methods are the steps, in order."""

    source: Path
    out: Path
    options: Options
    fmt: video.Format
    gops: Sequence[video.Gop]
    folder: Path
    step: Step
    summary: Summary
    input_sha256: str = ""
    identity_text: str = ""
    tracks: set[int] = field(default_factory=set)

    def identity(self) -> dict[str, Any]:
        """All that the bytes of the output depend on."""
        self.input_sha256 = sha256(self.source)
        options = self.options
        what = {
            "contrejour": __version__,
            "input": self.input_sha256,
            "hide": options.hide,
            "fill": options.fill,
            "audio": options.keep_audio,
            "masks": sha256(options.masks) if options.masks else None,
            "output": self.out.suffix,
            "detector": options.detector,
        }
        self.identity_text = repr(sorted((k, v) for k, v in what.items() if k != "masks"))
        return what

    def setup(self) -> Setup:
        """What its workers are told."""
        options = self.options
        return Setup(
            self.source, self.folder, self.fmt, tuple(self.gops), options.fill,
            options.detector, options.offline,
        )  # fmt: skip

    def finished(self, pool: Pool) -> list[tuple[Path, Path]]:
        """Every step; what to publish, and under which name."""
        header, masks = self._given() if self.options.masks else find.masks(self, pool)
        with sidecar.Draft(self.folder / "masks.json") as draft:
            planned = self._planned(draft.passing(masks))
            if not draft.frames:
                raise InputEmpty(f"{self.source} has no picture that can be decoded")
            part = self._rendered(pool, planned)
            return self._described(header, draft, part, planned)

    def all(self, pool: Pool, task: str, jobs: Sequence[Any]) -> None:
        """Have the workers do all of these jobs."""
        for _ in self.some(pool, task, jobs):
            pass

    def some(self, pool: Pool, task: str, jobs: Sequence[Any]) -> Iterator[int]:
        """Have the workers do these jobs; the place of each in `jobs` as it is done."""
        total = sum(gop.packets for gop in self.gops)
        self.step(task, 0, total)
        for place, _ in pool.run(task, jobs, lambda frames: self.step(task, frames, total)):
            yield place

    def cells(self, masks: Masks) -> Iterator[tuple[int, Cells]]:
        """(pts, hidden cells) of each frame, from its mask."""
        for pts, mask in masks:
            yield pts, veil.cells(mask, self.fmt.width, self.fmt.height, self.fmt.rotation)

    def _given(self) -> tuple[sidecar.Header, Masks]:
        """What the masks file that was given says."""
        path = cast("Path", self.options.masks)
        header, masks = sidecar.read(path)
        if (header.width, header.height) != self.fmt.upright:
            raise MasksError(
                f"{path} is for pictures of {header.width}x{header.height}, "
                f"the input has {self.fmt.upright[0]}x{self.fmt.upright[1]}",
                "use the masks file that was made from this very input",
            )
        if header.input_sha256 != self.input_sha256:
            note = f"the masks file was made from another file, {header.input_name}"
            self.summary.notes.append(note)
        return header, masks

    def _planned(self, masks: Masks) -> list[chunks.Chunk]:
        """The chunks to render, in order; what there is to tell of the masks is counted."""
        salt = repr((self.identity_text, video.CRF, video.PRESET))
        copying = video.can_copy(self.fmt)
        cells = self.cells(self._counted(masks))
        return list(chunks.plan(self.gops, cells, copying=copying, salt=salt))

    def _counted(self, masks: Masks) -> Iterator[tuple[int, Mask]]:
        reasons = self.summary.reasons
        for pts, mask in masks:
            self.tracks.update(box.track for box in mask.boxes if box.track is not None)
            if mask.whole:
                reasons[mask.whole] = reasons.get(mask.whole, 0) + 1
            yield pts, mask

    def _rendered(self, pool: Pool, planned: Sequence[chunks.Chunk]) -> Path:
        """Render every chunk and join them: the video, in the work folder."""
        scene = deny.background(self, pool, planned) if self.options.fill == "background" else None
        paths = {chunk.name: chunk_path(self.folder, chunk.name) for chunk in planned}
        self._reuse(paths, planned)
        jobs = [(chunk, scene) for chunk in planned if not paths[chunk.name].exists()]
        self.all(pool, "render", jobs)
        part = self.folder / f"output{self.out.suffix.lower()}"
        sound = self.source if self.options.keep_audio and self.fmt.audio_tracks else None
        video.mux(part, self.out.suffix.lower(), self.fmt, list(paths.values()), sound)
        return part

    def _reuse(self, paths: dict[str, Path], planned: Sequence[chunks.Chunk]) -> None:
        """Take the chunks that an earlier output already has, so only changed GOPs are rendered.

        That output must be the one its masks file names (SHA-256); a chunk is the same when its
        name, a hash of all that it depends on, is the same.
        """
        beside = masks_name(self.out)
        if self.fmt.hdr or not (self.out.exists() and beside.exists()):
            return
        with suppress(MasksError):
            header, _ = sidecar.read(beside)
            if header.parameters.get("output_sha256") != sha256(self.out):
                return
            times = {chunk.name: list(chunk.pts) for chunk in planned}
            packets = video.repack(self.out, video.target(self.fmt), self.fmt.time_base)
            for name, count in cast("list[tuple[str, int]]", header.parameters.get("chunks", [])):
                chunk = list(islice(packets, count))
                known = sorted(packed.pts for packed in chunk) == times.get(name)
                if known and not paths[name].exists():
                    video.write_chunk(paths[name], chunk)
                    self.summary.frames_reused += count

    def _described(
        self,
        header: sidecar.Header,
        draft: sidecar.Draft,
        part: Path,
        planned: Sequence[chunks.Chunk],
    ) -> list[tuple[Path, Path]]:
        """The masks file and the report beside the video; all with their names, the video last."""
        summary = self.summary
        summary.output_sha256 = sha256(part)
        summary.frames = draft.frames
        summary.frames_copied = sum(len(chunk.pts) for chunk in planned if chunk.copy)
        summary.frames_veiled_whole = sum(summary.reasons.values())
        summary.tracks = len(self.tracks)
        last = planned[-1].pts or (0,)
        summary.media_seconds = round(float((last[-1] - planned[0].pts[0]) * self.fmt.time_base), 3)
        parameters = {
            **header.parameters,
            "fill": self.options.fill,
            "output_sha256": summary.output_sha256,
            "frames_copied": summary.frames_copied,
            "chunks": [[chunk.name, len(chunk.pts)] for chunk in planned],
        }
        draft.finish(replace(header, frames=draft.frames, parameters=parameters))
        masks = self.folder / "masks.json"
        finished = [(masks, masks_name(self.out))]
        if self.options.report:
            page = self.folder / "report.html"
            header, rows = sidecar.read(masks)
            write_report(page, self.out, header, rows, lambda at: video.stills(part, at, WIDTH_PX))
            finished.append((page, self.options.report))
        return [*finished, (part, self.out)]


def watch(
    plan: Plan,
    camera: str,
    acts: Collection[str],
    frames: Iterable[Frame],
    clock: Callable[[], datetime],
    *,
    together: bool = True,
) -> Iterator[Frame]:
    """The frames of a live camera, as long as its plan lets all of `acts` run, to the second.

    `together`: all of them at once; else one that is open is enough. While they are closed (hours,
    window) frames are let go unseen. Raises Refused at once for an act or a camera that the plan
    doesn't name, PlanExpired as soon as one of the acts (the last one, where one is enough) can
    never open again. `clock` gives the time, aware; it is asked for every frame.
    """
    from contrejour.mandate.plan import Plan  # a recorded file needs none of it

    if not isinstance(plan, Plan):
        raise TypeError("a camera runs by a plan, and by nothing else")
    if not acts:
        raise Refused("no act was asked for", "name what the camera is to do")
    for act in acts:
        plan.naming(camera, act)

    def allowed() -> Iterator[Frame]:
        for frame in frames:
            if is_open(plan, camera, acts, clock(), together=together):
                yield frame

    return allowed()


def is_open(
    plan: Plan, camera: str, acts: Collection[str], now: datetime, *, together: bool = True
) -> bool:
    """Whether all of these acts may run now, or one of them. Raises as `watch` does."""
    opened, ended = [], []
    for act in acts:
        try:
            opened.append(plan.is_open(camera, act, now))
        except PlanExpired as error:
            ended.append(error)
    if ended and (together or not opened):
        raise ended[0]
    return all(opened) if together else any(opened)


def is_done(out: Path) -> bool:
    """Whether the output is there, whole, and no run on it was stopped since."""
    if (out.with_name(f".{out.name}.contrejour") / "run.json").exists():
        return False
    try:
        header, _ = sidecar.read(masks_name(out))
        return header.parameters.get("output_sha256") == sha256(out)
    except (MasksError, OSError):
        return False
