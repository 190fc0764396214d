"""Parameter sets that a GOP would have from the pictures before it. Pure.

A closed GOP refers to no picture outside, but an H.264 or H.265 slice names its parameter sets by
number alone, and they may have been sent long before. `Reader` decodes each GOP in a decoder that
has seen the header of the file and nothing else; so a GOP begins only where that makes no
difference, whichever GOPs were decoded before it and by whom.
"""

from __future__ import annotations

from collections.abc import Iterator

from contrejour.media import nal
from contrejour.media.parameters import Bits, Odd

_HEVC_VPS, _HEVC_SPS = 32, 33
Key = tuple[int, int]
"""The kind and the number of a set; -1 for a number that can't be read."""


class CarriedSets:
    """`see` each packet of a file, in order."""

    def __init__(self, codec: str, header: bytes) -> None:
        self._codec, self._prefix = codec, nal.length_size(codec, header)
        found = nal.header_sets(codec, header) if self._prefix else nal.sets(codec, header)
        self._header = {_key(codec, unit): unit.rstrip(b"\0") for unit in found}
        self._other: set[Key] = set()

    def see(self, data: bytes) -> bool:
        """Whether a decoder that begins with this packet has the sets of one that began before."""
        said = {_key(self._codec, unit): unit for unit in self._sets(data)}
        alone = self._other <= said.keys()
        for key, unit in said.items():
            if self._header.get(key) == unit:
                self._other.discard(key)
            else:
                self._other.add(key)
        return alone

    def _sets(self, data: bytes) -> list[bytes]:
        if self._codec not in nal.SETS:
            return []
        wanted = nal.SETS[self._codec]
        found = _prefixed(data, self._prefix) if self._prefix else nal.units(data)
        return [unit for unit in found if nal.kind(self._codec, unit[0]) in wanted]


def _prefixed(data: bytes, prefix: int) -> Iterator[bytes]:
    """Each unit behind its length, and behind start codes in it, which some decoders go by."""
    at = 0
    while at + prefix < len(data):
        start = at + prefix
        at = start + int.from_bytes(data[at:start])
        yield from nal.units(b"\0\0\1" + data[start:at])


def _key(codec: str, unit: bytes) -> Key:
    kind = nal.kind(codec, unit[0])
    try:
        return kind, _number(codec, kind, unit)
    except Odd:
        return kind, -1


def _number(codec: str, kind: int, unit: bytes) -> int:
    """Its own number, as a decoder reads it. Raises Odd at the end of the unit."""
    bits = Bits(unit, 1 if codec == "h264" else 2)
    if kind == _HEVC_VPS:
        return bits.u(4)
    if kind == _HEVC_SPS:  # H.265 §7.3.2.2.1, §7.3.3
        bits.skip("4")
        layers = bits.u(3)
        bits.skip("1", "88", "8")
        told = [(bits.u(1), bits.u(1)) for _ in range(layers)]
        bits.skip(*["2"] * (8 - layers if layers else 0))
        for profile, level in told:
            bits.skip(str(88 * profile + 8 * level))
    elif codec == "h264" and kind == 7:
        bits.skip("24")
    return bits.ue()
