"""What lies beside its place until it is whole: its name, its lock, and what a kill left of it.

    NAME.<pid>-<8 hex>.part     locked (flock(2)) while somebody writes it

All of it is done by names in a folder that is held open: whoever can write to a folder above leads
none of it elsewhere meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_LONGEST_STEM = 220
"""Bytes of a name that its part has too: a name has 255 at most."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY
_FOUND = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait for ever


@dataclass(frozen=True, slots=True)
class Part:
    """What is being written: `name` in the open folder `folder`, itself open as `fd`."""

    folder: int
    name: str
    fd: int


def part_of(path: Path) -> Path:
    """A name beside `path` that nothing else has."""
    return path.with_name(_part_name(path.name))


def new_file(part: str, folder: int, mode: int) -> int:
    return os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode, dir_fd=folder)


def new_folder(part: str, folder: int, mode: int) -> int:
    os.mkdir(part, mode, dir_fd=folder)
    return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)


@contextmanager
def beside(path: Path, mode: int, make: Callable[[str, int, int], int]) -> Iterator[Part]:
    """A new part of `path`, locked until the block ends; what was left of others is removed first.

    Whoever sweeps may have taken it for a killed one's before it was locked: then it is gone, and
    another is made. Raises OSError.
    """
    folder = os.open(path.parent, _FOLDER)
    try:
        _sweep(path.name, folder)
        while True:
            name = _part_name(path.name)
            fd = make(name, folder, mode)
            with suppress(OSError):  # a file system without locks, where nobody sweeps
                fcntl.flock(fd, fcntl.LOCK_EX)
            with suppress(OSError):
                if os.path.samestat(os.fstat(fd), os.stat(name, dir_fd=folder)):
                    break
            os.close(fd)
        try:
            yield Part(folder, name, fd)
        finally:
            os.close(fd)
    finally:
        os.close(folder)


def sweep(path: Path) -> None:
    """Remove the parts of `path` that nobody writes any more. Raises nothing."""
    with suppress(OSError):
        folder = os.open(path.parent, _FOLDER)
        try:
            _sweep(path.name, folder)
        finally:
            os.close(folder)


def _sweep(name: str, folder: int) -> None:
    ours = re.compile(re.escape(_stem(name)) + r"\.[0-9]+-[0-9a-f]{8}\.part")
    with suppress(OSError):
        with os.scandir(folder) as found:
            left = [each.name for each in found if ours.fullmatch(each.name)]
        for part in left:
            with suppress(OSError):
                _remove_if_free(part, folder)


def _remove_if_free(part: str, folder: int) -> None:
    fd = os.open(part, _FOUND, dir_fd=folder)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            shutil.rmtree(part, dir_fd=folder)
        else:
            os.unlink(part, dir_fd=folder)
    finally:
        os.close(fd)


def _part_name(name: str) -> str:
    return f"{_stem(name)}.{os.getpid()}-{secrets.token_hex(4)}.part"


def _stem(name: str) -> str:
    return os.fsdecode(os.fsencode(name)[:_LONGEST_STEM])
