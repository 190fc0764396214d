"""What an auditor believes: an entry, its proof, a quorum; and every way to cheat them."""

from __future__ import annotations

import dataclasses
import random

import pytest
from fakes.ledgers import (
    LOG,
    NOW_S,
    ORIGIN,
    POLICY,
    WITNESSES,
    Tree,
    entries,
    entry,
    signer,
    trust,
    witness,
)
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import LedgerError, Malformed
from contrejour.base.times import END_S
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, proof
from contrejour.custody.ledger.verify import Ages, check_checkpoint, check_entry
from contrejour.custody.note import Note

ALL = Tree(entries(100))
SHOWN = str(ALL.proof(17, 100)).encode()
TRUST = trust()
ZEROS = "A" * 43 + "="


def test_an_entry_in_a_witnessed_log_is_believed() -> None:
    seen = check_entry(entry(17), SHOWN, TRUST)
    assert (seen.checkpoint.origin, seen.checkpoint.size) == (ORIGIN, 100)
    assert seen.by == {"north": NOW_S, "east": NOW_S, "west": NOW_S}
    assert str(proof.parse(SHOWN)).encode() == SHOWN


def test_another_entry_isn_t() -> None:
    with pytest.raises(LedgerError, match="doesn't lead to the checkpoint"):
        check_entry(entry(18), SHOWN, TRUST)


@given(st.data())
def test_a_proof_with_a_flipped_bit_never_shows_another_thing(data: st.DataObject) -> None:
    """A bit in a witness's name makes it a stranger's: two of three are still enough."""
    whole = bytearray(SHOWN)
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    whole[at] ^= 1 << bit
    with pytest.raises(LedgerError):
        check_entry(entry(18), bytes(whole), TRUST)
    try:
        seen = check_entry(entry(17), bytes(whole), TRUST)
    except LedgerError:
        return
    assert seen.checkpoint == checkpoint.parse(ALL.checkpoint(100).text)
    assert len(seen.by) == 2


def test_of_ten_thousand_changed_proofs_none_is_believed() -> None:
    """A byte of the hashes, the checkpoint or the log's signature is another one."""
    draw, end = random.Random(3), SHOWN.index("— north".encode()) - 1
    alone = trust(f"log {LOG.key}\nquorum none")
    check_entry(entry(17), SHOWN, alone)
    for _ in range(10_000):
        wrong = bytearray(SHOWN)
        at = draw.randrange(end)
        wrong[at] ^= draw.randrange(1, 256)
        with pytest.raises(LedgerError):
            check_entry(entry(17), bytes(wrong), alone)


@given(st.integers(0, len(SHOWN) - 1))
def test_a_proof_that_is_cut_shows_nothing_new(cut: int) -> None:
    try:
        seen = check_entry(entry(17), SHOWN[:cut], TRUST)
    except LedgerError:
        return
    assert seen.checkpoint.size == 100
    assert len(seen.by) >= 2


@pytest.mark.parametrize("count", range(4))
def test_fewer_witnesses_than_the_quorum_are_too_few(count: int) -> None:
    signed = ALL.witnessed(100, WITNESSES[:count])
    if count >= 2:
        assert len(check_checkpoint(signed, TRUST).by) == count
    else:
        with pytest.raises(LedgerError, match=r"too few witnesses .* \(quorum two\)"):
            check_checkpoint(signed, TRUST)


def test_one_witness_that_signs_twice_is_one() -> None:
    one = WITNESSES[0]
    plain = ALL.checkpoint(100)
    twice = note.with_lines(plain, [one.sign(plain.text, NOW_S), one.sign(plain.text, NOW_S + 9)])
    with pytest.raises(LedgerError, match="too few witnesses have signed this: north"):
        check_checkpoint(twice, TRUST)


@pytest.mark.parametrize("time_s", [END_S, 1 << 40, (1 << 63) - 1])
def test_attack_46_a_witness_beyond_the_years_witnesses_nothing(time_s: int) -> None:
    """There is no such moment: who asked when an order had been seen fell over it."""
    check_checkpoint(ALL.witnessed(100, time_s=END_S - 1), TRUST)
    with pytest.raises(LedgerError, match="too few witnesses have signed this: none"):
        check_checkpoint(ALL.witnessed(100, time_s=time_s), TRUST)


def test_strangers_witness_nothing() -> None:
    signed = ALL.witnessed(100, [witness("mallory"), witness("oscar")])
    with pytest.raises(LedgerError, match="too few witnesses have signed this: none"):
        check_checkpoint(signed, TRUST)


def test_witnesses_of_a_fork_don_t_make_it_the_log_s() -> None:
    fork = ALL.branch(50, "x").witnessed(100)
    unsigned = Note(fork.text, fork.signatures[1:])
    with pytest.raises(LedgerError, match=f"the log {ORIGIN} hasn't signed this"):
        check_checkpoint(unsigned, TRUST)


def test_a_log_of_another_name_or_key_is_unknown() -> None:
    with pytest.raises(LedgerError, match=r"no log of the policy is called 'log\.other'"):
        check_checkpoint(ALL.checkpoint(100, signer("log.other")), TRUST)
    impostor = note.Signer(ORIGIN, signer("mallory").private)
    with pytest.raises(LedgerError, match="hasn't signed this"):
        check_checkpoint(ALL.checkpoint(100, impostor), TRUST)


@pytest.mark.parametrize(
    ("since_s", "fits"), [(-301, False), (-300, True), (0, True), (60, True), (61, False)]
)
def test_cosignatures_count_while_they_are_young(since_s: int, fits: bool) -> None:
    """A log that is shown as it was a year ago: its proofs hold, and an order may be hidden."""
    ages = Ages(NOW_S + since_s, oldest_s=60)
    if fits:
        assert check_entry(entry(17), SHOWN, TRUST, ages).by
    else:
        with pytest.raises(LedgerError, match="too few witnesses have signed this: none"):
            check_entry(entry(17), SHOWN, TRUST, ages)


def test_a_policy_that_asks_for_nobody_believes_the_log_alone() -> None:
    alone = trust(f"log {LOG.key}\nquorum none")
    assert check_checkpoint(ALL.checkpoint(100), alone).by == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"log {WITNESSES[0].key}\nquorum none", "the key of log is one of a witness"),
        (POLICY.replace(str(WITNESSES[0].key), str(LOG.key)), "the key of north is one of a log"),
        (POLICY.replace(str(WITNESSES[0].key), str(WITNESSES[1].key)), "names one key twice"),
        (f"log {LOG.key}\nlog {LOG.key}\nquorum none", "names one key twice"),
        (f"log {LOG.key} a b\nquorum none", "more of log than a key and an address"),
        ("log nothing\nquorum none", "not the key of a signed note"),
    ],
)
def test_a_policy_whose_keys_are_wrong_is_refused(text: str, why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        trust(text)


def test_a_policy_without_a_quorum_is_refused() -> None:
    with pytest.raises(Malformed, match="no quorum line"):
        trust(f"log {LOG.key}")


def test_the_same_key_under_two_names_is_one_witness() -> None:
    again = note.Signer("alias.example", WITNESSES[0].private, note.COSIGNATURE)
    with pytest.raises(LedgerError, match="names one key twice"):
        trust(POLICY.replace(str(WITNESSES[1].key), str(again.key)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 17", "index 017"),
        ("index 17", "index -17"),
        ("index 17", f"index {1 << 63}"),
        ("index 17", "index 100"),
        ("index 17", "place 17"),
        ("index 17", "extra \nindex 17"),
        ("index 17", "extra A\nindex 17"),
        ("index 17", "index 17\nAAAA"),
        ("index 17\n", f"index 17\n{'A' * 43}=\n" * 2),
        ("\n100\n", "\n0100\n"),
        ("\n100\n", "\n101\n"),
        ("\n\nlog", "\n\n\nlog"),
    ],
)
def test_a_proof_in_another_form_is_refused(old: str, new: str) -> None:
    wrong = SHOWN.decode().replace(old, new, 1).encode()
    assert wrong != SHOWN
    with pytest.raises(LedgerError):
        check_entry(entry(17), wrong, TRUST)


def test_extra_is_carried_and_vouched_for_by_nobody() -> None:
    told = dataclasses.replace(ALL.proof(17, 100), extra=b"\0\xff")
    assert proof.parse(str(told).encode()) == told
    assert check_entry(entry(17), str(told).encode(), TRUST)


@pytest.mark.parametrize(
    "text",
    [
        "", "o\n1\n", "o\n1\nAAAA\n", "o\n\n1\n", f"o\n-1\n{ZEROS}\n", f"o\n1\n{ZEROS[:-1]}A\n",
        f"o\n0\n{ZEROS}\n", f"o\n01\n{ZEROS}\n", f"o\n{1 << 63}\n{ZEROS}\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError):
        checkpoint.parse(text)


def test_lines_that_a_foreign_log_adds_are_signed_with_the_rest() -> None:
    text = ALL.checkpoint(100).text + "more\n"
    signed = Note(text, (LOG.sign(text), *(each.sign(text, NOW_S) for each in WITNESSES)))
    assert check_checkpoint(signed, TRUST).checkpoint.size == 100
    with pytest.raises(LedgerError, match="doesn't fit"):
        check_checkpoint(Note(ALL.checkpoint(100).text, signed.signatures), TRUST)
