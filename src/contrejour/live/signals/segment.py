"""The files of a journal, and reading them while somebody else may write.

    9f3c2a1b-000000000017-20270212T09-5d41402abc4b2a76b9719d911017c592.jsonl
    journal  first number hour (UTC)  chain before its first line

All that is in a segment was written within one hour, so that its name says when it is due.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from contrejour.base.messages import Message, Tell
from contrejour.live.signals import entry as entries
from contrejour.live.signals.entry import JournalEntry

_NAME = re.compile(r"([0-9a-f]{8})-([0-9]{12,})-([0-9]{8}T[0-9][0-9])-([0-9a-f]{32})\.jsonl")
_HOUR = "%Y%m%dT%H"
_CHUNK = 1 << 16
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """One file: its first number is `first` or more, `before` is the chain that it goes on from."""

    folder: Path
    journal: str
    first: int
    hour: datetime
    before: str

    @property
    def path(self) -> Path:
        hour = self.hour.strftime(_HOUR)
        return self.folder / f"{self.journal}-{self.first:012d}-{hour}-{self.before}.jsonl"


def segments(folder: Path) -> list[Segment]:
    """In order of their numbers; none where there is no such folder."""
    names = os.listdir(folder) if folder.is_dir() else []
    found = [
        Segment(folder, name[1], int(name[2]), _hour(name[3]), name[4])
        for name in map(_NAME.fullmatch, names)
        if name
    ]
    return sorted(found, key=lambda segment: segment.first)


def _hour(text: str) -> datetime:
    year, month, day, hour = (int(text[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (9, 11)))
    return datetime(year, month, day, hour, tzinfo=UTC)


class Tail:
    """Reads entries whose number is more than `after`, in order, each once. One thread's.

    `limit`: the last number that is acknowledged; nothing beyond it is read. What is damaged ends
    its segment: it is counted in `damaged`, told, and reading goes on with the next segment.
    """

    def __init__(
        self, folder: Path, after: int = 0, *, limit: Callable[[], int] | None = None,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        self.damaged = 0
        self._folder, self._after, self._limit, self._tell = folder, after, limit, tell
        self._segment: Segment | None = None
        self._file: FileIO | None = None
        self._offset = 0
        self._chain = ""
        self._number = 0

    def next(self) -> JournalEntry | None:
        """The next entry; None where there is none yet."""
        limit = self._limit() if self._limit else None  # first: what is read now may be newer
        while limit is None or self._after < limit:
            entry = self._line(limit) or self._last_line(limit)
            if entry is None:
                return None
            if entry.number > self._after:
                self._after = entry.number
                return entry
        return None

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(self.next, None)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _last_line(self, limit: int | None) -> JournalEntry | None:
        """Go on with the segments that follow, until one has a line."""
        while following := self._following():
            entry = self._line(limit)  # once more: it was whole before the next one was begun
            if entry is not None:
                return entry
            if self._enter(following):
                entry = self._line(limit)
                if entry is not None:
                    return entry
        return None

    def _following(self) -> Segment | None:
        """The next segment; to begin with, the last one that can hold what is looked for."""
        known = segments(self._folder)
        if self._segment is None:
            older = [each for each in known if each.first <= self._after + 1]
            return older[-1] if older else known[0] if known else None
        return next((each for each in known if each.first > self._segment.first), None)

    def _enter(self, following: Segment) -> bool:
        """False where it was renamed or destroyed meanwhile."""
        try:
            file = FileIO(following.path)
        except FileNotFoundError:
            return False
        if self._segment and self._file and _size(self._file) > self._offset:
            self.damaged += 1
            self._tell(Message("journal-damaged", path=self._segment.path, byte=self._offset))
        self.close()
        self._file, self._segment, self._offset = file, following, 0
        self._chain, self._number = following.before, following.first - 1
        return True

    def _line(self, limit: int | None) -> JournalEntry | None:
        """The entry at the offset, if a whole and right one is there."""
        if self._segment is None or self._file is None:
            return None
        line = _line_at(self._file.fileno(), self._offset)
        try:
            entry, chain = entries.read(line, self._segment.journal, self._chain)
        except ValueError:
            return None
        if entry.number <= self._number or (limit is not None and entry.number > limit):
            return None
        self._offset += len(line)
        self._chain, self._number = chain, entry.number
        return entry

    @property
    def place(self) -> tuple[int, str, int]:
        """Where the last entry read ends: byte, chain, number."""
        return self._offset, self._chain, self._number


def read(folder: Path, after: int = 0, tell: Tell = lambda _: None) -> Iterator[JournalEntry]:
    """What is in a journal now, after a number; whoever writes it meanwhile."""
    with closing(Tail(folder, after, tell=tell)) as tail:
        yield from tail


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size


def _line_at(fd: int, offset: int) -> bytes:
    """What stands there, with its line feed; nothing where no line ends. Reads nothing ahead: what
    follows may be cut off and written anew."""
    data = b""
    while len(data) <= LONGEST_LINE:
        more = os.pread(fd, _CHUNK, offset + len(data))
        line, end, _ = more.partition(b"\n")
        data += line + end
        if end:
            return data
        if not more:
            return b""
    return b""
