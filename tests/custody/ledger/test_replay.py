"""A log that holds, and says what can't be so."""

from __future__ import annotations

import pytest
from fakes.openings import APPROVED, AT, LATE, LEAF, ORDER, PEELED, REFUSED, A, of

from contrejour.base.canonical import Json
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.replay import Replay


def batch(first: int, end: int, count: int) -> bytes:
    data: dict[str, Json] = {"edge": "bus-041", "from": first, "to": end, "n": count, "root": A}
    return Entry("segment.batch", AT, data).bytes


def budget(epsilon: int, spent: int) -> bytes:
    return of("dp.release", dataset="quais", mechanism="laplace", scale_millionths=1, rho_s=60, k=2,
              epsilon_millionths=epsilon, spent_millionths=spent)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([ORDER, APPROVED, PEELED], ""),
        ([PEELED], "unseal.peel of an order that was not declared before"),
        ([APPROVED, ORDER], "order.approve of an order that was not declared before"),
        ([ORDER, PEELED], "unseal.peel of an order that nobody approved"),
        ([ORDER, APPROVED, REFUSED, PEELED], "unseal.peel of an order that was refused"),
        ([ORDER, APPROVED, of("unseal.done", LATE, order=LEAF, n=1, root=A)],
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
    replay = Replay()
    findings = [each for data in told for each in replay.see(data)]
    assert len(findings) == bool(found)
    assert found in "".join(map(str, findings))
