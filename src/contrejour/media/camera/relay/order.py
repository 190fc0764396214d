"""Packets of UDP, in the order in which they were sent, as far as they come. Pure.

One that doesn't come is waited for as long as FFmpeg would: WAIT_NS, or MOST packets after it.
"""

from __future__ import annotations

from collections.abc import Iterator

WAIT_NS, MOST = 200_000_000, 500
_HALF, _ALL = 1 << 15, 1 << 16


class PacketOrder:
    """Of one stream of RTP (RFC 3550, 5.1: 16 bits number a packet)."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._early: dict[int, tuple[int, bytes]] = {}
        """Numbers, when they came, and the packets."""

    def came(self, packet: bytes, now_ns: int) -> Iterator[bytes]:
        """What can be handed on when this one has come. What is late or there twice is dropped."""
        number = int.from_bytes(packet[2:4])
        if self._next is None:
            self._next = number
        if (number - self._next) % _ALL < _HALF:
            self._early.setdefault(number, (now_ns, packet))
        elif len(self._early) == 0 and (self._next - number) % _ALL > MOST:
            self._next = number  # whoever sends began anew
            self._early[number] = (now_ns, packet)
        yield from self._whole()
        yield from self.waited(now_ns)

    def waited(self, now_ns: int) -> Iterator[bytes]:
        """What is handed on since the time is over for those that are missing before it."""
        while self._early and self._next is not None:
            oldest_ns = min(came_ns for came_ns, _ in self._early.values())
            if now_ns - oldest_ns < WAIT_NS and len(self._early) < MOST:
                return
            expected = self._next
            self._next = min(self._early, key=lambda number: (number - expected) % _ALL)
            yield from self._whole()

    def _whole(self) -> Iterator[bytes]:
        while self._next is not None and self._next in self._early:
            yield self._early.pop(self._next)[1]
            self._next = (self._next + 1) % _ALL
