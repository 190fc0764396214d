"""What a receiver reports to a sender: RTCP, RFC 3550, 6.4.2, counted as A.3 and A.8 have it. Pure.

FFmpeg makes such reports too; they aren't handed on, for nothing goes from a decoder to a camera.
"""

from __future__ import annotations

import struct

EVERY_NS = 5_000_000_000
SENDER, RECEIVER, SOURCE = 200, 201, 202
NAME = b"contrejour"
_HEAD, _REPORT = struct.Struct(">BBHI"), struct.Struct(">IIIIII")
_CLOCK_HZ = 90_000


class Reports:
    """Of one stream. `ssrc`: who we are, 32 bits by chance."""

    def __init__(self, ssrc: int) -> None:
        self._ssrc, self._source = ssrc, 0
        self._first: int | None = None
        self._last = self._got = self._expected_then = self._got_then = 0
        self._transit, self._jitter = 0, 0.0
        self._said = (0, 0)
        """Of the last sender report: the middle of its NTP time, and when it came."""

    def packet(self, packet: bytes, now_ns: int) -> None:
        """A packet of RTP came."""
        if len(packet) < 12:
            return
        _, _, number, stamp, source = struct.unpack_from(">BBHII", packet)
        if self._first is None or source != self._source:
            self._first, self._last, self._source = number, number, source
            self._got = self._expected_then = self._got_then = 0
        step = (number - self._last) & 0xFFFF
        if step < 1 << 15:
            self._last += step
        self._got += 1
        transit = now_ns * _CLOCK_HZ // 1_000_000_000 - stamp & 0xFFFFFFFF
        if self._got > 1:
            apart = (transit - self._transit + (1 << 31) & 0xFFFFFFFF) - (1 << 31)
            self._jitter += (abs(apart) - self._jitter) / 16
        self._transit = transit

    def control(self, packet: bytes, now_ns: int) -> None:
        """A packet of RTCP came."""
        if len(packet) >= 20 and packet[1] == SENDER:
            self._said = (int.from_bytes(packet[10:14]), now_ns)

    def report(self, now_ns: int) -> bytes:
        """What is to be sent by now: a report, and who says it."""
        name = bytes([1, len(NAME)]) + NAME
        name += bytes(4 - len(name) % 4)
        source = _HEAD.pack(0x81, SOURCE, 1 + len(name) // 4, self._ssrc) + name
        if self._first is None:
            return _HEAD.pack(0x80, RECEIVER, 1, self._ssrc) + source
        expected = self._last - self._first + 1
        lost = max(-(1 << 23), min((1 << 23) - 1, expected - self._got))
        since, came = expected - self._expected_then, self._got - self._got_then
        share = (since - came) * 256 // since if since > 0 and since > came else 0
        self._expected_then, self._got_then = expected, self._got
        said, said_ns = self._said
        ago = (now_ns - said_ns) * 65_536 // 1_000_000_000 if said else 0
        block = _REPORT.pack(
            self._source, min(share, 255) << 24 | lost & 0xFFFFFF, self._last & 0xFFFFFFFF,
            min(int(self._jitter), 0xFFFFFFFF), said, min(ago, 0xFFFFFFFF),
        )  # fmt: skip
        return _HEAD.pack(0x81, RECEIVER, 7, self._ssrc) + block + source
