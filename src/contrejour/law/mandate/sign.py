"""Ed25519 signatures over canonical JSON (RFC 8785): what was signed can't change by a byte.

    {"signatures":[{"keyid":"<SHA-256 of the raw public key>","sig":"<hex>"}],"signed":{...}}

The whole envelope is canonical: a file that says the same in other bytes is refused as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TypeAlias, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from contrejour.base.canonical import Json, canonical
from contrejour.base.curve25519 import fault_of_ed25519
from contrejour.base.errors import SignatureError
from contrejour.base.messages import Message
from contrejour.law.mandate.protected import protect

PrivateKey: TypeAlias = Ed25519PrivateKey
PublicKey: TypeAlias = Ed25519PublicKey
AnyKey: TypeAlias = Ed25519PrivateKey | MLDSA44PrivateKey
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def keyid(key: Ed25519PublicKey | MLDSA44PublicKey) -> str:
    """SHA-256 of the raw bytes, in hex."""
    return hashlib.sha256(raw(key)).hexdigest()


def raw(key: Ed25519PublicKey | MLDSA44PublicKey) -> bytes:
    """The 32 bytes, or 1,312."""
    return key.public_bytes(*_RAW)


def fits(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the raw public key signed exactly this. A key that anybody signs with never did."""
    if fault_of_ed25519(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(signed: dict[str, Json], key: Ed25519PrivateKey) -> bytes:
    """The envelope."""
    signature: Json = {
        "keyid": keyid(key.public_key()),
        "sig": key.sign(canonical(signed)).hex(),
    }
    return canonical({"signatures": [signature], "signed": signed})


def verify(envelope: bytes, trusted: Iterable[Ed25519PublicKey]) -> dict[str, Json]:
    """What was signed by one of the `trusted` keys. Raises SignatureError."""
    try:
        data = json.loads(envelope)
        if canonical(data) != envelope:
            raise SignatureError("plan-not-canonical")
        signed = data["signed"]
        claims = {each["keyid"]: bytes.fromhex(each["sig"]) for each in data["signatures"]}
        if not isinstance(signed, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SignatureError("not-a-signed-plan") from error
    for key in trusted:
        if keyid(key) in claims:
            try:
                key.verify(claims[keyid(key)], canonical(signed))
            except InvalidSignature as error:
                raise SignatureError("plan-signature-bad") from error
            return cast("dict[str, Json]", signed)
    raise SignatureError("plan-signed-by-others", keys=", ".join(claims) or "nobody")


def new_key() -> Ed25519PrivateKey:
    """A key from the system's randomness."""
    return Ed25519PrivateKey.generate()


def new_witness_key() -> MLDSA44PrivateKey:
    """A post-quantum one (ML-DSA-44, FIPS 204)."""
    return MLDSA44PrivateKey.generate()


def private_pem(key: AnyKey, password: bytes | None) -> bytes:
    """PKCS#8; where there is a password, under it (protected.py)."""
    form, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    if password:
        return protect(key.private_bytes(serialization.Encoding.DER, form, open_), password)
    return key.private_bytes(serialization.Encoding.PEM, form, open_)


def public_pem(key: AnyKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_private(pem: bytes, password: bytes | None) -> Ed25519PrivateKey:
    """Raises SignatureError."""
    key = read_any(pem, password)
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError("private-key-not-ed25519")
    return key


def read_any(pem: bytes, password: bytes | None) -> AnyKey:
    """A key of one kind or the other. Raises SignatureError."""
    try:
        key = serialization.load_pem_private_key(pem, password)
    except TypeError as error:  # a password where none is wanted, or none where one is
        hint = Message("take-password-file-out" if password else "password-file-opens-it")
        raise SignatureError("key-and-password-apart", hint=hint) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError("not-a-private-key") from error
    if not isinstance(key, Ed25519PrivateKey | MLDSA44PrivateKey):
        raise SignatureError("private-key-of-another-kind")
    return key


def read_public(pem: bytes) -> Ed25519PublicKey:
    """Raises SignatureError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError("not-a-public-key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SignatureError("public-key-not-ed25519")
    if fault := fault_of_ed25519(raw(key)):
        raise SignatureError(fault)
    return key
