"""A log that holds, and says what can't be so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fakes.openings import (
    APPROVED,
    AT,
    BOTH,
    FIRST,
    LATE,
    LEAF,
    ORDER,
    PEELED,
    POLICIES,
    REFUSED,
    A,
    B,
    of,
    order,
    word,
)

from contrejour.base.canonical import Json, canonical
from contrejour.custody.ledger.entry import Entry, read
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.ledger.tree import leaf_hash


def batch(first: int, end: int, count: int) -> bytes:
    data: dict[str, Json] = {"edge": "bus-041", "from": first, "to": end, "n": count, "root": A}
    return Entry("segment.batch", AT, data).bytes


def budget(epsilon: int, spent: int) -> bytes:
    return of("dp.release", dataset="quais", mechanism="laplace", scale_millionths=1, rho_s=60, k=2,
              epsilon_millionths=epsilon, spent_millionths=spent)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([ORDER, *BOTH, FIRST, PEELED, word("unseal.peel", "vault")], ""),
        ([PEELED], "unseal.peel of an order that was not declared before"),
        ([APPROVED, ORDER], "order.approve of an order that was not declared before"),
        ([ORDER, PEELED], "unseal.peel of an order that nobody approved"),
        ([ORDER, REFUSED, PEELED], "unseal.peel of an order that was refused"),
        ([ORDER, *BOTH, FIRST, PEELED, word("unseal.peel", "vault"),
          of("unseal.done", LATE, order=LEAF, n=1, root=A)],
         "unseal.done of an order that was over"),
        ([batch(0, 9, 9), batch(9, 20, 11)], ""),
        ([batch(0, 9, 9), batch(10, 20, 10)], "bus-041 goes on from 10, and had come to 9"),
        ([batch(0, 9, 9), batch(5, 20, 15)], "bus-041 goes on from 5, and had come to 9"),
        ([of("edge.enroll", edge="bus-041", key=A),
          of("edge.revoke", edge="bus-041", key=A, reason="stolen"), batch(0, 9, 9)],
         "bus-041 goes on after it was revoked"),
        ([budget(5, 5), budget(7, 12)], ""),
        ([budget(5, 5), budget(7, 7)], "quais has spent 12 millionths, and says 7"),
        ([b"Jean Dupont"], "not an entry"),
    ],
)  # fmt: skip
def test_what_can_t_be_so_is_said(told: list[bytes], found: str) -> None:
    replay = Replay(POLICIES)
    findings = [each for data in told for each in replay.see(data)]
    assert len(findings) == bool(found)
    assert found in "".join(map(str, findings))


WAITING = order(urgent=False)
BACKDATED = order("2027-02-11T09:30:00Z")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([ORDER, word("order.approve", "nobody-at-all", by="mallory")], "not the key of nobody"),
        ([ORDER, word("order.approve", "dpo", by="mallory")], "not the key of dpo"),
        ([ORDER, APPROVED.replace(b'"sig":"', b'"sig":"0')[:-1]], "not an entry"),
        ([ORDER, word("order.approve", "opj")], "opj has no say"),
        ([ORDER, word("order.approve", "vault")], "vault has no say"),
        ([ORDER, *BOTH, word("unseal.peel", "mallory")], "not the key of mallory"),
        ([ORDER, APPROVED, PEELED], "no quorum with it has approved"),
        ([ORDER, *BOTH, REFUSED, FIRST], "no quorum with it has approved"),
        ([ORDER, *BOTH, PEELED], "once more, or one of which those before"),
        ([ORDER, *BOTH, FIRST, PEELED, PEELED], "once more, or one of which those before"),
        ([ORDER, *BOTH, FIRST, word("unseal.peel", "vault")], "or one of which those before"),
        ([ORDER, *BOTH, FIRST, word("unseal.peel", "procureur", root=B)], "one of which those"),
        ([ORDER, *BOTH, REFUSED, ORDER, *BOTH, FIRST], "no quorum with it has approved"),
        ([ORDER, *BOTH, FIRST, word("unseal.peel", "procureur"),
          word("unseal.peel", "vault", root=B)], "one of which those"),
        ([ORDER, *BOTH, of("unseal.done", order=LEAF, n=1, root=A)], "before all of a quorum"),
        ([of("config.change", edge="bus-041", old=A, new=A), BACKDATED], "after an entry of"),
        ([order(policy=A)], "isn't known here"),
    ],
)  # fmt: skip
def test_attack_06_a_word_of_nobody_or_out_of_turn_is_told(told: list[bytes], found: str) -> None:
    """A monitor was content with "nobody-at-all" who approved and "mallory" who peeled."""
    replay = Replay(POLICIES)
    findings = [each for data in told for each in replay.see(data)]
    assert [found in str(each) for each in findings] == [True]


def test_attack_05_a_peel_before_an_order_has_waited_is_an_alarm() -> None:
    of_it = leaf_hash(WAITING).hex()
    both = [word("order.approve", each, order=of_it) for each in ("procureur", "dpo")]
    hasty = word("unseal.peel", "dpo", order=of_it, at="2027-02-12T09:31:00Z")
    replay = Replay(POLICIES)
    findings = [each for data in (WAITING, *both, hasty) for each in replay.see(data)]
    assert ["before the order may be used" in str(each) for each in findings] == [True]


def test_attack_05_an_order_waits_from_when_the_log_can_have_had_it() -> None:
    """A day back by its own word, and peeled an hour after by the monitor's own reading."""
    quiet, back = datetime(2027, 2, 13, 9, tzinfo=UTC), order(not_before=AT, urgent=False)
    of_it = leaf_hash(back).hex()
    both = [word("order.approve", each, order=of_it) for each in ("procureur", "dpo")]
    hasty = word("unseal.peel", "dpo", order=of_it, at="2027-02-14T09:30:00Z")
    replay, found = Replay(POLICIES), list[str]()
    for data in (back, *both, hasty):
        leaf = leaf_hash(data).hex()
        by = quiet + timedelta(hours=1)
        found += map(str, replay.findings(read(data), leaf, by, quiet))
    assert "after an entry of 2027-02-13T09:00:00Z" in found[0]
    assert "says at 2027-02-13T10:00:00Z that it peels" in found[-1]


def test_attack_06_a_monitor_without_the_policy_believes_no_word() -> None:
    replay = Replay()
    findings = [str(each) for data in (ORDER, APPROVED) for each in replay.see(data)]
    assert len(findings) == 2
    assert all("known here" in each for each in findings)


def test_a_peel_of_before_peels_were_signed_is_refused() -> None:
    old = canonical({"at": AT, "n": 1, "order": LEAF, "role": "dpo", "root": A,
                     "type": "unseal.peel", "v": 1})  # fmt: skip
    assert "of another version" in str(Replay(POLICIES).see(old)[0])
