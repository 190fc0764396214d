"""A filmed person asks for the images of themselves (GDPR 15): when to answer, and what to look at.

They say where and when; the cameras of that place and nothing else are looked at, by a person.
There is no search by face, and nothing here could hold one: no picture comes in.

One month to answer, two more where it is told within the first (GDPR 12(3): rule EU-17). Months
are the calendar's, in Paris: received on 31 January, answered on 28 February at the latest. Where
periods can be counted in two ways (regulation 1182/71 adds days for week-ends), the earlier end is
taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import cast

from contrejour.base.errors import OrderError
from contrejour.base.messages import Message
from contrejour.law.mandate.intervals import destroy_first
from contrejour.law.mandate.law import limit
from contrejour.law.mandate.periods import PARIS, Period
from contrejour.law.mandate.plan import Plan

LONGEST = timedelta(hours=6)
"""More would show a place, and many people, rather than one person's way through it. Ours: no text
says how long."""


class AccessReply(StrEnum):
    """What the reply says."""

    COPY = "copy"
    """Here are the images, everyone else hidden."""
    NOTHING = "nothing"
    """There are none: no camera there then, or destroyed in time."""
    LATER = "later"
    """It takes longer: the two further months."""
    PRECISE = "precise"
    """Say more of where and when."""
    REFUSED = "refused"
    """Manifestly unfounded or excessive (GDPR 12(5))."""


@dataclass(frozen=True, slots=True)
class Request:
    """Received on a day of Paris; `since` and `until` are aware. `told`: of the extension, when."""

    received: date
    place: str
    since: datetime
    until: datetime
    told: date | None = None

    @property
    def first_deadline(self) -> date:
        """The last day to answer, or to say that it takes longer."""
        return _after(self.received, limit("EU-17", "answer").months)

    @property
    def deadline(self) -> date:
        """The last day to answer."""
        if self.told is None:
            return self.first_deadline
        first, more = (limit("EU-17", name).months for name in ("answer", "extension"))
        return min(_after(self.received, first + more), _after(self.first_deadline, more))

    def days_left(self, today: date) -> int:
        """Below 0: late."""
        return (self.deadline - today).days


def request(
    received: date, place: str, since: datetime, until: datetime, told: date | None = None
) -> Request:
    """A request that can be answered. Raises OrderError."""
    asked = Request(received, place, since, until, told)
    if not since < until <= datetime.combine(received + timedelta(days=1), time(), PARIS):
        raise OrderError("interval-empty")
    if until - since > LONGEST:
        raise OrderError("interval-too-long", hours=LONGEST.seconds // 3600)
    if told is not None and not received <= told <= asked.first_deadline:
        raise OrderError("extension-told-late", deadline=asked.first_deadline)
    return asked


def cameras(plan: Plan, place: str) -> tuple[str, ...]:
    """The cameras that stand there. Raises OrderError for a place that the plan doesn't name."""
    places = cast("Mapping[str, object]", plan.data["places"])
    if place not in places:
        raise OrderError(
            "not-a-place",
            place=place,
            mandate=plan.mandate,
            hint=Message("one-of", known=", ".join(places)),
        )
    told = cast("Mapping[str, Mapping[str, object]]", plan.data["cameras"])
    return tuple(name for name, camera in told.items() if camera["place"] == place)


def kept_until(plan: Plan, asked: Request) -> Mapping[str, datetime]:
    """For each camera of the place, when what is asked for begins to be destroyed.

    A hold has to be declared before that: a request alone keeps nothing.
    """
    return {
        name: destroy_first(plan, name, asked.since, asked.until)
        for name in cameras(plan, asked.place)
    }


def _after(day: date, months: int) -> date:
    noon = datetime.combine(day, time(12), PARIS)
    return Period(months=months).after(noon).astimezone(PARIS).date()
