"""Packets among a camera's answers, in one stream of bytes (RFC 2326, 10.12). Pure.

$ (1 byte)  channel (1 byte)  length (2 bytes, big-endian)  packet
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from contrejour.media.camera.relay import head
from contrejour.media.camera.relay.head import RtspHead

MARK, RTP, RTCP = 0x24, 0, 1
"""`$`, and the channels on which packets are handed on."""
_PREFIX = struct.Struct(">BBH")
RtspPiece = tuple[int, bytes] | RtspHead
"""A packet and the channel that it came on; or what was said between packets."""


class InterleavedReader:
    """What came, piece by piece, as packets and heads. Bodies of answers are left out."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[RtspPiece]:
        """What is whole by now. Raises ValueError for what is neither."""
        waiting = self._waiting
        waiting += data
        at, end = 0, len(waiting)
        try:
            while at < end:
                if waiting[at] == MARK:
                    if end - at < 4:
                        break
                    _, channel, length = _PREFIX.unpack_from(waiting, at)
                    if end - at < 4 + length:
                        break
                    yield channel, bytes(waiting[at + 4 : at + 4 + length])
                    at += 4 + length
                elif waiting[at] in b"\r\n":
                    at += 1
                else:
                    size, said = _head(waiting, at)
                    if not size:
                        break
                    at += size
                    if said:
                        yield said
        finally:
            del waiting[:at]


def _head(waiting: bytearray, at: int) -> tuple[int, RtspHead | None]:
    """The head that begins there, and how long it is with its body; 0: it isn't whole yet."""
    data = bytes(waiting[at : at + head.MOST_BYTES + head.MOST_BODY])
    if not data[:1].isupper():
        raise ValueError("neither packet nor answer")
    end = head.end_of(data)
    if not end:
        return 0, None
    said = head.read(data[:end])
    size = end + said.length
    return (size, said) if len(data) >= size else (0, None)


def told(channel: int, packet: bytes) -> bytes:
    """A packet as it stands in such a stream."""
    return _PREFIX.pack(MARK, channel, len(packet)) + packet
