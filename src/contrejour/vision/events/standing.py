"""Whether an event may alert, or is only recorded as what it would have said (rule PR-04).

No detector alerts without an error rate measured on the very scene: this camera, this zone, these
settings to the letter. The State's evaluation (committee of 14 January 2025) found the field worse
than the laboratory, and calibration "primordial": so days of shadow come first as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_HOURS = 1.0
"""An error rate from less is none."""


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
    """`shadow`: only recorded. `because` says why, in a line of English."""

    shadow: bool
    because: str


def unmeasured(rates: Rates | None, camera: str, zone: str, settings: str) -> str:
    """Why there is no measured error rate for this (PR-04); nothing where there is."""
    if rates is None:
        return "no error rate was measured here"
    if (rates.camera, rates.zone) != (camera, zone):
        return f"the error rate is of {rates.camera} {rates.zone}"
    if rates.settings != settings:
        return "the settings changed since the error rate was measured"
    if not rates.hours >= LEAST_HOURS:
        return f"the error rate is of less than {LEAST_HOURS:.0f} h"
    if rates.recall is None:
        return "nothing happened while the error rate was measured: let somebody try it"
    return ""


def standing(
    asked: bool, unmeasured: str, since: datetime | None, now: datetime, shadow_days: int
) -> AlertDecision:
    """Whether one zone alerts now. In doubt it doesn't.

    `asked` is the site's `alert`; `since`, when these settings first ran here, None for never.
    """
    if unmeasured:
        return AlertDecision(True, f"PR-04: {unmeasured}")
    if not asked:
        return AlertDecision(True, "the site file doesn't say alert: true")
    if since is None or now - since < timedelta(days=shadow_days):
        return AlertDecision(True, f"the {shadow_days} days of shadow are not over")
    return AlertDecision(False, "an error rate was measured here, the days of shadow are over")
