"""Just enough of H.264 (ITU-T H.264 §7.3.1) and H.265 (§7.3.1.2) to tell a clean random access.

A key packet opens a closed GOP only when nothing after it may refer to anything before it: an IDR
picture. Containers also flag recovery points and CRA pictures, which don't promise that.
"""

from __future__ import annotations

from collections.abc import Iterator

_IDR = {"h264": {5}, "hevc": {16, 17, 18, 19, 20}}
_CRA = 21


def length_size(codec: str, extradata: bytes | None) -> int:
    """Bytes of each NAL unit's length prefix (avcC, hvcC); 0 for the start codes of Annex B."""
    at = {"h264": 4, "hevc": 21}.get(codec)
    if at is None or not extradata or len(extradata) <= at or extradata[0] != 1:
        return 0
    return (extradata[at] & 3) + 1


def types(codec: str, data: bytes, prefix: int) -> Iterator[int]:
    """The type of each NAL unit of one access unit."""
    for at in _starts(data, prefix):
        if at < len(data):
            yield data[at] & 0x1F if codec == "h264" else data[at] >> 1 & 0x3F


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
    if codec not in _IDR:
        return True
    clean = _IDR[codec] | ({_CRA} if codec == "hevc" else set())
    return any(kind in clean for kind in types(codec, data, prefix))
