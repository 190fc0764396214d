"""Bech32 (BIP 173) without its length limit, as c2sp.org/age writes keys. Secrets stay in buffers.

hrp "1" data(5 bits a letter) checksum(6 letters)      all upper case, or all lower
"""

from __future__ import annotations

from contrejour.base.errors import SealError
from contrejour.custody.seal.wipe import wipe

LETTERS = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
"""32, chosen so that none looks like another."""
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6
LONGEST = 4096


def encode(hrp: str, data: bytes | bytearray) -> bytearray:
    """In lower case; the caller wipes what holds a secret."""
    values = _regroup(data, 8, 5, pad=True)
    check = _polymod(hrp, values, bytes(_CHECK)) ^ 1
    start = len(hrp) + 1
    text = bytearray(start + len(values) + _CHECK)  # at its size: growing would leave copies
    text[:start] = hrp.encode() + b"1"
    for at, value in enumerate(values, start):
        text[at] = LETTERS[value]
    for at in range(_CHECK):
        text[at - _CHECK] = LETTERS[check >> 5 * (_CHECK - 1 - at) & 31]
    wipe(values)
    return text


def decode(text: bytes | bytearray) -> tuple[str, bytearray]:
    """The part before the last 1, in lower case, and the data. Raises SealError."""
    lower, upper, values = text.lower(), text.upper(), bytearray()
    try:
        place = lower.rfind(b"1")
        if len(text) > LONGEST or place < 1 or len(text) - place - 1 < _CHECK:
            raise SealError("not-a-key")
        if text not in (lower, upper):
            raise SealError("key-of-mixed-case")
        hrp = lower[:place].decode("ascii", "replace")
        values = bytearray(len(text) - place - 1)
        for at in range(len(values)):
            values[at] = _VALUES.get(lower[place + 1 + at], 255)
        if 255 in values or not hrp.isascii() or _polymod(hrp, values) != 1:
            raise SealError("key-checksum-wrong")
        return hrp, _regroup(memoryview(values)[:-_CHECK], 5, 8, pad=False)
    finally:
        wipe(lower, upper, values)


def _polymod(hrp: str, *parts: bytes | bytearray) -> int:
    """The checksum of BIP 173 over the expanded prefix and the data."""
    known = [*(ord(letter) >> 5 for letter in hrp), 0, *(ord(letter) & 31 for letter in hrp)]
    check = 1
    for part in (known, *parts):
        for value in part:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for bit, generator in enumerate(_GENERATOR):
                check ^= generator if top >> bit & 1 else 0
    return check


def _regroup(data: bytes | bytearray | memoryview, size: int, to: int, *, pad: bool) -> bytearray:
    """Bits in groups of `size` as groups of `to`. Raises SealError on padding that isn't zero."""
    total = len(data) * size
    out = bytearray(-(-total // to) if pad else total // to)
    kept, bits, at = 0, 0, 0
    for value in data:
        kept, bits = kept << size | value, bits + size
        while bits >= to:
            bits -= to
            out[at] = kept >> bits
            kept, at = kept & (1 << bits) - 1, at + 1
    if pad and bits:
        out[at] = kept << to - bits
    elif bits >= size or kept:
        wipe(out)
        raise SealError("key-padding-wrong")
    return out
