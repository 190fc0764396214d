"""Whether 32 bytes are the one spelling of a public key of Curve25519 that is somebody's. Pure.

Programs that use such a key forgive: X25519 ignores the highest bit and takes any number modulo
2^255 - 19 (RFC 7748, 5): one key has several spellings, which compare as different. And a few
points have a small order, so that whatever is done with them ends in one of eight values: anybody
opens what is sealed for one of those, and signs under it (RFC 7748, 6.1; cr.yp.to/ecdh.html).
"""

from __future__ import annotations

from contrejour.base.messages import Message

PRIME = 2**255 - 19
_A24 = 121_666
"""(A + 2) / 4 of the curve y^2 = x^3 + 486662 x^2 + x."""
_D = -121_665 * pow(121_666, -1, PRIME) % PRIME
"""Of the same curve as Ed25519 writes it: -x^2 + y^2 = 1 + d x^2 y^2."""


def fault_of_x25519(raw: bytes | bytearray) -> Message | None:
    """Why nothing may be sealed for this key, or None. `raw`: 32 bytes."""
    number = int.from_bytes(raw, "little")
    if number >= PRIME:
        return Message("key-in-another-spelling")
    return _fault_of_order(number, 1)


def fault_of_ed25519(raw: bytes) -> Message | None:
    """Why no signature by this key is believed, or None. `raw`: 32 bytes."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= PRIME:
        return Message("key-in-another-spelling")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    if pow(square, (PRIME - 1) // 2, PRIME) == PRIME - 1:
        return Message("key-not-on-the-curve")
    return _fault_of_order(1 + y, 1 - y)


def _fault_of_order(u: int, z: int) -> Message | None:
    """Of the point whose coordinate is u / z, doubled three times on a Montgomery curve."""
    for _ in range(3):
        plus, minus = (u + z) ** 2 % PRIME, (u - z) ** 2 % PRIME
        between = plus - minus
        u, z = plus * minus % PRIME, between * (minus + _A24 * between) % PRIME
    return None if z else Message("key-of-small-order")
