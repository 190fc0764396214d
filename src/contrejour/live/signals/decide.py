"""A human confirms an event, or dismisses it. What they decided is kept beside the journal.

`FOLDER/decisions` is a journal of its own, so that it can be written while a camera is watched:

    {…,"data":{"by":"pc-securite","event":17},"kind":"confirmed","number":1}

`by` is an operator's role, one that the plan gives access to; never the name of anybody, and of
nobody who was in the picture. The last decision on an event counts; all of them are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contrejour.base import times
from contrejour.base.digits import whole
from contrejour.base.errors import InputMissing, Refused, UsageError
from contrejour.base.files import replace, writing
from contrejour.base.foreign import read_file
from contrejour.base.messages import Message, Tell
from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.journal import Journal
from contrejour.live.signals.segment import read, segments

VERDICTS = (EntryKind.CONFIRMED, EntryKind.DISMISSED)
_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")  # a Name of the mandate


@dataclass(frozen=True, slots=True)
class Decision:
    """An event, and what the last word on it is, if anybody has said one."""

    event: JournalEntry
    verdict: EntryKind | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How an event kind did in a zone: `precision` of what was decided was confirmed."""

    camera: str
    zone: str
    kind: str
    confirmed: int
    dismissed: int
    undecided: int

    @property
    def precision(self) -> float | None:
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided else None


def decisions(folder: Path, clock: times.Clock = times.now) -> Journal:
    """The journal of decisions. Raises Busy, OutputFailed."""
    return Journal(folder / "decisions", clock=clock)


def is_decided(folder: Path) -> bool:
    """Whether anybody ever decided anything."""
    return bool(segments(folder / "decisions"))


def write_roles(folder: Path, roles: Iterable[str]) -> None:
    """Who may decide, one a line. Raises OutputFailed."""
    with writing(folder / "roles", hint=None):
        replace(folder / "roles", "".join(f"{role}\n" for role in roles).encode())


def journals(folder: Path) -> list[Path]:
    """The folders of journals in what `watch` writes: DIR, DIR/signals, DIR/CAMERA/signals.

    Raises InputMissing where there is none.
    """
    places = [folder, folder / "signals", *sorted(folder.glob("*/signals"))]
    found = [place for place in places if segments(place)]
    if not found:
        raise InputMissing("no-journal", folder=folder)
    return found


def events(folder: Path, tell: Tell = lambda _: None) -> Iterator[Decision]:
    """The events of one journal, in order, with what was decided on each."""
    words = {word.data["event"]: word for word in read(folder / "decisions", tell=tell)}
    for entry in read(folder, tell=tell):
        if entry.kind is EntryKind.EVENT:
            word = words.get(entry.number)
            yield (
                Decision(entry, word.kind, str(word.data["by"]), word.at)
                if word
                else Decision(entry)
            )


def decide(
    folders: Iterable[Path], event_id: str, verdict: EntryKind, by: str, *,
    clock: times.Clock = times.now,
) -> JournalEntry:  # fmt: skip
    """Keep what `by`, a role, decided. Raises UsageError, Refused, Busy, OutputFailed."""
    journal, _, text = event_id.partition("-")
    number = whole(text)
    for folder in folders:
        known = segments(folder)
        if known and known[0].journal == journal and number:
            entry = next(read(folder, number - 1), None)
            if entry and entry.id == event_id and entry.kind is EntryKind.EVENT:
                _check(folder, by)
                with decisions(folder, clock) as decided:
                    return decided.append(verdict, {"by": by, "event": entry.number})
    raise UsageError("no-such-event", event=event_id)


def _check(folder: Path, by: str) -> None:
    """Only an operator decides, and a role is what is kept of them."""
    if not _ROLE.fullmatch(by):
        raise UsageError("not-a-role", by=by)
    told = folder / "roles"
    roles = read_file(told, follow=True).decode().split() if told.exists() else []
    if roles and by not in roles:
        raise Refused("role-may-not-decide", by=by, hint=Message("one-of", known=", ".join(roles)))


def shares(decided: Iterable[Decision]) -> list[Share]:
    """For each camera, zone and event kind: what was confirmed, dismissed, left undecided."""
    counted: dict[tuple[str, str, str], dict[EntryKind | None, int]] = {}
    for each in decided:
        data = each.event.data
        key = (str(data["camera"]), str(data["zone"]), str(data["kind"]))
        of_zone = counted.setdefault(key, {})
        of_zone[each.verdict] = of_zone.get(each.verdict, 0) + 1
    return [
        Share(*key, n.get(EntryKind.CONFIRMED, 0), n.get(EntryKind.DISMISSED, 0), n.get(None, 0))
        for key, n in sorted(counted.items())
    ]
