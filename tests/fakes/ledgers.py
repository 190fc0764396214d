"""Logs and witnesses of a test: keys from a seed, trees in memory, entries that say nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.custody import note
from contrejour.custody.ledger import tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.proof import Proof
from contrejour.custody.ledger.tree import Nodes
from contrejour.custody.ledger.verify import Trust, read_trust
from contrejour.custody.note import Note, Signer

ORIGIN = "log.example/rhone"
NOW_S = 1_800_000_000


def signer(name: str, kind: int = note.ED25519) -> Signer:
    """The same key for the same name."""
    seed = hashlib.sha256(name.encode()).digest()
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed), kind)


def witness(name: str) -> Signer:
    return signer(f"{name}.example", note.COSIGNATURE)


LOG = signer(ORIGIN)
WITNESSES = [witness(name) for name in ("north", "east", "west")]
POLICY = "\n".join(
    [
        f"log {LOG.key}",
        *(f"witness {each.name.split('.')[0]} {each.key}" for each in WITNESSES),
        "group two 2 north east west",
        "quorum two",
    ]
)


def trust(text: str = POLICY) -> Trust:
    return read_trust(text)


def entry(number: int, branch: str = "") -> bytes:
    return f"entry {number}{branch}".encode()


def entries(size: int) -> list[bytes]:
    return [entry(number) for number in range(size)]


def log_keysets(folder: Path, published: Sequence[tuple[str, date, bytes]]) -> None:
    """Proofs in a folder, each with its entry: the log has these notes, by role and day."""
    told = [
        Entry("keyset.publish", "2027-01-01T00:00:00Z", {
            "role": role, "epoch": f"{day}", "keys": hashlib.sha256(data).hexdigest(),
        }).bytes for role, day, data in published
    ]  # fmt: skip
    whole = Tree(told)
    for number, each in enumerate(told):
        shown = replace(whole.proof(number, len(told)), extra=each)
        role, day, _ = published[number]
        (folder / f"{day}.{role}.tlog-proof").write_text(str(shown))


def brute_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = brute_root(leaves[:split]), brute_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """All of a tree in memory, level by level; it only grows."""

    def __init__(self, told: Sequence[bytes] = ()) -> None:
        self.levels: list[list[bytes]] = [[]]
        for each in told:
            self.add(each)

    @property
    def size(self) -> int:
        return len(self.levels[0])

    def add(self, told: bytes) -> None:
        self.levels[0].append(tree.leaf_hash(told))
        level = 0
        while len(self.levels[level]) % 2 == 0:
            if level + 1 == len(self.levels):
                self.levels.append([])
            self.levels[level + 1].append(tree.node_hash(*self.levels[level][-2:]))
            level += 1

    def branch(self, size: int, name: str) -> Tree:
        """Another tree, the same up to a size, and others from there on."""
        other = Tree()
        other.levels = [row[: size >> level] for level, row in enumerate(self.levels)]
        other.levels = [row for row in other.levels if row] or [[]]
        for number in range(size, self.size):
            other.add(entry(number, name))
        return other

    @property
    def nodes(self) -> Nodes:
        return lambda level, index: self.levels[level][index]

    def root(self, size: int) -> bytes:
        return tree.root(size, self.nodes)

    def checkpoint(self, size: int, by: Signer = LOG) -> Note:
        text = Checkpoint(by.name, size, self.root(size)).text
        return Note(text, (by.sign(text),))

    def witnessed(self, size: int, by: Sequence[Signer] = WITNESSES, time_s: int = NOW_S) -> Note:
        plain = self.checkpoint(size)
        return note.with_lines(plain, [each.sign(plain.text, time_s) for each in by])

    def proof(self, index: int, size: int) -> Proof:
        return Proof(index, tuple(tree.inclusion(index, size, self.nodes)), self.witnessed(size))
