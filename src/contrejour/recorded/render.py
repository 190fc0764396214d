"""Render: veil and encode what is hidden, copy the rest, and join it all to one video.

A chunk that is there already is not rendered again: a killed run left it in the work folder, or an
earlier output still holds it. Its name, a hash of all that its bytes depend on, says that it is
the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from contrejour import media
from contrejour.base.errors import MasksError
from contrejour.base.files import sha256
from contrejour.recorded import empty_scene, masksfile
from contrejour.recorded.folder import chunk_path
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Pool, do_all
from contrejour.recorded.request import masks_name
from contrejour.recorded.units import Chunk


def render(job: Job, pool: Pool, chunks: Sequence[Chunk]) -> tuple[Path, int]:
    """The video that these chunks make, durable in the work folder, and its frames reused."""
    background = (
        empty_scene.background(job, pool, chunks) if job.options.fill == "background" else None
    )
    paths = {chunk.name: chunk_path(job.folder, chunk.name) for chunk in chunks}
    reused = _reuse(job, chunks, paths)
    missing = [(chunk, background) for chunk in chunks if not paths[chunk.name].exists()]
    do_all(pool, "render", missing)
    suffix = job.out.suffix.lower()
    video = job.folder / f"output{suffix}"
    sound = job.source if job.options.keep_audio and job.fmt.audio_tracks else None
    media.mux(video, suffix, job.fmt, list(paths.values()), sound)
    return video, reused


def _reuse(job: Job, chunks: Sequence[Chunk], paths: Mapping[str, Path]) -> int:
    """Take the chunks that the output of an earlier run holds; how many frames these are.

    That output must be the very one that its masks file names, by its SHA-256.
    """
    beside, reused = masks_name(job.out), 0
    if job.fmt.hdr or not (job.out.exists() and beside.exists()):
        return 0
    with suppress(MasksError):
        header, _ = masksfile.read(beside)
        if header.parameters.get("output_sha256") != sha256(job.out):
            return 0
        times = {chunk.name: list(chunk.pts) for chunk in chunks}
        packets = media.repack(job.out, media.target(job.fmt), job.fmt.time_base)
        for name, count in _chunks_of(header):
            chunk = list(islice(packets, count))
            same = sorted(packed.pts for packed in chunk) == times.get(name)
            if same and not paths[name].exists():
                media.write_chunk(paths[name], chunk)
                reused += count
    return reused


def _chunks_of(header: masksfile.MasksHeader) -> list[tuple[str, int]]:
    """(name, frames) of each chunk of an output; none where a hand wrote something else there."""
    rows = header.parameters.get("chunks")
    if not isinstance(rows, list):
        return []
    found: list[tuple[str, int]] = []
    for row in rows:
        match row:
            case [str(name), int(frames)] if frames >= 0:
                found.append((name, frames))
            case _:
                return []
    return found
