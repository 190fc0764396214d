"""What a party has peeled, in one file that only grows: what is in it is never peeled again.

    {"at":…,"camera":…,"chain":"…32 hex…","opener":…,"order":…,"seconds":60,"since":…,"until":…}

One RFC 8785 line each. `chain` is the first 16 bytes of SHA-256 over the chain before and the line
without its chain, so a line that was changed, moved or taken from the middle is noticed, and then
nothing is peeled. A last line torn by a kill was never acknowledged, and is cut off. That the file
was put back to an earlier state can't be seen in it: the log's `unseal.peel` entries show that.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import Busy, OrderError, OutputFailed
from contrejour.base.times import utc
from contrejour.custody.cases.party_checks import Leave
from contrejour.custody.seal.new_files import sync_folder

FIRST_CHAIN = "0" * 32


class SpentList:
    """The file, locked while it is open; use as a context manager.

    Raises Busy where another process has it, OrderError where it is damaged, OutputFailed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._windows: set[tuple[str, str, str]] = set()
        self._openers: dict[str, str] = {}
        self._days: dict[str, int] = {}
        self._chain, self._size = FIRST_CHAIN, 0
        with self._writing():
            is_new = not path.exists()
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._read()
                if is_new:
                    sync_folder(path.parent)
            except BlockingIOError:
                self.close()
                raise Busy(f"another run is writing {path}", "wait for it to end") from None
            except BaseException:
                self.close()
                raise

    def _read(self) -> None:
        os.fsync(self._fd)  # what a killed run left in the cache counts from now on
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        *lines, torn = data.split(b"\n")
        for number, line in enumerate(lines, 1):
            try:
                told = json.loads(line)
                chain = told.pop("chain")
                if (
                    chain != _chained(self._chain, told)
                    or canonical({**told, "chain": chain}) != line
                ):
                    raise ValueError
                self._take(told)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise OrderError(
                    f"{self.path} is damaged in line {number}",
                    "what was peeled can't be told any more, so nothing is: restore the file",
                ) from None
            self._chain, self._size = chain, self._size + len(line) + 1
        if torn:
            os.ftruncate(self._fd, self._size)
            os.fsync(self._fd)

    def _take(self, told: dict[str, Json]) -> None:
        order, opener, seconds = str(told["order"]), str(told["opener"]), told["seconds"]
        if not isinstance(seconds, int):
            raise TypeError
        self._windows.add((order, str(told["camera"]), str(told["since"])))
        if opener:
            self._openers.setdefault(opener, order)
        day = str(told["at"])[:10]
        self._days[day] = self._days.get(day, 0) + seconds

    def has(self, order: str, camera: str, since: datetime) -> bool:
        return (order, camera, utc(since)) in self._windows

    def order_of(self, opener: str) -> str | None:
        return self._openers.get(opener)

    def used_s(self, now: datetime) -> int:
        return self._days.get(now.astimezone(UTC).date().isoformat(), 0)

    def add(self, leave: Leave, now: datetime) -> None:
        """Spend it; durable on return. Raises OutputFailed, and then it is not spent."""
        window = leave.window
        told: dict[str, Json] = {
            "at": utc(now), "camera": window.camera, "opener": leave.order.opener,
            "order": leave.order.id, "seconds": window.seconds, "since": utc(window.since),
            "until": utc(window.until),
        }  # fmt: skip
        chain = _chained(self._chain, told)
        line = canonical({**told, "chain": chain}) + b"\n"
        with self._writing():
            try:
                written = 0
                while written < len(line):
                    written += os.pwrite(self._fd, line[written:], self._size + written)
                os.fsync(self._fd)
            except OSError:
                with suppress(OSError):  # else the torn line is cut off when it is opened again
                    os.ftruncate(self._fd, self._size)
                raise
        self._chain, self._size = chain, self._size + len(line)
        self._take(told)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputFailed(
                f"{self.path} can't be written: {error.strerror}", "nothing is peeled without it"
            ) from error

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> SpentList:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _chained(before: str, told: dict[str, Json]) -> str:
    return hashlib.sha256(bytes.fromhex(before) + canonical(told)).hexdigest()[:32]
