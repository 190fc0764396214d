"""What is left out when there is too much to do: looks first, then frames, then the picture. Pure.

    looks     come more rarely, as far as the masks can stand it
    frames    are dropped where they are decoded, when nobody takes them (camera/child.py)
    slate     a camera of which most frames are dropped is veiled whole, which costs little

One for all cameras of a process: they share its cores. Never a clear frame, never a growing queue.

Thresholds: by eye, 2026-11-25; bench/results/watch.md has how late eight cameras on one core are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from contrejour.vision.detect.look import INTERVAL_NS

LATE_NS, EASY_NS = 150_000_000, 60_000_000
"""How late after the newest frame one may leave before looks get rarer, or may get denser."""
EACH_NS = 500_000_000
"""The interval between looks changes once in this time."""
RARER, DENSER = 1.4, 0.93
"""By how much at a time."""
RAREST_NS = 2_000_000_000
"""Longest time between two looks where the empty scene is known, which a track outlives; elsewhere
it is as far as the masks look ahead."""
SLATE_NS = 10_000_000_000
"""A camera that drops too many frames is veiled whole for this long."""
MOST_DROPPED = 0.5
"""Share of the frames that is too many."""


@dataclass(slots=True)
class Load:
    """Told how late frames leave; says how often to look."""

    interval_ns: int = INTERVAL_NS
    _worst_ns: int = 0
    _since_ns: int = 0

    def told(self, now_ns: int, late_ns: int) -> None:
        """A frame left at `now_ns` (monotonic), `late_ns` after the newest one came."""
        self._worst_ns = max(self._worst_ns, late_ns)
        if now_ns - self._since_ns < EACH_NS:
            return
        if self._worst_ns > LATE_NS:
            self.interval_ns = min(RAREST_NS, round(self.interval_ns * RARER))
        elif self._worst_ns < EASY_NS:
            self.interval_ns = max(INTERVAL_NS, round(self.interval_ns * DENSER))
        self._worst_ns, self._since_ns = 0, now_ns


@dataclass(slots=True)
class Slate:
    """Whether one camera is veiled whole for want of time: ten seconds at a time."""

    until_ns: int = 0
    _since_ns: int = 0
    _before: tuple[int, int] = field(default=(0, 0))

    def falls(self, now_ns: int, frames: int, dropped: int) -> bool:
        """Whether the slate is down at `now_ns`, with so many frames got and dropped so far."""
        if now_ns - self._since_ns >= SLATE_NS:
            got, lost = frames - self._before[0], dropped - self._before[1]
            if self._since_ns and lost > MOST_DROPPED * max(1, got + lost):
                self.until_ns = now_ns + SLATE_NS
            self._since_ns, self._before = now_ns, (frames, dropped)
        return now_ns < self.until_ns
