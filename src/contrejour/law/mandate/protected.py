"""A private key under a password: PKCS#8 by scrypt, which `openssl pkey` reads (ADR 19).

    EncryptedPrivateKeyInfo (RFC 5958, section 3), in PEM ("ENCRYPTED PRIVATE KEY", RFC 7468)
        PBES2 (RFC 8018, appendix A.4)
            scrypt (RFC 7914, section 7), N = 2^14, r = 8, p = 32, a salt of 16 bytes
            AES-256 in CBC mode, its IV of 16 bytes
        the key's PrivateKeyInfo

A guess costs 16 MiB and, on one core of 2026, two thirds of a second to one; OpenSSL opens nothing
that costs more memory (32 MiB at most), so it is p that makes it slow. The `cryptography` library
reads this and writes PBKDF2 with 2,048 rounds, of which a card of today tries millions a second.
Pure, but for chance.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

N, R, P = 1 << 14, 8, 32
_SALT_BYTES = _IV_BYTES = 16
_LABEL = "ENCRYPTED PRIVATE KEY"
_PEM = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END")
_SEQUENCE, _OCTETS, _INTEGER, _OID = 0x30, 0x04, 0x02, 0x06
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_SCRYPT = bytes.fromhex("2b06010401da47040b")
_AES_256_CBC = bytes.fromhex("60864801650304012a")


def protect(key_info: bytes, password: bytes) -> bytes:
    """A PrivateKeyInfo (DER) under a password, in PEM."""
    salt, iv = os.urandom(_SALT_BYTES), os.urandom(_IV_BYTES)
    secret = Scrypt(salt=salt, length=32, n=N, r=R, p=P).derive(password)
    padder, cipher = PKCS7(128).padder(), Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    padded = padder.update(key_info) + padder.finalize()
    costs = b"".join((_tlv(_OCTETS, salt), *map(_integer, (N, R, P, 32))))
    made_by = _sequence(_tlv(_OID, _SCRYPT), _sequence(costs))
    cipher_of = _sequence(_tlv(_OID, _AES_256_CBC), _tlv(_OCTETS, iv))
    how = _sequence(_tlv(_OID, _PBES2), _sequence(made_by, cipher_of))
    der = _sequence(how, _tlv(_OCTETS, cipher.update(padded) + cipher.finalize()))
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {_LABEL}-----", *lines, f"-----END {_LABEL}-----", "")).encode()


def is_cheap(pem: bytes) -> bool:
    """Whether it is under a password, and guessing that costs less than what `protect` makes."""
    found = _PEM.search(pem)
    if not found:
        return False
    try:
        (_, how), *_ = _items(_only(base64.b64decode(found[1])))
        _, (_, parameters) = _items(how)
        (_, made_by), *_ = _items(parameters)
        (_, name), (_, told) = _items(made_by)
        _, *costs = (body for _, body in _items(told))
    except ValueError:
        return True
    if name != _SCRYPT:
        return True
    n, r, p = (int.from_bytes(each, "big") for each in costs[:3])
    return n * r * p < N * R * P


def _only(data: bytes) -> bytes:
    ((_, body),) = _items(data)
    return body


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """What stands one after the other, by tag. Raises ValueError."""
    while data:
        if len(data) < 2:
            raise ValueError("cut short")
        tag, size, head = data[0], data[1], 2
        if size & 0x80:
            head += size & 0x7F
            size = int.from_bytes(data[2:head], "big")
        if len(data) < head + size:
            raise ValueError("cut short")
        yield tag, data[head : head + size]
        data = data[head + size :]


def _sequence(*parts: bytes) -> bytes:
    return _tlv(_SEQUENCE, b"".join(parts))


def _integer(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, body: bytes) -> bytes:
    """DER (X.690, section 10.1): a tag, a length in as few bytes as there may be, the body."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body
