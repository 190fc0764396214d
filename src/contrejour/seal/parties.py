"""The parties that a recorder seals for: their policy, and what they published, read each time.

New days are published monthly: a note that is put beside the others is found when its first day is
asked for. Who may open (the policy) is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contrejour.errors import SealError
from contrejour.note import MOST_BYTES
from contrejour.quorum import Policy
from contrejour.seal import note
from contrejour.seal.keys import keys_of, published
from contrejour.seal.onion import Keyset

_SUFFIX = ".note"


@dataclass(frozen=True, slots=True)
class Parties:
    """`notes`: files, or folders of `*.note`."""

    policy: Policy
    notes: Sequence[Path]

    def keys(self, day: str) -> Keyset:
        """Whom a day (ISO 8601) is sealed for. Raises SealError, OSError."""
        return keys_of(self.policy, [data for _, data in self._read()], day)

    def check(self) -> None:
        """Raises SealError where a note is nobody's or forged, or a party has none; OSError."""
        opens = {party for way in self.policy.ways() for party in way}
        missing = {
            party: note.Verifier.parse(words[0])
            for party, words in self.policy.members.items()
            if party in opens and not words[0].startswith("age1")
        }
        known = dict(missing)
        for path, data in self._read():
            for party, by in known.items():
                if f"\n— {by.name} ".encode() in data:
                    published(data, by)
                    missing.pop(party, None)
                    break
            else:
                raise SealError(
                    f"{path} is signed by no party of the policy", "`keys publish` makes the notes"
                )
        if missing:
            raise SealError(
                f"no note of {', '.join(missing)} is among the keysets",
                "`keys publish` makes it, keysets names it",
            )

    def _read(self) -> list[tuple[Path, bytes]]:
        """Raises OSError."""
        paths = [
            found
            for each in self.notes
            for found in (sorted(each.glob(f"*{_SUFFIX}")) if each.is_dir() else [each])
        ]
        return [(path, _first(path)) for path in paths]


def _first(path: Path) -> bytes:
    """No more than a note can be."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
