"""The date, and a command that believes another one, by tests/clock/clock.c."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from fakes import preloads

DAY_S = 86_400
_SOURCE = Path(__file__).parents[1] / "clock" / "clock.c"


def today() -> date:
    """In UTC; to be asked where a test runs: what is asked at import is wrong after midnight."""
    return datetime.now(UTC).date()


def off_by(days: int) -> Mapping[str, object]:
    """The environment of a process whose clock is so many days ahead of ours."""
    ours_s = int(os.environ.get("AT_OFFSET_S", "0"))
    return {
        "LD_PRELOAD": preloads.library(_SOURCE),
        "AT_OFFSET_S": ours_s + days * DAY_S,
        "LC_ALL": "C.UTF-8",
    }
