"""Files and folders that a stranger may have made: no pipe is waited for, no size believed.

A link is followed only where its user named the file. What is read whole has a bound.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import islice
from pathlib import Path

from contrejour.base.errors import InputMissing, Malformed, OutputFailed
from contrejour.base.files import demand_file, opened_new

_PIECE = 1 << 20
MOST_BYTES = 8 << 20
"""Of a file that is read whole, where nothing else is said: as many as the onions of a window, the
longest of them, may have. What is parsed takes thirty times as many."""

MOST_TOGETHER, MOST_NAMES = 64 << 20, 10_000
"""Bytes and files of a folder that is read whole."""


@contextmanager
def folder_below(root: Path, *names: str) -> Iterator[Path]:
    """The folder of these names below `root`, made where it is missing: a path to that very folder.

    It is held open, so that whoever else can write below `root` can't lead the path elsewhere,
    not even meanwhile. Raises OutputFailed where one of the names is a link, OSError.

    Linux names an open folder, below /proc/self/fd. Elsewhere, macOS among it, the path is by name
    again: a link is refused when it is there, and one that is put there meanwhile is not seen.
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
        yield Path(f"/proc/self/fd/{held}") if holds_folders() else place
    finally:
        os.close(held)


def demand_no_link(root: Path, folder: Path) -> None:
    """No folder from below `root` down to this one is a link. Raises OutputFailed.

    For a folder that this user alone may write to: else `folder_below`.
    """
    for place in (folder, *folder.parents):
        if place == root:
            return
        if place.is_symlink():
            raise OutputFailed("link-in-folder", path=place)


def holds_folders() -> bool:
    """Whether this system names a folder that is held open, so that no link leads it elsewhere."""
    return Path("/proc/self/fd").is_dir()


def read_file(path: Path, most_bytes: int = MOST_BYTES, *, follow: bool = False) -> bytes:
    """All of a file that may be a stranger's. `follow`: its user named it, so it may be a link.

    Raises InputMissing for a link, and beyond `most_bytes`, of which no more than one byte is read;
    OSError.
    """
    if not follow and path.is_symlink():
        raise InputMissing("link-in-folder", path=path)
    with opened(path, follow=follow) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise InputMissing("file-too-large", path=path, most_kib=most_bytes >> 10)
    return data


def read_folder(
    folder: Path, pattern: str, most_bytes: int = MOST_BYTES, *, follow: bool = False
) -> dict[str, bytes]:
    """The files of a folder that match, by name, in order; none where the folder is missing.

    A stick can hold one file under any number of names, which takes no room there. Raises
    InputMissing as `read_file`, and beyond MOST_TOGETHER or MOST_NAMES; OSError.
    """
    paths = list(islice(folder.glob(pattern), MOST_NAMES + 1))
    found: dict[str, bytes] = {}
    left = MOST_TOGETHER if len(paths) <= MOST_NAMES else -1
    for path in sorted(paths):
        if left >= 0:
            found[path.name] = read_file(path, most_bytes, follow=follow)
            left -= len(found[path.name])
        if left < 0:
            raise InputMissing("folder-too-large", folder=folder, most_mib=MOST_TOGETHER >> 20)
    return found


def read_named(path: Path) -> bytes:
    """A small file that its user named. Raises InputMissing."""
    try:
        if not path.exists():
            raise InputMissing("does-not-exist", path=path)
        if not path.is_file():
            raise InputMissing("not-a-regular-file", path=path)
        return read_file(path, follow=True)
    except OSError as error:
        raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error


def lines(path: Path, most_bytes: int) -> Iterator[str]:
    """The lines of a file that its user named, with their ends, each of so many bytes at most.

    Raises InputMissing for a longer one, Malformed where it isn't UTF-8, OSError.
    """
    with opened(path, follow=True) as file:
        while line := file.readline(most_bytes + 1):
            if len(line) > most_bytes:
                raise InputMissing("line-too-long", path=path, most_kib=most_bytes >> 10)
            try:
                yield line.decode()
            except UnicodeDecodeError:
                raise Malformed("not-utf-8", path=path) from None


def copied(source: Path, new: Path, mode: int = 0o666) -> str:
    """Copy a file to `new`, where nothing is; the SHA-256 of what was copied, in hexadecimal.

    Nothing is synced. Raises OSError, FileExistsError, and for a link or what is no file.
    """
    found = hashlib.sha256()
    with opened(source) as file, opened_new(new, mode) as out:
        while piece := file.read(_PIECE):
            found.update(piece)
            out.write(piece)
    return found.hexdigest()


def opened(path: Path, *, follow: bool = False) -> BufferedReader:
    """A regular file, to read; no pipe is waited for, and no link followed unless `follow`.

    Raises OSError, also for a folder, a pipe, a socket or a device.
    """
    how = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    fd = os.open(path, how)
    demand_file(fd, path)
    return open(fd, "rb")
