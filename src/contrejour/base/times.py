"""Times: how one is written, and one moment on three clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""What says the time of day: aware, and set once for all that runs by it."""
UnixClock: TypeAlias = Callable[[], float]
"""The time of day as seconds since 1970, UTC: where signatures and other machines count so."""
Monotonic: TypeAlias = Callable[[], int]
"""Nanoseconds that only go forward, from nobody knows when."""
YEARS = range(2000, 2200)
"""Of days and moments that somebody else wrote. Near the calendar's ends adding a waiting time or a
horizon to one has no answer, and whoever has to decide would fall over instead."""
END_S = int(datetime(YEARS.stop, 1, 1, tzinfo=UTC).timestamp())
"""Where they end: seconds since 1970."""
SECOND = "%Y-%m-%dT%H:%M:%SZ"
"""How `utc` writes a time."""


def now() -> datetime:
    """The system's clock, as a Clock."""
    return datetime.now(UTC)


def utc(moment: datetime) -> str:
    """2027-02-12T15:00:00Z: to the second (RFC 3339), what is below it left out.

    A time that names no zone is UTC.
    """
    return _in_utc(moment).strftime(SECOND)


def of_utc(text: str, form: str = SECOND) -> datetime:
    """The moment that is written so, UTC and aware. Raises ValueError for any other text:
    strptime takes digits of other scripts, fewer of them, and other spaces; and for moments to the
    second, which people write, outside YEARS."""
    moment = datetime.strptime(text, form)
    if moment.strftime(form) != text or (form == SECOND and moment.year not in YEARS):
        raise ValueError(text)
    return moment.replace(tzinfo=UTC)


def written_day(text: str) -> date:
    """The day that is written so (YYYY-MM-DD). Raises ValueError for any other text, and outside
    YEARS."""
    return of_utc(f"{text}T00:00:00Z").date()


def utc_us(moment: datetime) -> str:
    """2027-02-12T15:00:00.000000Z: to the microsecond; else as `utc`."""
    return _in_utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on three clocks, in integer nanoseconds.

    `camera_ns` is UNIX time by the camera's own clock, as far as it says; `wall_ns` is ours;
    `monotonic_ns` only goes forward. `uncertainty_ns`: by how much `camera_ns`, or else `wall_ns`,
    may be off the moment of exposure.
    """

    monotonic_ns: int
    wall_ns: int
    camera_ns: int | None
    uncertainty_ns: int
