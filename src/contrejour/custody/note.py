"""c2sp.org/signed-note: a text, and under it lines of signatures by named keys. Pure, and strict.

    text, ends in a line feed
    (an empty line)
    — <name> base64(key id, 4 bytes || signature)

A key is written as a vkey, `name+<key id, 8 hex>+base64(type || public key)`, and its id is the
first four bytes of SHA-256(name || 0x0A || type || public key). Types:

    0x01  Ed25519 over the text: a log's
    0x04  Ed25519 over "cosignature/v1\\ntime <T>\\n" and the text, after T (uint64, seconds):
          a witness's (c2sp.org/tlog-cosignature)
    0x06  ML-DSA-44 (FIPS 204), a witness's as well, over the tree alone, after T:
          "subtree/v1\\n\\0", name, T, origin, 0, size (uint64), root; texts after their length

`parse` verifies nothing; `Note.signed` says which keys signed. What is wrong is a LedgerError;
custody/seal/keynotes.py makes a SealError of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from contrejour.base.curve25519 import fault_of_ed25519
from contrejour.base.errors import LedgerError

ED25519, COSIGNATURE, MLDSA = 0x01, 0x04, 0x06
KINDS = {ED25519: "log", COSIGNATURE: "witness", MLDSA: "witness"}
_KEY_BYTES = {ED25519: 32, COSIGNATURE: 32, MLDSA: 1312}
MOST_BYTES = 256 << 10
MOST_SIGNATURES = 100
_NAME = r"[^\s+\x00-\x1f\ud800-\udfff]{1,255}"
_LINE = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/=]+)")
_VKEY = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/=]{{1,4096}})")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the name that it signs under."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:4]

    def __str__(self) -> str:
        """As a vkey."""
        return f"{self.name}+{self.id.hex()}+{encode64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line, not verified."""

    name: str
    id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {encode64(self.id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures that stand under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}"

    def signed(self, keys: Iterable[Key]) -> list[tuple[Key, int]]:
        """Those of the keys that signed it, in the order of the lines, with the times of `check`.

        Lines of other keys are ignored. Raises LedgerError where one by a known key is wrong.
        """
        known = {(key.name, key.id): key for key in keys}
        found = []
        for each in self.signatures:
            key = known.get((each.name, each.id))
            if key is not None:
                found.append((key, check(self.text, each, key)))
        return found


def read_key(vkey: str) -> Key:
    """A key from its vkey. Raises LedgerError."""
    found = _VKEY.fullmatch(vkey)
    data = decode64(found[3]) if found else b""
    if not found or not data or len(data) - 1 != _KEY_BYTES.get(data[0]):
        raise LedgerError("not-a-note-key", key=vkey[:80])
    key = Key(found[1], data[0], data[1:])
    if key.id.hex() != found[2]:
        raise LedgerError("note-key-id-differs", key=found[1])
    if key.kind != MLDSA and (fault := fault_of_ed25519(key.public)):
        raise LedgerError(fault)
    return key


def parse(data: bytes) -> Note:
    """A signed note. Nothing is verified yet. Raises LedgerError for anything else."""
    if len(data) > MOST_BYTES:
        raise LedgerError("note-too-large", most_kib=MOST_BYTES >> 10)
    try:
        told = data.decode()
    except UnicodeDecodeError:
        raise LedgerError("note-not-utf-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", told):
        raise LedgerError("note-with-control-character")
    text, empty, below = told.rpartition("\n\n")
    if not empty or not text or not below.endswith("\n"):
        raise LedgerError("not-a-signed-note")
    return Note(text + "\n", signature_lines(below))


def signature_lines(told: str) -> tuple[Signature, ...]:
    """Lines of signatures, each with its line feed. Raises LedgerError."""
    *lines, rest = told.split("\n")
    if rest or not lines or len(lines) > MOST_SIGNATURES:
        raise LedgerError("note-signatures-uncounted", most=MOST_SIGNATURES)
    return tuple(map(_signature, lines))


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    data = decode64(found[2]) if found else b""
    if not found or len(data) < 5:
        raise LedgerError("not-a-signature-line", line=line[:80])
    return Signature(found[1], data[:4], data[4:])


def check(text: str, signature: Signature, key: Key) -> int:
    """When it was signed (seconds since 1970; 0 where that isn't said). Raises LedgerError."""
    data, time_s = signature.data, 0
    if key.kind != ED25519:
        time_s, data = int.from_bytes(data[:8], "big"), data[8:]
    try:
        if time_s >> 63:
            raise ValueError(time_s)
        signed = _signed(key.kind, key.name, text, time_s)
        if key.kind == MLDSA:
            MLDSA44PublicKey.from_public_bytes(key.public).verify(data, signed)
        else:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data, signed)
    except (InvalidSignature, ValueError):
        raise LedgerError("note-signature-bad", key=key.name) from None
    return time_s


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, the name it signs under, and as what: a log or a witness."""

    name: str
    private: Ed25519PrivateKey | MLDSA44PrivateKey
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not re.fullmatch(_NAME, self.name):
            raise LedgerError("bad-key-name", name=self.name)

    @classmethod
    def of_witness(cls, name: str, private: Ed25519PrivateKey | MLDSA44PrivateKey) -> Signer:
        """A witness's, of the kind that its private key is. Raises LedgerError."""
        return cls(name, private, COSIGNATURE if isinstance(private, Ed25519PrivateKey) else MLDSA)

    @property
    def key(self) -> Key:
        return Key(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, time_s: int = 0) -> Signature:
        """Sign a text that ends in a line feed; a witness says when (seconds since 1970)."""
        said = b"" if self.kind == ED25519 else time_s.to_bytes(8, "big")
        signed = self.private.sign(_signed(self.kind, self.name, text, time_s))
        return Signature(self.name, self.key.id, said + signed)


def _signed(kind: int, name: str, text: str, time_s: int) -> bytes:
    """The bytes that a key of this kind signs. Raises ValueError where there are none:
    with ML-DSA, for any text but a checkpoint's."""
    if kind == ED25519:
        return text.encode()
    if kind == COSIGNATURE:
        return f"cosignature/v1\ntime {time_s}\n{text}".encode()
    origin, size, root, *_ = text.split("\n")
    if not re.fullmatch("[0-9]{1,19}", size) or len(decode64(root)) != 32:
        raise ValueError("not the text of a checkpoint")
    numbers = (time_s.to_bytes(8, "big"), bytes(8), int(size).to_bytes(8, "big"))
    return b"".join(
        (b"subtree/v1\n\0", _short(name), numbers[0], _short(origin), *numbers[1:], decode64(root))
    )


def _short(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


def with_lines(note: Note, more: Sequence[Signature]) -> Note:
    """The note with more signatures under it."""
    return Note(note.text, (*note.signatures, *more))


def encode64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode64(text: str) -> bytes:
    """Standard base64 in its one canonical form; b"" for any other text."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if encode64(data) == text else b""
