"""A command that believes another date: Debian's libfaketime, loaded before it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
HERE = LIBRARY is not None and shutil.which("faketime") is not None


def off_by(days: int) -> Mapping[str, object]:
    """The environment of a process whose clock is so many days ahead."""
    return {
        "LD_PRELOAD": LIBRARY, "FAKETIME": f"{days:+d}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "LC_ALL": "C.UTF-8",
    }  # fmt: skip
