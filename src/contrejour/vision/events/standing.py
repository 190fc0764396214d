"""Whether an event may alert, or is only recorded as what it would have said (rule PR-04).

No detector alerts without an error rate measured on the very scene: this camera, this zone, these
settings to the letter. The State's evaluation (committee of 14 January 2025) found the field worse
than the laboratory, and calibration "primordial": so days of shadow come first as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contrejour.base.messages import Message

LEAST_HOURS = 1.0
"""An error rate measured over less is taken for none. By eye, 2026-11-25."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What `events eval` measured. `settings` is the SHA-256 of the zone's settings."""

    camera: str
    zone: str
    kind: str
    settings: str
    hours: float
    precision: float | None
    recall: float | None
    false_an_hour: float


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """`shadow`: only recorded. `because` says why."""

    shadow: bool
    because: Message


def unmeasured(rates: Rates | None, camera: str, zone: str, settings: str) -> Message | None:
    """Why there is no measured error rate for this (PR-04); None where there is."""
    if rates is None:
        return Message("error-rate-missing")
    if (rates.camera, rates.zone) != (camera, zone):
        return Message("error-rate-of-another-zone", camera=rates.camera, zone=rates.zone)
    if rates.settings != settings:
        return Message("error-rate-of-other-settings")
    if not rates.hours >= LEAST_HOURS:
        return Message("error-rate-of-too-few-hours", hours=LEAST_HOURS)
    if rates.recall is None:
        return Message("error-rate-of-nothing")
    return None


def standing(
    asked: bool,
    unmeasured: Message | None,
    since: datetime | None,
    now: datetime,
    shadow_days: int,
) -> AlertDecision:
    """Whether one zone alerts now. In doubt it doesn't.

    `asked` is the site's `alert`; `since`, when these settings first ran here, None for never.
    """
    if unmeasured:
        return AlertDecision(True, Message("shadow-unmeasured", reason=unmeasured))
    if not asked:
        return AlertDecision(True, Message("shadow-not-asked"))
    if since is None or now - since < timedelta(days=shadow_days):
        return AlertDecision(True, Message("shadow-days-not-over", days=shadow_days))
    return AlertDecision(False, Message("out-of-shadow"))
