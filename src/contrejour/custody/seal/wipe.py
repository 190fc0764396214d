"""Secrets live in memory that can be overwritten, and are.

Python keeps no promise about copies: the secrets of a window are therefore made and forgotten in a
process of their own (window.py), whose memory a test searches.
"""

from __future__ import annotations

import ctypes

_PUBLIC_CACHE = 1
"""CPython shares one object for each of the 256 texts of one byte."""


def random_secret(size: int) -> bytearray:
    """So many bytes of the system's randomness, read straight into a buffer that can be wiped."""
    buffer = bytearray(size)
    with open("/dev/urandom", "rb", buffering=0) as source:
        filled = source.readinto(buffer)
    if filled != size:
        raise OSError(f"/dev/urandom gave {filled} bytes of {size}")
    return buffer


def wipe(*secrets: bytearray | bytes | None) -> None:
    """Overwrite them with zeros.

    `bytes` too, where a library gives a secret back in one: only what nobody else holds.
    """
    for secret in secrets:
        if isinstance(secret, bytearray):
            secret[:] = bytes(len(secret))
        elif secret is not None and len(secret) > _PUBLIC_CACHE:
            ctypes.memset(ctypes.cast(ctypes.c_char_p(secret), ctypes.c_void_p), 0, len(secret))
