"""Render: veil and encode what is hidden, copy the rest, and join it all to one video.

A chunk that is there already is not rendered again: a killed run left it in the work folder, or an
earlier output that this user's key vouches for holds it (vouched.py). Its name, a hash of all that
its bytes depend on, says that it is the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from contrejour import media
from contrejour.base import files
from contrejour.base.foreign import copied
from contrejour.recorded import empty_scene
from contrejour.recorded.folder import chunk_path
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Pool
from contrejour.recorded.results import keep_chunk
from contrejour.recorded.units import Chunk
from contrejour.recorded.vouched import earlier, is_file


@dataclass(frozen=True, slots=True)
class VeiledVideo:
    """The video, durable in the work folder; its frames that an earlier output already held.

    `unknown`: an output was there of which nothing may be believed.
    """

    video: Path
    reused: int
    unknown: bool


def render(job: Job, pool: Pool, chunks: Sequence[Chunk]) -> VeiledVideo:
    """The video that these chunks make."""
    background = (
        empty_scene.background(job, pool, chunks) if job.options.fill == "background" else None
    )
    paths = {chunk.name: chunk_path(job.folder, chunk.name) for chunk in chunks}
    reused = _reuse(job, chunks, paths)
    missing = [chunk for chunk in chunks if not paths[chunk.name].exists()]
    for place, rendered in pool.do("render", missing, background):
        keep_chunk(job.folder, missing[place], rendered)
    suffix = job.out.suffix.lower()
    video = job.folder / f"output{suffix}"
    sound = job.source if job.options.keep_audio and job.fmt.audio_tracks else None
    media.mux(video, suffix, job.fmt, list(paths.values()), sound)
    return VeiledVideo(video, reused or 0, reused is None)


def _reuse(job: Job, chunks: Sequence[Chunk], paths: Mapping[str, Path]) -> int | None:
    """Take the chunks that the earlier output holds; how many frames these are.

    They are read from a copy that nobody else can change, whose hash is the one that is vouched
    for. None where there is an output, and it isn't that one.
    """
    if not is_file(job.out):
        return 0
    if (found := earlier(job.out)) is None:
        return None
    if job.fmt.hdr:
        return 0
    own = job.folder / "earlier"
    if copied(job.out, own) != found.output_sha256:
        return None
    times = {chunk.name: list(chunk.pts) for chunk in chunks}
    packets = media.repack(own, media.target(job.fmt), job.fmt.time_base)
    reused = 0
    for name, count in found.chunks:
        chunk = list(islice(packets, count))
        same = sorted(packed.pts for packed in chunk) == times.get(name)
        if same and not paths[name].exists():
            files.replace(paths[name], media.pack_chunk(chunk))
            reused += count
    own.unlink()
    return reused
