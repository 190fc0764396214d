"""A secret inquiry: that there is an order is public at once, for what and when is later. Pure.

    in the order    "cameras":null,"since":null,"until":null,"secret":{"cameras":2,"of":{"cameras":
                    "<64 hex>","since":…,"until":…},"reveal_by":…,"seconds":600}
    its opening     {"cameras":["car-t3-1",…],"salts":{"cameras":"<64 hex>",…},"since":…,
                    "type":"order.opening","until":…,"v":1}
    revealed        the log's `order.reveal`: the same, with the order's id

    commitment = SHA-256(salt, 32 bytes || RFC 8785 of {name: value})

Who holds the opening checks it against the commitments, and nobody can show another. That it was
not revealed in time, anybody who reads the log sees. A year at most is a limit of this design: no
text says it, and a lawyer has to confirm it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contrejour.base.canonical import Json, canonical
from contrejour.base.times import utc
from contrejour.custody.cases.strict import Fields, document

TYPE = "order.opening"
MOST_BYTES = 16 << 10
MOST_CAMERAS = 64
HIDDEN = ("cameras", "since", "until")
HEX = "[0-9a-f]{64}"
LONGEST_SECRET = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Secret:
    """`salts` by what they hide, in hexadecimal."""

    reveal_by: datetime
    salts: tuple[tuple[str, str], ...]

    @classmethod
    def until(cls, reveal_by: datetime, token: Callable[[int], str] = secrets.token_hex) -> Secret:
        """Under fresh salts."""
        return cls(reveal_by, tuple((name, token(32)) for name in HIDDEN))

    def shown(self, hidden: Mapping[str, Json], lasts: timedelta) -> Json:
        """What the order shows in place of what it hides."""
        cameras = hidden["cameras"]
        assert isinstance(cameras, list)
        return {
            "cameras": len(cameras), "seconds": lasts // timedelta(seconds=1),
            "reveal_by": utc(self.reveal_by),
            "of": {name: commitment(salt, name, hidden[name]) for name, salt in self.salts},
        }  # fmt: skip

    def opening(self, hidden: Mapping[str, Json]) -> bytes:
        told: dict[str, Json] = {**hidden, "salts": dict(self.salts)}
        return canonical({**told, "type": TYPE, "v": 1})


def commitment(salt: str, name: str, value: Json) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + canonical({name: value})).hexdigest()


def read(shown: Fields, opening: bytes) -> tuple[Secret, Fields]:
    """What hides, and what is hidden; whether the two fit is for the order's bytes to say.

    Raises Malformed.
    """
    shown.whole("cameras", 1, MOST_CAMERAS)
    shown.whole("seconds", 1)
    reveal_by, of = shown.moment("reveal_by"), shown.below("of")
    fields = document(opening, TYPE, MOST_BYTES)
    below = fields.below("salts")
    for name in HIDDEN:
        of.text(name, HEX)
    salts = tuple((name, below.text(name, HEX)) for name in HIDDEN)
    for each in (shown, of, below):
        each.end()
    return Secret(reveal_by, salts), fields
