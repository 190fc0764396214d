"""Proofs lead where they should, and nowhere else: every size, every bit."""

from __future__ import annotations

import pytest
from fakes.ledgers import Tree, brute_root, entries, entry
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import LedgerError
from contrejour.custody.ledger import tree
from contrejour.custody.ledger.tree import check_consistency, check_inclusion, leaf_hash

ALL = Tree(entries(131))
LEAVES = [leaf_hash(each) for each in entries(131)]


@pytest.mark.parametrize("size", range(131))
def test_the_root_is_the_one_of_the_rfc_word_for_word(size: int) -> None:
    assert ALL.root(size) == brute_root(LEAVES[:size])


@pytest.mark.parametrize("size", range(1, 131))
def test_every_leaf_has_a_proof_and_no_other_leaf_has_it(size: int) -> None:
    root = brute_root(LEAVES[:size])
    for index in range(size):
        proof = tree.inclusion(index, size, ALL.nodes)
        check_inclusion(LEAVES[index], index, size, proof, root)
        for leaf, place in ((leaf_hash(b"another"), index), (LEAVES[index], (index + 1) % size)):
            if size > 1 or leaf != LEAVES[index]:
                with pytest.raises(LedgerError):
                    check_inclusion(leaf, place, size, proof, root)


@pytest.mark.parametrize("size", range(131))
def test_every_older_tree_is_shown_to_be_the_beginning(size: int) -> None:
    root = brute_root(LEAVES[:size])
    for old in range(size + 1):
        proof = tree.consistency(old, size, ALL.nodes)
        before = brute_root(LEAVES[:old])
        check_consistency(old, size, proof, before, root)
        with pytest.raises(LedgerError):
            check_consistency(old, size, proof, leaf_hash(b"another"), root)
        for wrong in (proof[:-1], [*proof, root]):
            if wrong != proof:
                with pytest.raises(LedgerError):
                    check_consistency(old, size, wrong, before, root)


@given(st.integers(2, 130), st.data())
def test_a_flipped_bit_a_hash_less_or_a_hash_more_is_refused(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size, ALL.nodes)
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    for wrong in ([*proof[:at], flipped, *proof[at + 1 :]], proof[:-1], [*proof, flipped]):
        with pytest.raises(LedgerError):
            check_inclusion(LEAVES[index], index, size, wrong, ALL.root(size))


@given(st.integers(2, 130), st.data())
def test_a_flipped_bit_makes_no_tree_grow(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof = tree.consistency(old, size, ALL.nodes)
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    with pytest.raises(LedgerError):
        check_consistency(
            old, size, [*proof[:at], flipped, *proof[at + 1 :]], ALL.root(old), ALL.root(size)
        )


@given(st.integers(2, 130), st.data())
def test_a_fork_has_no_proof(size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 2))
    fork = ALL.branch(at, "x")
    old = data.draw(st.integers(at + 1, size))
    proof = tree.consistency(old, size, fork.nodes)
    with pytest.raises(LedgerError):
        check_consistency(old, size, proof, ALL.root(old), fork.root(size))


def test_a_tree_that_shrinks_is_none() -> None:
    with pytest.raises(LedgerError, match="doesn't go on"):
        check_consistency(9, 8, [], ALL.root(9), ALL.root(8))
    with pytest.raises(ValueError, match="no leaf 8 of 8"):
        tree.inclusion(8, 8, ALL.nodes)
    with pytest.raises(ValueError, match="no tree of 9 in one of 8"):
        tree.consistency(9, 8, ALL.nodes)


def test_a_leaf_is_never_a_node() -> None:
    """The two prefixes: without them, an entry of 64 bytes could be passed off as two."""
    left, right = leaf_hash(entry(0)), leaf_hash(entry(1))
    assert leaf_hash(left + right) != tree.node_hash(left, right)


def test_a_proof_in_a_huge_tree_is_short() -> None:
    asked: list[tuple[int, int]] = []

    def nodes(level: int, index: int) -> bytes:
        asked.append((level, index))
        return leaf_hash(f"{level} {index}".encode())

    proof = tree.inclusion(12_345_678_901, (1 << 62) + 12_345, nodes)
    assert len(proof) == 63
    assert len(asked) < 80
