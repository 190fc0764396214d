"""What a party has peeled, in one file that only grows: what is in it is never peeled again.

    {"at":…,"camera":…,"chain":"…32 hex…","opener":…,"order":…,"seconds":60,"since":…,"until":…}

One RFC 8785 line each. `chain` is the first 16 bytes of SHA-256 over the chain before and the line
without its chain, so a line that was changed, moved or taken from the middle is noticed, and then
nothing is peeled. A last line torn by a kill was never acknowledged, and is cut off. That the file
was put back to an earlier state can't be seen in it: the log's `unseal.peel` entries show that.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import OrderError
from contrejour.base.files import lock, opened_own, sync, writing
from contrejour.base.growing import GrowingFile
from contrejour.base.messages import Message
from contrejour.base.times import of_utc, utc
from contrejour.custody.cases.party_checks import PeelPermit

FIRST_CHAIN = "0" * 32
NOTHING_PEELED = Message("nothing-peeled-without")


class SpentList:
    """The file, locked while it is open; use as a context manager.

    Raises Busy where another process has it, OrderError where it is damaged, OutputFailed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._windows: set[tuple[str, str, str]] = set()
        self._openers: dict[str, str] = {}
        self._days: dict[str, int] = {}
        self._chain = FIRST_CHAIN
        self.newest: datetime | None = None
        with writing(path, NOTHING_PEELED):
            self._file = GrowingFile(opened_own(path, 0o600))
            try:
                lock(self._file.fd, path)
                sync(path)  # what a killed run left in the cache counts from now on
                sync(path.parent)
                self._read()
            except BaseException:
                self.close()
                raise

    def _read(self) -> None:
        *lines, torn = self._file.rest().split(b"\n")
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
                raise OrderError("spent-damaged", path=self.path, line=number) from None
            self._chain, self._file.size = chain, self._file.size + len(line) + 1
        if torn:
            self._file.cut()

    def _take(self, told: dict[str, Json]) -> None:
        order, opener, seconds = str(told["order"]), str(told["opener"]), told["seconds"]
        if not isinstance(seconds, int):
            raise TypeError
        self._windows.add((order, str(told["camera"]), str(told["since"])))
        if opener:
            self._openers.setdefault(opener, order)
        at = of_utc(str(told["at"]))
        self.newest = max(at, self.newest or at)
        day = at.date().isoformat()
        self._days[day] = self._days.get(day, 0) + seconds

    def has(self, order: str, camera: str, since: datetime) -> bool:
        return (order, camera, utc(since)) in self._windows

    def order_of(self, opener: str) -> str | None:
        return self._openers.get(opener)

    def used_s(self, now: datetime) -> int:
        return self._days.get(now.astimezone(UTC).date().isoformat(), 0)

    def add(self, permit: PeelPermit, now: datetime) -> None:
        """Spend it; durable on return. Raises OutputFailed, and then it is not spent."""
        window = permit.window
        told: dict[str, Json] = {
            "at": utc(now), "camera": window.camera, "opener": permit.order.opener,
            "order": permit.order.id, "seconds": window.seconds, "since": utc(window.since),
            "until": utc(window.until),
        }  # fmt: skip
        chain = _chained(self._chain, told)
        line = canonical({**told, "chain": chain}) + b"\n"
        with writing(self.path, NOTHING_PEELED):
            self._file.append(line)
        self._chain = chain
        self._take(told)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> SpentList:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _chained(before: str, told: dict[str, Json]) -> str:
    return hashlib.sha256(bytes.fromhex(before) + canonical(told)).hexdigest()[:32]
