"""The alarms about a log: wrong entries, what is late, who is silent. Pure.

    watch = Watch(Expectations(due))
    watch.see(number, entry, by, since)   # each entry once, in order
    watch.alarms(now)                     # what is wrong now

An alarm about an entry that is wrong (replay.py), too early or dated after its cosignatures stays
for ever. An alarm about what is late or silent ends when that comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from contrejour.base.errors import LedgerError
from contrejour.base.messages import Message
from contrejour.base.times import utc
from contrejour.custody import openers
from contrejour.custody.ledger.entry import Entry, read
from contrejour.custody.ledger.replay import WAITS, Replay
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import EARLY_S
from contrejour.custody.quorum import Policy

GRACE = timedelta(days=1)
"""How long after a key was due its party may take to say that it is gone."""
BATCH = timedelta(minutes=10)
SILENT = 2
"""An edge that wrote nothing for the time of so many batches is an alarm."""
MOST = 1000
"""So many alarms about entries are kept; what is beyond is counted."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, what to do about it, and a word for machines."""

    message: Message
    kind: str
    hint: Message | None = None


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a log has to say, and when.

    due: when the key of a day has to be destroyed; raises OverflowError, ValueError: never.
    parties: who holds a key of every day; by default, of each day whoever published one.
    batch: how often an edge writes what it sealed.
    policies: of those who open, by SHA-256: whose words are believed, and for what.
    waits: how long an order waits that isn't urgent.
    """

    due: Callable[[date], datetime]
    parties: frozenset[str] = frozenset()
    batch: timedelta = BATCH
    policies: Mapping[str, Policy] = field(default_factory=dict)
    waits: timedelta = WAITS


def expectations(
    policies: Iterable[bytes], due: Callable[[date], datetime], batch: timedelta, waits: timedelta
) -> Expectations:
    """By the policies of those who open, as files have them: whose words count, and who has keys of
    days. Raises Malformed, SealError."""
    known = {hashlib.sha256(data).hexdigest(): openers.read(data) for data in policies}
    parties = frozenset[str]().union(*(openers.signers(each) for each in known.values()))
    return Expectations(due, parties, batch, known, waits)


class Watch:
    """Keeps the answers to orders, the keys published and destroyed, the last word of each edge."""

    def __init__(self, wanted: Expectations) -> None:
        self._wanted, self._replay = wanted, Replay(wanted.policies, wanted.waits, wanted.parties)
        self._found: list[Alarm] = []
        self._more = 0
        self._orders: dict[str, str] = {}
        """When each runs out; "" once somebody has answered."""
        self._published: dict[date, set[str]] = {}
        self._destroyed: dict[date, set[str]] = {}
        self._heard: dict[str, datetime] = {}

    def see(self, number: int, data: bytes, by: datetime, since: datetime | None = None) -> None:
        """Take the next entry.

        `by`: when witnesses had cosigned a tree that has it, or our own time. It was written
        before: a later time in it moves no other. `since`: when they had one without it. Both
        aware.
        """
        try:
            entry = read(data)
        except LedgerError as error:
            return self._say(
                Alarm(Message("monitor-entry", number=number, fault=error.message), "entry")
            )
        leaf = leaf_hash(data).hex()
        for each in self._replay.findings(entry, leaf, by, since):
            self._say(Alarm(Message("monitor-entry", number=number, fault=each), "entry"))
        at = datetime.fromisoformat(entry.at)
        if at - by > timedelta(seconds=EARLY_S):
            late = Message("monitor-clock", number=number, at=entry.at, by=utc(by))
            self._say(Alarm(late, "clock"))
        return self._take(number, entry, leaf, min(at, by))

    def _take(self, number: int, entry: Entry, leaf: str, at: datetime) -> None:
        words = {key: str(entry.data[key]) for key in ("order", "edge", "role") & entry.data.keys()}
        if entry.type == "order.declare":
            self._orders.setdefault(leaf, str(entry.data["expires"]))
        elif entry.type in ("order.approve", "order.refuse"):
            self._orders[words["order"]] = ""
        elif entry.type == "edge.revoke":
            self._heard.pop(words["edge"], None)
        elif "edge" in words:
            self._heard[words["edge"]] = max(at, self._heard.get(words["edge"], at))
        elif entry.type in ("keyset.publish", "epoch.shred"):
            day = date.fromisoformat(str(entry.data["epoch"]))
            gone = entry.type == "epoch.shred"
            (self._destroyed if gone else self._published).setdefault(day, set()).add(words["role"])
            if gone and at < (due := self._due(day)):
                early = Message(
                    "monitor-shred-early", number=number, role=words["role"], day=day,
                    due=utc(due),
                )  # fmt: skip
                self._say(Alarm(early, "early"))

    def alarms(self, now: datetime) -> list[Alarm]:
        """Wrong entries, in the order of the log, then what is late, then who is silent."""
        more = [Alarm(Message("monitor-more", more=self._more), "entry")]
        found = [*self._found, *(more if self._more else ())]
        hidden = [Alarm(each, "order") for each in self._replay.overdue(utc(now))]
        return [*found, *self._unanswered(now), *hidden, *self._late(now), *self._silent(now)]

    def _unanswered(self, now: datetime) -> list[Alarm]:
        return [
            Alarm(Message("monitor-unanswered", order=order, expires=expires), "order")
            for order, expires in self._orders.items()
            if expires and utc(now) > expires
        ]

    def _late(self, now: datetime) -> list[Alarm]:
        found = []
        for day, by in sorted(self._published.items()):
            due = self._due(day)
            owing = (self._wanted.parties or by) - self._destroyed.get(day, set())
            if owing and now - due > GRACE:
                who = ", ".join(sorted(owing))
                late = Message("monitor-shred-late", parties=who, day=day, due=utc(due))
                found.append(Alarm(late, "shred"))
        for order, lasting, until in self._replay.lasting(now - GRACE):
            told = Message("monitor-hold-late", parties=", ".join(lasting), order=order, due=until)
            found.append(Alarm(told, "shred"))
        return found

    def _silent(self, now: datetime) -> list[Alarm]:
        return [
            Alarm(Message("monitor-silent", edge=edge, since=utc(at)), "silent")
            for edge, at in self._heard.items()
            if now - at > SILENT * self._wanted.batch
        ]

    def _due(self, day: date) -> datetime:
        try:
            return self._wanted.due(day)
        except (OverflowError, ValueError):
            return datetime.max.replace(tzinfo=UTC)

    def _say(self, alarm: Alarm) -> None:
        if len(self._found) < MOST:
            self._found.append(alarm)
        else:
            self._more += 1
