"""Durable files: each is there whole or not at all, and on the disk once the call has returned.

    create(path, data)              a new file; one that is there is never replaced
    replace(path, data)             all of it, or what was there before
    with creating(path) as file:    … written piece by piece, and so `replacing`
    with aside(path) as part:       … by what wants a path to write to
    with new_folder(path) as part:  a folder with all that is in it
    Batch                           files that get their names together
    with writing(place):            what the disk says, as an OutputFailed

What is written lies beside its place, as `NAME.<pid>-<8 hex>.part`, until it is synced. Then it
gets its name, by link(2) where it is new and else by rename(2), and the folder is synced. An error
removes the part. What a kill left is removed by the next who writes that name: a part is locked
(flock(2)) while somebody writes it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from contrejour.base.errors import Busy, OutputFailed
from contrejour.base.messages import Message

AT_ONCE = 8
"""Syncs under way together: a journalling file system makes one commit of them."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What the system says when the place for the output is at fault, not the input."""
FREE_SPACE = Message("free-space-or-elsewhere")
_LONGEST_STEM = 220
"""Bytes of a name that its part has too: a name has 255 at most."""
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What a file system says that has no hard links, such as FAT."""


def create(path: Path, data: bytes | bytearray, mode: int = 0o666) -> None:
    """A new file at `path`: all of `data`, or none.

    Raises FileExistsError where something is there, also when somebody else put it there meanwhile;
    OSError.
    """
    with creating(path, mode) as file:
        file.write(data)


def replace(path: Path, data: bytes, mode: int = 0o666, *, durable: bool = True) -> None:
    """At `path` there is all of `data`, or what was there before. Raises OSError.

    Without `durable` nothing is synced: readers see one or the other, a power cut may lose both.
    """
    with replacing(path, mode, durable=durable) as file:
        file.write(data)


@contextmanager
def creating(path: Path, mode: int = 0o666, room: int = 0) -> Iterator[BinaryIO]:
    """The file of `create`, which gets its name at the end of the block.

    `room`: bytes that the disk has for it before the block begins.
    """
    with aside(path, mode, new=True) as part, part.open("wb") as file:
        if room:
            file.write(bytes(room))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
        yield file
        file.truncate()


@contextmanager
def replacing(path: Path, mode: int = 0o666, *, durable: bool = True) -> Iterator[BinaryIO]:
    """The file of `replace`, which gets its name at the end of the block."""
    with aside(path, mode, durable=durable) as part, part.open("wb") as file:
        yield file


@contextmanager
def aside(
    path: Path, mode: int = 0o666, *, new: bool = False, durable: bool = True
) -> Iterator[Path]:
    """An empty file beside `path`, to be written to; at the end of the block it is at `path`.

    `new`: as `create` does it; else as `replace` does.
    """
    if new and os.path.lexists(path):
        raise _taken(path)
    part, lock = _locked_part(
        path, lambda part: os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    )
    try:
        yield part
        if durable:
            sync(part)
        if new:
            _link(part, path)
        else:
            os.replace(part, path)
        if durable:
            sync(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    finally:
        os.close(lock)


def rename(part: Path, path: Path) -> None:
    """What was written at `part` is at `path`, durable, in place of what was there.

    Raises OSError.
    """
    sync(part)
    os.replace(part, path)
    sync(path.parent)


@contextmanager
def new_folder(path: Path, *, force: bool = False, mode: int = 0o777) -> Iterator[Path]:
    """An empty folder beside `path`, to be filled; at the end of the block it is at `path`.

    Folders above are made. All that is in it is durable before its name is there. Raises OSError,
    also where `path` is a file, or a folder that isn't empty; with `force` such a folder is
    replaced, and gone once the new one has its name.
    """
    make_folder(path.parent)
    part, lock = _locked_part(path, partial(_opened_folder, mode=mode))
    try:
        yield part
        below = [each for each in part.rglob("*") if not each.is_symlink()]
        _sync_all([*below, part])
        _put(part, path, force)
        sync(path.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        os.close(lock)


def _opened_folder(part: Path, mode: int) -> int:
    part.mkdir(mode)
    return os.open(part, os.O_RDONLY)


def _put(part: Path, path: Path, force: bool) -> None:
    """Rename, which replaces an empty folder; what is in a full one comes back if that fails."""
    if not force or not path.is_dir() or not any(path.iterdir()):
        os.replace(part, path)
        return
    old = part_of(path)
    os.replace(path, old)
    try:
        os.replace(part, path)
    except OSError:
        os.replace(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """A folder, and those above it, durable where they are new. Raises OSError."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(mode, parents=True, exist_ok=True)
    for each in missing:
        sync(each.parent)


class Batch:
    """Files below a folder that are written one by one and get their names together.

    Whoever uses it is the only one who writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[tuple[Path, Path]] = []
        self._folders = {folder}

    def put(self, path: Path, data: bytes) -> None:
        """Write it aside. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path)
        part = part_of(path)
        self._parts.append((part, path))
        self._folders.update(each for each in path.parents if self._folder in each.parents)
        try:
            part.write_bytes(data)
        except BaseException:
            self._remove()
            raise

    def publish(self) -> None:
        """All of them are there, durably, in the order of `put`.

        What raises OSError, or is killed, leaves the first of them under their names, each whole.
        """
        try:
            _sync_all([part for part, _ in self._parts])
            for part, path in self._parts:
                os.replace(part, path)
            _sync_all(self._folders)
        finally:
            self._remove()

    def _remove(self) -> None:
        for part, _ in self._parts:
            with suppress(OSError):
                part.unlink()
        self._parts.clear()


def lock(fd: int, place: Path) -> None:
    """`place` is this process's alone, until `fd` is closed. Raises Busy, OSError."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy("being-written", path=place) from None


def lock_file(path: Path, place: Path) -> BinaryIO:
    """The file `path`, made where it is missing, locked: `place` is this process's alone.

    It is left as it is: one that somebody put there loses nothing. Raises Busy; OSError, for a link
    too.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        lock(fd, place)
    except BaseException:
        os.close(fd)
        raise
    return open(fd, "rb")


def demand_room(path: Path) -> None:
    """A file can be made beside `path`, whose folder is made where it is missing.

    Raises OSError.
    """
    make_folder(path.parent)
    part = part_of(path)
    opened_new(part, 0o600).close()
    part.unlink()


def sync(path: Path) -> None:
    """What was written to a file or a folder survives a power cut from here on. Raises OSError."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL or not path.is_dir():  # some file systems sync no folder
            raise
    finally:
        os.close(fd)


def _sync_all(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(sync, paths))


@contextmanager
def writing(place: Path, hint: Message | None = FREE_SPACE) -> Iterator[None]:
    """Turns any OSError into an OutputFailed that names `place`."""
    try:
        yield
    except OSError as error:
        raise unwritable(place, error, hint) from error


@contextmanager
def filling(place: Path, hint: Message | None = FREE_SPACE) -> Iterator[None]:
    """Turns what a full disk raises into an OutputFailed; other errors may be the input's."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise unwritable(place, error, hint) from None


def unwritable(place: Path, error: Exception, hint: Message | None = FREE_SPACE) -> OutputFailed:
    """What an OSError, or the like, says of a place."""
    reason = getattr(error, "strerror", None) or str(error)
    return OutputFailed("cannot-be-written", path=place, reason=reason, hint=hint)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def own_folders(path: Path) -> None:
    """A folder and those above it, where they are new for this user alone. Raises OSError."""
    if not path.is_dir():
        own_folders(path.parent)
        path.mkdir(0o700)


def write_first(path: Path, data: bytes, mode: int = 0o666) -> None:
    """A new file of a folder that is still being made, which is synced as a whole. Raises OSError,
    FileExistsError."""
    with opened_new(path, mode) as file:
        file.write(data)


def opened_new(path: Path, mode: int) -> BinaryIO:
    """A new file, to write; no link is followed. Raises FileExistsError, OSError."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def part_of(path: Path) -> Path:
    """A name beside `path` that nothing else has."""
    return path.with_name(f"{_stem(path)}.{os.getpid()}-{secrets.token_hex(4)}.part")


def _stem(path: Path) -> str:
    return os.fsdecode(os.fsencode(path.name)[:_LONGEST_STEM])


def _locked_part(path: Path, make: Callable[[Path], int]) -> tuple[Path, int]:
    """A new part of `path`, and what it is locked by until that is closed.

    Whoever sweeps may have taken it for a killed one's before it was locked: then it is gone, and
    another is made.
    """
    sweep(path)
    while True:
        part = part_of(path)
        fd = make(part)
        with suppress(OSError):  # a file system without locks, where nobody sweeps
            fcntl.flock(fd, fcntl.LOCK_EX)
        with suppress(OSError):
            if os.path.samestat(os.fstat(fd), os.stat(part)):
                return part, fd
        os.close(fd)


def sweep(path: Path) -> None:
    """Remove the parts of `path` that nobody writes any more. Raises nothing."""
    ours = re.compile(re.escape(_stem(path)) + r"\.[0-9]+-[0-9a-f]{8}\.part")
    with suppress(OSError), os.scandir(path.parent) as found:
        left = [Path(each.path) for each in found if ours.fullmatch(each.name)]
        for part in left:
            with suppress(OSError):
                _remove_if_free(part)


def _remove_if_free(part: Path) -> None:
    fd = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe would wait for ever
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink()
    finally:
        os.close(fd)


def _link(part: Path, path: Path) -> None:
    """Give a part its name, where nothing has it. Raises FileExistsError, OSError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim(path)
        try:
            os.replace(part, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return
    with suppress(OSError):  # it has its name: the next writer removes the other one
        part.unlink()


def _claim(path: Path) -> None:
    """An empty file takes the name, where there are no links: one of two writers still wins.

    A kill before the rename leaves the empty file.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
