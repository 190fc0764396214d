"""How long something is kept: ISO 8601 durations, and the day that it must be gone.

    P30D   thirty days          P1M   one month of the calendar
    PT72H  seventy-two hours    PT0S  not at all

No recording outlives one calendar month (CSI L252-5), whatever a mandate says: 30 days overshoot
the month for what is recorded from 30 January to 28 February, so the month is counted for each.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_ISO = re.compile(
    r"P(?=.)(?:(?P<years>[0-9]{1,3})Y)?(?:(?P<months>[0-9]{1,3})M)?(?:(?P<weeks>[0-9]{1,3})W)?"
    r"(?:(?P<days>[0-9]{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]{1,5})H)?(?:(?P<minutes>[0-9]{1,6})M)?(?:(?P<seconds>[0-9]{1,8})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A duration: calendar months and exact seconds, both may be 0."""

    months: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: object) -> Period:
        """Read ISO 8601. Raises ValueError."""
        if isinstance(text, cls):
            return text
        found = _ISO.fullmatch(text) if isinstance(text, str) else None
        if not found:
            raise ValueError("a duration such as P30D, P1M, PT72H or PT0S")
        n = {unit: int(value or 0) for unit, value in found.groupdict().items()}
        days = n["weeks"] * 7 + n["days"]
        seconds = ((days * 24 + n["hours"]) * 60 + n["minutes"]) * 60 + n["seconds"]
        return cls(n["years"] * 12 + n["months"], seconds)

    def __str__(self) -> str:
        days, rest = divmod(self.seconds, 86400)
        date = (f"{self.months}M" if self.months else "") + (f"{days}D" if days else "")
        hours, rest = divmod(rest, 3600)
        clock = "".join(
            f"{count}{unit}" for count, unit in ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
            if count
        )  # fmt: skip
        return f"P{date}{'T' + clock if clock else ''}" if date or clock else "PT0S"

    @property
    def at_most_s(self) -> int:
        """The longest that it can be, in seconds: a month has at most 31 days."""
        return self.months * 31 * 86400 + self.seconds

    def after(self, start: datetime) -> datetime:
        """The moment this long after `start` (aware): months by the calendar of Paris. UTC."""
        local = start.astimezone(PARIS)
        month = local.year * 12 + local.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        moved = local.replace(year=year, month=month, day=day, fold=0) if self.months else local
        return moved.astimezone(UTC) + timedelta(seconds=self.seconds)


ONE_MONTH = Period(months=1)
"""The longest that a recording may be kept: FR-07 in rules.yaml; a test compares them."""


def destroy_by(recorded_at: datetime, *limits: Period) -> datetime:
    """When a recording must be gone, in UTC: the earliest of `limits` and one calendar month.

    `recorded_at` is aware. Source: CSI L252-5 (one month at most) and L252-1 (the authorisation
    may say less).
    """
    return min(limit.after(recorded_at) for limit in (*limits, ONE_MONTH))
