"""What entries that are about no order contradict: keys of days, recorders, changes, spans. Pure.

Nothing of them is signed. A monitor holds them to what the log said before, and to their own time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from contrejour.base.messages import Message
from contrejour.base.times import of_utc
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.verify import EARLY_S

EARLY = timedelta(seconds=EARLY_S)
CHANGES = ("config.change", "witness.change")


class Register:
    """Takes each entry once, in order. `parties`: who has keys of days; empty: anybody may."""

    def __init__(self, parties: Collection[str] = ()) -> None:
        self._parties = parties
        self._published: dict[tuple[str, str], str] = {}
        self._destroyed: set[tuple[str, str]] = set()
        self._edges: dict[str, str] = {}
        self._revoked: set[str] = set()
        self._changes: dict[tuple[str, str], tuple[str, str]] = {}

    def findings(self, entry: Entry) -> Iterator[Message]:
        """What can't be so."""
        told = {name: str(value) for name, value in entry.data.items()}
        if entry.type in ("keyset.publish", "epoch.shred"):
            yield from self._of_key(entry.type, told)
        elif entry.type in ("edge.enroll", "edge.revoke"):
            yield from self._of_edge(entry.type, told["edge"], told["key"])
        elif told.get("edge") in self._revoked:
            yield Message("edge-goes-on-revoked", edge=told["edge"])
        if entry.type in CHANGES:
            yield from self._of_change(entry.type, told)
        if isinstance(entry.data.get("to"), str) and of_utc(told["to"]) > of_utc(entry.at) + EARLY:
            yield Message("span-not-past", type=entry.type, until=told["to"])

    def _of_key(self, kind: str, told: dict[str, str]) -> Iterator[Message]:
        of = told["role"], told["epoch"]
        if self._parties and told["role"] not in self._parties:
            yield Message("role-without-day-keys", type=kind, role=told["role"])
        if kind == "epoch.shred":
            self._destroyed.add(of)
            return
        if of in self._destroyed:
            yield Message("key-published-after-its-end", role=of[0], day=of[1])
        if self._published.setdefault(of, told["keys"]) != told["keys"]:
            yield Message("two-keys-of-a-day", role=of[0], day=of[1])

    def _of_edge(self, kind: str, edge: str, key: str) -> Iterator[Message]:
        if edge not in self._revoked and self._edges.get(edge, key) != key:
            yield Message("edge-of-two-keys", type=kind, edge=edge)
        self._edges[edge] = key
        change = self._revoked.add if kind == "edge.revoke" else self._revoked.discard
        change(edge)

    def _of_change(self, kind: str, told: dict[str, str]) -> Iterator[Message]:
        of, step = (kind, told.get("edge", "")), (told["old"], told["new"])
        last = self._changes.get(of, step)
        if step not in (last, (last[1], told["new"])):
            yield Message("change-of-something-else", type=kind, found=step[0], expected=last[1])
        self._changes[of] = step
