"""A program that is killed at the Nth thing it does on a disk, by tests/kills/kill.c."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = shutil.which("gcc") is not None
NOT_HERE = "no gcc (apt-get install gcc libc6-dev)"
_SOURCE = Path(__file__).parents[1] / "kills" / "kill.c"


@cache
def _folder() -> TemporaryDirectory[str]:
    """It holds the library, and is removed when the tests end."""
    made = TemporaryDirectory(prefix="kills-")
    library = Path(made.name) / "kill.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
    return made


def at(nth: int) -> Mapping[str, object]:
    """The environment of a run whose process ends there; 0: nobody's does."""
    count = Path(_folder().name) / "count"
    count.write_bytes(bytes(8))
    return {"LD_PRELOAD": Path(_folder().name) / "kill.so", "KILL_COUNT": count, "KILL_AT": nth}


def steps() -> int:
    """How many there were in the last run."""
    return int(struct.unpack("l", (Path(_folder().name) / "count").read_bytes())[0])


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
