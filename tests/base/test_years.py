"""Nothing can be added to a moment at the calendar's end: such are refused where they are read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contrejour.base.errors import LedgerError, Malformed
from contrejour.base.times import of_utc, written_day
from contrejour.cli.main import main
from contrejour.custody.cases.timeline import listed
from contrejour.custody.ledger.entry import read
from contrejour.custody.seal import keys

YEARS = ("0001", "1999", "2200", "9999")


@pytest.mark.parametrize("year", YEARS)
def test_no_moment_and_no_day_beyond_the_years_is_taken(year: str) -> None:
    with pytest.raises(ValueError, match=year):
        of_utc(f"{year}-12-31T00:00:00Z")
    with pytest.raises(ValueError, match=year):
        written_day(f"{year}-12-31")


def test_a_day_is_written_one_way() -> None:
    assert written_day("2027-02-12") == date(2027, 2, 12)
    for text in ("20270212", "2027-W06-5", "2027-02-30", "2027-2-12", " 2027-02-12"):
        with pytest.raises(ValueError, match=r"day|\d"):
            written_day(text)


@pytest.mark.parametrize("year", YEARS)
def test_attack_46_an_entry_of_such_a_year_is_none(year: str) -> None:
    """A monitor counted on from its time, and fell over at each start."""
    told: dict[str, Any] = {
        "type": "media.delete", "v": 1, "at": f"{year}-12-31T23:59:59Z", "edge": "bus",
        "camera": "a", "reason": "retention", "from": "2026-11-01T00:00:00Z",
        "to": "2026-11-01T00:01:00Z",
    }  # fmt: skip
    data = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(LedgerError, match="is no moment"):
        read(data)
    read(data.replace(f"{year}-12".encode(), b"2027-12"))


def test_attack_51_a_key_that_is_called_after_such_a_day_keeps_none_of_the_others(
    tmp_path: Path,
) -> None:
    for name in ("9999-12-31", "2026-09-01", "0001-01-01"):
        (tmp_path / f"{name}.key").write_text("")
    assert keys.days(tmp_path) == [date(2026, 9, 1)]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    "command",
    [
        ("mandate", "check", "m.yaml", "--as-of", "{}-12-31"),
        ("keys", "make", "k", "--from", "{}-12-31"),
        ("review", "t.txt", "--as-of", "{}-12-31"),
        ("case", "declare", "-o", "c", "--since", "{}-12-31T00:00:00Z"),
    ],
)
def test_attack_56_no_command_takes_such_a_day(
    command: tuple[str, ...], year: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([each.format(year) for each in command])
    assert ended.value.code == 2
    assert "from 2000 to 2199" in capsys.readouterr().err


@pytest.mark.parametrize("year", YEARS)
def test_attack_46_no_piece_of_a_timeline_is_of_such_a_year(year: str) -> None:
    """In Paris that is a year that doesn't exist."""
    piece = {
        "camera": "a", "place": "quai", "since": f"{year}-12-31T23:59:59Z",
        "until": f"{year}-12-31T23:59:59Z", "shows": "clip", "clock_ms": 0, "file": "a",
    }  # fmt: skip
    with pytest.raises(Malformed, match="since"):
        listed(json.dumps([piece]).encode())
    listed(json.dumps([piece]).replace(year, "2027").encode())
