"""Files that appear whole, and only once they and what they lean on are on the disk."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from contrejour.base.errors import OutputFailed

AT_ONCE = 8
"""Syncs under way together: a journalling file system makes one commit of them."""


class Files:
    """Files below a folder that are written one by one and get their names together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[tuple[Path, Path]] = []
        self._folders = {folder}

    def put(self, path: Path, data: bytes) -> None:
        """Write it aside."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(data)
        self._parts.append((part, path))
        self._folders.update(each for each in path.parents if self._folder in each.parents)

    def publish(self) -> None:
        """All of them are there, durably. What raises OSError, or is killed, leaves some of them:
        each whole, and none that anything points to."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(sync, [part for part, _ in self._parts]))
            for part, path in self._parts:
                os.replace(part, path)
            list(pool.map(sync, self._folders))


def sync(path: Path) -> None:
    """What was written to a file or a folder survives a power cut from here on."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""What the system says when the place for the output is at fault, not the input."""


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turns what a full disk raises into an OutputFailed that names `place`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _PLACE:
            raise
        raise unwritable(place, error) from None


def write_atomic(path: Path, data: bytes, mode: int = 0o666) -> None:
    """At `path` there is all of `data`, durable, or what was there before."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unwritable(path: Path, error: OSError) -> OutputFailed:
    return OutputFailed("output-cannot-be-written", path=path, reason=error.strerror)
