"""The clock that vision goes by: made of the frames' time stamps, and bounded at either end. Pure.

A stranger writes the stamps of a file, and players show what they say. But "look every 150 ms", and
for how long somebody is held whom no detector sees any more, are about people who move: with stamps
one tick apart a film of minutes would be looked at once. So two frames are never nearer than
LEAST_NS here, nor farther than MOST_NS; the output keeps the stamps of the file. Of a live camera
we know when its pictures came, too: its time passes at least as fast as ours, but for BEHIND_NS.

Thresholds: chosen on bench/results/veil.md ("Time stamps that lie"), 2026-12-01.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST_NS = 16_000_000
"""Of film with up to 60 frames a second, in whole milliseconds too, every step is as it was. Faster
film is slow motion here: looked at more often, never less."""
MOST_NS = 1_000_000_000
"""Every frame this far from the last is looked at if anything moved. A leap is no longer than this
to who follows people, so that over it they are held, and doubts resolved, as by one long step."""

BEHIND_NS = 100_000_000
"""By how much the stamps of a camera may be behind what passed since its first picture came: as the
network has it, by definition. 9 pictures between two looks are 360 ms at 25 a second, and whoever
walked in was seen up to eight pictures late."""


@dataclass(slots=True)
class Clock:
    """From time stamps to a time that goes forward by bounded steps; it begins as they do.

    `most_ns`: the longest step; None: as long as the stamps say.
    """

    most_ns: int | None = None
    _now_ns: int = 0
    _stamp_ns: int | None = None
    _offset_ns: int | None = None

    def at(self, stamp_ns: int, came_ns: int | None = None) -> int:
        """The time of the next frame, which is stamped so, and came (monotonic) at `came_ns`."""
        if self._stamp_ns is None:
            self._now_ns = stamp_ns
        else:
            step_ns = max(stamp_ns - self._stamp_ns, LEAST_NS)
            self._now_ns += step_ns if self.most_ns is None else min(step_ns, self.most_ns)
        self._stamp_ns = stamp_ns
        if came_ns is not None:
            if self._offset_ns is None:
                self._offset_ns = self._now_ns - came_ns
            self._now_ns = max(self._now_ns, came_ns + self._offset_ns - BEHIND_NS)
        return self._now_ns
