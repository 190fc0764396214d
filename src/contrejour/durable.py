"""Files that appear whole, and only once they and what they lean on are on the disk."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
