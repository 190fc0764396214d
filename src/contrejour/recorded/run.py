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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from contrejour import media
from contrejour.base.errors import (
    InputEmpty,
    InputMissing,
    MasksError,
    NotMedia,
    Truncated,
)
from contrejour.base.files import sha256, writing
from contrejour.base.messages import Message
from contrejour.base.pictures import Cells, Mask
from contrejour.recorded import (
    default_deny,
    detected,
    masksfile,
    units,
)
from contrejour.recorded.folder import WorkFolder
from contrejour.recorded.job import chunk_salt, identity
from contrejour.recorded.processes import Pool
from contrejour.recorded.report import WIDTH_PX, write_report
from contrejour.recorded.request import Options, Step, Summary, masks_name
from contrejour.recorded.tasks import Setup, Worker, chunk_path
from contrejour.vision import veil

Masks = Iterable[tuple[int, Mask]]
"""(pts, mask) of every frame, in order."""


def veil_video(source: Path, out: Path, options: Options, step: Step) -> Summary:
    """Veil the video `source` into `out` and its masks into `out`.masks.json.

    Nothing is at those names until everything is durable. Raises a ContrejourError.
    """
    started = time.monotonic()
    if source.exists() and not source.is_file():
        raise NotMedia("input-read-twice", source=source)
    before = _stamp(source)
    fmt = media.probe(source)
    media.check_container(out.suffix.lower(), fmt)
    summary = Summary(str(source), str(out), notes=_notes(fmt, options))
    summary.truncated = media.is_truncated(source, fmt.container)
    if summary.truncated and not options.allow_truncated:
        raise Truncated("input-cut-short", source=source)
    gops = media.index(source, fmt)
    if not gops:
        raise InputEmpty("no-pictures-inside", path=source)
    with WorkFolder(out, force=options.force, resume=options.resume) as work:
        run = Run(source, out, options, fmt, gops, work.path, step, summary)
        work.begin(run.identity())
        with writing(work.path), Pool(options.jobs, Worker, run.setup()) as pool:
            finished = run.finished(pool)
        if _stamp(source) != before:  # masks of one recording must never show another
            raise InputMissing("input-changed", source=source)
        summary.seconds = round(time.monotonic() - started, 3)
        work.publish(*finished)
    return summary


def _stamp(source: Path) -> tuple[int, ...] | None:
    """Changes when the file does; None when it is gone."""
    with suppress(OSError):
        stat = source.stat()
        return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
    return None


def _notes(fmt: media.Format, options: Options) -> list[Message]:
    notes = []
    if fmt.audio_tracks and options.keep_audio:
        notes.append(Message("sound-was-kept"))
    if fmt.other_video_tracks:
        notes.append(Message("video-tracks-left-out", tracks=fmt.other_video_tracks))
    return notes


@dataclass(slots=True)
class Run:
    """One video on its way; the methods are the steps, in order."""

    source: Path
    out: Path
    options: Options
    fmt: media.Format
    gops: Sequence[media.Gop]
    folder: Path
    step: Step
    summary: Summary
    input_sha256: str = ""
    salt: str = ""
    tracks: set[int] = field(default_factory=set)

    def identity(self) -> dict[str, Any]:
        """All that the bytes of the output depend on."""
        self.input_sha256 = sha256(self.source)
        what = identity(self.options, self.input_sha256, self.out.suffix)
        self.salt = chunk_salt(what, media.CRF, media.PRESET)
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
        header, masks = self._given() if self.options.masks else detected.masks(self, pool)
        with masksfile.Draft(self.folder / "masks.json") as draft:
            planned = self._planned(draft.passing(masks))
            if not draft.frames:
                raise InputEmpty("no-picture-decodes-here", source=self.source)
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

    def _given(self) -> tuple[masksfile.MasksHeader, Masks]:
        """What the masks file that was given says."""
        path = cast("Path", self.options.masks)
        header, masks = masksfile.read(path)
        if (header.width, header.height) != self.fmt.upright:
            raise MasksError(
                "masks-of-another-size",
                path=path,
                masks_width=header.width,
                masks_height=header.height,
                width=self.fmt.upright[0],
                height=self.fmt.upright[1],
            )
        if header.input_sha256 != self.input_sha256:
            note = Message("masks-of-another-file", name=header.input_name)
            self.summary.notes.append(note)
        return header, masks

    def _planned(self, masks: Masks) -> list[units.Chunk]:
        """The chunks to render, in order; what there is to tell of the masks is counted."""
        copying = media.can_copy(self.fmt)
        cells = self.cells(self._counted(masks))
        return list(units.plan(self.gops, cells, copying=copying, salt=self.salt))

    def _counted(self, masks: Masks) -> Iterator[tuple[int, Mask]]:
        reasons = self.summary.reasons
        for pts, mask in masks:
            self.tracks.update(box.track for box in mask.boxes if box.track is not None)
            if mask.whole:
                reasons[mask.whole] = reasons.get(mask.whole, 0) + 1
            yield pts, mask

    def _rendered(self, pool: Pool, planned: Sequence[units.Chunk]) -> Path:
        """Render every chunk and join them: the video, in the work folder."""
        scene = (
            default_deny.background(self, pool, planned)
            if self.options.fill == "background"
            else None
        )
        paths = {chunk.name: chunk_path(self.folder, chunk.name) for chunk in planned}
        self._reuse(paths, planned)
        jobs = [(chunk, scene) for chunk in planned if not paths[chunk.name].exists()]
        self.all(pool, "render", jobs)
        part = self.folder / f"output{self.out.suffix.lower()}"
        sound = self.source if self.options.keep_audio and self.fmt.audio_tracks else None
        media.mux(part, self.out.suffix.lower(), self.fmt, list(paths.values()), sound)
        return part

    def _reuse(self, paths: dict[str, Path], planned: Sequence[units.Chunk]) -> None:
        """Take the chunks that an earlier output already has, so only changed GOPs are rendered.

        That output must be the one its masks file names (SHA-256); a chunk is the same when its
        name, a hash of all that it depends on, is the same.
        """
        beside = masks_name(self.out)
        if self.fmt.hdr or not (self.out.exists() and beside.exists()):
            return
        with suppress(MasksError):
            header, _ = masksfile.read(beside)
            if header.parameters.get("output_sha256") != sha256(self.out):
                return
            times = {chunk.name: list(chunk.pts) for chunk in planned}
            packets = media.repack(self.out, media.target(self.fmt), self.fmt.time_base)
            for name, count in cast("list[tuple[str, int]]", header.parameters.get("chunks", [])):
                chunk = list(islice(packets, count))
                known = sorted(packed.pts for packed in chunk) == times.get(name)
                if known and not paths[name].exists():
                    media.write_chunk(paths[name], chunk)
                    self.summary.frames_reused += count

    def _described(
        self,
        header: masksfile.MasksHeader,
        draft: masksfile.Draft,
        part: Path,
        planned: Sequence[units.Chunk],
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
            header, rows = masksfile.read(masks)
            write_report(page, self.out, header, rows, lambda at: media.stills(part, at, WIDTH_PX))
            finished.append((page, self.options.report))
        return [*finished, (part, self.out)]


def is_done(out: Path) -> bool:
    """Whether the output is there, whole, and no run on it was stopped since."""
    if (out.with_name(f".{out.name}.contrejour") / "run.json").exists():
        return False
    try:
        header, _ = masksfile.read(masks_name(out))
        return header.parameters.get("output_sha256") == sha256(out)
    except (MasksError, OSError):
        return False
