"""Watches a log: each `look` reads the new entries, once each, and gives what is wrong now.

    monitor = Monitor(trust, wanted, seen=None)
    with opened(url) as read:
        alarms = monitor.look(read, time.time())

A log that can't be read, isn't cosigned any more or took something back is an alarm too; what was
read before is still judged by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from contrejour.base.errors import LedgerError, LogForked
from contrejour.custody.ledger import tiles
from contrejour.custody.ledger.alarms import Alarm, Expectations, Watch
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.read import audit, read_checkpoint
from contrejour.custody.ledger.sightings import Sightings
from contrejour.custody.ledger.verify import (
    Ages,
    Trust,
    TrustedCheckpoint,
    check_checkpoint,
    cosigned_at,
)
from contrejour.custody.note import Note

ROUND_S = 45.0
"""How long reading what is new may take. The first look, which reads all, has no limit."""


class Monitor:
    """One thread looks at a time. `seen`: the checkpoint that a monitor before it believed last.

    sightings: when the log was seen with how many entries, by that monitor too.

    believed: the last checkpoint that holds, and who cosigned it when.
    accused: a signed one that doesn't go on from it; the two prove that the log lied.
    """

    def __init__(
        self, trust: Trust, wanted: Expectations, *, seen: Checkpoint | None = None,
        sightings: Sightings | None = None, max_age_s: int | None = None, limit_s: float = ROUND_S,
        new: Callable[[bytes], object] = lambda _: None,
    ) -> None:  # fmt: skip
        """`new`: told of each entry since `seen`."""
        self.believed: tuple[Note, TrustedCheckpoint] | None = None
        self.accused: Note | None = None
        self.sightings = sightings or Sightings()
        self._trust, self._wanted, self._seen, self._new = trust, wanted, seen, new
        self._max_age_s, self._limit_s = max_age_s, limit_s
        self._watch: Watch | None = None

    def look(self, read: tiles.TileReader, now_s: float) -> list[Alarm]:
        """Read what is new; give all that is wrong now."""
        now, found = datetime.fromtimestamp(now_s, UTC), []
        try:
            signed = read_checkpoint(read)
            seen = check_checkpoint(signed, self._trust)
            if self._max_age_s is not None and not self._fresh(seen, int(now_s)):
                stale = LedgerError("monitor-stale", seconds=self._max_age_s)
                found.append(Alarm(stale.message, "stale", stale.advice))
            try:
                self._follow(read, signed, now)
            except LogForked:
                self.accused = signed
                raise
        except LedgerError as error:
            kind = "fork" if isinstance(error, LogForked) else "log"
            found.append(Alarm(error.message, kind, error.advice))
        return [*found, *(self._watch.alarms(now) if self._watch else ())]

    def _fresh(self, seen: TrustedCheckpoint, now_s: int) -> bool:
        ages = Ages(now_s, self._max_age_s or 0)
        return self._trust.policy.met([name for name, at_s in seen.by.items() if ages.fit(at_s)])

    def _follow(self, read: tiles.TileReader, signed: Note, now: datetime) -> None:
        """Audit a checkpoint and take its new entries; none where this raises LedgerError."""
        told = self._seen.size if self._seen else 0
        cosigned = cosigned_at(check_checkpoint(signed, self._trust), self._trust)
        by = min(now, cosigned or now)
        watch, waiting = self._watch or Watch(self._wanted), list[tuple[int, bytes]]()
        first = self._watch is None

        def take(number: int, data: bytes) -> None:
            before, since = self.sightings.of(number)
            watch.see(number, data, min(by, before or by), since)
            if number >= told:
                self._new(data)

        seen = audit(
            read if first else _hurried(read, self._limit_s), self._trust, signed=signed,
            since=self._seen, whole=first,
            each=take if first else lambda *each: waiting.append(each),
        )  # fmt: skip
        for each in waiting:
            take(*each)
        self._watch, self._seen, self.believed = watch, seen.checkpoint, (signed, seen)
        if cosigned:
            self.sightings.add(seen.checkpoint.size, int(min(by, cosigned).timestamp()))


def _hurried(read: tiles.TileReader, limit_s: float) -> tiles.TileReader:
    """`read`, until `limit_s` is over; then LedgerError: a slow server can't put off alarms."""
    end = time.monotonic() + limit_s

    def hurried(path: str) -> bytes:
        if time.monotonic() > end:
            raise LedgerError("log-answers-too-slowly", seconds=limit_s)
        return read(path)

    return hurried
