"""How long what is sealed can be opened: arithmetic of days, and who has to destroy what. Pure.

A day is UTC. A recorder gets the public keys of the days that begin within the horizon; a party
destroys the day's secret key so early that nothing of it outlives what the plan lets be kept, while
the clock of the recorder that leads and the clock of the party that lags are wrong by no more than
the horizon, both together. A month is counted on the calendar and the clocks of Paris
(law.mandate.periods): from 28 days, or an hour less where summer time begins within it, to 31 days
and an hour in October. So keys of February die before those of March.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta

from contrejour.base.errors import SealError
from contrejour.custody.quorum import Policy

HORIZON = timedelta(days=1)
"""What a plan says that says nothing (law/mandate/originals.py); a test compares them."""
RetentionRule = Callable[[datetime], datetime]
"""Until when what is recorded at a moment may be kept at the latest."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def start_of(day: date) -> datetime:
    """When a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def sealed_until(now: datetime, horizon: timedelta = HORIZON) -> date:
    """The last day whose public keys a recorder may hold at this time. `now` is aware."""
    return (now + horizon).astimezone(UTC).date()


def destroyed_at(day: date, kept: RetentionRule, horizon: timedelta = HORIZON) -> datetime:
    """When the secret key of a day has to be gone.

    Sealed for it is what was recorded from a horizon before it began until it ended: of the hours
    in between, the one whose recordings are kept the shortest time decides. Raises SealError where
    the key would be gone before its day is over.
    """
    first = start_of(day) - max(horizon, timedelta(0))
    hours = [first + n * _HOUR for n in range(int((horizon + _DAY) / _HOUR) + 2)]
    shortest = min(kept(at) - at for at in hours)
    if not timedelta(0) <= horizon <= shortest - _DAY:
        raise SealError("key-gone-before-its-day", day=day)
    return first + shortest


def is_dead(policy: Policy, destroyed: Collection[str]) -> bool:
    """Whether nobody can open a day any more, whatever copies of what is sealed are left.

    `destroyed`: the parties that destroyed their key of it. One that lies about it counts for
    nothing while the others are as many as the policy needs.
    """
    return not policy.met([party for party in policy.members if party not in destroyed])
