"""Who can open an age file: recipients (public) and identities (secret) of c2sp.org/age.

X25519           age1…      AGE-SECRET-KEY-1…       32 bytes, 32 bytes
mlkem768x25519   age1pq1…   AGE-SECRET-KEY-PQ-1…    1,216 bytes, 32 bytes (X-Wing: ML-KEM-768
                            and X25519 together; holds while one of the two does)

Recipients whose secret half lives in a token (age1tag1…, age1tagpq1…) are in tag.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contrejour.base.curve25519 import fault_of_x25519
from contrejour.base.errors import SealError
from contrejour.custody.seal import bech32, tag
from contrejour.custody.seal.header import Stanza, base64, unbase64
from contrejour.custody.seal.wipe import random_secret, wipe

FILE_KEY_BYTES, WRAPPED_BYTES = 16, 32
SECRET_BYTES = 32
_SHARE_BYTES, _MLKEM_BYTES, _ENCAPSULATED_BYTES = 32, 1184, 1120
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_ZERO_NONCE = bytes(12)


class RecipientKind(StrEnum):
    """A type of recipient, by the first word of its stanza."""

    X25519 = "X25519"
    HYBRID = "mlkem768x25519"
    TAG = tag.P256
    HYBRID_TAG = tag.HYBRID

    @property
    def is_post_quantum(self) -> bool:
        return self in (RecipientKind.HYBRID, RecipientKind.HYBRID_TAG)


SECRET = {RecipientKind.X25519: "age-secret-key-", RecipientKind.HYBRID: "age-secret-key-pq-"}
"""What a secret key begins with, by kind. Of kinds that aren't in here it is in a token."""
_PUBLIC = {
    RecipientKind.X25519: ("age", _SHARE_BYTES),
    RecipientKind.HYBRID: ("age1pq", _MLKEM_BYTES + _SHARE_BYTES),
    RecipientKind.TAG: ("age1tag", 33),
    RecipientKind.HYBRID_TAG: ("age1tagpq", tag.MLKEM_BYTES + tag.POINT_BYTES),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key that file keys are wrapped for."""

    kind: RecipientKind
    raw: bytes

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """From age1…; raises SealError. Two that are the same key are equal."""
        hrp, raw = bech32.decode(text.encode())
        for kind, known in _PUBLIC.items():
            if (hrp, len(raw)) == known and text.islower():
                if kind in SECRET and (fault := fault_of_x25519(raw[-_SHARE_BYTES:])):
                    raise SealError(fault)
                return cls(kind, bytes(raw))
        raise SealError("not-a-recipient", text=text[:24])

    def __str__(self) -> str:
        return bech32.encode(_PUBLIC[self.kind][0], self.raw).decode()

    def wrap(self, file_key: bytearray) -> Stanza:
        """The file key, for this recipient alone. Raises SealError for an invalid public key."""
        try:
            if self.kind is RecipientKind.X25519:
                return self._wrap_x25519(file_key)
            if self.kind in (RecipientKind.TAG, RecipientKind.HYBRID_TAG):
                return tag.wrap(self.kind, self.raw, file_key)
            sealed = _SUITE.encrypt(file_key, self._hybrid(), _HYBRID_INFO)
        except ValueError as error:
            raise SealError("recipient-unusable") from error
        encapsulated, body = sealed[:_ENCAPSULATED_BYTES], sealed[_ENCAPSULATED_BYTES:]
        return Stanza((self.kind, base64(encapsulated)), body)

    def _hybrid(self) -> hpke.MLKEM768X25519PublicKey:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_BYTES]),
            X25519PublicKey.from_public_bytes(self.raw[_MLKEM_BYTES:]),
        )

    def _wrap_x25519(self, file_key: bytearray) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.raw))
        key = _wrap_key(shared, share + self.raw)
        try:
            body = ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)
        finally:
            wipe(shared, key)
        return Stanza((self.kind, base64(share)), body)


class OpeningKey(Protocol):
    """What unwraps file keys: a secret key (Identity), or a token (plugin.Token)."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytearray | None: ...
    def wipe(self) -> None: ...


class Identity:
    """A secret key, of a kind in SECRET. Use it as a context manager: it is wiped at the end."""

    def __init__(self, kind: RecipientKind, secret: bytearray) -> None:
        """The buffer `secret` is this object's from now on: `wipe` overwrites it."""
        self.kind, self._secret = kind, secret

    @classmethod
    def generate(cls, kind: RecipientKind) -> Identity:
        return cls(kind, random_secret(SECRET_BYTES))

    @classmethod
    def parse(cls, text: bytes | bytearray) -> Identity:
        """From AGE-SECRET-KEY-…; raises SealError. The text is the caller's to wipe."""
        hrp, secret = bech32.decode(text)
        for kind, private in SECRET.items():
            if hrp == private and len(secret) == SECRET_BYTES and text.isupper():
                return cls(kind, secret)
        wipe(secret)
        raise SealError("not-a-secret-key")

    def __enter__(self) -> Identity:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Overwrite the secret; the identity opens nothing any more."""
        wipe(self._secret)

    def text(self) -> bytearray:
        """AGE-SECRET-KEY-…, for a file or an onion; the caller wipes it."""
        lower = bech32.encode(SECRET[self.kind], self._secret)
        upper = lower.upper()
        wipe(lower)
        return upper

    def recipient(self) -> Recipient:
        """The public half."""
        if self.kind is RecipientKind.X25519:
            private = X25519PrivateKey.from_private_bytes(self._secret)
            return Recipient(self.kind, private.public_key().public_bytes_raw())
        mlkem, x25519 = self._halves()
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return Recipient(self.kind, public)

    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        """X-Wing's expansion (draft-connolly-cfrg-xwing-kem): SHAKE256 of the 32 bytes."""
        expanded = hashlib.shake_256(self._secret).digest(96)
        view = memoryview(expanded)
        seed = bytearray(view[:64])
        scalar = bytearray(view[64:])
        try:
            return (
                MLKEM768PrivateKey.from_seed_bytes(seed),
                X25519PrivateKey.from_private_bytes(scalar),
            )
        finally:
            wipe(expanded, seed, scalar)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytearray | None:
        """The file key; None if none of these is for this identity. The caller wipes it.

        Raises SealError for a stanza of its kind that is not as the specification has it.
        """
        for stanza in stanzas:
            if stanza.words[0] == self.kind:
                share = _share(stanza, self.kind)
                if (key := self._unwrap(share, stanza.body)) is not None:
                    return key
        return None

    def _unwrap(self, share: bytes, body: bytes) -> bytearray | None:
        try:
            if self.kind is RecipientKind.X25519:
                opened = self._unwrap_x25519(share, body)
            else:
                private = hpke.MLKEM768X25519PrivateKey(*self._halves())
                opened = _SUITE.decrypt(share + body, private, _HYBRID_INFO)
        except InvalidTag:
            return None
        except ValueError as error:
            raise SealError("header-share-no-key") from error
        key = bytearray(opened)
        wipe(opened)
        return key

    def _unwrap_x25519(self, share: bytes, body: bytes) -> bytes:
        private = X25519PrivateKey.from_private_bytes(self._secret)
        shared = private.exchange(X25519PublicKey.from_public_bytes(share))  # refuses all zeros
        key = _wrap_key(shared, share + private.public_key().public_bytes_raw())
        try:
            return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
        finally:
            wipe(shared, key)


def _wrap_key(shared: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, _X25519_INFO).derive(shared)


def _share(stanza: Stanza, kind: RecipientKind) -> bytes:
    """The second word of a stanza, both lengths checked. Raises SealError."""
    wanted = _SHARE_BYTES if kind is RecipientKind.X25519 else _ENCAPSULATED_BYTES
    if len(stanza.words) != 2 or len(stanza.body) != WRAPPED_BYTES:
        raise SealError("header-stanza-bad", kind=kind.value)
    share = unbase64(stanza.words[1])
    if len(share) != wanted:
        raise SealError("header-stanza-bad", kind=kind.value)
    return share
