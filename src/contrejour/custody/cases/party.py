"""A party takes its layer off an onion: the log is asked, the window is spent, then it peels.

    onion --age, in memory--> header, inside --may_peel--> spent.add --> inside leaves

Which window an onion is of stands under its layer, so the layer comes off first, here, and what is
inside is wiped unless all holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contrejour.base.errors import OrderError
from contrejour.custody.cases.hold import HoldKey
from contrejour.custody.cases.order import Order, Window
from contrejour.custody.cases.party_checks import Asked, may_peel
from contrejour.custody.cases.rules import Rules
from contrejour.custody.cases.spent import SpentList
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import Trust, check_entry
from contrejour.custody.quorum import Policy
from contrejour.custody.seal import onion as sealed
from contrejour.custody.seal.onion import Keyset
from contrejour.custody.seal.open import Peeled, peel
from contrejour.custody.seal.recipient import OpeningKey, Recipient
from contrejour.custody.seal.wipe import wipe

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proved:
    """What holds of a log's proof (peel.Proof). Made by `proved`."""

    leaf: str
    cosigned: Mapping[str, datetime]


def proved(order: bytes, proof: bytes, trust: Trust) -> Proved:
    """That the order stands in the log, and who witnessed it when. Raises LedgerError."""
    seen = check_entry(order, proof, trust)
    cosigned = {name: datetime.fromtimestamp(at_s, UTC) for name, at_s in seen.by.items()}
    return Proved(leaf_hash(order).hex(), cosigned)


def window_of(header: sealed.Window) -> Window:
    """An onion's header, its milliseconds as aware times."""
    since, until = (_EPOCH + timedelta(milliseconds=at) for at in (header.t0, header.t1))
    return Window(header.cam, since, until, header.epoch, header.recipient)


@dataclass(frozen=True, slots=True)
class Told:
    """What the hub sends with an onion. `way`: the quorum whose onion it is."""

    order: bytes
    approvals: tuple[bytes, ...]
    refusals: tuple[bytes, ...]
    proof: Proved
    way: frozenset[str]
    opening: bytes | None = None
    hold: Order | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One party's own files: its rules, whose key is whose, its policy's hash, what it spent."""

    role: str
    rules: Rules
    keys: Mapping[str, str]
    policy_sha256: str
    spent: SpentList

    def peel(
        self, onion: bytes | bytearray, key: OpeningKey, day: str, told: Told, now: datetime
    ) -> Peeled:
        """The onion without this party's layer; the caller wipes `inside`.

        `key` is the party's of `day`, or of the hold of that id. Raises what `may_peel` and the
        spent list raise, and SealError; then nothing came off.
        """
        peeled = peel(onion, [key], None)
        try:
            asked = Asked(
                told.order, told.approvals, told.refusals, told.proof, self.role, told.way,
                window_of(peeled.window), day, told.opening, told.hold,
            )  # fmt: skip
            leave = may_peel(asked, self.rules, self.keys, self.policy_sha256, self.spent, now)
            self.spent.add(leave, now)
        except BaseException:
            wipe(peeled.inside)
            raise
        return peeled


def hold_keyset(
    policy: Policy, given: Iterable[HoldKey], keys: Mapping[str, str], order: str,
    own: Mapping[str, Recipient],
) -> Keyset:  # fmt: skip
    """For whom a hold is wrapped: each quorum whose parties all gave a key, signed, for that hold.

    `own`: the key of whoever wraps, where that party signs nothing (the vault). Raises OrderError,
    SignatureError, SealError.
    """
    found = dict(own)
    for each in given:
        each.check(order, keys)
        if each.role not in own:
            found[each.role] = Recipient.parse(each.recipient)
    ways = [way for way in policy.ways() if way <= found.keys()]
    if not ways:
        raise OrderError("hold-without-quorum")
    needed = frozenset().union(*ways)
    theirs = {party: found[party] for party in policy.members if party in needed}
    kinds = {key.kind.is_post_quantum for key in theirs.values()}
    if len(kinds) > 1 or len({*theirs.values()}) < len(theirs):
        raise OrderError("hold-keys-mixed")
    layered = tuple(tuple(party for party in theirs if party in way) for way in ways)
    return Keyset("", theirs, layered)
