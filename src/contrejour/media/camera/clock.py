"""Compares a camera's clock with our wall clock and our monotonic one. Pure.

A camera says what time it is in its sender reports (RFC 3550, 6.4.1), and stamps its pictures in
between. `CameraClock` sets that beside when a picture came, and says how far off it may be; it
never corrects a camera's clock, it tells how far ahead it is, how fast it runs, its jumps.
"""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.base.times import Instant

JUMP_NS = 2_000_000_000
"""Where two clocks step by more than this apart, the camera's was set; less is the network."""
DRIFT_PPM = 500
"""A quartz is taken to drift by no more: Moonfire NVR, design/time.md, corrects by as much."""
WINDOW_NS = 10_000_000_000
"""Clocks are compared by the least delayed picture of each window of this length."""


@dataclass(slots=True)
class CameraClock:
    """`jumps`: how often it was set. `ahead_ns`: its lead on our wall clock at the last picture."""

    jumps: int = 0
    ahead_ns: int | None = None
    _last: tuple[int, int] | None = None
    """The camera's time, and ours (monotonic), of the last picture."""
    _reported_ns: int = 0
    _first: tuple[int, int] | None = None
    """Monotonic time, and distance (ours - the camera's), of the least delayed of a window."""
    _full: tuple[int, int] | None = None
    _open: tuple[int, int] | None = None
    _opened_ns: int = 0

    def at(
        self,
        camera_ns: int | None,
        monotonic_ns: int,
        wall_ns: int,
        *,
        spread_ns: int,
        reported: bool = False,
    ) -> Instant:
        """The instant of a picture that came at `monotonic_ns`, `wall_ns`, on our clocks.

        `spread_ns`: by how much `camera_ns`, or else the arrival, is off at most; added is what
        the camera's clock may have drifted since it was last `reported`.
        """
        if camera_ns is None:
            return Instant(monotonic_ns, wall_ns, None, spread_ns)
        last = self._last
        stepped = last and abs((camera_ns - last[0]) - (monotonic_ns - last[1])) > JUMP_NS
        self.jumps += bool(stepped)
        if stepped or last is None:
            self._first = self._full = self._open = None
        if reported or stepped or last is None:
            self._reported_ns = monotonic_ns
        self._last = (camera_ns, monotonic_ns)
        self.ahead_ns = camera_ns - wall_ns
        self._least(monotonic_ns, monotonic_ns - camera_ns)
        drift_ns = (monotonic_ns - self._reported_ns) * DRIFT_PPM // 1_000_000
        return Instant(monotonic_ns, wall_ns, camera_ns, spread_ns + drift_ns)

    def _least(self, now_ns: int, distance_ns: int) -> None:
        if self._open is None or now_ns - self._opened_ns >= WINDOW_NS:
            self._full = self._open
            self._first = self._first or self._full
            self._open, self._opened_ns = (now_ns, distance_ns), now_ns
        elif distance_ns < self._open[1]:
            self._open = (now_ns, distance_ns)

    @property
    def drift_ppm(self) -> float | None:
        """How much faster than ours the camera's clock runs, since it was last set; None: unknown.

        Its error: what the least delay of a window varies, over the time between the two windows.
        """
        if self._first is None or self._full is None or self._first is self._full:
            return None
        (then_ns, far_ns), (now_ns, near_ns) = self._first, self._full
        return (far_ns - near_ns) * 1e6 / (now_ns - then_ns)
