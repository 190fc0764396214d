"""The notes of a seal (contrejour/note.py): one Ed25519 key each; what is wrong is a SealError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour import note
from contrejour.errors import LedgerError, SealError


class Verifier(note.Key):
    """A public key and the name that it signs under."""

    __slots__ = ()

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey) -> Verifier:
        """Raises SealError for a name that can't stand in a note."""
        with _of_seal():
            return cls(name, note.ED25519, note.Signer(name, key).key.public)

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Raises SealError."""
        with _of_seal():
            key = note.read_key(text)
        if key.kind != note.ED25519:
            raise SealError(f"{key.name} is the key of a witness, which seals nothing")
        return cls(key.name, key.kind, key.public)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> bytes:
    """The note of a text that ends in a line feed. Raises SealError for a name that can't sign."""
    with _of_seal():
        return str(note.Note(text, (note.Signer(name, key).sign(text),))).encode()


def verify(data: bytes, by: Verifier) -> str:
    """The text, where `by` signed it; lines of others count for nothing. Raises SealError."""
    with _of_seal():
        told = note.parse(data)
        signed = told.signed([by])
    if not signed:
        raise SealError(f"not signed by {by.name}")
    return told.text


@contextmanager
def _of_seal() -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        raise SealError(str(error), error.hint) from None
