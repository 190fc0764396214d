"""Veil one recorded video: look, track, mask, render, publish.

    look     workers run the detectors over closed GOPs                      -> looks/
    mask     tracks over the whole file, bounded look-ahead                  -> masks.json
    scene    `unknown` only: learn the empty scene, hide all that isn't it   -> masks.json
    render   workers veil and encode, or copy where nothing is hidden        -> chunks/
    publish  one file, its masks, its report; the video's name comes last

With a masks file given, the first three are skipped: what it says is hidden, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from contrejour import __version__, chunks, deny, sidecar, veil, video
from contrejour.errors import (
    InputEmpty,
    InputMissing,
    MasksError,
    NotMedia,
    Truncated,
    Unsupported,
)
from contrejour.pool import Pool
from contrejour.report import WIDTH_PX, write_report
from contrejour.types import Cells, Look, Mask
from contrejour.work import Work, sha256, writing
from contrejour.worker import Setup, Worker, chunk_path, looks_path, read_looks

DETECTOR = "contrejour.detect:build"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a run. `masks`: a masks file to apply instead of looking."""

    hide: str = "people"
    fill: str = "solid"
    masks: Path | None = None
    keep_audio: bool = False
    allow_truncated: bool = False
    force: bool = False
    resume: bool = False
    offline: bool = False
    jobs: int = 1
    report: Path | None = None
    detector: str = DETECTOR


@dataclass(slots=True)
class Summary:
    """What happened, for the user and for machines."""

    input: str
    output: str
    frames: int = 0
    seconds: float = 0.0
    media_seconds: float = 0.0
    tracks: int = 0
    frames_veiled_whole: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    frames_copied: int = 0
    frames_reused: int = 0
    truncated: bool = False
    notes: list[str] = field(default_factory=list)
    output_sha256: str = ""


Step = Callable[[str, int, int], None]
"""Progress: (name of the step, frames done since the last call, frames in all)."""


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
        run = _Run(source, out, options, fmt, gops, work.path, step, summary)
        work.begin(run.identity())
        setup = Setup(
            source, work.path, fmt, tuple(gops), options.fill, options.detector, options.offline
        )
        with writing(work.path), Pool(options.jobs, Worker, setup) as pool:
            masks = options.masks or run.masks(pool)
            finished = run.render(pool, masks)
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
class _Run:
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

    def masks(self, pool: Pool) -> Path:
        """Look, track, and write the masks file."""
        from contrejour import track

        units = chunks.units(self.gops)
        jobs = [
            (number, unit)
            for number, unit in enumerate(units)
            if not looks_path(self.folder, number).exists()
        ]
        self.all(pool, "look", jobs)
        times = [pts for pts, _ in self._looks(len(units))]
        looks = (look for _, look in read_looks(self.folder, len(units)))
        hide = "people" if self.options.hide == "unknown" else self.options.hide
        masks = track.masks(looks, self.fmt.upright, hide=hide)
        path = self.folder / "masks.json"
        sidecar.write(path, self._header(len(times)), zip(times, masks, strict=True))
        return path if self.options.hide != "unknown" else deny.default(self, pool, units, path)

    def _looks(self, count: int) -> Iterator[tuple[int, Look]]:
        """Every look, with its time, which must rise."""
        last, number = None, 0
        for pts, look in read_looks(self.folder, count):
            if last is not None and pts <= last:
                raise Unsupported(
                    f"time stamps go back at frame {number} (pts {last}, then {pts})",
                    "the recording may be several, joined; split it there",
                )
            last, number = pts, number + 1
            yield pts, look
        if not number:
            raise InputEmpty(f"{self.source} has no picture that can be decoded")

    def all(self, pool: Pool, task: str, jobs: Sequence[Any]) -> None:
        """Have the workers do all of these jobs."""
        total = sum(gop.packets for gop in self.gops)
        self.step(task, 0, total)
        for _ in pool.run(task, jobs, lambda frames: self.step(task, frames, total)):
            pass

    def _header(self, frames: int) -> sidecar.Header:
        from contrejour import detect

        return sidecar.Header(
            input_name=self.source.name,
            input_sha256=self.input_sha256,
            width=self.fmt.upright[0],
            height=self.fmt.upright[1],
            rotation=self.fmt.rotation,
            time_base=self.fmt.time_base,
            frames=frames,
            models=detect.model_hashes(),
            parameters={"hide": self.options.hide, "fill": self.options.fill},
        )

    def cells(self, masks: Path) -> Iterator[tuple[int, Cells]]:
        """(pts, hidden cells) of every frame that a masks file speaks of."""
        header, rows = sidecar.read(masks)
        if (header.width, header.height) != self.fmt.upright:
            raise MasksError(
                f"{masks} is for pictures of {header.width}x{header.height}, "
                f"the input has {self.fmt.upright[0]}x{self.fmt.upright[1]}",
                "use the masks file that was made from this very input",
            )
        for pts, mask in rows:
            yield pts, veil.cells(mask, self.fmt.width, self.fmt.height, self.fmt.rotation)

    def render(self, pool: Pool, masks: Path) -> list[tuple[Path, Path]]:
        """Render every chunk and join them; what to publish, and under which name."""
        scene = deny.background(self, pool, masks) if self.options.fill == "background" else None
        salt = repr((self.identity_text, video.CRF, video.PRESET))
        planned = list(
            chunks.plan(
                self.gops,
                self.cells(masks),
                copying=video.can_copy(self.fmt),
                salt=salt,
            )
        )
        paths = {chunk.name: chunk_path(self.folder, chunk.name) for chunk in planned}
        self._reuse(paths)
        jobs = [(chunk, scene) for chunk in planned if not paths[chunk.name].exists()]
        self.all(pool, "render", jobs)
        part = self.folder / f"output{self.out.suffix.lower()}"
        sound = self.source if self.options.keep_audio and self.fmt.audio_tracks else None
        video.mux(part, self.out.suffix.lower(), self.fmt, list(paths.values()), sound)
        return self._finish(masks, part, planned)

    def _reuse(self, paths: dict[str, Path]) -> None:
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
            packets = video.repack(self.out, video.target(self.fmt))
            for name, count in cast("list[tuple[str, int]]", header.parameters.get("chunks", [])):
                chunk = list(islice(packets, count))
                if name in paths and not paths[name].exists():
                    video.write_chunk(paths[name], chunk)
                    self.summary.frames_reused += count

    def _finish(
        self, masks: Path, part: Path, planned: Sequence[chunks.Chunk]
    ) -> list[tuple[Path, Path]]:
        """The final masks file and report, and the names that all of them get, the video last."""
        summary = self.summary
        summary.output_sha256 = sha256(part)
        summary.frames = sum(len(chunk.pts) for chunk in planned)
        summary.frames_copied = sum(len(chunk.pts) for chunk in planned if chunk.copy)
        last = planned[-1].pts or (0,)
        summary.media_seconds = round(float((last[-1] - planned[0].pts[0]) * self.fmt.time_base), 3)
        header, rows = sidecar.read(masks)
        if header.input_sha256 != self.input_sha256:
            summary.notes.append(f"the masks file was made from another file, {header.input_name}")
        tracks: set[int] = set()
        parameters = {
            **header.parameters,
            "fill": self.options.fill,
            "output_sha256": summary.output_sha256,
            "frames_copied": summary.frames_copied,
            "chunks": [[chunk.name, len(chunk.pts)] for chunk in planned],
        }
        final = self.folder / "final.masks.json"
        counted = self._counted(rows, tracks)
        sidecar.write(final, replace(header, frames=summary.frames, parameters=parameters), counted)
        summary.tracks = len(tracks)
        finished = [(final, masks_name(self.out))]
        if self.options.report:
            page = self.folder / "report.html"
            header, rows = sidecar.read(final)
            write_report(page, self.out, header, rows, lambda at: video.stills(part, at, WIDTH_PX))
            finished.append((page, self.options.report))
        return [*finished, (part, self.out)]

    def _counted(self, rows: Iterator[tuple[int, Mask]], tracks: set[int]) -> Iterator[Any]:
        for pts, mask in rows:
            tracks.update(box.track for box in mask.boxes if box.track is not None)
            if mask.whole:
                self.summary.frames_veiled_whole += 1
                reasons = self.summary.reasons
                reasons[mask.whole] = reasons.get(mask.whole, 0) + 1
            yield pts, mask


def is_done(out: Path) -> bool:
    """Whether the output is there, whole, and no run on it was stopped since."""
    if (out.with_name(f".{out.name}.contrejour") / "run.json").exists():
        return False
    try:
        header, _ = sidecar.read(masks_name(out))
        return header.parameters.get("output_sha256") == sha256(out)
    except (MasksError, OSError):
        return False


def masks_name(out: Path) -> Path:
    """Where the masks of an output are: beside it."""
    return out.with_name(out.name + ".masks.json")
