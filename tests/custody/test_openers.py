"""Who may open: nobody alone, the vault innermost, and by the policies that were voted alone."""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import permutations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes import ledgers
from fakes.plans import envelope, plan_for
from fakes.sections import ceremony

from contrejour.base.errors import ContrejourError, Refused, SealError
from contrejour.custody import voted
from contrejour.custody.cases.folder import rules_of
from contrejour.custody.cases.rules import Rules
from contrejour.custody.openers import demand_day_keys, read
from contrejour.custody.quorum import parse
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.onion import keyset
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.law.mandate.originals import Originals, PolicyHashes

FOUR = ("vault", "prosecutor", "dpo", "operator")
KEYS = {
    name: Identity.generate(RecipientKind.X25519).recipient()
    for name in (*FOUR, "admin", "vault1", "vault2")
}
SIGNERS = {name: Verifier.of(f"{name}.example", Ed25519PrivateKey.generate()) for name in KEYS}
REST = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"


def policy(parties: str, rest: str, *, judicial: str = "") -> bytes:
    lines = [
        f"party {name} {KEYS[name]}{' judicial' if name == judicial else ''}\n"
        for name in parties.split()
    ]
    return ("".join(lines) + rest + "\n").encode()


@pytest.mark.parametrize("order", list(permutations(FOUR)), ids="-".join)
def test_attack_12_the_vault_is_innermost_in_whatever_order_parties_are_named(
    order: tuple[str, ...],
) -> None:
    who = parse(policy(" ".join(order), REST).decode(), "party")
    assert sorted(keyset(who, KEYS).ways) == [
        ("vault", "prosecutor", "dpo"),
        ("vault", "prosecutor", "operator"),
    ]


ALONE = [
    ("admin", "quorum admin"),
    ("vault", "quorum vault"),
    ("vault admin", "group open all vault admin\nquorum open"),
    ("vault dpo operator", "group open 2 vault dpo operator\nquorum open"),
    ("dpo operator", "group open all dpo operator\nquorum open"),
    ("vault prosecutor dpo", "group open any vault prosecutor dpo\nquorum open"),
    ("vault1 vault2 admin", "group open all vault1 vault2 admin\nquorum open"),
    ("vault", "quorum none"),
]


@pytest.mark.parametrize(("parties", "rest"), ALONE)
def test_attack_04_a_policy_by_which_one_party_opens_alone_is_none(parties: str, rest: str) -> None:
    data = policy(parties, rest)
    with pytest.raises(SealError):
        read(data)
    with pytest.raises(SealError):
        keyset(parse(data.decode(), "party"), KEYS)
    with pytest.raises(ContrejourError):
        Rules(parse(data.decode(), "party"), parse("witness w k\nquorum w\n", "witness"))


def test_an_authority_of_justice_opens_with_the_vault_and_nobody_else() -> None:
    rest = "group open all vault prosecutor\nquorum open"
    assert read(policy("vault prosecutor", rest, judicial="prosecutor")).ways()
    with pytest.raises(SealError, match=r"prosecutor\+vault"):
        read(policy("vault prosecutor", rest, judicial="vault"))


def test_of_two_vaults_one_is_in_each_way() -> None:
    rest = "group v any vault1 vault2\ngroup open all v prosecutor dpo\nquorum open"
    who = read(policy("dpo vault1 prosecutor vault2", rest))
    assert sorted(keyset(who, KEYS).ways) == [
        ("vault1", "prosecutor", "dpo"), ("vault2", "prosecutor", "dpo"),
    ]  # fmt: skip


def test_attack_04_a_key_that_no_day_ends_is_for_nothing_live() -> None:
    who = read(policy(" ".join(FOUR), REST))
    with pytest.raises(SealError, match="no day ends"):
        demand_day_keys(who)
    lines = "".join(f"party {name} {SIGNERS[name]}\n" for name in FOUR)
    demand_day_keys(read((lines + REST).encode()))
    mixed = lines.replace(str(SIGNERS["operator"]), str(KEYS["operator"]))
    with pytest.raises(SealError, match="operator"):
        demand_day_keys(read((mixed + REST).encode()))


def test_attack_06_no_policy_is_voted_whose_vault_can_say_nothing_in_the_log(
    opening: bytes,
) -> None:
    """That it had no key to sign with was found out when the first order came to it."""
    assert voted.read(opening, WITNESSES)
    for party in FOUR:
        mute = re.sub(rf"(party {party} \S+) key:\S+", r"\1", opening.decode()).encode()
        assert mute != opening
        with pytest.raises(SealError, match=f"no key: of {party}"):
            voted.read(mute, WITNESSES)
        with pytest.raises(SealError, match=f"no key: of {party}"):
            rules_of(mute, WITNESSES)


def test_attack_22_whoever_approves_for_one_party_publishes_for_no_other() -> None:
    from hashlib import sha256

    lines = "".join(f"party {name} {SIGNERS[name]}\n" for name in FOUR)
    keyid = sha256(SIGNERS["dpo"].public).hexdigest()
    own = lines.replace(str(SIGNERS["dpo"]), f"{SIGNERS['dpo']} key:{keyid}")
    assert read((own + REST).encode()).ways()
    theirs = lines.replace(str(SIGNERS["operator"]), f"{SIGNERS['operator']} key:{keyid}")
    with pytest.raises(SealError, match="same key"):
        read((theirs + REST).encode())


def test_what_a_party_s_line_says_beside_is_understood_or_refused() -> None:
    with pytest.raises(SealError, match="authority"):
        read(policy(" ".join(FOUR), REST).replace(b"\nparty dpo", b" authority\nparty dpo"))


WITNESSES = ledgers.POLICY.encode()


@pytest.fixture
def opening(tmp_path: Path) -> bytes:
    """A policy that may be voted."""
    ceremony(tmp_path)
    return (tmp_path / "open.policy").read_bytes()


@pytest.mark.parametrize(("parties", "rest"), ALONE)
def test_attack_04_no_policy_by_which_one_opens_alone_may_be_voted(parties: str, rest: str) -> None:
    with pytest.raises(ContrejourError):
        voted.read(policy(parties, rest), WITNESSES)


def test_attack_04_no_policy_whose_keys_no_day_ends_may_be_voted() -> None:
    with pytest.raises(SealError, match="no day ends"):
        voted.read(policy("vault prosecutor dpo operator", REST), WITNESSES)


def test_attack_04_no_policy_of_witnesses_that_asks_none_may_be_voted(opening: bytes) -> None:
    for text in (b"quorum none\n", WITNESSES.split(b"witness")[0] + b"quorum none\n"):
        with pytest.raises(SealError, match="nobody witnesses"):
            voted.read(opening, text)


def test_attack_04_a_policy_is_the_voted_one_to_the_byte_or_refused(opening: bytes) -> None:
    found = voted.read(opening, WITNESSES).hashes
    plan = plan_for("record", **asdict(found)).originals("cam-a")
    plan.demand(found)
    for other in (
        PolicyHashes.of(opening + b"\n", WITNESSES), PolicyHashes.of(opening, WITNESSES + b"\n")
    ):  # fmt: skip
        with pytest.raises(Refused, match="is not the one that was voted"):
            plan.demand(other)


def test_attack_04_an_older_plan_which_names_no_policy_lets_nothing_be_sealed(
    opening: bytes,
) -> None:
    found = voted.read(opening, WITNESSES).hashes
    for told in ({}, {"window": "PT10S"}, {"v": 1}, {"v": 2, **dict.fromkeys(asdict(found))}):
        with pytest.raises(Refused, match="doesn't name open_policy"):
            Originals.of(told).demand(found)


def test_originals_of_another_version_or_with_one_policy_are_no_plan_s() -> None:
    for told in (
        {"v": 3}, {"v": 2}, {"v": 2, "open_policy": "a" * 64}, {"open_policy": "a" * 64},
        {"v": 2, "open_policy": "a" * 64, "witness_policy": None},
        {"v": 2, "open_policy": "A" * 64, "witness_policy": "b" * 64},
        {"v": 1, "open_policy": "a" * 64, "witness_policy": "b" * 64},
    ):  # fmt: skip
        with pytest.raises(Refused, match="originals"):
            Originals.of(told)


def test_a_plan_says_which_policies_were_voted() -> None:
    assert b'"v":2' in envelope("record")
    without = plan_for("record", open_policy=None, witness_policy=None)
    assert without.originals("cam-a").policies is None
