"""Coded pictures as RTP packets: RFC 3550, RFC 6184 (H.264), RFC 7798 (H.265). Pure.

Single NAL unit packets, and fragmentation units for what is larger. One packet after the last of a
picture has the marker bit. Clock: 90 kHz.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CLOCK_HZ = 90_000
PAYLOAD_TYPE = 96
PAYLOAD_BYTES = 1380
NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP counts from, to 1970."""


def units(data: bytes) -> Iterator[bytes]:
    """The NAL units of Annex B bytes, without their start codes."""
    at = data.find(b"\0\0\1")
    while at >= 0:
        start = at + 3
        at = data.find(b"\0\0\1", start)
        unit = data[start : at if at >= 0 else len(data)].rstrip(b"\0")
        if unit:
            yield unit


def payloads(codec: str, unit: bytes, most: int = PAYLOAD_BYTES) -> Iterator[bytes]:
    """One NAL unit as the payloads of as many packets as it takes."""
    if len(unit) <= most:
        yield unit
    elif codec == "h264":
        kind = unit[0] & 0x1F
        yield from _fragments(unit[1:], bytes([unit[0] & 0xE0 | 28]), kind, most)
    else:
        kind = unit[0] >> 1 & 0x3F
        head = bytes([unit[0] & 0x81 | 49 << 1, unit[1]])
        yield from _fragments(unit[2:], head, kind, most)


def _fragments(body: bytes, head: bytes, kind: int, most: int) -> Iterator[bytes]:
    step = most - len(head) - 1
    for at in range(0, len(body), step):
        first, last = at == 0, at + step >= len(body)
        yield head + bytes([first << 7 | last << 6 | kind]) + body[at : at + step]


@dataclass(slots=True)
class Sender:
    """One stream of packets: numbers them, and reports what was sent."""

    ssrc: int
    sequence: int = 0
    packets: int = 0
    octets: int = 0

    def packet(self, payload: bytes, timestamp: int, *, marker: bool) -> bytes:
        """RFC 3550, 5.1."""
        head = struct.pack(
            ">BBHII", 0x80, marker << 7 | PAYLOAD_TYPE, self.sequence & 0xFFFF,
            timestamp & 0xFFFFFFFF, self.ssrc,
        )  # fmt: skip
        self.sequence += 1
        self.packets += 1
        self.octets += len(payload)
        return head + payload

    def report(self, wall_ns: int, timestamp: int) -> bytes:
        """A sender report: which wall clock time that RTP time stamp is (RFC 3550, 6.4.1)."""
        seconds, rest = divmod(wall_ns, 1_000_000_000)
        fraction = (rest << 32) // 1_000_000_000
        return struct.pack(
            ">BBHIIIIII", 0x80, 200, 6, self.ssrc, seconds + NTP_EPOCH_S & 0xFFFFFFFF, fraction,
            timestamp & 0xFFFFFFFF, self.packets & 0xFFFFFFFF, self.octets & 0xFFFFFFFF,
        )  # fmt: skip
