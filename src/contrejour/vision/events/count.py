"""How many at once, over a window: figures, never events, and none so small that it is somebody.

The mandate says the window and the floor (`output: {window, floor}`; CNIL, 19 July 2022: figures
alone, no alert, the images discarded). What is counted is how many are there at once, never tracks:
who leaves and comes back isn't known again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contrejour.base.pictures import Kind
from contrejour.vision.events.ground import Polygon, counted_in
from contrejour.vision.events.moment import Moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_GAP_NS = 3_000_000_000
"""A longer time between two moments wasn't watched. By eye, 2026-11-25."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was counted in one zone from `since` to `until`, UTC, aware.

    `mean` and `most` are of things at once; None: fewer than `floor`. `seen` is the share of the
    window in which the camera was there.
    """

    camera: str
    zone: str
    since: datetime
    until: datetime
    floor: int
    mean: int | None
    most: int | None
    seen: float


class Count:
    """One zone's figures. Windows follow each other from 1970, UTC: every day has the same."""

    def __init__(
        self, camera: str, zone: str, polygon: Polygon, of: frozenset[Kind],
        window: timedelta, floor: int,
    ) -> None:  # fmt: skip
        self.camera, self.zone, self.polygon, self.of = camera, zone, polygon, of
        self.window, self.floor = window, floor
        self._since: datetime | None = None
        self._last: tuple[int, int] | None = None
        self._sum_ns = self._seen_ns = self._most = 0

    def update(self, moment: Moment) -> Figure | None:
        """The figure of the window that this moment shows to have ended, if it does."""
        since = _start(moment.at, self.window)
        figure = None
        if self._since != since:
            figure = self.close()
            self._since = since
        now = sum(1 for _ in counted_in(self.polygon, moment, self.of))
        if self._last is not None:
            elapsed_ns = moment.time_ns - self._last[0]
            if 0 < elapsed_ns <= LONGEST_GAP_NS:
                self._seen_ns += elapsed_ns
                self._sum_ns += elapsed_ns * self._last[1]
        self._most = max(self._most, now)
        self._last = (moment.time_ns, now)
        return figure

    def close(self) -> Figure | None:
        """The figure of the window so far, which starts anew. None where nothing was seen."""
        figure = None
        if self._since is not None and self._seen_ns:
            mean = round(self._sum_ns / self._seen_ns)
            seen = self._seen_ns / (self.window / timedelta(microseconds=1) * 1000)
            figure = Figure(
                self.camera, self.zone, self._since, self._since + self.window, self.floor,
                self._told(mean), self._told(self._most), round(min(1.0, seen), 3),
            )  # fmt: skip
        self._sum_ns = self._seen_ns = self._most = 0
        return figure

    def reset(self) -> None:
        """Another stream begins: what was counted stays, and the time between counts as unseen."""
        self._last = None

    def _told(self, figure: int) -> int | None:
        return figure if figure >= self.floor else None


def _start(at: datetime, window: timedelta) -> datetime:
    return EPOCH + (at - EPOCH) // window * window
