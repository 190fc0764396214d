"""An append-only journal: what `append` has returned is on the disk, whatever is killed after it.

    with Journal(folder) as journal:
        entry = journal.append(Kind.EVENT, event_data(event))       # durable now
        for entry in journal.tail(after=17): ...

One file an hour, or for 4 MiB (segment.py), one line an entry (entry.py). One process writes it.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from contrejour.base import times
from contrejour.base.canonical import Json
from contrejour.base.errors import OutputFailed
from contrejour.base.files import lock_file, make_folder, opened_own, sync, writing
from contrejour.base.growing import GrowingFile
from contrejour.base.messages import Message, Tell
from contrejour.live.signals import entry as entries
from contrejour.live.signals.entry import FIRST_CHAIN, EntryKind, JournalEntry
from contrejour.live.signals.segment import LONGEST_LINE, Segment, Tail, segments

LARGEST_SEGMENT = 4 << 20
KEPT = Message("free-space-kept")


class Journal:
    """Threads may share it. Opening it cuts off a torn last line, and tells.

    Numbers only go up, over restarts and destruction, and none is given twice: where n bytes were
    cut off, or can't be read, n numbers are left out, more than the entries that stood there.
    Raises Busy while another process has it open, OutputFailed where the disk can't be written.
    """

    def __init__(
        self, folder: Path, *, clock: times.Clock = times.now,
        tell: Tell = lambda _: None,
        token: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:  # fmt: skip
        self.folder, self._clock, self._tell = folder, clock, tell
        self._guard = threading.Lock()
        self._file = GrowingFile()
        with writing(folder, KEPT):
            make_folder(folder)
            self._lock = lock_file(folder / "lock", folder)
            try:
                self._open(token)
            except BaseException:
                self.close()
                raise

    def _open(self, token: Callable[[], str]) -> None:
        known = segments(self.folder)
        if not known:
            self.id, self.last, self._chain = token(), 0, FIRST_CHAIN
            self._begin(self._clock())
            return
        self._segment = newest = known[-1]
        self.id = newest.journal
        sync(newest.path)  # what a killed writer left in the cache is told from now on
        tail = Tail(self.folder, newest.first - 1)
        for _ in tail:
            pass
        tail.close()
        size, self._chain, self.last = tail.place
        self._file = GrowingFile(opened_own(newest.path, 0o666), size)
        if rest := self._file.rest():
            self.last += len(rest)
            self._cut(rest)

    def _cut(self, rest: bytes) -> None:
        if b"\n" in rest:  # more than one torn line: kept as it is
            self._tell(Message("journal-damaged", path=self._segment.path, byte=self._file.size))
            self._begin(self._clock())
        else:
            self._tell(Message("journal-line-torn", path=self._segment.path, bytes=len(rest)))
            self._file.cut()

    def append(self, kind: EntryKind, data: Mapping[str, Json]) -> JournalEntry:
        """Write an entry; it is durable on return. Raises OutputFailed, and then nothing is there.

        A full disk leaves the journal as it was, and the next call may succeed.
        """
        with self._guard, writing(self.folder, KEPT):
            self._is_open()
            at = self._clock().astimezone(UTC)
            if self._file.size > LARGEST_SEGMENT or self._segment.hour != _hour(at):
                self._begin(at)
            entry = JournalEntry(self.id, self.last + 1, kind, at, data)
            line, chain = entries.write(entry, self._chain)
            if len(line) > LONGEST_LINE:
                raise ValueError(f"an entry of {len(line)} bytes")
            self._file.append(line)
            self._chain, self.last = chain, entry.number
            return entry

    def _begin(self, at: datetime) -> None:
        """Go on in a new segment; one that has no entry is renamed to it."""
        new = Segment(self.folder, self.id, self.last + 1, _hour(at), self._chain)
        if self._file.is_open and self._file.size == 0 and not self._file.rest():
            os.rename(self._segment.path, new.path)
        else:
            fd = os.open(new.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            self._file.close()
            self._file = GrowingFile(fd)
        self._segment = new
        sync(self.folder)

    def tail(self, after: int = 0) -> Tail:
        """The entries after a number, as far as they are acknowledged; it can be asked again."""
        return Tail(self.folder, after, limit=lambda: self.last, tell=self._tell)

    def skip(self, number: int) -> None:
        """Give out no number up to this one: somebody knows of it, and the disk has lost it."""
        with self._guard:
            self.last = max(self.last, number)

    def retain(self, destroy_by: Callable[[datetime], datetime], now: datetime) -> int:
        """Destroy the segments that are due; how many. Numbering goes on.

        A segment is due with the first moment of its hour: nothing is kept too long, some entries
        up to an hour less. A clock that went back destroys nothing. Raises OutputFailed.
        """
        with self._guard, writing(self.folder, KEPT):
            self._is_open()
            due = [each for each in segments(self.folder) if destroy_by(each.hour) <= now]
            if self._segment in due:
                self._begin(now)  # first: its name is what numbering goes on from
            gone = [each.path for each in due if each != self._segment and each.path.exists()]
            for path in gone:
                path.unlink()
            if gone:
                sync(self.folder)
            return len(gone)

    def _is_open(self) -> None:
        if not self._file.is_open:
            raise OutputFailed("journal-closed", folder=self.folder)

    def close(self) -> None:
        with self._guard:
            self._file.close()
            self._lock.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
