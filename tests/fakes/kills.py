"""A program that is killed at the Nth thing it does on a disk, by tests/kills/kill.c."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

from fakes import preloads

_SOURCE = Path(__file__).parents[1] / "kills" / "kill.c"


def at(nth: int) -> Mapping[str, object]:
    """The environment of a run whose process ends there; 0: nobody's does."""
    _count().write_bytes(bytes(8))
    return {
        "LD_PRELOAD": preloads.before_others(_SOURCE), "KILL_COUNT": _count(), "KILL_AT": nth
    }  # fmt: skip


def steps() -> int:
    """How many there were in the last run."""
    return int(struct.unpack("l", _count().read_bytes())[0])


def _count() -> Path:
    return preloads.folder() / "count"


def holding(root: Path, secrets: Iterable[bytes]) -> dict[str, int]:
    """The files in which one of these stands, and their modes."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    wanted = list(secrets)
    return {
        path.relative_to(root).as_posix(): path.stat().st_mode & 0o777
        for path in files
        for data in [path.read_bytes()]
        if any(secret in data for secret in wanted)
    }
