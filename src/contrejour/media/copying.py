"""What of a closed GOP may be copied: what was looked at, to the byte, and nothing beside it. Pure.

Detectors see what a decoder shows of a packet, and a packet can hold more: a part of the picture
that a crop hides, a slice beneath another, units and sets that nothing here decodes. So a copied
picture is one slice, and a GOP the parameter sets that its slices use, each read to its last bit
(parameters.py). A GOP in which anything else would be needed is encoded. `Reader` decodes GOPs that
may be copied from their copies: what is looked at is what goes out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from contrejour.media import nal, parameters
from contrejour.media.parameters import Bits, Odd

_SLICES = {"h264": {1, 5}, "hevc": {0, 1, 6, 7, 19, 20}}
"""Types of slices of pictures that are all shown, and refer to none before their GOP."""
_HEAD_BYTES = 24
_NONE = -1
RULES = 3
"""Which these are: another number, and no output made by other rules is taken for one of ours."""
Key = tuple[int, int]
"""The kind and the number of a parameter set."""


def units(data: bytes, prefix: int) -> Iterator[bytes]:
    """The units of a packet, without zeros at their ends. Raises Odd where two readings differ.

    A decoder ends a unit at what looks like a start code, also where its length says more.
    """
    for unit in _prefixed(data, prefix) if prefix else nal.units(data):
        bare = unit.rstrip(b"\0")
        while bare.endswith(b"\0\0\3"):  # cabac_zero_words
            bare = bare[:-3].rstrip(b"\0")
        if any(mark in bare for mark in (b"\0\0\0", b"\0\0\1", b"\0\0\2")):
            raise Odd
        if bare:
            yield bare


def _prefixed(data: bytes, prefix: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        start = at + prefix
        at = start + int.from_bytes(data[at:start])
        if at > len(data):
            raise Odd
        yield data[start:at]


def picture(codec: str, data: bytes, prefix: int, sets: Sequence[bytes]) -> list[bytes]:
    """The units of a packet's copy: its slice, after `sets` where decoding begins. Raises Odd."""
    unit, _ = _only_slice(codec, units(data, prefix))
    opens = nal.kind(codec, unit[0]) in nal.IDR[codec]
    return [*(sets if opens else ()), unit]


def _only_slice(codec: str, found: Iterator[bytes]) -> tuple[bytes, int]:
    """The one slice among these units, and the number of the picture parameters it uses."""
    slices = [unit for unit in found if _is_slice(codec, unit)]
    if len(slices) != 1 or nal.kind(codec, slices[0][0]) not in _SLICES[codec]:
        raise Odd
    unit = slices[0]
    bits = Bits(unit[:_HEAD_BYTES], 1 if codec == "h264" else 2)
    if codec == "h264":
        if bits.ue() or bits.ue() not in (0, 1, 2, 5, 6, 7):  # the first block; P, B or I
            raise Odd
    else:
        if unit[1] != 1 or not bits.u(1):
            raise Odd  # a layer or a sub-layer; not the first of its picture
        if nal.kind(codec, unit[0]) >= 16 and bits.u(1):
            raise Odd  # what comes before isn't to be shown
    return unit, bits.ue()


def _is_slice(codec: str, unit: bytes) -> bool:
    if codec == "h264":
        return nal.kind(codec, unit[0]) in (1, 5)
    return len(unit) > 2 and nal.kind(codec, unit[0]) < 32 and (unit[0] & 1, unit[1] >> 3) == (0, 0)


class CopyIndex:
    """Which GOPs of a file may be copied. `see` each packet in order, then ask for GOPs in order.

    `size` is that of the pictures that the file shows.
    """

    def __init__(self, codec: str, extradata: bytes, size: tuple[int, int]) -> None:
        self._codec, self._size = codec, size
        self._prefix = nal.length_size(codec, extradata)
        self._known: dict[Key, bytes] = {}
        self._used = array("i")
        self._last: tuple[bytes, ...] = ()
        self._said: dict[int, list[bytes]] = {}
        if self._prefix:
            self._learn(nal.header_sets(codec, extradata))

    def see(self, data: bytes) -> None:
        """The next packet."""
        number = len(self._used)
        try:
            found = list(units(data, self._prefix))
            if said := [u for u in found if nal.kind(self._codec, u[0]) in nal.SETS[self._codec]]:
                self._said[number] = said
            self._used.append(_only_slice(self._codec, iter(found))[1])
        except Odd:
            self._used.append(_NONE)

    def sets(self, start: int, end: int) -> tuple[bytes, ...]:
        """The parameter sets that the GOP of these packets uses; () where it may not be copied."""
        fine = self._learn(self._said.get(start, []))
        before = dict(self._known)
        for number in range(start + 1, end):
            fine &= self._learn(self._said.get(number, []))
        used = set(self._used[start:end])
        try:
            if not fine or self._known != before or _NONE in used:
                raise Odd
            return self._chain(used)
        except (Odd, KeyError):
            return ()

    def _learn(self, said: Sequence[bytes]) -> bool:
        """Whether all of these are such as may be copied. What was known is void if not."""
        new: dict[Key, bytes] = {}
        try:
            for unit in said:
                told = parameters.read(self._codec, unit)
                if new.setdefault((told.kind, told.number), unit) != unit:
                    raise Odd  # two of one name
        except Odd:
            self._known.clear()
            return False
        self._known |= new
        return True

    def _chain(self, used: set[int]) -> tuple[bytes, ...]:
        """These picture parameters, after the sequence's, after the video's where there are any.

        Raises Odd, KeyError.
        """
        *above, kind = sorted(nal.SETS[self._codec])
        chain, numbers = [self._known[kind, number] for number in sorted(used)], used
        pictures = chain
        for kind in reversed(above):
            numbers = {parameters.read(self._codec, unit).above for unit in pictures}
            pictures = [self._known[kind, number] for number in numbers]
            if len(pictures) != 1:
                raise Odd
            chain = [*pictures, *chain]
        sizes = {parameters.read(self._codec, unit).size for unit in chain} - {(0, 0)}
        if self._prefix == 1 or sizes != {self._size}:
            raise Odd
        if tuple(chain) != self._last:  # one object for all GOPs: they go to every worker
            self._last = tuple(chain)
        return self._last
