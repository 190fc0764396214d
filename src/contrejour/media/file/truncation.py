"""Whether a file says of itself that it is cut short. Containers do, if one reads their sizes.

MP4 and MOV are boxes that state their length (ISO/IEC 14496-12 §4.2), AVI is RIFF chunks,
Matroska and WebM state the Segment's (RFC 8794, RFC 9559), MPEG-TS is packets of one size
(ISO/IEC 13818-1 §2.4.3). A live recording may state no length: then nothing can be known.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def is_truncated(path: Path, container: str) -> bool:
    """True when the last structure of the file reaches past its end."""
    size = path.stat().st_size
    names = set(container.split(","))
    with path.open("rb") as file:
        if names & {"mov", "mp4"}:
            return _boxes_overrun(file, size)
        if "avi" in names:
            head = file.read(8)
            return len(head) < 8 or int.from_bytes(head[4:8], "little") + 8 > size
        if names & {"matroska", "webm"}:
            return _segment_overruns(file, size)
        if "mpegts" in names:
            return _partial_packet(file, size)
    return False


def _boxes_overrun(file: BinaryIO, size: int) -> bool:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return True
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length == 0:  # "to the end of the file"
            return False
        if length < 8 or at + length > size:
            return True
        at += length
    return False


def _segment_overruns(file: BinaryIO, size: int) -> bool:
    for _ in range(2):  # the EBML header, then the Segment
        _number(file, keep_marker=True)
        length = _number(file, keep_marker=False)
        if length is None:
            return False  # unknown: a live recording
        if file.tell() + length > size:
            return True
        file.seek(length, os.SEEK_CUR)
    return False


def _number(file: BinaryIO, keep_marker: bool) -> int | None:
    """One EBML variable-size integer; None for the reserved "unknown" or at the end."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    extra = 8 - first[0].bit_length()
    value = first[0] if keep_marker else first[0] & (1 << (7 - extra)) - 1
    value = int.from_bytes(bytes([value]) + file.read(extra))
    return None if not keep_marker and value == (1 << 7 * (extra + 1)) - 1 else value


def _partial_packet(file: BinaryIO, size: int) -> bool:
    head = file.read(1024)
    start = max(0, head.find(b"\x47"))
    for packet, before in ((188, 0), (192, 4), (204, 0)):  # 192: a time stamp comes first
        if head[start::packet][:4] == b"\x47" * 4:
            return (size - start + before) % packet != 0
    return False
