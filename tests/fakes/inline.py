"""What `media` has done in processes of their own, done in this one: no time goes into starting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from contrejour import media
from contrejour.base.fixed import Source
from contrejour.media.file import chunks
from contrejour.media.file.mux import mux
from contrejour.media.file.opened import InputFile, WritingCursor
from contrejour.media.file.reader import repack
from contrejour.media.out.encode import CodedPicture


@contextmanager
def in_this_process(here: bool = True) -> Iterator[None]:
    """Whether `media.examine`, `repack` and `mux` start no process, for the block."""
    if not here:
        yield
        return
    with (
        patch.object(media, "examine", examine),
        patch.object(media, "repack", repack),
        patch.object(media, "mux", mux_here),
    ):
        yield


def examine(source: Source) -> tuple[media.Format, tuple[media.Gop, ...]]:
    fmt = media.probe(source)
    return fmt, tuple(media.index(source, fmt))


def mux_here(
    out: Path, suffix: str, fmt: media.Format, parts: Sequence[Path], sound: Source | None
) -> None:
    with out.open("w+b") as file:
        times = [pts for part in parts for pts in chunks.times(part.read_bytes())]
        cursor = WritingCursor(file, suffix)
        mux(cursor, suffix, fmt, times, packets(parts), InputFile(sound) if sound else None)


def packets(parts: Sequence[Path]) -> Iterator[CodedPicture]:
    for part in parts:
        with part.open("rb") as file:
            yield from chunks.read(file)
