"""Parameter sets that may be copied: read to the last bit, of no kind that hides anything. Pure.

ITU-T H.264 §7.3.2.1, §7.3.2.2, E.1.1; H.265 §7.3.2.1 to §7.3.2.3, E.2.1. What ordinary cameras and
recorders send is read. All else is `Odd`, and its GOPs are encoded: extensions, layers, scaling
lists, tiles, slice groups, fields, pictures that are coded and not shown, a crop of a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

BLOCK_PX = 16
"""A crop hides less than a macroblock, on the right and at the bottom alone: what a codec needs to
fill its blocks (1080 lines are 1088), and less than one cell of the veil."""
MOST_BYTES = 512
_VPS, _SPS, _PPS = 32, 33, 34
_H264_SPS, _H264_PPS = 7, 8
_EXTENDED_SAR = 255


class Odd(Exception):
    """A unit that is not copied."""


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """`kind` and `number` name it; `above` is the number of the set that it refers to, -1 for none.

    `size` is the width and height of the pictures that a sequence shows, (0, 0) in other sets.
    """

    kind: int
    number: int
    above: int = -1
    size: tuple[int, int] = (0, 0)


class Bits:
    """The bits of a unit's payload, without the bytes that keep start codes out of it."""

    def __init__(self, unit: bytes, header_bytes: int) -> None:
        payload = unit[header_bytes:].replace(b"\0\0\3", b"\0\0")
        self._bits, self._left = int.from_bytes(payload), len(payload) * 8

    def u(self, count: int) -> int:
        """An unsigned number of so many bits. Raises Odd at the end."""
        self._left -= count
        if self._left < 0:
            raise Odd
        return self._bits >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """An Exp-Golomb number, signed ones too (H.264 §9.1, H.265 §9.2)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise Odd
        return (1 << zeros) - 1 + self.u(zeros)

    def skip(self, *kinds: str) -> None:
        """Read numbers that may have any value: "ue" each, or so many bits."""
        for kind in kinds:
            if kind == "ue":
                self.ue()
            else:
                self.u(int(kind))

    def zero(self, *counts: int) -> None:
        """Raises Odd unless the numbers of so many bits that follow are all 0."""
        if self.u(sum(counts)):
            raise Odd

    @property
    def more(self) -> bool:
        """Whether anything is left before the stop bit (more_rbsp_data)."""
        rest = self._bits & (1 << self._left) - 1
        return bool(rest & rest - 1)

    def end(self) -> None:
        """Raises Odd unless only the stop bit is left, and zeros to the end of its byte."""
        left = self._left
        if not 0 < left <= 8 or self.u(left) != 1 << left - 1:
            raise Odd


@lru_cache(256)
def read(codec: str, unit: bytes) -> ParameterSet:
    """What a parameter set says of itself. Raises Odd for one that may not be copied."""
    if len(unit) > MOST_BYTES:
        raise Odd
    if codec == "h264":
        if (kind := unit[0] & 0x9F) not in (_H264_SPS, _H264_PPS):
            raise Odd
        bits = Bits(unit, 1)
        found = _h264_sps(bits) if kind == _H264_SPS else _h264_pps(bits)
    else:
        if unit[:1] not in (b"\x40", b"\x42", b"\x44") or unit[1:2] != b"\1":
            raise Odd  # another layer, or a reserved bit
        bits, kind = Bits(unit, 2), unit[0] >> 1
        found = {_VPS: _vps, _SPS: _hevc_sps, _PPS: _hevc_pps}[kind](bits)
    bits.end()
    return found


def _h264_sps(bits: Bits) -> ParameterSet:
    profile, constraints = bits.u(8), bits.u(8)
    bits.skip("8")
    number = bits.ue()
    if profile not in (66, 77, 100, 244) or constraints & 3 or number > 31:
        raise Odd
    if profile >= 100:
        if bits.ue() != 1 or bits.ue() or bits.ue():  # 4:2:0, 8 bits
            raise Odd
        bits.skip("1")  # lossless
        bits.zero(1)  # scaling lists
    bits.skip("ue")
    if (order := bits.ue()) == 0:
        bits.skip("ue")
    elif order != 2:
        raise Odd
    bits.skip("ue", "1")
    width, height = (bits.ue() + 1) * 16, (bits.ue() + 1) * 16
    if not bits.u(1):
        raise Odd  # fields
    bits.skip("1")
    shown = _shown(bits, width, height)
    if bits.u(1):
        _vui_head(bits)
        if bits.u(1):
            bits.skip("32", "32", "1")
        both = [_h264_hrd(bits) for _ in range(2) if bits.u(1)]
        bits.skip(*(["1"] if both else []), "1")
        if bits.u(1):
            bits.skip("1", *["ue"] * 6)
    return ParameterSet(_H264_SPS, number, size=shown)


def _shown(bits: Bits, width: int, height: int) -> tuple[int, int]:
    """The size that is left by the crop, which is told in steps of 4:2:0."""
    left, right, top, bottom = [bits.ue() * 2 for _ in range(4)] if bits.u(1) else [0] * 4
    if left or top or right >= BLOCK_PX or bottom >= BLOCK_PX:
        raise Odd
    return width - right, height - bottom


def _vui_head(bits: Bits) -> None:
    """What both codecs say first: shape of a sample, overscan, colours, place of the chroma."""
    if bits.u(1) and bits.u(8) == _EXTENDED_SAR:
        bits.skip("16", "16")
    if bits.u(1):
        bits.skip("1")
    if bits.u(1):
        bits.skip("3", "1")
        if bits.u(1):
            bits.skip("8", "8", "8")
    if bits.u(1):
        bits.skip("ue", "ue")


def _h264_hrd(bits: Bits) -> bool:
    if bits.ue():
        raise Odd  # more than one buffer
    bits.skip("4", "4", "ue", "ue", "1", "5", "5", "5", "5")
    return True


def _h264_pps(bits: Bits) -> ParameterSet:
    number, sps = bits.ue(), bits.ue()
    bits.skip("1", "1")
    if number > 255 or sps > 31 or bits.ue():  # slice groups
        raise Odd
    bits.skip("ue", "ue", "1", "2", "ue", "ue", "ue", "1", "1")
    bits.zero(1)  # redundant pictures
    if bits.more:
        bits.skip("1")
        bits.zero(1)  # scaling lists
        bits.skip("ue")
    return ParameterSet(_H264_PPS, number, sps)


def _hevc_profile(bits: Bits) -> None:
    bits.zero(2)
    bits.skip("1")
    if bits.u(5) not in (1, 2, 3):  # Main, Main 10, Main Still Picture
        raise Odd
    bits.skip("32", "4")
    bits.zero(43)
    bits.skip("1", "8")


def _vps(bits: Bits) -> ParameterSet:
    number = bits.u(4)
    bits.skip("2")
    bits.zero(6, 3)  # layers, sub-layers
    bits.skip("1")
    if bits.u(16) != 0xFFFF:
        raise Odd
    _hevc_profile(bits)
    bits.skip("1", "ue", "ue", "ue")
    bits.zero(6)
    if bits.ue():
        raise Odd
    if bits.u(1):
        _hevc_timing(bits)
        if bits.ue():
            raise Odd
    bits.zero(1)
    return ParameterSet(_VPS, number)


def _hevc_timing(bits: Bits) -> None:
    bits.skip("32", "32")
    if bits.u(1):
        bits.skip("ue")


def _hevc_sps(bits: Bits) -> ParameterSet:
    vps = bits.u(4)
    bits.zero(3)
    bits.skip("1")
    _hevc_profile(bits)
    number = bits.ue()
    if number > 15 or bits.ue() != 1:
        raise Odd
    shown = _shown_after(bits)
    if bits.ue() or bits.ue():  # more than 8 bits
        raise Odd
    order_bits = bits.ue() + 4
    bits.skip("1", *["ue"] * 9)
    if bits.u(1):
        bits.zero(1)  # scaling lists, but for the default ones
    bits.skip("1", "1")
    if bits.u(1):
        bits.skip("4", "4", "ue", "ue", "1")
    _reference_sets(bits)
    if bits.u(1):
        for _ in range(_few(bits.ue(), 32)):
            bits.skip(str(_few(order_bits, 16)), "1")
    bits.skip("1", "1")
    if bits.u(1):
        _hevc_vui(bits)
    bits.zero(1)
    return ParameterSet(_SPS, number, vps, shown)


def _shown_after(bits: Bits) -> tuple[int, int]:
    width, height = bits.ue(), bits.ue()
    return _shown(bits, width, height)


def _few(count: int, most: int) -> int:
    if count > most:
        raise Odd
    return count


def _reference_sets(bits: Bits) -> None:
    """st_ref_pic_set (H.265 §7.3.7), each of which may be told as a change of the one before."""
    pictures = 0
    for index in range(_few(bits.ue(), 64)):
        if index and bits.u(1):
            bits.skip("1", "ue")
            kept = 0
            for _ in range(pictures + 1):
                used = bits.u(1)
                kept += used or bits.u(1)
            pictures = kept
        else:
            pictures = _few(bits.ue(), 16) + _few(bits.ue(), 16)
            bits.skip(*["ue", "1"] * pictures)


def _hevc_vui(bits: Bits) -> None:
    _vui_head(bits)
    bits.skip("1")
    bits.zero(1)  # fields
    bits.skip("1")
    bits.zero(1)  # a window that some players show
    if bits.u(1):
        _hevc_timing(bits)
        bits.zero(1)  # buffers
    if bits.u(1):
        bits.skip("1", "1", "1", *["ue"] * 5)


def _hevc_pps(bits: Bits) -> ParameterSet:
    number, sps = bits.ue(), bits.ue()
    if number > 63 or sps > 15:
        raise Odd
    bits.zero(1, 1, 3)  # dependent slices, pictures that aren't shown, room in slice headers
    bits.skip("1", "1", "ue", "ue", "ue", "1", "1")
    if bits.u(1):
        bits.skip("ue")
    bits.skip("ue", "ue", "1", "1", "1", "1")
    bits.zero(1, 1)  # tiles, rows decoded side by side: their slices begin with a table
    bits.skip("1")
    if bits.u(1):
        bits.skip("1")
        if not bits.u(1):
            bits.skip("ue", "ue")
    bits.zero(1)  # scaling lists
    bits.skip("1", "ue")
    bits.zero(1, 1)  # room in slice headers, extensions
    return ParameterSet(_PPS, number, sps)
