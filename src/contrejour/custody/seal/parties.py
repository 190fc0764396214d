"""The parties that a recorder seals for: their policy, and what they published, read each time.

A note that is put beside the others is found when its first day is asked for, and used where a
proof that is there shows that the log has it: nobody is sealed for in secret. One of a day beyond
the horizon stops sealing: with a month of keys here, a clock that goes wrong would choose when what
it seals dies. Who may open (the policy) is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contrejour.base.errors import SealError
from contrejour.base.foreign import opened, read_folder
from contrejour.custody.ledger.verify import Trust
from contrejour.custody.note import MOST_BYTES
from contrejour.custody.openers import signers
from contrejour.custody.quorum import Policy
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.keys import keys_of, published
from contrejour.custody.seal.logged import logged, logged_key
from contrejour.custody.seal.onion import Keyset

_NOTE, _PROOF = ".note", ".tlog-proof"


@dataclass(frozen=True, slots=True)
class Parties:
    """`notes`: notes and proofs that they are in the log, or folders of `*.note` and
    `*.tlog-proof`. `trust`: the log and its witnesses."""

    policy: Policy
    notes: Sequence[Path]
    trust: Trust

    def keys(self, day: str, last: date) -> Keyset:
        """Whom a day (ISO 8601) is sealed for; `last`: of which a key may be here by now.

        Raises SealError, OSError.
        """
        notes, seen = self._read(_NOTE), None
        for path, data in notes:
            for party, by in signers(self.policy).items():
                if not keynotes.names(data, by):
                    continue
                days = published(data, by)
                _demand_not_beyond(path, days, last)
                if seen is None:
                    seen = logged((proof for _, proof in self._read(_PROOF)), self.trust)
                if day in days and logged_key(party, day, data) not in seen:
                    raise SealError("keyset-not-logged", path=path, party=party, day=day)
        return keys_of(self.policy, [data for _, data in notes], day)

    def check(self) -> None:
        """Raises SealError where a note is nobody's or forged, or a party has none; OSError."""
        known = signers(self.policy)
        missing = dict(known)
        for path, data in self._read(_NOTE):
            for party, by in known.items():
                if keynotes.names(data, by):
                    published(data, by)
                    missing.pop(party, None)
                    break
            else:
                raise SealError("keyset-of-no-party", path=path)
        if missing:
            raise SealError("keyset-lacks-parties", missing=", ".join(missing))

    def _read(self, suffix: str) -> list[tuple[Path, bytes]]:
        """The notes, or the proofs: what is named and is no proof is a note. Raises OSError."""
        found: list[tuple[Path, bytes]] = []
        for each in self.notes:
            if each.is_dir():
                told = read_folder(each, f"*{suffix}", MOST_BYTES + 1, follow=True)
                found += [(each / name, data) for name, data in told.items()]
            elif (each.suffix == _PROOF) == (suffix == _PROOF):
                found.append((each, _first(each)))
        return found


def _demand_not_beyond(path: Path, days: Iterable[str], last: date) -> None:
    early = max(days)
    if early > last.isoformat():
        raise SealError("keyset-too-early", path=path, day=early, last=last)


def _first(path: Path) -> bytes:
    """No more than a note can be."""
    with opened(path, follow=True) as file:
        return file.read(MOST_BYTES + 1)
