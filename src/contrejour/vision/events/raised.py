"""From what a rule says of moments to events: one for each occurrence, none for a flicker.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from contrejour.base.pictures import Event
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.rule import EventRule, Sign

LEAST_MOMENTS = 3
"""Moments that have to hold, at least, however far apart they are."""
STOPS_BELOW = 0.7
"""An occurrence goes on from this share of the confidence that it takes to begin."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When signs are an event.

    An occurrence begins when a share of `starts` of the moments of the last `window_ns` hold, and
    ends at `ends` of them. It is raised once, when it has lasted for `min_duration_ns`, and not
    before `cool_down_ns` have passed since the last event. A silence of `gap_ns` is another stream.
    """

    min_duration_ns: int = 2_000_000_000
    cool_down_ns: int = 60_000_000_000
    confidence: float = 0.45
    window_ns: int = 2_000_000_000
    starts: float = 0.6
    ends: float = 0.3
    gap_ns: int = 3_000_000_000


class EventTrigger:
    """The events of one rule in one zone of one camera. Takes every Moment, in order of time.

    Never two events within the cool-down, whatever happens to the stream; never one before the
    minimum duration; never one from fewer than three moments that hold. An occurrence that
    outlasts the cool-down of the one before is raised then, late.
    """

    def __init__(
        self, rule: EventRule, kind: str, camera: str, zone: str, patience: Patience
    ) -> None:
        self.rule, self.kind, self.camera, self.zone = rule, kind, camera, zone
        self.patience = patience
        self._last: Moment | None = None
        self._since_event_ns: int | None = None
        self._begun_ns: int | None = None
        self._sure: float | None = None
        self._fresh = True
        self._recent: deque[tuple[int, bool]] = deque()
        self._forget()

    def update(self, moment: Moment) -> Event | None:
        """The event that this moment completes, if any."""
        self._pass_time(moment)
        sign = self.rule.update(moment)
        held = self._holds(sign)
        self._recent.append((moment.time_ns, held))
        while moment.time_ns - self._recent[0][0] > self.patience.window_ns:
            self._recent.popleft()
        share = sum(held for _, held in self._recent) / len(self._recent)
        if self._begun_ns is None and held and share >= self.patience.starts:
            self._begun_ns = next(at_ns for at_ns, held in self._recent if held)
            self._moments = sum(held for _, held in self._recent) - 1
        elif self._begun_ns is not None and share <= self.patience.ends:
            self._stop()
        if self._begun_ns is None or not held:
            return None
        self._moments += 1
        before = sign.confidence if self._sure is None else self._sure
        self._sure = before + (sign.confidence - before) / 10
        return self._raise(moment, sign) if self._is_due(moment, share) else None

    def reset(self) -> None:
        """Another stream begins; what was raised isn't raised again within the cool-down."""
        self._forget()

    def _pass_time(self, moment: Moment) -> None:
        """Count the time since the last event: by the stream's clock or, between streams, by ours.

        Either may be set back, which only makes a cool-down longer.
        """
        if self._last is not None:
            elapsed_ns = moment.time_ns - self._last.time_ns
            if self._fresh or not 0 < elapsed_ns <= self.patience.gap_ns:
                elapsed_ns = int((moment.at - self._last.at).total_seconds() * 1e9)
                if not self._fresh:
                    self._forget()
            if self._since_event_ns is not None:
                self._since_event_ns += max(0, elapsed_ns)
        self._last, self._fresh = moment, False

    def _holds(self, sign: Sign) -> bool:
        least = self.patience.confidence
        if self._begun_ns is not None:
            least *= STOPS_BELOW
        return sign.holds and sign.confidence >= least

    def _is_due(self, moment: Moment, share: float) -> bool:
        assert self._begun_ns is not None
        return (
            not self._said
            and self._moments >= LEAST_MOMENTS
            and share >= self.patience.starts
            and moment.time_ns - self._begun_ns >= self.patience.min_duration_ns
            and (self._since_event_ns is None
                 or self._since_event_ns >= self.patience.cool_down_ns)
        )  # fmt: skip

    def _raise(self, moment: Moment, sign: Sign) -> Event:
        self._said, self._since_event_ns = True, 0
        return Event(
            self.kind, self.camera, self.zone, moment.at, sign.count,
            round(min(1.0, max(0.0, self._sure or 0.0)), 3),
        )  # fmt: skip

    def _stop(self) -> None:
        self._begun_ns = None
        self._said = False
        self._moments = 0
        self._sure = None

    def _forget(self) -> None:
        self.rule.reset()
        self._recent.clear()
        self._fresh = True
        self._stop()
