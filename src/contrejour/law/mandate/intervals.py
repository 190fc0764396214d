"""What a plan says of an interval of recording: of each of its moments, not of the first. Pure.

    gone(plan, camera, since, until, now)       # what of it had to be destroyed by now
    destroy_first(plan, camera, since, until)   # when the first of it must be destroyed

A plan's answer for one moment says nothing of the next one: hours and measures change it, and so do
months (30 and 31 January both end on 28 February) and clocks that are set back. Between two such
changes, which are looked for here, it moves on with the moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contrejour.law.mandate.plan import Plan

HOUR_S = 3600
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
LONGEST = timedelta(days=32)
"""More than a calendar month, at which every recording is destroyed: what is older isn't asked."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since`, included, to `until`, excluded. Aware, UTC."""

    since: datetime
    until: datetime


def gone(
    plan: Plan, camera: str, since: datetime, until: datetime, now: datetime
) -> tuple[Span, ...]:
    """What of the interval had to be destroyed by `now`, in order, to the second.

    Times are aware. Raises Refused for a camera that the plan doesn't name.
    """
    found: list[Span] = []
    oldest = max(since, min(until, now - LONGEST))
    if since < oldest:
        found.append(Span(since.astimezone(UTC), oldest.astimezone(UTC)))
    for piece in _pieces(plan, camera, oldest, min(until, now + _SECOND)):  # not what is to come
        left = plan.destroy_by(camera, piece.since) - now
        if left > timedelta(0):
            continue
        end = min(piece.until, piece.since - left + _SECOND)
        if found and found[-1].until == piece.since:
            found[-1] = Span(found[-1].since, end)
        else:
            found.append(Span(piece.since, end))
    return tuple(found)


def rest(since: datetime, until: datetime, without: tuple[Span, ...]) -> tuple[Span, ...]:
    """What is left of an interval without these spans of it, which are in order."""
    ends = [since.astimezone(UTC), *(span.until for span in without)]
    begins = [*(span.since for span in without), until.astimezone(UTC)]
    return tuple(Span(a, b) for a, b in zip(ends, begins, strict=True) if a < b)


def destroy_first(plan: Plan, camera: str, since: datetime, until: datetime) -> datetime:
    """When the first of what was recorded in an interval must be destroyed.

    Moments at which the plan lets that camera do nothing count for nothing: no picture is of them.
    Where it is so for all of them, `since`. Raises Refused for a camera that the plan doesn't name.
    """
    grants = plan.grants(camera)
    return min(
        (
            plan.destroy_by(camera, piece.since) for piece in _pieces(plan, camera, since, until)
            if piece.since < plan.not_before or any(each.is_open(piece.since) for each in grants)
        ),
        default=since.astimezone(UTC),
    )  # fmt: skip


def _pieces(plan: Plan, camera: str, since: datetime, until: datetime) -> Iterator[Span]:
    """Parts of an interval in which a plan's answer goes on evenly; none for an empty one.

    Paris is whole hours from UTC: within an hour of UTC its clock and its calendar go on evenly.
    """
    grants, first, last = plan.grants(camera), since.astimezone(UTC), until.astimezone(UTC)
    within_s = sorted({at_s % HOUR_S for each in grants for hours in each.hours for at_s in hours})
    once = [plan.not_before, *(at for each in grants for at in (each.not_before, each.expires))]
    hour, begun = first.replace(minute=0, second=0, microsecond=0), first
    while hour < last:
        changes = {hour + timedelta(seconds=at_s) for at_s in within_s}
        changes |= {at for at in once if hour <= at < hour + _HOUR}
        for at in sorted({*changes, hour + _HOUR}):
            if at > begun and begun < last:
                yield Span(begun, min(at, last))
                begun = at
        hour += _HOUR
