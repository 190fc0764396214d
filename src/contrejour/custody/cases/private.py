"""What is personal in an order: kept by whoever has to know, and in the order as commitments alone.

    commitment = SHA-256(salt, 32 bytes || RFC 8785 of the text)

One salt a field, so that one can be shown and another erased: without its salt a commitment says
nothing about anybody any more (GDPR 17), and the log that holds it stays whole.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import OrderError
from contrejour.custody.cases.strict import document

TYPE = "order.private"
MOST_BYTES = 64 << 10
MOST_TEXT = 2000
FIELDS = ("case_number", "requester_name", "requester_service", "document_sha256", "note")


@dataclass(frozen=True, slots=True)
class Private:
    """`texts` and `salts` by field, the salts in hexadecimal."""

    texts: Mapping[str, str]
    salts: Mapping[str, str]

    @classmethod
    def new(
        cls, texts: Mapping[str, str], token: Callable[[int], str] = secrets.token_hex
    ) -> Private:
        """Under fresh salts."""
        return cls(dict(texts), {name: token(32) for name in texts})

    @property
    def commitments(self) -> tuple[tuple[str, str], ...]:
        """As an order carries them, sorted."""
        return tuple(
            (name, commitment(self.salts[name], text)) for name, text in sorted(self.texts.items())
        )

    @property
    def bytes(self) -> bytes:
        told: dict[str, Json] = {
            "v": 1, "type": TYPE, "texts": dict(self.texts), "salts": dict(self.salts)
        }  # fmt: skip
        return canonical(told)


def commitment(salt: str, text: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + canonical(text)).hexdigest()


def read(data: bytes, commitments: tuple[tuple[str, str], ...]) -> Private:
    """What an order's commitments are of. Raises Malformed, OrderError for another's."""
    fields = document(data, TYPE, MOST_BYTES)
    below, salted = fields.below("texts"), fields.below("salts")
    texts = {
        name: below.text(name, f"(?s).{{1,{MOST_TEXT}}}")
        for name in below.names("[a-z0-9_]{1,40}", 16)
    }
    salts = {name: salted.text(name, "[0-9a-f]{64}") for name in texts}
    for each in (fields, below, salted):
        each.end()
    known = dict(commitments)
    for name, text in texts.items():
        if known.get(name) != commitment(salts[name], text):
            raise OrderError("private-part-changed", name=name)
    return Private(texts, salts)
