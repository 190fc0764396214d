"""The Merkle tree of RFC 6962, section 2.1: roots, and both proofs, made and checked. Pure.

    leaf = SHA-256(0x00 || entry)      node = SHA-256(0x01 || left || right)

Whoever makes a proof gives `nodes(level, index)`: the hash of the full subtree over the leaves
[index * 2**level, (index + 1) * 2**level). A proof asks for as many of them as the tree is high.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from contrejour.base.errors import LedgerError

Nodes = Callable[[int, int], bytes]

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""
HASH_BYTES = 32
MOST_HASHES = 63
"""Hashes in a proof at most: a tree has up to 2**63 leaves."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 2**n hashes of equal subtrees."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` leaves."""
    return _over(0, size, nodes) if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Proof that the leaf `index` is in the tree of `size` leaves, from the leaf up."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} of {size}")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_over(middle, end, nodes))
            end = middle
        else:
            proof.append(_over(start, middle, nodes))
            start = middle
    return proof[::-1]


def consistency(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """Proof that the tree of `size` leaves begins with that of `old`; empty for 0 and `size`."""
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} in one of {size}")
    if old in (0, size):
        return []
    proof = []
    start, end, whole = 0, size, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_over(middle, end, nodes))
            end = middle
        else:
            proof.append(_over(start, middle, nodes))
            start, whole = middle, False
    if not whole:  # else it is the old root, which whoever checks has
        proof.append(_over(start, end, nodes))
    return proof[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Whether the proof leads from a leaf hash to the root. Raises LedgerError."""
    found = leaf
    for each, before in zip(proof, sides(index, size, len(proof)), strict=True):
        found = node_hash(each, found) if before else node_hash(found, each)
    if found != expected:
        raise LedgerError("proof-of-another-checkpoint")


def sides(index: int, size: int, count: int) -> list[bool]:
    """Which hashes of an inclusion proof, leaf first, stand before what is known so far.

    RFC 9162, 2.1.3.2. Raises LedgerError where such a proof has another number of them.
    """
    if not 0 <= index < size:
        raise LedgerError("proof-beyond-the-tree", index=index, size=size)
    at, last, found = index, size - 1, []
    for _ in range(count):
        if not last:
            raise LedgerError("proof-too-long")
        found.append(bool(at & 1) or at == last)
        if found[-1]:
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    if last:
        raise LedgerError("proof-too-short")
    return found


def check_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes, expected: bytes
) -> None:
    """Whether the tree of `size` leaves begins with that of `old` (RFC 9162, 2.1.4.2).

    Raises LedgerError.
    """
    if not 0 <= old <= size:
        raise LedgerError("tree-does-not-go-on", size=size, old=old)
    if old in (0, size):
        if proof:
            raise LedgerError("proof-too-long")
        if old_root != (expected if old else EMPTY):
            raise LedgerError("tree-changed")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise LedgerError("proof-too-short")
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = now = path[0]
    for each in path[1:]:
        if not last:
            raise LedgerError("proof-too-long")
        if at & 1 or at == last:
            before, now = node_hash(each, before), node_hash(each, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, each)
        at, last = at >> 1, last >> 1
    if last:
        raise LedgerError("proof-too-short")
    if before != old_root or now != expected:
        raise LedgerError("tree-changed")


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _over(start: int, end: int, nodes: Nodes) -> bytes:
    """The root over the leaves [start, end), of full subtrees, the smallest last."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(nodes(level, start >> level))
        start += 1 << level
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found
