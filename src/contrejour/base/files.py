"""Durable files: each is there whole or not at all, and on the disk once the call has returned.

    create(path, data)              a new file; one that is there is never replaced
    replace(path, data)             all of it, or what was there before
    with creating(path) as file:    … written piece by piece, and so `replacing`
    with aside(path) as part:       … by what wants a path to write to
    with new_folder(path) as part:  a folder with all that is in it
    Batch                           files that get their names together
    with writing(place):            what the disk says, as an OutputFailed

What is written lies beside its place (parts.py) until it is synced. Then it gets its name, by
link(2) where it is new and else by rename(2), and the folder is synced. An error removes the part.
What a kill left is removed by the next who writes that name.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from contrejour.base import parts
from contrejour.base.errors import Busy, OutputFailed
from contrejour.base.messages import Message
from contrejour.base.parts import Part, beside, new_file, part_of, sweep

AT_ONCE = 8
"""Syncs under way together: a journalling file system makes one commit of them."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What the system says when the place for the output is at fault, not the input."""
FREE_SPACE = Message("free-space-or-elsewhere")
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system says that has no locks, such as some network mounts."""
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
    with _written(path, mode, new=True) as part, open(part.fd, "wb", closefd=False) as file:
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
    with (
        _written(path, mode, durable=durable) as part,
        open(part.fd, "wb", closefd=False) as file,
    ):
        yield file


@contextmanager
def aside(
    path: Path, mode: int = 0o666, *, new: bool = False, durable: bool = True
) -> Iterator[Path]:
    """An empty file beside `path`, to be written to; at the end of the block it is at `path`.

    `new`: as `create` does it; else as `replace` does.
    """
    with _written(path, mode, new=new, durable=durable) as part:
        yield path.with_name(part.name)


@contextmanager
def _written(path: Path, mode: int, *, new: bool = False, durable: bool = True) -> Iterator[Part]:
    """An empty part, which is at `path` at the end of the block."""
    if new and os.path.lexists(path):
        raise _taken(path)
    with beside(path, mode, new_file) as part:
        try:
            yield part
            if durable:
                os.fsync(part.fd)
            _give_name(part.name, path, part.folder, part.folder, new=new)
            if durable:
                _sync_open(part.folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(part.name, dir_fd=part.folder)
            raise


def rename(part: Path, path: Path, *, new: bool = False) -> None:
    """What was written at `part` is at `path`, durable, in place of what was there.

    `new`: nothing was there. Raises FileExistsError, OSError.
    """
    sync(part)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _give_name(part, path, folder, new=new)
        _sync_open(folder)
    finally:
        os.close(folder)


@contextmanager
def new_folder(path: Path, *, force: bool = False, mode: int = 0o777) -> Iterator[Path]:
    """An empty folder beside `path`, to be filled; at the end of the block it is at `path`.

    Folders above are made. All that is in it is durable before its name is there. Raises OSError,
    also where `path` is a file, or a folder that isn't empty; with `force` such a folder is
    replaced, and gone once the new one has its name.
    """
    make_folder(path.parent)
    with beside(path, mode, parts.new_folder) as made:
        part = path.with_name(made.name)
        try:
            yield part
            below = [each for each in part.rglob("*") if not each.is_symlink()]
            _sync_all([*below, part])
            _put(part, path, force)
            _sync_open(made.folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


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
            with opened_new(part, 0o666) as file:
                file.write(data)
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
    """`place` is this process's alone, until `fd` is closed. Raises Busy, OutputFailed, OSError."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy("being-written", path=place) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        raise OutputFailed("no-locks", path=place) from error


def lock_file(path: Path, place: Path) -> BinaryIO:
    """The file `path`, made where it is missing, locked: `place` is this process's alone.

    It is left as it is: one that somebody put there loses nothing. Raises Busy; OSError, for a link
    too.
    """
    fd = opened_own(path, 0o600)
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
        _sync_open(fd)
    finally:
        os.close(fd)


def _sync_open(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:  # some file systems sync no folder
        if error.errno != errno.EINVAL or not stat.S_ISDIR(os.fstat(fd).st_mode):
            raise


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
    """SHA-256 of a file, in hexadecimal; no pipe or device is read. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    demand_file(fd, path)
    with open(fd, "rb") as file:
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


def opened_own(path: Path, mode: int) -> int:
    """A file to read and to write, made where it is missing: its descriptor, from its beginning.

    What is in it stays. Raises OSError, for a link, a pipe and whatever else is no file too: nobody
    leads elsewhere what is written to it.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, mode)
    demand_file(fd, path)
    return fd


def demand_file(fd: int, path: Path) -> None:
    """What is open is a file. Raises OSError, once it is closed, for whatever else it is."""
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def opened_new(path: Path, mode: int) -> BinaryIO:
    """A new file, to write; no link is followed. Raises FileExistsError, OSError."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def _give_name(
    part: str | Path, path: Path, folder: int, source: int | None = None, *, new: bool
) -> None:
    """`part`, in the open folder `source` or by its path, is at `path`, of the open `folder`.

    `new`: nothing was there, else FileExistsError. Raises OSError.
    """
    if not new:
        os.replace(part, path.name, src_dir_fd=source, dst_dir_fd=folder)
        return
    try:
        os.link(part, path.name, src_dir_fd=source, dst_dir_fd=folder)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim(path, folder)
        try:
            os.replace(part, path.name, src_dir_fd=source, dst_dir_fd=folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(path.name, dir_fd=folder)
            raise
        return
    with suppress(OSError):  # it has its name: the next writer removes the other one
        os.unlink(part, dir_fd=source)


def _claim(path: Path, folder: int) -> None:
    """An empty file takes the name, where there are no links: one of two writers still wins.

    A kill before the rename leaves the empty file. Raises FileExistsError.
    """
    os.close(new_file(path.name, folder, 0o600))


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
