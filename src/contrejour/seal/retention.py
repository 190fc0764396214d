"""How long what is sealed can be opened: arithmetic of days, and who has to destroy what. Pure.

A day is UTC. A recorder gets the public keys of the days that begin within the horizon; a party
destroys the day's secret key 30 days after the day began, less the horizon. So nothing that was
recorded can be opened after 30 days, while the clock of the recorder that leads and the clock of
the party that lags are wrong by no more than the horizon, both together.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from contrejour.quorum import Policy

RETENTION = timedelta(days=30)
HORIZON = timedelta(days=1)
"""The default: 28 to 29 days in a normal life."""


def start_of(day: date) -> datetime:
    """When a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def sealed_until(now: datetime, horizon: timedelta = HORIZON) -> date:
    """The last day whose public keys a recorder may hold at this time. `now` is aware."""
    return (now + horizon).astimezone(UTC).date()


def destroyed_at(
    day: date, horizon: timedelta = HORIZON, retention: timedelta = RETENTION
) -> datetime:
    """When the secret key of a day has to be gone."""
    if not timedelta(0) <= horizon < retention:
        raise ValueError("a horizon is shorter than the retention")
    return start_of(day) + retention - horizon


def is_dead(policy: Policy, destroyed: Collection[str]) -> bool:
    """Whether nobody can open a day any more, whatever copies of what is sealed are left.

    `destroyed`: the parties that destroyed their key of it. One that lies about it counts for
    nothing while the others are as many as the policy needs.
    """
    return not policy.met([party for party in policy.members if party not in destroyed])
