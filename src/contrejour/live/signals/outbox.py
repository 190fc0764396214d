"""What one destination is still to be told: at least once, in order, whatever is down meanwhile.

    outbox = Outbox(journal, destination, folder / "to-mqtt.json")
    outbox.run()        # in a thread of its own: it waits for nobody, and nobody for it

A small file says how far a destination has come. It moves once the destination has taken an entry,
so that a kill at any moment repeats an entry at worst, with the same id. Nothing is held in memory
but the entry that is being sent.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from contrejour.base import times
from contrejour.base.errors import InputMissing, OutputFailed
from contrejour.base.files import replace, writing
from contrejour.base.foreign import read_file
from contrejour.base.messages import Message, Tell, reason_of, verbatim
from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.journal import Journal

PUBLISHED = frozenset({EntryKind.EVENT, EntryKind.COUNTS})
"""Never what a rule on trial says."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0
IDLE_S = 5.0


class Unsent(Exception):
    """Not taken: try again, and with what follows not before."""


class Unwanted(Exception):
    """It will never be taken: go on with the next."""


class Destination(Protocol):
    """Where entries go. All but `stop` is called by one thread."""

    @property
    def name(self) -> str:
        """Of the file that says how far it has come: letters, digits, `-`."""

    def send(self, entry: JournalEntry) -> None:
        """Returns once it is taken for good. May be called again with the same entry.

        Raises Unsent, Unwanted; their texts are told, so no password may be in them.
        """

    def idle(self, online: bool) -> None:
        """Nothing is to be sent: called every few seconds, and when the camera comes or goes.

        Raises Unsent.
        """

    def stop(self) -> None:
        """Have `send` and `idle` end soon, from another thread."""

    def close(self) -> None:
        """Say goodbye. Nothing follows."""


@dataclass(frozen=True, slots=True)
class OutboxStats:
    """What happened to a destination's entries. All but `waiting` and `oldest_s` only go up.

    `lost` were due for destruction before they could be sent; `unsaved` were sent, and the disk
    couldn't record it.
    """

    destination: str
    sent: int
    refused: int
    failed: int
    retries: int
    lost: int
    unsaved: int
    waiting: int
    oldest_s: float


class Outbox:
    """One destination's. `step` and `run` are one thread's; the rest is anybody's.

    A new destination is told what comes from now on; one whose file can't be read, all there is.
    """

    def __init__(
        self, journal: Journal, destination: Destination, file: Path, *,
        clock: times.Clock = times.now,
        spread: Callable[[float, float], float] = random.uniform,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """Raises OutputFailed."""
        self._journal, self._to, self._file = journal, destination, file
        self._clock, self._spread, self._tell = clock, spread, tell
        self._sent = self._refused = self._failed = self._retries = self._lost = 0
        self._unsaved = self._done = self._failures = 0
        self._guard = threading.Lock()
        self._online = False
        self._why: Message | None = None
        self._stopped, self._wake = threading.Event(), threading.Event()
        self._count_again = threading.Event()
        known = _read(file, journal.id)
        self._after = journal.last if known is None else known
        journal.skip(self._after)
        with writing(file, hint=None):
            replace(file, _written(journal.id, self._after))
        self._count()

    def notice(self, entry: JournalEntry) -> None:
        """The journal has it."""
        with self._guard:
            self._newer += entry.kind in PUBLISHED and entry.number > self._counted
        self._wake.set()

    def count_again(self) -> None:
        """Some of the journal was destroyed."""
        self._count_again.set()
        self._wake.set()

    def _count(self) -> None:
        """How many wait: `_older` of the numbers up to `_counted`, and `_newer`, from `notice`."""
        with self._guard:
            self._counted, self._newer = self._journal.last, 0
        with closing(self._journal.tail(self._after)) as tail:
            known = takewhile(lambda entry: entry.number <= self._counted, tail)
            self._older = self._done + sum(entry.kind in PUBLISHED for entry in known)
        self._tail = self._journal.tail(self._after)
        self._head = self._next()

    @property
    def _waiting(self) -> int:
        return max(0, self._older + self._newer - self._done)

    def _next(self) -> JournalEntry | None:
        return next((entry for entry in self._tail if entry.kind in PUBLISHED), None)

    def step(self) -> float:
        """Send one entry. How long to wait, in seconds, before the next step.

        Raises nothing: what goes wrong is counted, told, and tried again.
        """
        if self._count_again.is_set():
            self._count_again.clear()
            before = self._waiting
            self._tail.close()
            self._count()
            self._lost += max(0, before - self._waiting)
        self._head = self._head or self._next()
        self._retries += self._failures > 0
        try:
            if self._head is None:
                self._to.idle(self._online)
            else:
                self._to.send(self._head)
        except Unwanted as why:
            self._refused += 1
            self._tell(self._failed_by(reason_of(why)))
            self._move(EntryKind.REFUSED)
        except Exception as why:  # noqa: BLE001 - a fault here is no reason to lose an entry
            return self._later(why)
        else:
            self._failures, self._why = 0, None
            if self._head is None:
                return IDLE_S
            self._sent += 1
            self._move(EntryKind.DELIVERED)
        return 0.0

    def _later(self, why: Exception) -> float:
        if self._stopped.is_set():
            return 0.0
        self._failed += 1
        wait_s = min(FIRST_WAIT_S * 2.0 ** min(self._failures, 10), LONGEST_WAIT_S)
        self._failures += 1
        what = reason_of(why) if isinstance(why, Unsent) else verbatim(type(why).__name__)
        if what != self._why:  # not each time: it may be down for days
            self._tell(Message("destination-tried-again", destination=self._to.name, reason=what))
            self._why = what
        return wait_s * self._spread(0.5, 1.5)  # so that cameras don't all come back at once

    def _failed_by(self, reason: Message) -> Message:
        return Message("destination-failed", destination=self._to.name, reason=reason)

    def _move(self, how: EntryKind) -> None:
        """What the disk can't record is recorded with the next entry, or sent again one day."""
        assert self._head is not None
        self._failures, self._after, self._head = 0, self._head.number, None
        self._done += 1
        try:
            self._journal.append(how, {"entry": self._after, "to": self._to.name})
            replace(self._file, _written(self._journal.id, self._after))
        except (OSError, OutputFailed) as error:
            self._unsaved += 1
            self._tell(self._failed_by(reason_of(error)))

    def run(self) -> None:
        """Send until it is stopped."""
        while not self._stopped.is_set():
            wait_s = self.step()
            (self._stopped if self._failures else self._wake).wait(wait_s)
            self._wake.clear()
        self._tail.close()
        self._to.close()

    def stop(self) -> None:
        """Have `run` end soon."""
        self._stopped.set()
        self._to.stop()
        self._wake.set()

    def camera_is(self, online: bool) -> None:
        self._online = online
        self._wake.set()

    def told(self) -> OutboxStats:
        """For /metrics."""
        head = self._head
        age_s = (self._clock() - head.at).total_seconds() if head else 0.0
        return OutboxStats(self._to.name, self._sent, self._refused, self._failed, self._retries,
                    self._lost, self._unsaved, self._waiting, max(0.0, age_s))  # fmt: skip


def _written(journal: str, after: int) -> bytes:
    return json.dumps({"after": after, "journal": journal}).encode()


def _read(file: Path, journal: str) -> int | None:
    """The last number that was taken; 0 where nobody can tell, None for a new destination."""
    try:
        known = json.loads(read_file(file))
        after = known["after"] if known["journal"] == journal else 0
    except FileNotFoundError:
        return None
    except (OSError, InputMissing, ValueError, KeyError, TypeError):
        return 0
    return after if isinstance(after, int) and after >= 0 else 0
