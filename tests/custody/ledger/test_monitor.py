"""A monitor, and logs that are served to it on loopback: honest, forked, rewound, slow, gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.entries import MINUTE, OVER, A, batch, of
from fakes.ledgers import LOG, ORIGIN, WITNESSES, trust
from fakes.openings import APPROVED, ORDER, POLICIES, order, word
from fakes.parties import due

from contrejour.base.errors import Malformed
from contrejour.custody.ledger.alarms import Expectations
from contrejour.custody.ledger.checkpoint import parse
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.monitor import Monitor
from contrejour.custody.ledger.server import LedgerServer, Responder, Response, of_log
from contrejour.custody.ledger.sightings import Sightings
from contrejour.custody.ledger.verify import check_checkpoint
from contrejour.custody.ledger.web import opened

WANTED = Expectations(due, policies=POLICIES)
NOW = OVER - 120 * MINUTE
NOW_S = int(NOW.timestamp())
UNKNOWN = word("unseal.peel", "dpo", order=A)
CHANGE = of("witness.change", old=A, new=A)


pytestmark = pytest.mark.slow  # serves on loopback


def cosigned(time_s: int = NOW_S):  # type: ignore[no-untyped-def]
    return lambda signed, nodes: [each.sign(signed.text, time_s) for each in WITNESSES]


class Served:
    """Logs of one name and one key, and an address that shows one of them, or something else."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        self.asked: list[str] = []
        self.shown: Responder = lambda *_: Response(404)
        self.grow("real", ORDER, APPROVED)
        self.show("real")

    def grow(self, name: str, *entries: bytes, time_s: int = NOW_S) -> None:
        if not (self.folder / name).exists():
            create(self.folder / name, LOG)
        with Log(self.folder / name, LOG) as log:
            log.append(entries)
            log.publish(cosigned(time_s))

    def show(self, name: str) -> None:
        self.shown = of_log(self.folder / name)

    def answer(self, method: str, path: str, body: bytes) -> Response:
        self.asked.append(path)
        return self.shown(method, path, body)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    log = Served(tmp_path)
    with LedgerServer("127.0.0.1", 0, log.answer) as server:
        log.url = server.url
        yield log


def look(monitor: Monitor, log: Served, now_s: float = NOW_S) -> list[str]:
    with opened(log.url) as read:
        return [each.kind for each in monitor.look(read, now_s)]


def test_an_opening_without_an_order_is_told_in_the_round_after_it(served: Served) -> None:
    told: list[bytes] = []
    monitor = Monitor(trust(), WANTED, new=told.append)
    assert look(monitor, served) == []
    served.grow("real", UNKNOWN)
    for _ in range(2):
        assert look(monitor, served) == ["entry"], "it stands"
        assert told == [ORDER, APPROVED, UNKNOWN], "and each entry is told once"


def test_a_monitor_that_starts_again_reads_what_was_wrong_before_and_tells_no_entry_twice(
    served: Served,
) -> None:
    served.grow("real", UNKNOWN)
    before, told = Monitor(trust(), WANTED), list[bytes]()
    assert look(before, served) == ["entry"]
    assert before.believed is not None
    served.grow("real", CHANGE)
    again = Monitor(trust(), WANTED, seen=before.believed[1].checkpoint, new=told.append)
    assert look(again, served) == ["entry"]
    assert told == [CHANGE]


def test_what_was_read_is_not_read_again(served: Served) -> None:
    monitor = Monitor(trust(), WANTED)
    served.grow("real", *[CHANGE] * 300)
    look(monitor, served)
    served.grow("real", UNKNOWN)
    served.asked.clear()
    look(monitor, served)
    assert "/tile/entries/000" not in served.asked
    assert "/tile/entries/001.p/47" in served.asked


def test_a_fork_is_told_in_the_next_round_and_both_checkpoints_are_kept(served: Served) -> None:
    """The owner, and all witnesses with him: nobody but who looked before can know."""
    monitor = Monitor(trust(), WANTED)
    assert look(monitor, served) == []
    served.grow("other", ORDER, ORDER, ORDER)
    served.show("other")
    assert look(monitor, served) == ["fork"]
    assert monitor.believed is not None
    assert monitor.accused is not None
    one, two = monitor.believed[0], monitor.accused
    for each in (one, two):
        assert check_checkpoint(each, trust()).checkpoint.origin == ORIGIN
    assert (parse(one.text).size, parse(two.text).size) == (2, 3)
    served.show("real")
    assert look(monitor, served) == [], "it never followed the other"


def test_a_fork_of_the_same_size_a_rewind_and_a_fork_since_last_week_are_told(
    served: Served,
) -> None:
    with opened(served.url) as read:
        monitor = Monitor(trust(), WANTED)
        monitor.look(read, NOW_S)
    assert monitor.believed is not None
    last_week = monitor.believed[1].checkpoint
    for name, entries in (("same", [ORDER, ORDER]), ("less", [ORDER]), ("none", [])):
        served.grow(name, *entries)
        served.show(name)
        assert look(monitor, served) == ["fork"]
        assert look(Monitor(trust(), WANTED, seen=last_week), served) == ["fork"]


def test_tiles_that_are_damaged_accuse_nobody(served: Served) -> None:
    monitor = Monitor(trust(), WANTED)
    served.grow("real", *[CHANGE] * 5)
    look(monitor, served)
    served.grow("real", UNKNOWN)

    def damaged(method: str, path: str, body: bytes) -> Response:
        told = of_log(served.folder / "real")(method, path, body)
        return told if path == "/checkpoint" else Response(200, told.body[::-1])

    served.shown = damaged
    assert look(monitor, served) == ["log"]
    assert monitor.accused is None
    served.show("real")
    assert look(monitor, served) == ["entry"]


def test_a_log_that_stands_still_is_told_until_it_is_witnessed_anew(served: Served) -> None:
    monitor = Monitor(trust(), WANTED, max_age_s=600)
    assert look(monitor, served, NOW_S + 600) == []
    assert look(monitor, served, NOW_S + 601) == ["stale"]
    served.grow("real", time_s=NOW_S + 900)
    assert look(monitor, served, NOW_S + 901) == []


def test_what_was_read_is_judged_by_the_clock_while_the_log_is_away(served: Served) -> None:
    monitor = Monitor(trust(), WANTED)
    served.grow("real", batch(NOW, 0, 9))
    assert look(monitor, served) == []
    served.shown = lambda *_: Response(503)
    assert look(monitor, served, NOW_S + 1201) == ["log", "silent"]
    served.show("real")
    served.grow("real", batch(NOW + 18 * MINUTE, 9, 20), time_s=NOW_S + 1200)
    assert look(monitor, served, NOW_S + 1202) == []


def test_attack_05_an_order_that_says_it_is_older_than_the_round_before_is_told(
    served: Served,
) -> None:
    """In a log in which nothing else was written meanwhile, nobody saw that it is new."""
    monitor, day_s = Monitor(trust(), WANTED), 86_400
    served.grow("real", time_s=NOW_S + day_s)
    assert look(monitor, served, NOW_S + day_s) == []
    served.grow("real", order(nonce="b" * 32), time_s=NOW_S + day_s + 60)
    assert look(monitor, served, NOW_S + day_s + 60) == ["entry", "order"], "and it ran out"


def test_attack_06_a_time_after_the_cosignatures_is_told_and_counts_as_theirs(
    served: Served,
) -> None:
    monitor = Monitor(trust(), WANTED)
    served.grow("real", batch(NOW + 20 * MINUTE, 0, 9))
    assert look(monitor, served, NOW_S + 1201) == ["clock", "silent"]


def test_attack_65_a_monitor_that_starts_again_knows_when_entries_came(served: Served) -> None:
    """It took all of the log for as old as it said: what had been told was forgotten, and an order
    dated two days back, and opened at once, was told by no monitor that a timer starts."""
    first, later_s = Monitor(trust(), WANTED), NOW_S + 3 * 3600
    look(first, served)
    served.grow("real", batch(NOW + 20 * MINUTE, 0, 9))
    assert "clock" in look(first, served, NOW_S + 1201)
    assert first.believed is not None
    seen = first.believed[1].checkpoint
    served.grow("real", CHANGE, time_s=later_s)

    def again(sightings: Sightings) -> list[str]:
        return look(Monitor(trust(), WANTED, seen=seen, sightings=sightings), served, later_s)

    assert "clock" in again(Sightings.of_text(str(first.sightings), "kept"))
    assert "clock" not in again(Sightings()), "nothing else tells it"


def test_an_entry_came_between_two_sightings() -> None:
    seen = Sightings()
    for size, at_s in ((2, 100), (2, 160), (5, 220), (4, 300), (5, 200), (5, 280)):
        seen.add(size, at_s)
    assert str(seen) == "2 100 160\n5 220 280\n"
    kept = Sightings.of_text(str(seen), "x")
    of = [tuple(at and int(at.timestamp()) for at in kept.of(number)) for number in range(6)]
    assert of == [(100, None)] * 2 + [(220, 160)] * 3 + [(None, 280)]


@pytest.mark.parametrize(
    "text",
    ["x", "1 2", "1 3 2\n", "2 1 1\n1 2 2\n", "1 5 5\n2 4 6\n", "1 1 99999999999\n", "1 1 1\n\n"],
)
def test_what_are_no_sightings_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="not when a log was seen"):
        Sightings.of_text(text, "x")


def test_a_log_that_fails_half_way_through_is_read_whole_the_next_time(served: Served) -> None:
    told: list[bytes] = []
    monitor = Monitor(trust(), WANTED, new=told.append)
    served.grow("real", *[CHANGE] * 300)
    honest = of_log(served.folder / "real")
    served.shown = lambda method, path, body: (
        Response(503) if path.startswith("/tile/entries/001") else honest(method, path, body)
    )
    assert look(monitor, served) == ["log"]
    served.shown = honest
    assert look(monitor, served) == []
    assert told[-1] == CHANGE


def test_a_server_that_takes_its_time_with_every_tile_is_an_alarm_itself(served: Served) -> None:
    monitor = Monitor(trust(), WANTED, limit_s=-1)
    assert look(monitor, served) == [], "the first time takes as long as it takes"
    served.grow("real", UNKNOWN)
    assert look(monitor, served) == ["log"]


def test_a_checkpoint_of_strangers_is_told_and_not_kept(served: Served) -> None:
    monitor = Monitor(trust(), WANTED)
    assert look(monitor, served) == []
    honest = served.shown
    for wrong in (b"", b"<html>", b"x" * 300_000, b"log.other\n1\n"):
        served.shown = lambda method, path, body, wrong=wrong: (  # type: ignore[misc]
            Response(200, wrong) if path == "/checkpoint" else honest(method, path, body)
        )
        assert look(monitor, served) == ["log"]
    assert monitor.accused is None
