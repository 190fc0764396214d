"""A monitor believes no field of an entry that contradicts what the log says beside it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from fakes.openings import (
    AT,
    BOTH,
    DECLARED,
    FIRST,
    LEAF,
    ORDER,
    PEELED,
    POLICIES,
    A,
    B,
    of,
    order,
    word,
)
from fakes.parties import due

from contrejour.base.canonical import Json
from contrejour.base.messages import Message, rendered
from contrejour.base.times import utc
from contrejour.custody.cases.secret import LONGEST_SECRET
from contrejour.custody.ledger import logged_order
from contrejour.custody.ledger.alarms import Expectations, Watch
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.law.mandate.originals import LIMITS, WINDOWS

NOW = datetime(2027, 2, 12, 12, tzinfo=UTC)
PARTIES = frozenset({"vault", "procureur", "dpo"})
LAST = word("unseal.peel", "vault")
OPENED = [ORDER, *BOTH, FIRST, PEELED, LAST]
OPENER = hashlib.sha256(str(DECLARED["opener"]).encode()).hexdigest()
UNTIL = "2027-03-12T09:30:00Z"
HOLD = order(kind="hold", opener=None, hold_until=UNTIL)
HOLD_LEAF = leaf_hash(HOLD).hex()
HELD = [HOLD, *(word("order.approve", each, order=HOLD_LEAF) for each in ("procureur", "dpo")),
        *(word("unseal.peel", each, order=HOLD_LEAF)
          for each in ("dpo", "procureur", "vault"))]  # fmt: skip
DONE = of("unseal.done", order=LEAF, n=1, root=A)
EDGE = of("edge.enroll", edge="bus-041", key=A)
GONE = of("edge.revoke", edge="bus-041", key=A, reason="stolen")
KEYS = of("keyset.publish", role="dpo", epoch="2027-02-12", keys=A)
SPAN: dict[str, Json] = {"from": "2027-02-12T09:00:00Z", "to": "2027-02-12T09:10:00Z"}
TO_COME: dict[str, Json] = {**SPAN, "to": "2027-02-13T09:10:00Z"}
LATER = "2027-02-12T11:30:00Z"


def rewrap(at: str = AT, **changes: Json) -> bytes:
    told: dict[str, Json] = {"order": HOLD_LEAF, "n": 1, "keyset": A, "expires": UNTIL}
    return of("hold.rewrap", at, **{**told, **changes})


def export(at: str = AT, **changes: Json) -> bytes:
    told: dict[str, Json] = {"order": LEAF, "bag": A, "recipients": [OPENER]}
    return of("export.make", at, **{**told, **changes})


def alarms(told: list[bytes], now: datetime = NOW) -> list[Message]:
    watch = Watch(Expectations(due, PARTIES, policies=POLICIES))
    for number, each in enumerate(told):
        watch.see(number, each, now)
    return [each.message for each in watch.alarms(now) if each.kind != "silent"]


def test_a_log_that_says_how_it_was_raises_no_alarm() -> None:
    true = [
        EDGE, KEYS, KEYS, *OPENED, DONE, DONE, export(), *HELD, rewrap(),
        of("gap.declare", edge="bus-041", camera="avant", reason="link-lost", **SPAN),
        of("media.delete", edge="bus-041", camera="avant", reason="retention", **SPAN),
        of("access.view", role="dpo", camera="avant", **SPAN),
        of("incident.open", incident=A, role="dpo", cameras=["avant"], **SPAN),
        of("config.change", edge="bus-041", old=A, new=B),
        of("config.change", edge="bus-041", old=B, new=A),
        of("witness.change", old=A, new=B),
    ]  # fmt: skip
    assert [str(each) for each in alarms(true)] == []


LIES: dict[str, tuple[list[bytes], str]] = {
    "unseal.done n": ([*OPENED, of("unseal.done", order=LEAF, n=500, root=A)], "windows: 500"),
    "unseal.done n=0": ([*OPENED, of("unseal.done", order=LEAF, n=0, root=A)], "windows: 0"),
    "unseal.done root": ([*OPENED, DONE, of("unseal.done", order=LEAF, n=1, root=B)],
                         "windows: 2"),
    "unseal.done order": ([*HELD, of("unseal.done", order=HOLD_LEAF, n=1, root=A)], "another kind"),
    "unseal.done at": ([*OPENED, of("config.change", LATER, edge="e", old=A, new=B), DONE],
                       "after an entry of"),
    "hold.rewrap order": ([*OPENED, rewrap(order=LEAF)], "another kind"),
    "hold.rewrap expires": ([*HELD, rewrap(expires="2099-01-01T00:00:00Z")], "its order says"),
    "hold.rewrap n": ([*HELD, rewrap(n=2)], "windows: 2"),
    "hold.rewrap twice": ([*HELD, rewrap(), rewrap()], "windows: 2"),
    "hold.rewrap at": ([*HELD, of("config.change", LATER, edge="e", old=A, new=B), rewrap()],
                       "after an entry of"),
    "export.make at": (
        [*OPENED, DONE, of("config.change", LATER, edge="e", old=A, new=B), export()],
        "after an entry of",
    ),
    "export.make recipients": ([*OPENED, DONE, export(recipients=[A])], "for others"),
    "export.make order": ([*OPENED, export()], "before anything was opened"),
    "unseal.peel root": (
        [*OPENED, *(word("unseal.peel", "dpo", root=f"{n:064x}") for n in range(6))],
        "more windows are peeled than the order can be for: 6",
    ),
    "order.approve at": ([ORDER, word("order.approve", "dpo", at="2027-02-12T09:00:00Z")],
                         "before its order"),
    "order.declare since": ([order(since=AT, until=AT)], "since"),
    "order.declare until": ([order(until=LATER)], "until"),
    "order.declare not_before": ([order(not_before="2027-02-12T09:00:00Z")], "not_before"),
    "order.declare expires": ([order(expires="2027-03-12T09:00:00Z")], "expires"),
    "order.declare opener": ([order(opener=None)], "opener"),
    "order.declare hold_until": ([order(hold_until=UNTIL)], "hold_until"),
    "order.declare hold_until far": (
        [order(kind="hold", opener=None, hold_until="2029-01-01T00:00:00Z")], "hold_until"),
    "order.declare held": ([order(held=A)], "held"),
    "keyset.publish keys": (
        [KEYS, of("keyset.publish", role="dpo", epoch="2027-02-12", keys=B)], "two keys"),
    "keyset.publish role": ([of("keyset.publish", role="mallory", epoch="2027-02-12", keys=A)],
                            "no party"),
    "keyset.publish epoch": (
        [of("epoch.shred", "2027-04-01T00:00:00Z", role="dpo", epoch="2027-02-12", method="hsm"),
         KEYS], "had said is destroyed"),
    "epoch.shred role": (
        [of("epoch.shred", role="mallory", epoch="2026-02-12", method="hsm")], "no party"),
    "edge.enroll key": ([EDGE, of("edge.enroll", edge="bus-041", key=B)], "another key"),
    "edge.revoke key": (
        [EDGE, of("edge.revoke", edge="bus-041", key=B, reason="stolen")], "another key"),
    "gap.declare edge": (
        [EDGE, GONE, of("gap.declare", edge="bus-041", camera="c", reason="link-lost", **SPAN)],
        "after it was revoked"),
    "gap.declare to": (
        [of("gap.declare", edge="bus-041", camera="c", reason="link-lost", **TO_COME)],
        "to come"),
    "media.delete edge": (
        [EDGE, GONE, of("media.delete", edge="bus-041", camera="c", reason="stolen", **SPAN)],
        "after it was revoked"),
    "media.delete to": (
        [of("media.delete", edge="bus-041", camera="c", reason="stolen", **TO_COME)], "to come"),
    "access.view to": ([of("access.view", role="dpo", camera="c", **TO_COME)], "to come"),
    "incident.open to": (
        [of("incident.open", incident=A, role="dpo", cameras=["c"], **TO_COME)], "to come"),
    "config.change old": (
        [of("config.change", edge="e", old=A, new=B), of("config.change", edge="e", old=A, new=A)],
        "was in force"),
    "config.change edge": (
        [EDGE, GONE, of("config.change", edge="bus-041", old=A, new=B)], "after it was revoked"),
    "witness.change old": (
        [of("witness.change", old=A, new=B), of("witness.change", old=A, new=A)], "was in force"),
    "hold.shred order": (
        [ORDER, of("hold.shred", order=LEAF, role="dpo", method="hsm")], "another kind"),
    "hold.shred role": (
        [HOLD, of("hold.shred", "2027-04-01T00:00:00Z", order=HOLD_LEAF, role="opj",
                  method="hsm")], "opj has no say"),
    "hold.shred at": (
        [HOLD, of("hold.shred", order=HOLD_LEAF, role="dpo", method="hsm")], "lasts until"),
}  # fmt: skip


@pytest.mark.parametrize("field", LIES)
def test_attack_37_a_lie_in_a_field_is_told_in_both_languages(field: str) -> None:
    """Beside a signature, or without one, a log could say what it liked: 500 windows of one."""
    told, why = LIES[field]
    found = [each for each in alarms(told) if why in str(each)]
    assert len(found) == 1, [str(each) for each in alarms(told)]
    english, french = (rendered(found[0], language) for language in ("en", "fr"))
    assert english != french


def test_attack_37_a_hold_s_key_that_lives_on_after_its_end_is_an_alarm() -> None:
    """Keys of days alone were waited for."""
    ended = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
    told = [*HELD, rewrap()]

    def late(now: datetime, *more: bytes) -> list[str]:
        return [str(each) for each in alarms([*told, *more], now)]

    assert late(ended + timedelta(days=1)) == []
    over = ended + timedelta(days=1, minutes=1)
    [alarm] = late(over)
    assert alarm.startswith("dpo, procureur, vault has not said that the key of the hold")
    gone = [of("hold.shred", utc(over), order=HOLD_LEAF, role=each, method="hsm")
            for each in ("dpo", "procureur", "vault")]  # fmt: skip
    assert late(over, *gone[:1])[0].startswith("procureur, vault has not")
    assert late(over, *gone) == []


def test_what_is_longest_and_shortest_is_what_orders_and_mandates_say() -> None:
    assert logged_order.LONGEST_SECRET == LONGEST_SECRET
    assert min(WINDOWS) == logged_order.SHORTEST_WINDOW
    assert LIMITS["order_lasts"][1] == logged_order.LONGEST_ORDER
    assert LIMITS["hold_lasts"][1] == logged_order.LONGEST_HOLD
