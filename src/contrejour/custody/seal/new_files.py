"""Files that are whole and durable, or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from contrejour.base.errors import SealError
from contrejour.base.files import sync

sync_folder = sync
"""Makes names that came and went durable."""


def part_of(path: Path) -> Path:
    """Where a file is while it is being written."""
    return path.with_name(path.name + ".part")


@contextmanager
def writing(path: Path, mode: int = 0o666, room: int = 0) -> Iterator[BinaryIO]:
    """A file that gets its name, durable, at the end of the block, and is gone after an error.

    `room`: bytes that the disk has for it before the block begins. What is there already is never
    replaced: SealError. Raises OSError.
    """
    if path.exists():
        raise SealError(f"{path} is there already", "what is sealed is never replaced")
    part = part_of(path)
    file = open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb")  # noqa: SIM115
    try:
        with file:
            if room:
                _sync(file, bytes(room))
                file.seek(0)
            yield file
            file.truncate()
            _sync(file)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _sync(file: BinaryIO, data: bytes = b"") -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def write_new(path: Path, data: bytes | bytearray, mode: int = 0o666) -> None:
    """All of it at once."""
    with writing(path, mode) as file:
        file.write(data)
