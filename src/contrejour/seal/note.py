"""c2sp.org/signed-note with Ed25519: a text, and under it whose word it is. Pure.

    text LF                                          ends in a line feed
    LF
    — <name> base64(key id, 4 bytes || signature)

A key is written name+<id in hex>+base64(0x01 || public key); its id is the first four bytes of
SHA-256(name || LF || 0x01 || public key).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contrejour.errors import SealError

MOST_BYTES, MOST_SIGNATURES = 256 << 10, 16
_ED25519 = b"\x01"
_NAME = r"[^\s+\x00-\x1f\ud800-\udfff]{1,100}"
_VERIFIER = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]{{44}})")
_LINE = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name that it signs under."""

    name: str
    public: bytes

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey) -> Verifier:
        """Raises SealError for a name that can't stand in a note."""
        if not re.fullmatch(_NAME, name):
            raise SealError(f"{name!r} can't be the name of a key", "no spaces and no plus")
        return cls(name, key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Raises SealError."""
        found = _VERIFIER.fullmatch(text)
        raw = _unbase64(found[3]) if found else b""
        if not found or raw[:1] != _ED25519 or cls(found[1], raw[1:]).id.hex() != found[2]:
            raise SealError(f"not the key of a signed note: {text[:80]}", "name+id+base64")
        return cls(found[1], raw[1:])

    @property
    def id(self) -> bytes:
        told = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(told).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.public)}"


def sign(text: str, name: str, key: Ed25519PrivateKey) -> bytes:
    """The note of a text that ends in a line feed."""
    signature = Verifier.of(name, key).id + key.sign(text.encode())
    return f"{text}\n— {name} {_base64(signature)}\n".encode()


def verify(note: bytes, by: Verifier) -> str:
    """The text, where `by` signed it; lines of others count for nothing. Raises SealError."""
    try:
        text, empty, below = note[: MOST_BYTES + 1].decode().rpartition("\n\n")
    except UnicodeDecodeError:
        text = empty = below = ""
    lines = below.splitlines()
    signatures = [found for line in lines if (found := _LINE.fullmatch(line))]
    whole = empty and below == "".join(f"{line}\n" for line in lines) and len(note) <= MOST_BYTES
    if not whole or len(signatures) < len(lines) or not 0 < len(lines) <= MOST_SIGNATURES:
        raise SealError("not a signed note")
    if re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise SealError("not a signed note: it holds a control character")
    for name, line in (each.groups() for each in signatures):
        signature = _unbase64(line)
        if name == by.name and signature[:4] == by.id:
            try:
                public = Ed25519PublicKey.from_public_bytes(by.public)
                public.verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature:
                raise SealError(
                    f"the signature of {by.name} doesn't fit", "something was changed after signing"
                ) from None
            return f"{text}\n"
    raise SealError(f"not signed by {by.name}")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    """Canonical base64; nothing for any other text."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if _base64(data) == text else b""
