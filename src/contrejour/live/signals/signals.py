"""One camera's signals: into the journal, and from there to whoever is to know.

with Signals(folder, destinations, roles) as signals:
    signals.event(event)           # durable on return; published when it can be
    signals.retain(plan_says, now)

FOLDER/           the journal, written by this process alone
FOLDER/to-X.json  how far destination X has come
FOLDER/roles      who may decide
FOLDER/decisions  the journal of what they decided (decide.py)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from contrejour.base import times
from contrejour.base.canonical import Json
from contrejour.base.ending import finally_each
from contrejour.base.errors import Busy
from contrejour.base.messages import Tell
from contrejour.base.pictures import Event
from contrejour.live.signals.decide import decisions, is_decided, write_roles
from contrejour.live.signals.entry import EntryKind, JournalEntry, event_data
from contrejour.live.signals.journal import Journal
from contrejour.live.signals.outbox import Destination, Outbox, OutboxStats

STOP_S = 5.0


class Signals:
    """Raises Busy, OutputFailed on opening. Threads may share it."""

    def __init__(
        self, folder: Path, destinations: Iterable[Destination] = (), roles: Iterable[str] = (), *,
        clock: times.Clock = times.now,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        self._clock, self._tell = clock, tell
        self.journal = Journal(folder, clock=clock, tell=tell)
        try:
            write_roles(folder, roles)
            self._outboxes = [
                Outbox(self.journal, to, folder / f"to-{to.name}.json", clock=clock, tell=tell)
                for to in destinations
            ]
        except BaseException:
            self.journal.close()
            raise
        self._threads = [
            threading.Thread(target=outbox.run, daemon=True) for outbox in self._outboxes
        ]
        for thread in self._threads:
            thread.start()

    def event(self, event: Event) -> JournalEntry:
        """For a human, who decides. Durable on return. Raises OutputFailed."""
        return self._put(EntryKind.EVENT, event_data(event))

    def shadow(self, event: Event) -> JournalEntry:
        """From a rule on trial: kept, published to nobody. Raises OutputFailed."""
        return self._put(EntryKind.SHADOW, event_data(event))

    def counts(self, data: Mapping[str, Json]) -> JournalEntry:
        """How many, of no one; `camera` is in it. Raises OutputFailed."""
        return self._put(EntryKind.COUNTS, data)

    def _put(self, kind: EntryKind, data: Mapping[str, Json]) -> JournalEntry:
        entry = self.journal.append(kind, data)
        for outbox in self._outboxes:
            outbox.notice(entry)
        return entry

    def camera_is(self, online: bool) -> None:
        """Whether its pictures come; said to whoever is to know."""
        for outbox in self._outboxes:
            outbox.camera_is(online)

    def retain(self, destroy_by: Callable[[datetime], datetime], now: datetime) -> int:
        """Destroy what is due, and what was decided on it; how many files. Raises OutputFailed."""
        gone = self.journal.retain(destroy_by, now)
        for outbox in self._outboxes if gone else ():
            outbox.count_again()
        if is_decided(self.journal.folder):
            with suppress(Busy), decisions(self.journal.folder, self._clock) as decided:
                gone += decided.retain(destroy_by, now)  # else, next time
        return gone

    def told(self) -> list[OutboxStats]:
        """What the destinations have and lack, for /metrics."""
        return [outbox.told() for outbox in self._outboxes]

    def close(self) -> None:
        """What isn't sent stays in the journal, and is sent when it is opened again."""
        stops = [outbox.stop for outbox in self._outboxes]
        joins = [partial(thread.join, STOP_S) for thread in self._threads]
        with finally_each(*stops, *joins, self.journal.close, tell=self._tell):
            pass

    def __enter__(self) -> Signals:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
