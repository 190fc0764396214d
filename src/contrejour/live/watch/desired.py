"""Which cameras are to run, and what changes when a site or its plan is read again. Pure.

A camera is touched when its place in the site file, its login, or what the plan says of it is
another; whatever else changed, it goes on, with its connection and its empty scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from contrejour.base.errors import Refused
from contrejour.law.mandate.plan import Plan
from contrejour.live.site import Seal, SiteCamera
from contrejour.live.site.publish import Publish


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """One camera as its site and its plan have it."""

    name: str
    place: SiteCamera
    address: str = field(repr=False)
    """With its login: shown to nobody."""
    plan: Plan
    publish: Publish | None = None
    """Who is told of its events."""
    seal: Seal | None = None
    """Where its original is sealed."""

    def is_as(self, other: CameraConfig) -> bool:
        """Whether nothing of it would change."""
        mine, theirs = (
            (each.place, each.address, each.publish, each.seal, _said_of(each))
            for each in (self, other)
        )
        return mine == theirs


def _said_of(wanted: CameraConfig) -> Any:
    """All that a plan says of one camera."""
    plan = wanted.plan
    try:
        grants = plan.grants(wanted.name)
    except Refused:
        return None
    measures = cast("dict[str, Any]", plan.data["measures"])
    return (
        plan.mandate, plan.not_before, grants,
        [measures[grant.measure] for grant in grants],
        cast("dict[str, Any]", plan.data["cameras"])[wanted.name],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of cameras, in order."""

    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


def differ(before: Mapping[str, CameraConfig], after: Mapping[str, CameraConfig]) -> Changes:
    """What becomes of each camera."""
    both = [name for name in after if name in before]
    return Changes(
        gone=tuple(name for name in before if name not in after),
        new=tuple(name for name in after if name not in before),
        changed=tuple(name for name in both if not after[name].is_as(before[name])),
        same=tuple(name for name in both if after[name].is_as(before[name])),
    )
