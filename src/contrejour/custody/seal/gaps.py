"""The gaps of a camera: when nothing was sealed, and why. The log is told of them now and then."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_MS = 10_000
"""A shorter gap for a usual reason is not told to the log: the manifests have it anyway."""


class Reason(StrEnum):
    """As the log has it."""

    CAMERA = "camera-lost"
    CLOCK = "clock-wrong"
    DISK = "disk-full"
    KEYS = "keys-missing"
    PLAN = "not-lawful"  # outside of the plan's hours
    STOPPED = "maintenance"
    UNKNOWN = "unknown"


_USUAL = (Reason.CAMERA, Reason.STOPPED, Reason.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Gap:
    """`t0` up to `t1`, ms since 1970, UTC."""

    t0: int
    t1: int
    reason: Reason


@dataclass(slots=True)
class Gaps:
    """The gaps of one camera. One thread opens and closes them, another may take them."""

    count: int = 0
    """How many were long enough to be told, since the start."""
    _open: Gap | None = None
    _was_told: bool = False
    """Whether a first part of the open gap was taken already."""
    _over: list[Gap] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def reason(self) -> Reason | None:
        """Why nothing is being sealed; None while something is."""
        gap = self._open
        return gap.reason if gap else None

    def begin(self, t_ms: int, reason: Reason) -> None:
        """From now on nothing is sealed, or for another reason than until now."""
        with self._lock:
            if self._open and self._open.reason is not reason:
                self._close(t_ms)
            if self._open is None:
                self._open, self._was_told = Gap(t_ms, t_ms, reason), False

    def end(self, t_ms: int, reason: Reason | None = None) -> None:
        """Sealing goes on: the open gap ends. `reason`: the gap's, where it is only known now."""
        with self._lock:
            if self._open and reason:
                self._open = Gap(self._open.t0, self._open.t1, reason)
            self._close(t_ms)

    def add(self, gap: Gap) -> None:
        """Add a gap that was found afterwards; the open one stays open."""
        with self._lock:
            self._open, kept, self._was_told, told = gap, self._open, False, self._was_told
            self._close(gap.t1)
            self._open, self._was_told = kept, told

    def take(self, now_ms: int) -> list[Gap]:
        """Take, once, what is to be told: gaps that are over, and the open one up to now."""
        with self._lock:
            if (gap := self._open) and self._is_told(gap, now_ms):
                self._close(now_ms)
                self._open, self._was_told = Gap(now_ms, now_ms, gap.reason), True
            taken, self._over = self._over, []
            return taken

    def _close(self, t_ms: int) -> None:
        if (gap := self._open) and self._is_told(gap, t_ms):
            self._over.append(Gap(gap.t0, t_ms, gap.reason))
            self.count += not self._was_told
        self._open = None

    def _is_told(self, gap: Gap, t_ms: int) -> bool:
        usual = gap.reason in _USUAL and not self._was_told
        return t_ms - gap.t0 >= (LEAST_MS if usual else 1)
