"""The log is the clock and the record: an order's own times, and what isn't logged, are air."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes.orders import BOTH, DAY, HOUR, MINUTE, NOW, SECOND, VAULT, order, window
from fakes.peeling import (
    KEYIDS,
    LATER,
    AnyPlan,
    Remembered,
    approval,
    asked,
    peel,
    refused,
    said,
    seen,
)

from contrejour.base.errors import LedgerError, OrderError, PlanExpired, SignatureError
from contrejour.custody.cases import signed
from contrejour.custody.cases.order import Order
from contrejour.custody.cases.party_checks import leaf

SOON = NOW + 5 * SECOND


def backdated(by: timedelta, **changes: object) -> Order:
    """An order that exists since NOW, and says that it was declared before."""
    then = NOW - by
    since = order().since - by if by > HOUR else order().since
    changes = {"since": since, "until": since + 10 * MINUTE, **changes}
    return order(declared=then, not_before=then + DAY, expires=then + 3 * DAY, **changes)


@pytest.mark.parametrize("by", [timedelta(hours=24), timedelta(hours=25), timedelta(days=2)])
def test_attack_05_an_order_that_says_it_is_older_than_it_is_opens_nothing(by: timedelta) -> None:
    """It was opened 4.6 s after it existed: it waited from when its requester said."""
    of = backdated(by)
    refused(OrderError, "the log has it since", asked(of, at=SOON, logged=seen(NOW)), SOON)
    late = NOW + DAY
    refused(OrderError, "the log has it since", asked(of, at=late, logged=seen(NOW)), late)


def test_attack_05_an_order_waits_from_when_enough_witnesses_had_it() -> None:
    of = backdated(50 * MINUTE)
    early = NOW + DAY - MINUTE
    refused(OrderError, "may be used from", asked(of, at=early, logged=seen(NOW)), early)
    assert peel(asked(of, at=NOW + DAY, logged=seen(NOW)), NOW + DAY)


def test_attack_05_one_witness_that_lies_about_the_time_shortens_nothing() -> None:
    of = backdated(50 * MINUTE)
    logged = {"u": of.declared, "v": NOW, "w": NOW}
    early = NOW + DAY - MINUTE
    refused(OrderError, "may be used from", asked(of, at=early, logged=logged), early)


def test_attack_05_an_order_of_tomorrow_is_not_logged_today() -> None:
    of = order(declared=LATER, not_before=LATER + DAY, expires=LATER + 2 * DAY)
    at = LATER + DAY
    refused(OrderError, "the log has it since", asked(of, at=at, logged=seen(NOW)), at)


def test_attack_05_a_mandate_that_ends_between_the_word_and_the_layer_ends_the_order() -> None:
    """The plan was judged when the command began, and not by what decides of each layer."""
    ends = AnyPlan(ends=LATER + MINUTE)
    assert peel(asked(), LATER, plan=ends)
    refused(PlanExpired, "ended on", asked(), LATER + MINUTE, plan=ends)


def test_attack_05_what_has_to_be_destroyed_meanwhile_is_not_peeled_any_more() -> None:
    gone = order().since + DAY + 23 * HOUR
    kept = AnyPlan(keeps=gone - order().since)
    assert peel(asked(at=gone - MINUTE), gone - MINUTE, plan=kept)
    refused(OrderError, "had to be destroyed", asked(at=gone), gone, plan=kept)


def test_attack_05_by_a_clock_that_went_back_nothing_is_peeled() -> None:
    """What was peeled last says what time it is at least; the day's cap began anew, too."""
    before = Remembered(newest=LATER + 6 * MINUTE)
    refused(OrderError, "the clock says", asked(), spent=before)
    assert peel(asked(), spent=Remembered(newest=LATER + 4 * MINUTE))


def test_attack_06_an_approval_that_is_not_in_the_log_counts_for_nothing() -> None:
    yes = approval(order(), "prosecutor"), approval(order(), "dpo")
    for word in yes:
        refused(OrderError, "not approved by", asked(words=yes, unseen=(word,)))


def test_attack_06_nothing_comes_off_before_the_log_says_that_it_will() -> None:
    refused(LedgerError, "hasn't what this party says", asked(own={}))
    refused(LedgerError, "hasn't what this party says", asked(own=seen(LATER - 2 * HOUR)))


@pytest.mark.parametrize(("role", "missing"), [("prosecutor", "dpo"), (VAULT, "prosecutor")])
def test_attack_06_who_comes_next_peels_after_the_log_has_who_came_before(
    role: str, missing: str
) -> None:
    before = [each for each in ("dpo", "prosecutor") if each not in (missing, role)]
    refused(OrderError, f"do: .*{missing}", asked(role=role, before=before))
    told = said(order(), missing, window())
    what = asked(role=role, before=before)
    words = (*what.case.words, told)
    what = asked(role=role, words=words, unseen=(told,), before=())
    refused(OrderError, f"do: .*{missing}", what)


def test_attack_06_another_window_s_word_does_not_do_for_this_one() -> None:
    told = said(order(), "dpo", window(1))
    yes = approval(order(), "prosecutor"), approval(order(), "dpo")
    refused(OrderError, "do: dpo", asked(words=(*yes, told), before=()))


def test_attack_06_a_peel_that_another_key_signed_is_no_word() -> None:
    told = said(order(), "dpo", window(), by="mallory")
    yes = approval(order(), "prosecutor"), approval(order(), "dpo")
    assert "mallory" not in KEYIDS
    refused(SignatureError, "not the key of dpo", asked(words=(*yes, told), before=()))


def test_attack_11_a_case_that_a_party_closed_is_peeled_by_nobody() -> None:
    """What may follow was decided in two places: only one of them knew that a case ends."""
    end = approval(order(), "operator", act=signed.SignedAct.CLOSE)
    yes = approval(order(), "prosecutor"), approval(order(), "dpo")
    refused(OrderError, "closed: nothing can follow", asked(words=(*yes, end), before=()))
    refused(
        OrderError, "closed: nothing can follow", asked(words=(*yes, end), before=(), unseen=(end,))
    )


def test_attack_11_what_the_requester_signs_never_counts_as_a_second_voice() -> None:
    own = order(requester="operator", urgent=True, not_before=NOW)
    words = approval(own, "prosecutor"), approval(own, "operator")
    way = frozenset({VAULT, "prosecutor", "operator"})
    for each in (way, BOTH):
        refused(OrderError, "no say|open it", asked(own, words=words, at=NOW, way=each), NOW)
    assert leaf(words[0]) != leaf(words[1])
