"""One entry of a journal, and the line that it is there.

    {"at":"2027-02-12T09:30:00.125000Z","chain":"…32 hex…","data":{…},"kind":"event","number":17}

Canonical JSON (RFC 8785: sorted keys, no spaces, UTF-8) and a line feed. `chain` is the first 16
bytes of SHA-256 over the chain before (16 bytes) and the line without its chain and line feed, so a
line that was changed, moved or torn isn't the one that was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from contrejour.base.canonical import Json, canonical
from contrejour.base.pictures import Event
from contrejour.base.times import of_utc, utc_us

FIRST_CHAIN = "0" * 32


class EntryKind(StrEnum):
    """What an entry tells."""

    EVENT = "event"
    SHADOW = "shadow"  # an event of a rule on trial: it is shown to nobody
    COUNTS = "counts"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    DELIVERED = "delivered"  # a destination has taken an entry
    REFUSED = "refused"  # … or never will


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """`at`: when it was written. `id` is the same for ever, and no other entry's."""

    journal: str
    number: int
    kind: EntryKind
    at: datetime
    data: Mapping[str, Json]

    @property
    def id(self) -> str:
        return f"{self.journal}-{self.number}"


def event_data(event: Event) -> dict[str, Json]:
    """An event as it is kept and published; its confidence in thousandths."""
    if not 0 <= event.confidence <= 1:
        raise ValueError(f"a confidence of {event.confidence}")
    thousandths = round(event.confidence * 1000)
    return {
        "kind": event.kind,
        "camera": event.camera,
        "zone": event.zone,
        "time": utc_us(event.time),
        "count": event.count,
        "confidence": thousandths / 1000 if thousandths % 1000 else thousandths // 1000,
    }


def payload(entry: JournalEntry) -> dict[str, Json]:
    """What a destination is given: the data, and the id that tells a repetition."""
    return {**entry.data, "id": entry.id}


def write(entry: JournalEntry, before: str) -> tuple[bytes, str]:
    """The line of an entry, after the chain `before`; and the chain after it."""
    told: dict[str, Json] = {
        "at": utc_us(entry.at), "data": dict(entry.data), "kind": entry.kind.value,
        "number": entry.number,
    }  # fmt: skip
    chain = _chain(before, told)
    return canonical({**told, "chain": chain}) + b"\n", chain


def read(line: bytes, journal: str, before: str) -> tuple[JournalEntry, str]:
    """The entry of a line, and the chain after it. Raises ValueError for any other line."""
    try:
        told = json.loads(line)
        if canonical(told) + b"\n" != line:
            raise ValueError("not canonical")
        chain = told.pop("chain")
        if chain != _chain(before, told):
            raise ValueError("not the line that was written")
        at = of_utc(told["at"], "%Y-%m-%dT%H:%M:%S.%fZ")
        data = cast("dict[str, Json]", told["data"])
        return JournalEntry(journal, told["number"], EntryKind(told["kind"]), at, data), chain
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not an entry") from error


def _chain(before: str, told: Mapping[str, Json]) -> str:
    return hashlib.sha256(bytes.fromhex(before) + canonical(told)).hexdigest()[:32]
