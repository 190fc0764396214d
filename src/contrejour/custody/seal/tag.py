"""File keys wrapped for keys that live in a token: the tagged recipients of c2sp.org/age.

p256tag           age1tag1…     33 bytes: a point of P-256, compressed
mlkem768p256tag   age1tagpq1…   1,249 bytes: ML-KEM-768 and a point of P-256, uncompressed; holds
                                while one of the two does

    -> p256tag <tag> <encapsulated>       tag: whose it is, for whoever knows the recipient
    <file key, sealed by HPKE (RFC 9180)>

Only the public side is here. What opens such a stanza is the token, through its plugin (plugin.py).
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contrejour.custody.seal.header import Stanza, base64
from contrejour.custody.seal.wipe import wipe

P256, HYBRID = "p256tag", "mlkem768p256tag"
POINT_BYTES, MLKEM_BYTES = 65, 1184
LABEL = b"age-encryption.org/"
_TAG_BYTES = 4
_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_HYBRID_SUITE = b"HPKE" + bytes.fromhex("0050 0001 0003")  # MLKEM768-P256, the other two as above


def wrap(kind: str, raw: bytes, file_key: bytearray) -> Stanza:
    """The file key, for this recipient alone. Raises ValueError for an invalid public key."""
    info = LABEL + kind.encode()
    if kind == P256:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
        sealed = _SUITE.encrypt(file_key, point, info)
        share, body = sealed[:POINT_BYTES], sealed[POINT_BYTES:]
    else:
        share, shared = encapsulate(raw)
        key = b""
        try:
            key, nonce = schedule(shared, info)
            body = ChaCha20Poly1305(key).encrypt(nonce, file_key, None)
        finally:
            wipe(shared, key)
    return Stanza((kind, base64(tag(kind, raw, share)), base64(share)), body)


def tag(kind: str, raw: bytes, share: bytes) -> bytes:
    """The 4 bytes that say to whom a share was made, for the one who has the recipient."""
    point = raw if kind == P256 else raw[MLKEM_BYTES:]
    known = hashlib.sha256(point).digest()[:_TAG_BYTES]
    return hmac.digest(LABEL + kind.encode(), share + known, "sha256")[:_TAG_BYTES]


def encapsulate(raw: bytes) -> tuple[bytes, bytes]:
    """MLKEM768-P256 (draft-ietf-hpke-pq-03): what is sent, and the secret that both then share."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw[MLKEM_BYTES:])
    ours = ec.generate_private_key(ec.SECP256R1())
    share = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    of_mlkem, sent = MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_BYTES]).encapsulate()
    of_p256 = ours.exchange(ec.ECDH(), theirs)
    shared = combine(of_mlkem, of_p256, share, raw[MLKEM_BYTES:])
    wipe(of_mlkem, of_p256)
    return sent + share, shared


def combine(of_mlkem: bytes, of_p256: bytes, share: bytes, point: bytes) -> bytes:
    """The secret of both, by SHA3-256: it holds while one of the two does."""
    digest = hashlib.sha3_256()
    for part in (of_mlkem, of_p256, share, point, b"MLKEM768-P256"):
        digest.update(part)  # b"".join would leave a copy of the secrets
    return digest.digest()


def schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """The key and the nonce that HPKE's base mode makes of a shared secret (RFC 9180, 5.1)."""
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    key, nonce = (
        HKDFExpand(
            hashes.SHA256(), size, size.to_bytes(2, "big") + _labeled(label, context)
        ).derive(secret)
        for label, size in ((b"key", 32), (b"base_nonce", 12))
    )
    wipe(secret)
    return key, nonce


def _extract(salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, _labeled(label, material), "sha256")


def _labeled(label: bytes, data: bytes) -> bytes:
    return b"HPKE-v1" + _HYBRID_SUITE + label + data
