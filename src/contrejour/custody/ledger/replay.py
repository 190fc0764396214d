"""Finds the entries of a log that contradict what came before them. Pure.

    replay = Replay()
    findings = replay.see(data)         # in order, each entry once

A tree that verifies (read.py) shows that nothing was taken back, not that what was done was right:
this finds an opening without an order, missing manifests of an edge, a budget that doesn't add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from contrejour.base.canonical import Json
from contrejour.base.errors import LedgerError
from contrejour.base.messages import Message
from contrejour.base.times import of_utc, utc
from contrejour.custody.ledger.entry import HIDDEN, Entry, commitment, read
from contrejour.custody.ledger.logged_order import LoggedOrder, contradiction
from contrejour.custody.ledger.register import EARLY, Register
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.quorum import Policy

OPENS = {"unseal.peel", "unseal.done", "hold.rewrap", "export.make"}
"""Entries that need an order which was approved, not refused, and isn't over."""
WAITS = timedelta(hours=24)
OF_ORDERS = OPENS | {"order.approve", "order.refuse", "order.reveal"}
"""What is said of an order at the time at which it is done."""
DATED_BACK = timedelta(hours=1)
"""By which an entry about an order may be older, by its own word, than what stands before it."""


class Replay:
    """Keeps what later entries are checked against. `policies`: of those who open, by SHA-256.

    `waits`: how long an order waits that isn't urgent. `parties`: who has keys of days, if known.
    """

    def __init__(
        self, policies: Mapping[str, Policy] | None = None, waits: timedelta = WAITS,
        parties: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._policies, self._waits = policies or {}, waits
        self._orders: dict[str, LoggedOrder] = {}
        self._latest = ""
        self._secret: dict[str, dict[str, Json]] = {}
        self._hidden: dict[str, str] = {}
        self._edges: dict[str, int] = {}
        self._register = Register(parties)
        self._spent: dict[str, int] = {}

    def see(self, data: bytes) -> list[Message]:
        """What is wrong with the next entry; mostly nothing."""
        try:
            entry = read(data)
        except LedgerError as error:
            return [error.message]
        return list(self.findings(entry, leaf_hash(data).hex()))

    def overdue(self, at: str) -> list[Message]:
        """Secret orders that had to be revealed before this moment, and are not."""
        late = {leaf: by for leaf, by in self._hidden.items() if at > by}
        return [Message("order-not-revealed", order=leaf, deadline=by) for leaf, by in late.items()]

    def lasting(self, now: datetime) -> Iterator[tuple[str, list[str], str]]:
        """Of each hold that is over by then: its order, who hasn't destroyed its key, its end."""
        for leaf, order in self._orders.items():
            if order.hold_until and now > of_utc(order.hold_until) and (owing := order.keep()):
                yield leaf, owing, order.hold_until

    def findings(
        self, entry: Entry, leaf: str, by: datetime | None = None, since: datetime | None = None
    ) -> Iterator[Message]:
        """As `see`, of an entry that was read, and its leaf hash in hex.

        `by`: a tree that has it was cosigned then. An entry that says a later time is taken for one
        of then, and says nothing of when others were. `since`: a tree without it was cosigned then.
        """
        at = min(entry.at, utc(by)) if by else entry.at
        since_ = utc(since) if since else ""
        self._latest = max(self._latest, at if at == entry.at else "", since_)
        latest = of_utc(self._latest or at)
        is_late = latest - of_utc(entry.at) > DATED_BACK
        if is_late and (entry.type == "order.declare" or entry.type in OF_ORDERS):
            yield Message("entry-dated-back", at=entry.at, latest=utc(latest))
        if entry.type == "order.declare":
            policy = self._policies.get(str(entry.data["policy"]))
            if policy is None:
                yield Message("order-under-unknown-policy", policy=str(entry.data["policy"]))
            if wrong := contradiction(entry, self._orders):
                yield wrong
            # the same bytes once more begin nothing anew: what was refused stays so
            self._orders.setdefault(leaf, LoggedOrder(entry, policy, max(entry.at, since_)))
            if entry.data["secret"] is not None:
                self._secret[leaf] = _keys(entry.data["secret"])
                self._hidden[leaf] = str(self._secret[leaf]["reveal_by"])
        elif "order" in entry.data:
            yield from self._of_order(entry, str(entry.data["order"]), at, since_)
        else:
            yield from self._register.findings(entry)
            if entry.type == "segment.batch":
                yield from self._of_edge(entry)
            elif entry.type == "dp.release":
                yield from self._of_budget(entry)

    def _of_order(self, entry: Entry, order: str, at: str, since: str) -> Iterator[Message]:
        if order not in self._orders:
            yield Message("entry-of-undeclared-order", type=entry.type)
            return
        if entry.type == "order.reveal":
            if _is_of(entry, self._secret.get(order, {})):
                self._hidden.pop(order, None)
            else:
                yield Message("reveal-of-something-else")
            return
        known = self._orders[order]
        if of_utc(at) < of_utc(known.at) - EARLY:
            yield Message("entry-before-its-order", type=entry.type, at=at)
        if max(entry.at, since) > known.expires and entry.type in OPENS | {"order.approve"}:
            yield Message("entry-of-order-over", type=entry.type)
        if wrong := known.fault(entry, self._waits, at):
            yield wrong
        else:
            known.take(entry)

    def _of_edge(self, entry: Entry) -> Iterator[Message]:
        edge, first, end = (entry.data[key] for key in ("edge", "from", "to"))
        before = self._edges.get(str(edge), 0)
        if first != before or end - first != entry.data["n"]:  # type: ignore[operator]
            yield Message(
                "edge-goes-on-elsewhere", edge=str(edge), found=str(first), expected=before
            )
        self._edges[str(edge)] = int(str(end))

    def _of_budget(self, entry: Entry) -> Iterator[Message]:
        dataset = str(entry.data["dataset"])
        spent, told = (
            int(str(entry.data[key])) for key in ("epsilon_millionths", "spent_millionths")
        )
        self._spent[dataset] = self._spent.get(dataset, 0) + spent
        if told != self._spent[dataset]:
            yield Message("budget-wrong", dataset=dataset, spent=self._spent[dataset], told=told)


def _is_of(entry: Entry, secret: Mapping[str, Json]) -> bool:
    """Whether a reveal is of what a secret order committed to, and said of how much it is."""
    cameras, since, until = (entry.data[name] for name in HIDDEN)
    lasts = of_utc(str(until)) - of_utc(str(since))
    shown = {"cameras": len(cameras) if isinstance(cameras, list) else 0,
             "seconds": lasts // timedelta(seconds=1)}  # fmt: skip
    return _revealed(entry) == secret.get("of") and shown.items() <= secret.items()


def _revealed(entry: Entry) -> dict[str, Json]:
    """The commitments that the order must have held, by what is revealed and its salts."""
    salts = _keys(entry.data["salts"])
    return {
        name: commitment(bytes.fromhex(str(salts[name])), {name: entry.data[name]})
        for name in HIDDEN
    }


def _keys(data: Json) -> dict[str, Json]:
    assert isinstance(data, dict), data
    return data
