"""Just enough of H.264 (ITU-T H.264 §7.3.1) and H.265 (§7.3.1.2) to tell a clean random access,
and of MPEG-4 part 2 (ISO/IEC 14496-2 §6.2.5), whose key pictures promise less.

A key packet opens a closed GOP only when nothing after it may refer to anything before it: an IDR
picture. Containers also flag recovery points and CRA pictures, which don't promise that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

IDR = {"h264": {5}, "hevc": {16, 17, 18, 19, 20}}
_CRA = 21
SETS = {"h264": {7, 8}, "hevc": {32, 33, 34}}
_I_VOP, _B_VOP = 0, 2
_PLACEHOLDER_BYTES = 19


def length_size(codec: str, extradata: bytes | None) -> int:
    """Bytes of each NAL unit's length prefix (avcC, hvcC); 0 for the start codes of Annex B."""
    at = {"h264": 4, "hevc": 21}.get(codec)
    if at is None or not extradata or len(extradata) <= at or extradata[0] != 1:
        return 0
    return (extradata[at] & 3) + 1


def types(codec: str, data: bytes, prefix: int) -> Iterator[int]:
    """The type of each NAL unit of one access unit."""
    return (kind(codec, data[at]) for at in _starts(data, prefix) if at < len(data))


def kind(codec: str, first: int) -> int:
    """The type of the NAL unit that begins with this byte."""
    return first & 0x1F if codec == "h264" else first >> 1 & 0x3F


def _starts(data: bytes, prefix: int) -> Iterator[int]:
    at = 0
    if prefix:
        while at + prefix < len(data):
            size = int.from_bytes(data[at : at + prefix])
            yield at + prefix
            at += prefix + size
        return
    while (at := data.find(b"\0\0\1", at)) >= 0:
        at += 3
        yield at


def opens_clean(codec: str, data: bytes, prefix: int) -> bool:
    """Whether this key packet is an IDR (or a CRA, whose leading pictures the caller rules out)."""
    if codec == "mpeg4":
        # Not one that DivX packed a B picture with, nor the placeholder that makes up for that.
        return vops(data) == [_I_VOP] and len(data) > _PLACEHOLDER_BYTES
    if codec not in IDR:
        return True
    clean = IDR[codec] | ({_CRA} if codec == "hevc" else set())
    return any(each in clean for each in types(codec, data, prefix))


def stands_alone(codec: str, data: bytes, prefix: int, extradata: bytes | None) -> bool:
    """Whether this key packet may follow any other picture in a track: an IDR with all it needs.

    A CRA goes on counting its pictures from those before it, and they are others in the output.
    Parameter sets are in the packet, or in the header that goes with length prefixes.
    """
    if codec not in IDR:
        return False
    found = set(types(codec, data, prefix))
    return bool(found & IDR[codec]) and (
        found >= SETS[codec] or (prefix > 0 and _header_sets(codec, extradata or b""))
    )


def _header_sets(codec: str, extradata: bytes) -> bool:
    if codec == "h264":
        return len(extradata) > 6 and extradata[5] & 0x1F > 0  # avcC: number of SPS
    return len(extradata) > 23 and extradata[22] >= 3  # hvcC: arrays of VPS, SPS, PPS


def header_sets(codec: str, extradata: bytes) -> list[bytes]:
    """The parameter sets of a header that goes with length prefixes (avcC, hvcC)."""
    found: list[bytes] = []
    if codec == "h264":
        at = 5
        for mask in (0x1F, 0xFF):
            at = _append(found, extradata, at + 1, sum(extradata[at : at + 1]) & mask)
        return found
    at = 23
    for _ in range(sum(extradata[22:23])):
        at = _append(found, extradata, at + 3, int.from_bytes(extradata[at + 1 : at + 3]))
    return [unit for unit in found if kind(codec, unit[0]) in SETS[codec]]


def _append(found: list[bytes], data: bytes, at: int, count: int) -> int:
    """Append so many units, each after its 16-bit length; where the next thing begins."""
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if unit := data[at + 2 : end]:
            found.append(unit)
        at = min(end, len(data))
    return at


def base_layer(data: bytes) -> bytes:
    """An H.265 access unit in Annex B without its other layers: a second eye, depth, a matte."""
    starts = list(_starts(data, 0))
    if all(data[at] & 1 == 0 and data[at + 1] < 8 for at in starts if at + 1 < len(data)):
        return data
    whole = (unit for unit in units(data) if len(unit) > 1)  # a header has two bytes
    kept = (unit for unit in whole if unit[0] & 1 == 0 and unit[1] < 8)  # nuh_layer_id is 0
    return b"".join(b"\0\0\0\1" + unit for unit in kept)


def begun(unit: bytes, prefix: int) -> bytes:
    """A unit after its length, or after a start code where `prefix` is 0."""
    return (len(unit).to_bytes(prefix) if prefix else b"\0\0\0\1") + unit


def units(data: bytes) -> Iterator[bytes]:
    """The NAL units of one access unit in Annex B; none is empty."""
    for at, after in pairwise([*_starts(data, 0), len(data) + 3]):
        if unit := data[at : after - 3].rstrip(b"\0"):
            yield unit


def as_sent(data: bytes) -> list[bytes]:
    """What lies between the start codes of Annex B, to the byte: the zero before one is its own."""
    first, *rest = data.split(b"\0\0\1")
    found = [first.lstrip(b"\0"), *rest]
    own = [unit.removesuffix(b"\0") for unit in found[:-1]]
    return [unit for unit in (*own, found[-1]) if unit]


def sets(codec: str, data: bytes) -> Iterator[bytes]:
    """The parameter sets of an access unit in Annex B; none of codecs that have none."""
    wanted = SETS.get(codec, set())
    return (unit for unit in units(data) if kind(codec, unit[0]) in wanted)


def all_sets(codec: str, found: Iterable[bytes]) -> bool:
    """Whether there is one of every kind among these."""
    return {kind(codec, unit[0]) for unit in found} >= SETS[codec]


def without_sets(codec: str, data: bytes) -> list[bytes]:
    """The units of an access unit in Annex B that are neither parameter sets nor delimiters."""
    dropped = SETS[codec] | {9 if codec == "h264" else 35}
    return [unit for unit in units(data) if kind(codec, unit[0]) not in dropped]


def vops(data: bytes) -> list[int]:
    """The coding types of the pictures in an MPEG-4 part 2 packet: 0 I, 1 P, 2 B, 3 S."""
    found, at = [], 0
    while (at := data.find(b"\0\0\1\xb6", at)) >= 0 and at + 4 < len(data):
        at += 4
        found.append(data[at] >> 6)
    return found


def shown_earlier(codec: str, data: bytes) -> bool:
    """Whether this packet is a B picture of MPEG-4, which is shown before the one it follows."""
    return codec == "mpeg4" and vops(data)[:1] == [_B_VOP]
