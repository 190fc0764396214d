"""Who has to agree: exactly who the policy says, and nobody counts twice."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Malformed
from contrejour.custody.quorum import parse

PARTIES = "party vault v\nparty prosecutor p\nparty dpo d\nparty operator o\n"
DEFAULT = PARTIES + "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"


def subsets(names):
    return chain.from_iterable(combinations(sorted(names), n) for n in range(len(names) + 1))


def test_the_default_opens_for_vault_prosecutor_and_one_of_two_and_for_nobody_else():
    policy = parse(DEFAULT, "party")
    enough = {subset for subset in subsets(policy.members) if policy.met(subset)}
    assert enough == {
        ("operator", "prosecutor", "vault"),
        ("dpo", "prosecutor", "vault"),
        ("dpo", "operator", "prosecutor", "vault"),
    }
    assert policy.ways() == (
        frozenset({"vault", "prosecutor", "dpo"}),
        frozenset({"vault", "prosecutor", "operator"}),
    )


@st.composite
def policies(draw):
    count = draw(st.integers(1, 6))
    free = [f"p{number}" for number in range(count)]
    lines = [f"party {name} key" for name in free]
    for number in range(draw(st.integers(0, 3))):
        members = draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
        least = draw(st.sampled_from(["any", "all", str(draw(st.integers(1, len(members))))]))
        lines.append(f"group g{number} {least} {' '.join(members)}")
        free = [name for name in free if name not in members] + [f"g{number}"]
    return "\n".join([*lines, f"quorum {draw(st.sampled_from(free))}", ""])


@given(policies())
def test_the_smallest_ways_are_exactly_the_minimal_sets(text):
    policy = parse(text, "party")
    try:
        ways = policy.ways()
    except Malformed:
        return
    for subset in subsets(policy.members):
        assert policy.met(subset) == any(way <= set(subset) for way in ways)
    for way in ways:
        assert all(not policy.met(way - {name}) for name in way)
    assert len(set(ways)) == len(ways)


def test_logs_comments_blank_lines_and_tabs_are_read():
    text = "# a comment\n\n\tlog key https://log.example/\nwitness W\tkey url\nquorum W\n"
    policy = parse(text, "witness")
    assert policy.logs == (("key", "https://log.example/"),)
    assert policy.members == {"W": ("key", "url")}


def test_without_a_quorum_nobody_is_needed():
    policy = parse("quorum none\n", "witness")
    assert policy.met(())
    assert policy.ways() == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PARTIES, "no quorum line"),
        (PARTIES + "quorum judge\n", "line 5 of the policy: judge is not defined before"),
        (PARTIES + "group a 3 vault dpo\nquorum a\n", "line 5 of the policy: 3 of 2 can't be"),
        (PARTIES + "group a 0 vault\nquorum a\n", "0 of 1 can't be"),
        (PARTIES + "group a all vault\ngroup b all vault\nquorum b\n", "vault is in a group"),
        (PARTIES + "group a all vault vault\nquorum a\n", "vault is in a group already"),
        (PARTIES + "group a all b\nquorum a\n", "b is not defined before"),
        (PARTIES + "party vault again\nquorum vault\n", "vault is defined already"),
        (PARTIES + "group none all vault\nquorum vault\n", "none is defined already"),
        (PARTIES + "quorum vault\nquorum dpo\n", "not understood: quorum dpo"),
        (PARTIES + "group a all\nquorum vault\n", "not understood: group a all"),
        (PARTIES + "witness w key\nquorum vault\n", "not understood: witness w key"),
        ("party vault\nquorum vault\n", "not understood: party vault"),
        (PARTIES + "quorum vault\r\n", "control character"),
        ("\n".join(f"party p{n} k" for n in range(65)) + "\nquorum p1\n", "more than 64 names"),
    ],
)
def test_a_policy_that_is_wrong_says_where(text, said):
    with pytest.raises(Malformed, match=said):
        parse(text, "party")


def test_too_many_ways_to_agree_are_refused():
    text = "".join(f"party p{n} k\n" for n in range(7))
    text += "group g 3 " + " ".join(f"p{n}" for n in range(7)) + "\nquorum g\n"
    policy = parse(text, "party")
    assert policy.met({"p0", "p3", "p6"})
    with pytest.raises(Malformed, match="more than 16 ways"):
        policy.ways()
