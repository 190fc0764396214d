"""Attacks on a party's own tool: what the hub may send, and what is never peeled for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from fakes.orders import BOTH, DAY, DEFAULT, HOUR, MINUTE, NOW, SECOND, VAULT, order, rules, window
from fakes.peeling import (
    LATER,
    Remembered,
    approval,
    asked,
    peel,
    refused,
    seen,
)

from contrejour.base.canonical import canonical
from contrejour.base.errors import LedgerError, Malformed, OrderError, SealError, SignatureError
from contrejour.custody.cases import signed
from contrejour.custody.cases.party_checks import leaf


def agreed() -> tuple[bytes, ...]:
    return approval(order(), "prosecutor"), approval(order(), "dpo")


def test_an_order_that_holds_is_peeled_for_by_each_party() -> None:
    for role in BOTH:
        leave = peel(asked(role=role))
        assert (leave.order, leave.role, leave.window) == (order(), role, window())


def test_no_order_no_peel() -> None:
    refused(Malformed, "order.declare", asked(order=b""))
    refused(Malformed, "order.declare", asked(order=canonical({"type": "order.declare", "v": 1})))


def test_a_hub_that_widens_the_order_after_it_was_approved_is_refused() -> None:
    wide = order(cameras=("cam-a", "cam-b", "cam-c"))
    refused(LedgerError, "the log has the order", asked(order=wide.bytes))
    refused(OrderError, "another order", asked(order=wide.bytes, seen={wide.id: seen()}))


def test_a_hub_that_forges_an_approval_is_refused() -> None:
    mine = approval(order(), "prosecutor")
    for forged in (approval(order(), "dpo", by="mallory"), approval(order(), "dpo", by="opj")):
        refused(SignatureError, "not the key of dpo", asked(words=(mine, forged)))
    told = json.loads(approval(order(), "dpo")) | {"sig": "0" * 128}
    refused(SignatureError, "doesn't fit", asked(words=(mine, canonical(told))))


def test_a_hub_that_shows_a_refusal_as_an_approval_is_refused() -> None:
    told = json.loads(approval(order(), "dpo", act=signed.SignedAct.REFUSE))
    no = canonical(told | {"type": "order.approve"})
    refused(SignatureError, "doesn't fit", asked(words=(approval(order(), "prosecutor"), no)))


def test_an_approval_shown_twice_counts_once() -> None:
    mine = approval(order(), "prosecutor")
    refused(OrderError, "not approved by dpo", asked(words=(mine, mine)))


def test_a_party_that_refused_has_not_approved() -> None:
    no = approval(order(), "dpo", act=signed.SignedAct.REFUSE)
    refused(OrderError, "not approved by dpo", asked(words=(*agreed(), no)))


def test_a_requester_who_approves_their_own_order_is_refused() -> None:
    own = order(requester="dpo")
    refused(OrderError, "has no say on it", asked(own))
    by = (approval(own, "prosecutor"), approval(own, "dpo"))
    way = frozenset({VAULT, "prosecutor", "operator"})
    refused(OrderError, "has no say on it", asked(own, words=by, way=way))


def test_operator_and_vault_get_nothing() -> None:
    by = (approval(order(), "operator"), approval(order(), "dpo"))
    for way in ({VAULT, "operator"}, {VAULT, "operator", "dpo"}):
        for role in way:
            what = asked(words=by, way=frozenset(way), role=role)
            refused(OrderError, "not of a quorum", what)


def test_an_order_that_is_not_in_the_log_is_refused() -> None:
    refused(LedgerError, "nothing shows that the log has the order", asked(logged={}))
    refused(LedgerError, "nothing shows", asked(seen={order(nonce="4" * 32).id: seen()}))


@pytest.mark.parametrize("by", ["", "u", "ux", "xyz"])
def test_too_few_witnesses_are_refused(by: str) -> None:
    refused(LedgerError, "nothing shows that the log has the order", asked(logged=seen(NOW, by)))
    refused(LedgerError, "hasn't what this party says", asked(own=seen(LATER, by)))


@pytest.mark.parametrize("late", [-timedelta(minutes=61), -DAY, timedelta(minutes=6), DAY])
def test_a_stale_or_future_cosignature_is_not_believed(late: timedelta) -> None:
    own = {"u": LATER, "v": LATER + late}
    refused(LedgerError, "witnesses of late: u;|witnesses of late: u$", asked(own=own))


def test_a_word_from_the_future_is_not_in_the_log_yet() -> None:
    refused(LedgerError, "nothing shows", asked(logged=seen(LATER + 6 * MINUTE)))
    yes = approval(order(), "prosecutor"), approval(order(), "dpo")
    what = asked(words=yes)
    ahead = {**what.case.seen, leaf(yes[1]): seen(LATER + 6 * MINUTE)}
    refused(OrderError, "not approved by dpo", asked(words=yes, seen=ahead))


def test_an_expired_order_is_refused() -> None:
    end = order().expires
    refused(OrderError, "ended on", asked(own=seen(end)), end)
    refused(OrderError, "ended on", asked(own=seen(end + DAY)), end + DAY)


def test_an_order_that_has_not_waited_is_refused() -> None:
    now = LATER - MINUTE
    refused(OrderError, "may be used from", asked(at=now, before=()), now)
    hasty = order(not_before=NOW)
    refused(OrderError, "doesn't wait", asked(hasty, at=NOW), NOW)


def test_an_urgent_order_that_one_party_approved_is_refused() -> None:
    judicial = DEFAULT.replace("age1prosecutor", "age1prosecutor judicial")
    alone = rules(judicial.replace("vault prosecutor one", "vault prosecutor"))
    hasty = order(urgent=True, not_before=NOW)
    what = asked(hasty, words=(approval(hasty, "prosecutor"),), at=NOW,
                 way=frozenset({VAULT, "prosecutor"}))  # fmt: skip
    refused(OrderError, "needs two", what, NOW, rules=alone)


def test_an_order_of_a_far_future_that_is_signed_today_is_refused() -> None:
    far = order(declared=NOW + 9 * DAY, not_before=NOW + 10 * DAY, expires=NOW + 12 * DAY)
    refused(OrderError, "was written on 2027-03-10", asked(far))


@pytest.mark.parametrize(
    "other",
    [
        window(-1, recipient="age1a"),
        window(10),
        window(camera="cam-c"),
        window(until=window().until + DAY),
    ],
)
def test_an_onion_for_another_time_or_camera_is_refused(other) -> None:
    refused(OrderError, "doesn't cover", asked(window=other))


def test_an_onion_of_another_day_in_this_one_s_place_is_refused() -> None:
    refused(SealError, "was opened with the key of 20270227", asked(epoch="20270227"))
    lying = window(epoch="20270227")
    refused(SealError, "filmed 20270228", asked(window=lying, epoch="20270227"))


def test_an_order_under_another_policy_is_refused() -> None:
    lax = order(policy="9" * 64)
    refused(OrderError, "another policy", asked(lax))


def test_a_spent_order_is_not_replayed() -> None:
    spent = Remembered()
    spent.add(peel(asked(), spent=spent))
    refused(OrderError, "is spent for cam-a", asked(), spent=spent)
    spent.add(peel(asked(window=window(1)), spent=spent))
    refused(OrderError, "is spent for cam-a", asked(window=window(1)), spent=spent)


def test_an_order_replayed_to_another_opener_is_another_order() -> None:
    spent = Remembered()
    spent.add(peel(asked(), spent=spent))
    other = order(opener="age1mallory00")
    refused(
        OrderError, "another order", asked(order=other.bytes, seen={other.id: seen()}), spent=spent
    )


def test_an_opener_s_key_is_used_for_one_order() -> None:
    spent = Remembered()
    spent.add(peel(asked(), spent=spent))
    refused(OrderError, "was used for another order", asked(order(nonce="4" * 32)), spent=spent)


def test_what_is_post_quantum_is_not_given_to_a_key_that_is_not() -> None:
    strong = window(recipient="age1pq1" + "q" * 60)
    refused(OrderError, "the opener's key is not post-quantum", asked(window=strong))
    for opener in ("age1pq1" + "z" * 60, "age1tagpq1" + "z" * 60):
        of = order(opener=opener)
        assert peel(asked(of, window=strong)).window == strong
        assert peel(asked(of)).window == window()


def test_two_coerced_authorities_get_no_more_than_the_cap() -> None:
    spent = Remembered(used=rules().cap_s - 59)
    refused(OrderError, "camera-minutes today", asked(), spent=spent)
    spent.used -= 1
    assert peel(asked(), spent=spent)


def test_a_clock_that_is_days_off_peels_nothing() -> None:
    for off in (-10 * DAY, -2 * HOUR, 10 * DAY):
        with pytest.raises((OrderError, LedgerError)):
            peel(asked(), LATER + off)


def test_numbers_that_were_voted_are_the_party_s_own_to_hold() -> None:
    """Stricter ones refuse what the defaults let, laxer ones alone let what the defaults refuse."""
    refused(OrderError, "doesn't wait", asked(), rules=rules(cooling_off=2 * DAY))
    refused(OrderError, "too long", asked(), rules=rules(order_lasts=2 * DAY))
    refused(OrderError, "longer than what opens", asked(), rules=rules(window=10 * SECOND))
    stale = asked(own=seen(LATER - 30 * MINUTE))
    refused(LedgerError, "hasn't what", stale, rules=rules(cosignature_age=10 * MINUTE))
    hasty = order(not_before=NOW + 12 * HOUR)
    what, soon = asked(hasty, at=NOW + 12 * HOUR), NOW + 12 * HOUR
    refused(OrderError, "doesn't wait", what, soon)
    assert peel(what, soon, rules=rules(cooling_off=12 * HOUR))


def test_an_hour_sealed_as_one_window_is_not_peeled() -> None:
    wide = order(until=order().since + HOUR)
    hour = window(until=window().since + HOUR)
    what = asked(wide, window=hour)
    refused(OrderError, "3600 s, longer than what opens together", what)
