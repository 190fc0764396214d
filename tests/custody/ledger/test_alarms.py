"""What a monitor says aloud: each sentence once, when it is so, and not before."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from fakes.entries import DAY, HOUR, MINUTE, OVER, START, batch, of
from fakes.openings import APPROVED, BOTH, FIRST, LEAF, ORDER, PEELED, POLICIES, REFUSED, A
from fakes.parties import due

from contrejour.base.canonical import Json
from contrejour.base.times import utc
from contrejour.custody.ledger.alarms import MOST, Expectations, Watch

DUE = due(date(2027, 2, 12))


def keys(role: str, epoch: str = "2027-02-12") -> bytes:
    return of("keyset.publish", role=role, epoch=epoch, keys=A)


def gone(role: str, at: datetime, epoch: str = "2027-02-12") -> bytes:
    return of("epoch.shred", at, role=role, epoch=epoch, method="hsm")


def said(told: list[bytes], now: datetime, *parties: str) -> list[str]:
    watch = Watch(Expectations(due, frozenset(parties), policies=POLICIES))
    for number, each in enumerate(told):
        watch.see(number, each, now)
    return [f"{each.kind}: {each.message}" for each in watch.alarms(now)]


def test_a_log_in_which_all_is_well_raises_no_alarm() -> None:
    told = [ORDER, *BOTH, FIRST, keys("vault"), batch(OVER, 0, 9), gone("vault", DUE)]
    assert said(told[:-1], OVER + MINUTE) == []
    assert said([*told, batch(DUE, 9, 10)], DUE) == []


def test_an_order_that_nobody_answers_is_told_once_it_is_over() -> None:
    assert said([ORDER], OVER) == []
    assert said([ORDER], OVER + MINUTE) == [
        f"order: order {LEAF}: nobody approved or refused it until 2027-02-12T12:00:00Z"
    ]
    for answer in (APPROVED, REFUSED):
        assert said([ORDER, answer], OVER + MINUTE) == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([PEELED], "entry 0: unseal.peel of an order that was not declared before"),
        ([ORDER, PEELED], "entry 1: unseal.peel of an order that nobody approved"),
        ([ORDER, REFUSED, PEELED], "entry 2: unseal.peel of an order that was refused"),
        ([batch(START, 0, 9), batch(START, 10, 20)],
         "entry 1: bus-041 goes on from 10, and had come to 9"),
        ([b"Jean Dupont"], "entry 0: not an entry: an object with at, type and v,"
         " as RFC 8785 writes it"),
    ],
)  # fmt: skip
def test_what_can_t_be_so_is_told_at_once_and_stays(told: list[bytes], why: str) -> None:
    assert f"entry: {why}" in said(told, START)
    assert f"entry: {why}" in said(told, START + 400 * DAY)


def test_a_key_that_is_not_destroyed_a_day_after_it_was_due_is_told() -> None:
    both = [keys("vault"), keys("dpo")]
    late = (
        "has not said that the key of 2027-02-12 is destroyed; it was due at 2027-03-13T00:00:00Z"
    )
    assert said(both, DUE + DAY) == []
    assert said(both, DUE + DAY + MINUTE) == [f"shred: dpo, vault {late}"]
    assert said([*both, gone("dpo", DUE)], DUE + DAY + MINUTE) == [f"shred: vault {late}"]
    assert said([*both, gone("dpo", DUE), gone("vault", DUE + 3 * DAY)], DUE + 3 * DAY) == []


def test_a_party_of_the_policy_owes_the_key_of_every_day_that_anybody_published() -> None:
    told = [keys("vault"), gone("vault", DUE)]
    assert said(told, DUE + 2 * DAY) == []
    assert len(said(told, DUE + 2 * DAY, "vault", "prosecutor")) == 1
    assert said([], DUE + 2 * DAY, "vault", "prosecutor") == []


def test_a_key_that_is_destroyed_before_it_was_due_is_told_each_of_them() -> None:
    """Whoever destroys all keys at once ends every inquiry of a month."""
    days = [f"2027-02-{number}" for number in range(10, 20)]
    told = [keys("vault", day) for day in days] + [gone("vault", START, day) for day in days]
    found = [each for each in said(told, START) if each.startswith("early")]
    assert len(found) == 10
    assert found[0] == (
        "early: entry 10: vault destroyed its key of 2027-02-10 before it was due,"
        " at 2027-03-11T00:00:00Z"
    )
    assert said([keys("vault"), gone("vault", DUE)], DUE) == []


def test_a_day_far_ahead_is_not_due() -> None:
    assert said([keys("vault", "2199-12-31")], DUE) == []
    assert len(said([keys("vault", "2199-12-31"), gone("vault", DUE, "2199-12-31")], DUE)) == 1


def test_a_recorder_is_silent_after_two_batches_and_until_it_speaks() -> None:
    first = batch(START, 0, 9)
    assert said([first], START + 20 * MINUTE) == []
    silent = ["silent: bus-041 has been silent since 2027-02-12T00:00:00Z"]
    assert said([first], START + 21 * MINUTE) == silent
    assert said([first, batch(START + 15 * MINUTE, 9, 20)], START + 21 * MINUTE) == []
    enrolled = of("edge.enroll", edge="bus-041", key=A)
    assert said([enrolled], START + 21 * MINUTE) == silent
    revoked = of("edge.revoke", edge="bus-041", key=A, reason="stolen")
    assert said([enrolled, first, revoked], START + 21 * MINUTE) == []
    gap: dict[str, Json] = {"from": utc(START), "to": utc(START + 5 * MINUTE)}
    declared = of("gap.declare", START + 5 * MINUTE, edge="bus-041", camera="avant",
                  reason="link-lost", **gap)  # fmt: skip
    assert said([first, declared], START + 21 * MINUTE) == [], "it spoke, and said that it can't"


def test_a_clock_of_tomorrow_is_told_and_buys_no_silence() -> None:
    told = [batch(START + DAY, 0, 9)]
    assert said(told, START) == [
        "clock: entry 0 says that it was written at 2027-02-13T00:00:00Z, and was in the log by "
        "2027-02-12T00:00:00Z"
    ]
    watch = Watch(Expectations(due))
    watch.see(0, told[0], START)
    assert [each.kind for each in watch.alarms(START + 21 * MINUTE)] == ["clock", "silent"]


def test_attack_06_an_entry_of_tomorrow_makes_no_order_of_today_look_backdated() -> None:
    """Whoever appended one such entry made an alarm of each order of a day: none was heeded."""
    ahead = of("witness.change", OVER + DAY, old=A, new=A)
    now = OVER - HOUR
    assert [each.partition(":")[0] for each in said([ahead, ORDER, *BOTH], now)] == ["clock"]


def test_a_log_of_nothing_but_faults_is_not_kept_whole_and_hides_none_that_comes() -> None:
    watch = Watch(Expectations(due))
    for number in range(MOST + 500):
        watch.see(number, b"x", START)
    assert len(watch.alarms(START)) == MOST + 1
    assert str(watch.alarms(START)[-1].message) == "wrong in as many places more: 500"
    watch.see(MOST + 500, PEELED, START)
    assert str(watch.alarms(START)[-1].message) != "wrong in as many places more: 500"
