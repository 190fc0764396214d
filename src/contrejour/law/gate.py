"""What a plan lets run: asked for every frame of a live camera."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from contrejour.base.errors import PlanExpired, Refused
from contrejour.base.times import Clock
from contrejour.law.mandate.plan import Plan

Picture = TypeVar("Picture")
"""What goes through the gate; it is never looked into."""


def watch(
    plan: Plan,
    camera: str,
    acts: Collection[str],
    frames: Iterable[Picture],
    clock: Clock,
    *,
    together: bool = True,
) -> Iterator[Picture]:
    """The frames of a live camera, as long as its plan lets all of `acts` run, to the second.

    `together`: all of them at once; else one that is open is enough. While they are closed (hours,
    window) frames are let go unseen. Raises Refused at once for an act or a camera that the plan
    doesn't name, PlanExpired as soon as one of the acts (the last one, where one is enough) can
    never open again. `clock` gives the time, aware; it is asked for every frame.
    """
    if not isinstance(plan, Plan):
        raise TypeError("a camera runs by a plan, and by nothing else")
    if not acts:
        raise Refused("no-act-asked")
    for act in acts:
        plan.naming(camera, act)

    def allowed() -> Iterator[Picture]:
        for frame in frames:
            if is_open(plan, camera, acts, clock(), together=together):
                yield frame

    return allowed()


def is_open(
    plan: Plan, camera: str, acts: Collection[str], now: datetime, *, together: bool = True
) -> bool:
    """Whether all of these acts may run now, or one of them. Raises as `watch` does."""
    opened, ended = [], []
    for act in acts:
        try:
            opened.append(plan.is_open(camera, act, now))
        except PlanExpired as error:
            ended.append(error)
    if ended and (together or not opened):
        raise ended[0]
    return all(opened) if together else any(opened)
