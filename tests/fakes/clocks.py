"""The date, and a command that believes another one, by tests/clock/clock.c."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = shutil.which("gcc") is not None
NOT_HERE = "no gcc (apt-get install gcc libc6-dev)"
DAY_S = 86_400
_SOURCE = Path(__file__).parents[1] / "clock" / "clock.c"


@cache
def _folder() -> TemporaryDirectory[str]:
    """It holds the library, and is removed when the tests end."""
    made = TemporaryDirectory(prefix="clock-")
    library = Path(made.name) / "clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
    return made


def today() -> date:
    """In UTC; to be asked where a test runs: what is asked at import is wrong after midnight."""
    return datetime.now(UTC).date()


def off_by(days: int) -> Mapping[str, object]:
    """The environment of a process whose clock is so many days ahead of ours."""
    ours_s = int(os.environ.get("AT_OFFSET_S", "0"))
    return {
        "LD_PRELOAD": Path(_folder().name) / "clock.so",
        "AT_OFFSET_S": ours_s + days * DAY_S,
        "LC_ALL": "C.UTF-8",
    }
