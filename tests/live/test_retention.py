"""What is kept of a camera is destroyed by each of its moments, not by the first or the last."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from fakes.plans import plan_in_parts

from contrejour.law.mandate.intervals import destroy_first
from contrejour.live.retention import Retention

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
PLAN = plan_in_parts({"day": (("06:30-22:30",), "P28D"), "night": (("22:30-06:30",), "PT24H")})
NIGHT = datetime(2026, 11, 10, 21, 30, tzinfo=UTC)
"""22:30 in Paris, in the middle of an hour's folder."""
ENDS = partial(destroy_first, PLAN, "cam-a")


def kept(path: Path, ended: datetime) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (ended.timestamp(), ended.timestamp()))
    return path


def test_attack_36_the_night_in_an_hour_that_began_by_day_is_destroyed_the_day_after(
    tmp_path: Path,
) -> None:
    """The hour was not looked into until its first moment was due, 28 days later."""
    hour = tmp_path / "20261110T21"
    day, both, night = (
        kept(hour / f"{name}.m4s", NIGHT + after)
        for name, after in (("1", -MINUTE), ("2", 3 * SECOND), ("3", MINUTE))
    )
    keep = Retention(tmp_path, ENDS)
    assert keep.apply(NIGHT + DAY - MINUTE) == 0
    assert keep.apply(NIGHT + DAY + 2 * MINUTE) == 2
    assert (day.exists(), both.exists(), night.exists()) == (True, False, False)
    assert keep.apply(NIGHT + 28 * DAY - 2 * MINUTE) == 0
    assert keep.apply(NIGHT + 28 * DAY) == 1


def test_attack_36_the_last_of_the_night_goes_with_the_night(tmp_path: Path) -> None:
    """A segment that ended by day was kept as long as the day, and the night in it."""
    morning = datetime(2026, 11, 11, 5, 30, tzinfo=UTC)
    kept(tmp_path / "20261111T05" / "1.m4s", morning + 3 * SECOND)
    assert Retention(tmp_path, ENDS).apply(morning + DAY) == 1


def test_attack_36_the_moments_of_an_hour_go_with_the_first_of_them(tmp_path: Path) -> None:
    """They were as old as their file, which is whole at the end of the hour."""
    path = kept(tmp_path / "20261110T20.moments", datetime(2026, 11, 10, 21, tzinfo=UTC))
    keep = Retention(tmp_path, lambda since, _: since + DAY)
    assert keep.apply(datetime(2026, 11, 11, 20, tzinfo=UTC) - SECOND) == 0
    assert keep.apply(datetime(2026, 11, 11, 20, tzinfo=UTC)) == 1
    assert not path.exists()


def test_an_hour_of_which_nothing_is_due_is_looked_into_once_and_not_every_time(
    tmp_path: Path,
) -> None:
    asked: list[datetime] = []

    def ends(since: datetime, until: datetime) -> datetime:
        asked.append(since)
        return destroy_first(PLAN, "cam-a", since, until)

    hour = tmp_path / "20261110T21"
    for second in range(20):
        kept(hour / f"{second}.m4s", NIGHT - second * SECOND - MINUTE)
    keep = Retention(tmp_path, ends)
    keep.apply(NIGHT + 2 * DAY)
    before = len(asked)
    assert before > 20
    for minute in range(10):
        assert keep.apply(NIGHT + 2 * DAY + minute * MINUTE) == 0
    assert len(asked) == before
