"""When a log was seen to have how many entries: by which a monitor judges what entries say. Pure.

    900 1804156800 1804157400      900 entries; first and last seen so by these cosignatures (UNIX)

An entry came after the last cosignature over a tree without it, and before the first over one that
has it. A monitor that is begun anew reads the log from its start: without this it would take all of
it for as old as it says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contrejour.base.errors import Malformed
from contrejour.base.times import END_S

MOST = 1 << 17
"""Of sizes that are kept: a log that grows every ten minutes has them in two and a half years."""
_LINE = re.compile(r"([0-9]{1,16}) ([0-9]{1,11}) ([0-9]{1,11})")


@dataclass(slots=True)
class Sightings:
    """Sizes and seconds, both ascending."""

    _sizes: list[int] = field(default_factory=list)
    _first_s: list[int] = field(default_factory=list)
    _last_s: list[int] = field(default_factory=list)

    def add(self, size: int, at_s: int) -> None:
        """The log was cosigned with so many entries then. What goes back is left out."""
        if self._sizes and (size < self._sizes[-1] or at_s < self._last_s[-1]):
            return
        if self._sizes and size == self._sizes[-1]:
            self._last_s[-1] = at_s
            return
        for kept, each in ((self._sizes, size), (self._first_s, at_s), (self._last_s, at_s)):
            kept.append(each)
            del kept[:-MOST]

    def of(self, number: int) -> tuple[datetime | None, datetime | None]:
        """Before and since when the entry of this number came; None: unknown."""
        at = bisect_right(self._sizes, number)
        before = _moment(self._first_s[at]) if at < len(self._sizes) else None
        return before, _moment(self._last_s[at - 1]) if at else None

    def __str__(self) -> str:
        rows = zip(self._sizes, self._first_s, self._last_s, strict=True)
        return "".join(f"{size} {first} {last}\n" for size, first, last in rows)

    @classmethod
    def of_text(cls, text: str, name: str) -> Sightings:
        """Raises Malformed."""
        found = cls()
        for number, line in enumerate(text.splitlines(), 1):
            told = _LINE.fullmatch(line)
            size, first_s, last_s = map(int, told.groups()) if told else (0, 1, 0)
            if not first_s <= last_s < END_S or number > MOST:
                raise Malformed("not-sightings", name=name, line=number)
            if found._sizes and not (size > found._sizes[-1] and first_s >= found._last_s[-1]):
                raise Malformed("not-sightings", name=name, line=number)
            found.add(size, first_s)
            found.add(size, last_s)
        return found


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
