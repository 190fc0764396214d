"""Whether every camera that its plan opens now delivers pictures, and why not. No address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contrejour.base.errors import PlanExpired, Refused
from contrejour.law.gate import is_open
from contrejour.live.watch import Watcher, acts_of, shows

SILENT_NS = 5_000_000_000
"""A camera that delivers has a new part every fifth of a second, and every second at the least."""


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """`name`: live, closed, expired, stopped, away or silent; `ok` where nobody need come."""

    name: str
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.name in ("live", "closed", "expired")


def state(
    watcher: Watcher, failed: BaseException | None, now: datetime, now_ns: int
) -> CameraHealth:
    """How a camera does. `failed`: what ended it; `now_ns`: by the monotonic clock."""
    try:
        acts = acts_of(watcher.plan, watcher.name, watcher.camera.events)
        if not is_open(watcher.plan, watcher.name, acts, now, together=shows(acts)):
            return CameraHealth("closed", "the plan has it closed at this hour")
    except PlanExpired:
        return CameraHealth("expired", "the plan ended")
    except Refused:
        return CameraHealth("closed", "not in the plan")
    if failed is not None:
        return CameraHealth("stopped", f"it ended: {type(failed).__name__}")
    playlist = watcher.playlist
    at_ns = playlist.published.at_ns if playlist else 0
    if watcher.counters.connected and now_ns - at_ns < SILENT_NS:
        return CameraHealth("live")
    if watcher.counters.connected:
        return CameraHealth("silent", "no new part: pictures come, and are not veiled in time")
    if not watcher.counters.frames:
        return CameraHealth("away", "no picture yet")
    return CameraHealth("away", "the camera is away: it is connected to again and again")
