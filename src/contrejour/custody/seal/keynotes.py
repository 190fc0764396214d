"""The notes of a seal (custody/note.py): one Ed25519 key each; what is wrong is a SealError."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.canonical import canonical
from contrejour.base.errors import LedgerError, SealError
from contrejour.custody import note


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
            raise SealError("witness-key-seals-nothing", key=key.name)
        return cls(key.name, key.kind, key.public)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> bytes:
    """The note of a text that ends in a line feed. Raises SealError for a name that can't sign."""
    with _of_seal():
        return str(note.Note(text, (note.Signer(name, key).sign(text),))).encode()


def verify(data: bytes, by: note.Key) -> str:
    """The text, where `by` signed it; lines of others count for nothing. Raises SealError."""
    with _of_seal():
        told = note.parse(data)
        signed = told.signed([by])
    if not signed:
        raise SealError("note-not-signed-by", key=by.name)
    return told.text


def names(data: bytes, by: note.Key) -> bool:
    """Whether a note says that it is by `by`; whether it is, `verify` says."""
    return f"\n— {by.name} ".encode() in data


def sign_told(told: Mapping[str, Any], party: str, key: Ed25519PrivateKey) -> bytes:
    """The note of what a party tells, as canonical JSON. Raises SealError."""
    return sign(canonical({**told, "v": 1}).decode() + "\n", party, key)


def read_told(data: bytes, kind: str, by: note.Key) -> dict[str, Any]:
    """What a party told in a note of that type. Raises SealError."""
    text = verify(data, by)
    try:
        told = json.loads(text)
        exact = canonical(told).decode() + "\n" == text and isinstance(told, dict)
    except (ValueError, RecursionError):
        exact = False
    if not exact or (told.get("type"), told.get("party")) != (kind, by.name):
        raise SealError("note-of-another-kind", kind=kind, key=by.name)
    return dict(told)


@contextmanager
def _of_seal() -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        raise SealError(error.message, hint=error.advice) from None
