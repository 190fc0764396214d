"""Files and folders that a stranger may have made: no link is followed, no pipe waited for."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from contrejour.base.errors import InputMissing, OutputFailed
from contrejour.base.files import opened_new

_PIECE = 1 << 20


@contextmanager
def folder_below(root: Path, *names: str) -> Iterator[Path]:
    """The folder of these names below `root`, made where it is missing: a path to that very folder.

    It is held open, so that whoever else can write below `root` can't lead the path elsewhere,
    not even meanwhile. Raises OutputFailed where one of the names is a link, OSError.
    """
    place, held = root, os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            place, above = place / name, held
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
                os.fsync(above)
            if stat.S_ISLNK(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode):
                raise OutputFailed("link-in-folder", path=place)
            held = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            os.close(above)
        yield Path(f"/proc/self/fd/{held}") if Path("/proc/self/fd").is_dir() else place
    finally:
        os.close(held)


def read_file(path: Path, most_bytes: int) -> bytes:
    """A file that may be a stranger's: no link is followed, no pipe waited for.

    At most one byte more than `most_bytes` is read. Raises InputMissing for a link, OSError.
    """
    if path.is_symlink():
        raise InputMissing("link-in-folder", path=path)
    with _opened(path) as file:
        return file.read(most_bytes + 1)


def copied(source: Path, new: Path, mode: int = 0o666) -> str:
    """Copy a file to `new`, where nothing is; the SHA-256 of what was copied, in hexadecimal.

    Nothing is synced. Raises OSError, FileExistsError, and for a link or what is no file.
    """
    found = hashlib.sha256()
    with _opened(source) as file, opened_new(new, mode) as out:
        while piece := file.read(_PIECE):
            found.update(piece)
            out.write(piece)
    return found.hexdigest()


def _opened(path: Path) -> BinaryIO:
    """A regular file, to read; no link is followed and no pipe waited for. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return open(fd, "rb")
