"""From what the site file says of events to the rules that run, as far as the plan goes.

wanted(camera, zones, acts)          which zones run; refuses what the plan doesn't name
build(camera, zones)                 their rules, each with its patience
output(plan, camera)                 the window and the floor of its figures
counts(camera, zones, window, floor) their figures
settings_sha256(zone)                what an error rate is bound to
may_alert(…)                         whether one zone alerts, or runs in shadow (PR-04)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, cast

from contrejour.base.canonical import canonical
from contrejour.base.errors import Refused
from contrejour.base.pictures import Kind
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.site.rules import ZoneRule, seen_from
from contrejour.vision.events.abandoned_object import AbandonedObject
from contrejour.vision.events.count import Count
from contrejour.vision.events.crowd_movement import CrowdMovement
from contrejour.vision.events.density import Density
from contrejour.vision.events.fallen_person import FallenPerson
from contrejour.vision.events.fire import Fire
from contrejour.vision.events.raised import EventTrigger, Patience
from contrejour.vision.events.rule import EventRule
from contrejour.vision.events.standing import AlertDecision, Rates, standing, unmeasured
from contrejour.vision.events.wrong_way import Direction, WrongWay
from contrejour.vision.events.zone import Zone

Zones = Mapping[str, ZoneRule]
Json = dict[str, dict[str, Any]]
AT_MOST_NS = {"abandoned_object": 1_000_000_000}
AFTERWARDS = frozenset({"alert", "shadow_days", "error_rates"})
"""What a rule says doesn't depend on these."""


def act(zone: ZoneRule) -> Act:
    """What the plan has to name."""
    return Act.COUNT if zone.kind == "count" else Act(f"detect.{zone.kind}")


def wanted(camera: str, zones: Zones, acts: Collection[str]) -> tuple[str, ...]:
    """The zones that run, in order. Raises Refused for one whose act the plan doesn't grant."""
    for name, zone in zones.items():
        if act(zone) not in acts:
            raise Refused("rule-not-in-plan", camera=camera, zone=name, act=act(zone))
    return tuple(zones)


def build(camera: str, zones: Zones) -> list[EventTrigger]:
    """The rules of a camera's zones, but for its figures. Raises Refused for what has no rule."""
    return [
        EventTrigger(_rule(camera, name, zone), zone.kind, camera, name, patience(zone))
        for name, zone in zones.items()
        if zone.kind != "count"
    ]


def output(plan: Plan, camera: str) -> tuple[timedelta, int]:
    """The longest window and the highest floor that the plan's measures say for this camera.

    Raises Refused where none counts, or none says them.
    """
    measures = cast("Json", plan.data["measures"])
    told = [measures[grant.measure]["output"] for grant in plan.naming(camera, Act.COUNT)]
    windows = [Period.parse(each["window"]).at_most_s for each in told if each]
    if not any(windows):
        raise Refused("figures-without-window", camera=camera)  # fmt: skip
    return timedelta(seconds=max(windows)), max(int(each["floor"]) for each in told if each)


def counts(camera: str, zones: Zones, window: timedelta, floor: int) -> list[Count]:
    """The figures of its zones; the plan says the window and the floor."""
    return [
        Count(camera, name, zone.polygon, _kinds(zone), window, floor)
        for name, zone in zones.items()
        if zone.kind == "count"
    ]


def patience(zone: ZoneRule) -> Patience:
    """A sudden event is judged within its minimum duration, others within two seconds.

    Where one thing must last, and not one after the other, the rule itself counts the time.
    """
    min_duration_ns = min(int(zone.min_duration * 1e9), AT_MOST_NS.get(zone.kind, 2**63))
    return Patience(
        min_duration_ns=min_duration_ns,
        window_ns=min(2_000_000_000, min_duration_ns),
        cool_down_ns=int(zone.cool_down_s * 1e9),
        confidence=zone.confidence,
    )


def settings_sha256(zone: ZoneRule) -> str:
    """SHA-256 of all that decides what the rule says, as canonical JSON (RFC 8785)."""
    told = zone.model_dump(mode="json", exclude=set(AFTERWARDS))
    told |= {"of": sorted(zone.kinds), "min_duration_s": zone.min_duration}
    return hashlib.sha256(canonical(told)).hexdigest()


def may_alert(
    camera: str, name: str, zone: ZoneRule, rates: Rates | None,
    since: datetime | None, now: datetime,
) -> AlertDecision:  # fmt: skip
    """Whether the zone alerts or runs in shadow; `since`: when these settings first ran.

    Raises Refused (PR-04) for `alert: true` without an error rate of this very zone.
    """
    why = unmeasured(rates, camera, name, settings_sha256(zone))
    if zone.alert and why:
        raise Refused("zone-may-not-alert", camera=camera, zone=name, reason=why)
    return standing(zone.alert, why, since, now, zone.shadow_days)


def _rule(camera: str, name: str, zone: ZoneRule) -> EventRule:
    make = RULES.get(zone.kind)
    if make is None:
        raise Refused("no-rule-for", camera=camera, zone=name, kind=zone.kind)
    return make(zone)


def _kinds(zone: ZoneRule) -> frozenset[Kind]:
    return frozenset(Kind(each) for each in zone.kinds)


def _wrong_way(zone: ZoneRule) -> EventRule:
    direction = Direction(zone.direction_degrees, zone.direction)
    return WrongWay(zone.polygon, _kinds(zone), direction)


def _density(zone: ZoneRule) -> EventRule:
    return Density(zone.polygon, zone.most_per_m2 or 0.0, cache(partial(_area, zone)))


def _area(zone: ZoneRule, size: tuple[int, int]) -> float:
    return zone.area_m2 or seen_from(zone, size).area_m2(zone.polygon, size)


RULES: Mapping[str, Callable[[ZoneRule], EventRule]] = {
    "zone": lambda zone: Zone(zone.polygon, _kinds(zone)),
    "wrong_way": _wrong_way,
    "density": _density,
    "crowd_movement": lambda zone: CrowdMovement(zone.polygon, zone.least),
    "abandoned_object": lambda zone: AbandonedObject(zone.polygon, int(zone.min_duration * 1e9)),
    "fire": lambda zone: Fire(zone.polygon),
    "fallen_person": lambda zone: FallenPerson(zone.polygon),
}
