"""A party takes its layer off an onion: the log is asked, the window is spent, then it peels.

    onion --age, in memory--> header, inside --may_peel--> spent.add --> inside leaves

Which window an onion is of stands under its layer, so the layer comes off first, here, and what is
inside is wiped unless all holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contrejour.cases.order import Window
from contrejour.cases.peel import Asked, may_peel
from contrejour.cases.rules import Rules
from contrejour.cases.spent import SpentList
from contrejour.ledger.tree import leaf_hash
from contrejour.ledger.verify import Trust, check_entry
from contrejour.seal import onion as sealed
from contrejour.seal.open import Peeled, peel
from contrejour.seal.recipient import Key
from contrejour.seal.wipe import wipe

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


@dataclass(frozen=True, slots=True)
class Party:
    """One party's own files: its rules, whose key is whose, its policy's hash, what it spent."""

    role: str
    rules: Rules
    keys: Mapping[str, str]
    policy_sha256: str
    spent: SpentList

    def peel(
        self, onion: bytes | bytearray, key: Key, day: str, told: Told, now: datetime
    ) -> Peeled:
        """The onion without this party's layer; the caller wipes `inside`.

        `key` is the party's of `day`. Raises what `may_peel` and the spent list raise, and
        SealError; then nothing came off.
        """
        peeled = peel(onion, [key], None)
        try:
            asked = Asked(
                told.order, told.approvals, told.refusals, told.proof, self.role, told.way,
                window_of(peeled.window), day,
            )  # fmt: skip
            leave = may_peel(asked, self.rules, self.keys, self.policy_sha256, self.spent, now)
            self.spent.add(leave, now)
        except BaseException:
            wipe(peeled.inside)
            raise
        return peeled
