"""One order as the log tells of it: whose word each entry is, and whether it could be said then.

A party's own tool decides what is peeled (custody/cases); this is what anybody can see of it. Where
the policy of those who open isn't known here, nobody's word is: nothing counts for an approval.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from contrejour.base.canonical import Json
from contrejour.base.messages import Message
from contrejour.base.times import of_utc
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.words import APPROVE, PEEL, REFUSE, fault
from contrejour.custody.openers import before, is_vault
from contrejour.custody.quorum import Policy

DONE, REWRAP, EXPORT, SHRED = "unseal.done", "hold.rewrap", "export.make", "hold.shred"
LONGEST_SECRET = timedelta(days=366)
LONGEST_ORDER, LONGEST_HOLD = timedelta(days=7), timedelta(days=365)
SHORTEST_WINDOW = timedelta(seconds=10)
"""As cases/secret.py and law/mandate/originals.py have them, which the ledger doesn't know; a test
compares them."""


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
        self.at, until = declared.at, declared.data["hold_until"]
        self.hold_until = str(until) if until else None
        self._opened: dict[str, int] = {}
        """How many windows, by `root`: one that is told twice was opened once."""
        self._kept, self._keyset = 0, ""
        """How many windows a hold keeps, and for whose keys."""
        self._shredded: set[str] = set()

    def take(self, entry: Entry) -> None:
        """Keep what it says, once `fault` found nothing."""
        if entry.type == APPROVE:
            self._approved.add(str(entry.data["role"]))
        elif entry.type == REFUSE:
            self._refused.add(str(entry.data["role"]))
        elif entry.type == PEEL:
            self._peeled[str(entry.data["root"])].add(str(entry.data["role"]))
        elif entry.type == DONE:
            self._opened[str(entry.data["root"])] = int(str(entry.data["n"]))
        elif entry.type == REWRAP:
            self._kept += int(str(entry.data["n"]))
            self._keyset = str(entry.data["keyset"])
        elif entry.type == SHRED:
            self._shredded.add(str(entry.data["role"]))

    def fault(self, entry: Entry, waits: timedelta, at: str) -> Message | None:
        """Why this can't follow; None where it can. `at`: when the log had it, at the latest."""
        if entry.type in (APPROVE, REFUSE, PEEL):
            if self._policy is None:
                return Message("word-under-unknown-policy", type=entry.type)
            if wrong := fault(entry, self._policy):
                return Message("word-of-nobody", type=entry.type, fault=wrong)
        if entry.type in (APPROVE, REFUSE):
            return self._voice(str(entry.data["role"]))
        if entry.type == SHRED:
            return self._shred(entry)
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
        if len({*self._peeled, str(entry.data["root"])}) > (most := self._most()):
            return Message("peel-beyond-order", most=most)
        return None

    def _most(self) -> int:
        """How many windows it can be for, as they can be no shorter than is voted."""
        told = self._declared.data
        if isinstance(secret := told["secret"], dict):
            count, lasts = (int(str(secret[name])) for name in ("cameras", "seconds"))
        else:
            cameras = told["cameras"]
            count = len(cameras) if isinstance(cameras, list) else 0
            span = of_utc(str(told["until"])) - of_utc(str(told["since"]))
            lasts = span // timedelta(seconds=1)
        return count * -(-timedelta(seconds=lasts) // SHORTEST_WINDOW)

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
        if (entry.type == REWRAP) != (self._declared.data["kind"] == "hold"):
            return Message("entry-of-other-kind", type=entry.type)
        if entry.type == EXPORT:
            return self._export(entry)
        n, before = int(str(entry.data["n"])), self._kept
        if entry.type == DONE:
            before = sum({**self._opened, str(entry.data["root"]): 0}.values())
        peeled = sum(any(said >= way for way in self._ways()) for said in self._peeled.values())
        if n < 1 or before + n > peeled:
            return Message("entry-counts-otherwise", type=entry.type, n=before + n, peeled=peeled)
        return self._rewrap(entry) if entry.type == REWRAP else None

    def _rewrap(self, entry: Entry) -> Message | None:
        if (found := str(entry.data["expires"])) != self.hold_until:
            return Message("hold-ends-otherwise", found=found, expected=self.hold_until or "-")
        if self._keyset not in ("", str(entry.data["keyset"])):
            return Message("hold-of-two-keysets")
        return None

    def _export(self, entry: Entry) -> Message | None:
        if not self._opened:
            return Message("export-before-opened")
        opener = hashlib.sha256(str(self._declared.data["opener"]).encode()).hexdigest()
        return None if entry.data["recipients"] == [opener] else Message("export-for-others")

    def _shred(self, entry: Entry) -> Message | None:
        role, known = str(entry.data["role"]), {party for way in self._ways() for party in way}
        if self.hold_until is None:
            return Message("entry-of-other-kind", type=entry.type)
        if self._policy and role not in known:
            return Message("word-without-say", role=role)
        if of_utc(entry.at) < of_utc(self.hold_until):
            return Message("hold-shred-early", role=role, until=self.hold_until)
        return None

    def keep(self) -> list[str]:
        """Who has not said that its key of this hold is destroyed: all by whom it may be opened."""
        if not self._kept:
            return []
        ways = [way for way in self._ways() if not way & self._shredded] or self._ways()
        owing = frozenset.intersection(*ways) if len(ways) > 1 else frozenset().union(*ways)
        return sorted(owing - self._shredded)

    def _ways(self) -> tuple[frozenset[str], ...]:
        return self._policy.ways() if self._policy else ()


def contradiction(entry: Entry, holds: Mapping[str, LoggedOrder]) -> Message | None:
    """The first field of an `order.declare` that contradicts the others, or no number of any
    mandate allows. `holds`: the orders before, by leaf hash."""
    told, at = entry.data, of_utc(entry.at)
    begins, ends = of_utc(str(told["not_before"])), of_utc(str(told["expires"]))
    is_hold, held = told["kind"] == "hold", holds.get(str(told["held"]))
    hold_until = of_utc(str(told["hold_until"])) if told["hold_until"] else None
    right = {
        "since": told["since"] is None or str(told["since"]) < str(told["until"]),
        "until": told["until"] is None or of_utc(str(told["until"])) <= at,
        "not_before": at <= begins < ends,
        "expires": ends <= at + LONGEST_ORDER,
        "opener": is_hold == (told["opener"] is None),
        "hold_until": is_hold == (hold_until is not None) and (
            hold_until is None or ends < hold_until <= at + LONGEST_HOLD
        ),
        "held": told["held"] is None or (
            not is_hold and held is not None and str(held.hold_until or "") > entry.at
        ),
        "secret": _is_secret_right(told["secret"], at),
    }  # fmt: skip
    wrong = next((key for key, is_right in right.items() if not is_right), None)
    return Message("order-contradicts-itself", key=wrong) if wrong else None


def _is_secret_right(secret: Json, at: datetime) -> bool:
    if not isinstance(secret, dict):
        return True
    return at < of_utc(str(secret["reveal_by"])) <= at + LONGEST_SECRET and bool(
        secret["cameras"] and secret["seconds"]
    )
