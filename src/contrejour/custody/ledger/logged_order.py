"""One order as the log tells of it: whose word each entry is, and whether it could be said then.

A party's own tool decides what is peeled (custody/cases); this is what anybody can see of it. Where
the policy of those who open isn't known here, nobody's word is: nothing counts for an approval.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from contrejour.base.messages import Message
from contrejour.base.times import of_utc
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.words import APPROVE, PEEL, REFUSE, fault
from contrejour.custody.openers import before, is_vault
from contrejour.custody.quorum import Policy


class LoggedOrder:
    """Takes the entries of one order, in turn."""

    def __init__(self, declared: Entry, policy: Policy | None, since: str) -> None:
        """`since`: before that the log can't have had it."""
        self._declared, self._policy, self._since = declared, policy, since
        self.expires = str(declared.data["expires"])
        self._approved: set[str] = set()
        self._refused: set[str] = set()
        self._peeled: defaultdict[str, set[str]] = defaultdict(set)
        """Who said that it peels, by `root`: a window, and the parties of its onion."""

    def take(self, entry: Entry) -> None:
        """Keep what it says, once `fault` found nothing."""
        if entry.type == APPROVE:
            self._approved.add(str(entry.data["role"]))
        elif entry.type == REFUSE:
            self._refused.add(str(entry.data["role"]))
        elif entry.type == PEEL:
            self._peeled[str(entry.data["root"])].add(str(entry.data["role"]))

    def fault(self, entry: Entry, waits: timedelta, at: str) -> Message | None:
        """Why this can't follow; None where it can. `at`: when the log had it, at the latest."""
        if entry.type in (APPROVE, REFUSE, PEEL):
            if self._policy is None:
                return Message("word-under-unknown-policy", type=entry.type)
            if wrong := fault(entry, self._policy):
                return Message("word-of-nobody", type=entry.type, fault=wrong)
        if entry.type in (APPROVE, REFUSE):
            return self._voice(str(entry.data["role"]))
        return self._peel(entry, waits, at) if entry.type == PEEL else self._after(entry)

    def _voice(self, role: str) -> Message | None:
        asked = {party for way in self._ways() for party in way if not is_vault(party)}
        if role not in asked or role == self._declared.data["requester"]:
            return Message("word-without-say", role=role)
        return None

    def _peel(self, entry: Entry, waits: timedelta, at: str) -> Message | None:
        role, told = str(entry.data["role"]), self._declared.data
        if not (agreed := self._approved - self._refused):
            return self._unagreed(entry)
        ways = [
            way for way in self._ways()
            if role in way and told["requester"] not in way
            and {party for party in way if not is_vault(party)} <= agreed
        ]  # fmt: skip
        if not ways or (told["urgent"] and len(agreed) < 2):
            return Message("peel-without-quorum", role=role)
        begins = of_utc(str(told["not_before"]))
        if not told["urgent"]:
            begins = max(begins, of_utc(self._since) + waits)
        if of_utc(at) < begins:
            return Message("peel-before-its-time", role=role, at=at)
        said = self._peeled.get(str(entry.data["root"]), set())
        if role in said or not any(said >= set(before(role, way)) for way in ways):
            return Message("peel-out-of-turn", role=role)
        return None

    def _unagreed(self, entry: Entry) -> Message:
        if self._refused:
            return Message("entry-of-refused-order", type=entry.type)
        return Message("entry-of-unapproved-order", type=entry.type)

    def _after(self, entry: Entry) -> Message | None:
        """What follows peels: opened, wrapped anew, handed over."""
        if not self._approved - self._refused:
            return self._unagreed(entry)
        if not any(said >= way for said in self._peeled.values() for way in self._ways()):
            return Message("entry-before-peels", type=entry.type)
        return None

    def _ways(self) -> tuple[frozenset[str], ...]:
        return self._policy.ways() if self._policy else ()
