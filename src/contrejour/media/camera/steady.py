"""A time line that only goes forward, whatever a camera's clock does. Pure.

A camera's time stamps are followed while they step like the clock that pictures arrive by. Where
one goes back, or leaps by seconds that did not pass between two arrivals (an hour ahead, a new time
source), the line goes on by the time that did, and the jump is counted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

LEAP_NS = 2_000_000_000
"""A step up to this is taken for a slow camera or a lost packet, not for a clock that was set."""
LEAST_NS = 1_000_000
MOST_MISSED = 100


@dataclass(slots=True)
class Steady:
    """Nanoseconds from the first picture on. `jumps`: how often the camera's clock was set."""

    jumps: int = 0
    _now_ns: int = 0
    _camera_ns: int | None = None
    _arrived_ns: int = 0
    _begun: bool = False

    def at(self, camera_ns: int | None, arrived_ns: int) -> int:
        """The time of a picture stamped `camera_ns` (None: no stamp) that came at `arrived_ns`.

        `arrived_ns` is monotonic. The time exceeds the last one by 1 ms at least.
        """
        waited = arrived_ns - self._arrived_ns
        if camera_ns is None or self._camera_ns is None:
            step = min(waited, LEAP_NS)
        else:
            step = camera_ns - self._camera_ns
            if step <= 0 or (step > LEAP_NS and abs(step - waited) > LEAP_NS):
                self.jumps += 1
                step = waited
        if self._begun:
            self._now_ns += max(step, LEAST_NS)
        self._begun, self._camera_ns, self._arrived_ns = True, camera_ns, arrived_ns
        return self._now_ns


@dataclass(slots=True)
class Pace:
    """Whether a picture went missing, by the steps of the ones before it. `lost`: how many did.

    The H.265 decoder replaces a picture that never came with another, and says nothing. A camera
    that halves its rate at once is taken for one that lost a picture, and veiled.
    """

    lost: int = 0
    _steps: deque[int] = field(default_factory=lambda: deque(maxlen=25))
    _last: int | None = None

    def misses(self, stamp: int | None) -> bool:
        """Whether something is missing between the last picture and the one stamped so."""
        last, self._last = self._last, stamp
        if stamp is None or last is None or stamp <= last:
            return stamp is not None and last is not None
        step = stamp - last
        usual = median(self._steps) if self._steps else step
        self._steps.append(step)
        missing = step > 1.5 * usual
        if missing and step <= MOST_MISSED * usual:  # more is a clock that was set
            self.lost += round(step / usual) - 1
        return missing
