"""What may follow what in a case: the way through it, and attacks on it."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest
from fakes.orders import (
    BOTH,
    DAY,
    DEFAULT,
    HOUR,
    MINUTE,
    NOW,
    SEEN,
    VAULT,
    agreed,
    order,
    rules,
    window,
)  # fmt: skip

from contrejour.base.errors import OrderError, SealError
from contrejour.custody.cases import party_checks
from contrejour.custody.cases.case import (
    Approve,
    Attest,
    Case,
    Close,
    Expire,
    Export,
    Hold,
    Open,
    Peel,
    Refuse,
    State,
    Step,
    apply,
    declare,
)
from contrejour.custody.cases.order import OrderKind
from contrejour.custody.cases.rules import Rules
from contrejour.custody.openers import layers
from contrejour.custody.quorum import parse

LATER = NOW + DAY


def refused(case: Case, step: Step, said: str, now=LATER) -> None:
    with pytest.raises(OrderError, match=said):
        apply(case, step, now)


def peeled(case: Case, *windows, by=("dpo", "prosecutor", VAULT), now=LATER) -> Case:
    for each in windows:
        for role in by:
            case = apply(case, Peel(role, BOTH, each), now)
    return case


def test_a_case_goes_its_way() -> None:
    case = declare(order(), rules(), NOW)
    assert case.state is State.DECLARED
    case = apply(case, Approve("prosecutor"), NOW)
    assert case.state is State.DECLARED
    case = apply(case, Approve("dpo"), NOW)
    assert case.state is State.APPROVED
    case = apply(case, Attest(case.order.id, SEEN), NOW)
    assert case.state is State.WITNESSED
    case = peeled(case, window(), by=("dpo", "prosecutor"))
    assert case.state is State.WITNESSED
    case = peeled(case, window(), by=(VAULT,))
    assert case.state is State.PEELED
    case = apply(case, Open((window(),), (window().recipient,)), LATER)
    assert case.state is State.OPENED
    case = apply(case, Export("a" * 64), LATER)
    assert case.state is State.EXPORTED
    assert apply(case, Close(), LATER).state is State.CLOSED
    assert apply(case, Expire(), NOW + 3 * DAY).state is State.EXPIRED


def test_a_hold_outlives_its_order_and_shows_no_picture() -> None:
    case = peeled(agreed(kind=OrderKind.HOLD, opener="", hold_until=NOW + 90 * DAY), window())
    refused(case, Open((window(),), (window().recipient,)), "to hold, not to open")
    case = apply(case, Hold((window(),)), LATER)
    assert case.state is State.HELD
    refused(case, Export("a" * 64), "nothing was opened", NOW + 60 * DAY)
    refused(case, Expire(), "not before", NOW + 60 * DAY)
    assert apply(case, Expire(), NOW + 90 * DAY).state is State.EXPIRED


def test_every_set_of_parties_opens_exactly_where_the_policy_says() -> None:
    parties = ("vault", "prosecutor", "dpo", "operator")
    sets = chain.from_iterable(combinations(parties, n) for n in range(5))
    opens = set()
    for who in map(frozenset, sets):
        case = apply(declare(order(), rules(), NOW), Attest(order().id, SEEN), NOW)
        for role in who - {VAULT}:
            case = apply(case, Approve(role), NOW)
        for way in rules().policy.ways():
            tried = case
            try:
                for role in (each for each in layers(way)[::-1] if each in who):
                    tried = apply(tried, Peel(role, way, window()), LATER)
            except OrderError:
                continue
            if tried.state is State.PEELED:
                opens.add(who)
    assert opens == {
        frozenset({VAULT, "prosecutor", "dpo"}), frozenset({VAULT, "prosecutor", "operator"}),
        frozenset(parties),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requester": "prosecutor"}, "can't approve an order of their own"),
        ({"declared": NOW - HOUR}, "the order was written on"),
        ({"declared": NOW + HOUR}, "the order was written on"),
        ({"not_before": NOW + HOUR}, "doesn't wait"),
        ({"expires": NOW + 8 * DAY}, "too long after"),
    ],
)
def test_an_order_that_could_never_be_opened_is_not_declared(changes, said: str) -> None:
    with pytest.raises(OrderError, match=said):
        declare(order(**changes), rules(), NOW)


def test_a_requester_who_approves_is_refused() -> None:
    asked = order(requester="dpo")
    case = declare(asked, rules(), NOW)
    refused(case, Approve("dpo"), "dpo declared the order")
    for role in ("prosecutor", "operator"):
        case = apply(case, Approve(role), NOW)
    case = apply(case, Attest(asked.id, SEEN), NOW)
    refused(case, Peel("prosecutor", BOTH, window()), "can't open it as well")


@pytest.mark.parametrize("role", [VAULT, "opj2", "u", ""])
def test_who_has_no_say_approves_nothing(role: str) -> None:
    refused(declare(order(), rules(), NOW), Approve(role), "no say by this policy")


def test_a_refusal_stands_and_takes_an_approval_back() -> None:
    case = apply(agreed(), Refuse("dpo"), NOW)
    assert case.state is State.DECLARED
    refused(case, Approve("dpo"), "has refused")
    refused(case, Peel("prosecutor", BOTH, window()), "not approved by dpo")
    case = apply(case, Refuse("operator"), NOW)
    assert case.state is State.REFUSED
    refused(case, Approve("prosecutor"), "refused: nothing can follow")
    assert apply(case, Close(), NOW).state is State.CLOSED


def test_a_peel_without_a_witnessed_order_is_refused() -> None:
    case = declare(order(), rules(), NOW)
    for role in ("prosecutor", "dpo"):
        case = apply(case, Approve(role), NOW)
    refused(case, Attest("0" * 64, SEEN), "another order")
    for by in ((), ("u",), ("u", "x", "y")):
        refused(case, Attest(case.order.id, dict.fromkeys(by, NOW)), "too few have witnessed")
    refused(case, Peel("dpo", BOTH, window()), "too few have witnessed", LATER)


@pytest.mark.parametrize(
    "wrong",
    [
        window(-1), window(10), window(camera="cam-c"), window(9, until=window(9).until + MINUTE),
        window(0, until=window(0).since),
    ],
)  # fmt: skip
def test_a_window_that_the_order_does_not_cover_is_refused(wrong) -> None:
    refused(agreed(), Peel("dpo", BOTH, wrong), "doesn't cover")


@pytest.mark.parametrize(
    ("role", "way"),
    [
        ("dpo", {"dpo"}), ("dpo", {VAULT, "dpo"}), ("operator", {VAULT, "operator", "dpo"}),
        ("operator", BOTH), ("dpo", BOTH | {"operator"}), ("mallory", BOTH | {"mallory"}),
    ],
)  # fmt: skip
def test_an_onion_of_no_quorum_is_refused(role: str, way) -> None:
    refused(agreed(), Peel(role, frozenset(way), window()), "not of a quorum")


def test_an_order_waits_and_ends() -> None:
    case, step = agreed(), Peel("dpo", BOTH, window())
    refused(case, step, "may be used from", LATER - MINUTE)
    refused(case, step, "ended on", NOW + 3 * DAY)
    refused(apply(case, Close(), NOW), step, "closed: nothing can follow")


def test_an_urgent_order_wants_two_who_approve() -> None:
    alone = DEFAULT.replace("all vault prosecutor one", "all vault prosecutor").replace(
        "age1prosecutor", "age1prosecutor judicial"
    )
    asked = order(urgent=True, not_before=NOW)
    case = declare(asked, rules(alone), NOW)
    case = apply(case, Attest(asked.id, SEEN), NOW)
    case = apply(case, Approve("prosecutor"), NOW)
    way = frozenset({VAULT, "prosecutor"})
    assert case.state is State.DECLARED
    refused(case, Peel("prosecutor", way, window()), "needs two", NOW)


def test_the_same_order_peels_a_window_once() -> None:
    case = peeled(agreed(), window())
    for role in ("prosecutor", "dpo", VAULT):
        refused(case, Peel(role, BOTH, window()), "peeled this window already")


def test_the_vault_peels_last_and_nobody_opens_half() -> None:
    refused(agreed(), Peel(VAULT, BOTH, window()), "vault peels after")
    case = peeled(agreed(), window(), by=("dpo", "prosecutor"))
    refused(case, Open((window(),), (window().recipient,)), "not peeled by all")
    refused(case, Open((), ()), "not peeled by all")


def test_a_day_has_a_cap_over_all_cases() -> None:
    case = agreed()
    cap = case.rules.cap_s
    refused(case, Peel("dpo", BOTH, window(), cap - 59), "camera-minutes today")
    case = apply(case, Peel("dpo", BOTH, window(), cap - 60), LATER)
    refused(case, Peel("dpo", BOTH, window(1), cap - 60), "camera-minutes today")
    tomorrow = (LATER + DAY).replace(hour=0)
    assert apply(case, Peel("dpo", BOTH, window(1), 0), tomorrow)


def test_a_swapped_key_is_not_taken_for_the_window_s() -> None:
    case = peeled(agreed(), window(), window(1))
    both = (window(), window(1))
    refused(case, Open(both, (both[1].recipient, both[0].recipient)), "not the one of its window")
    refused(case, Open(both, (both[0].recipient,)), "not the one of its window")


def test_a_clock_that_goes_back_is_refused() -> None:
    case = apply(agreed(), Peel("dpo", BOTH, window()), LATER)
    refused(case, Peel("prosecutor", BOTH, window()), "the last step was on", LATER - MINUTE)


@pytest.mark.parametrize("policy", ["quorum none", "party vault x\nquorum vault"])
def test_rules_by_which_no_authority_is_asked_are_refused(policy: str) -> None:
    with pytest.raises(SealError):
        rules(policy)


def test_rules_without_witnesses_are_refused() -> None:
    with pytest.raises(OrderError, match="nobody witnesses"):
        Rules(parse(DEFAULT, "party"), parse("quorum none", "witness"))


def test_an_opened_case_is_not_undone_by_a_refusal() -> None:
    case = apply(peeled(agreed(), window()), Open((window(),), (window().recipient,)), LATER)
    case = apply(apply(case, Refuse("dpo"), LATER), Refuse("operator"), LATER)
    assert case.state is State.OPENED
    refused(case, Peel("prosecutor", BOTH, window(1)), "not approved by dpo")
    assert replace(case, over=State.CLOSED).state is State.CLOSED


def test_a_case_is_made_by_declare_and_apply_alone() -> None:
    """A party made one up by `replace`, with approvals that no step had been checked for."""
    cases = Path(party_checks.__file__).parent
    for path in [*cases.glob("*.py"), *(cases.parents[1] / "cli").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (path.name == "case.py" and path.parent == cases) or not isinstance(node, ast.Call):
                continue
            made = ast.unparse(node.func), ast.unparse(node.args[0]) if node.args else ""
            assert made[0] not in ("Case", "case.Case"), path
            assert made[0] != "replace" or not made[1].startswith(("case", "declare(")), path
