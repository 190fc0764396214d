"""New files of a seal: whole and durable, or not there; what is sealed is never replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from contrejour.base import files
from contrejour.base.errors import SealError


def part_of(path: Path) -> Path:
    """Where a segment is while it is being written (segment.py): what a kill leaves is kept."""
    return path.with_name(path.name + ".part")


@contextmanager
def writing(path: Path, mode: int = 0o666, room: int = 0) -> Iterator[BinaryIO]:
    """`files.creating`, with a SealError for what is there already. Raises OSError."""
    if path.exists():
        raise SealError("sealed-already-there", path=path)
    try:
        with files.creating(path, mode, room) as file:
            yield file
    except FileExistsError as error:
        if error.filename != str(path):
            raise
        raise SealError("sealed-already-there", path=path) from None


def write_new(path: Path, data: bytes | bytearray, mode: int = 0o666) -> None:
    """All of it at once."""
    with writing(path, mode) as file:
        file.write(data)
