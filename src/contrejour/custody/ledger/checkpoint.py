"""c2sp.org/tlog-checkpoint: what a log says of its tree. Pure.

    example.org/log                                   origin
    20852163                                          size, decimal, no zero before it
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=      root, base64 of 32 bytes

Lines may follow; ours has none. It is a signed note, under the log's key of the same name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contrejour.base.errors import LedgerError
from contrejour.custody import note
from contrejour.custody.ledger import tree

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree: the log's name, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{note.encode64(self.root)}\n"


def parse(text: str) -> Checkpoint:
    """From the text of a note. Raises LedgerError."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise LedgerError("checkpoint-too-short")
    size, root = number(lines[1]), note.decode64(lines[2])
    if len(root) != tree.HASH_BYTES:
        raise LedgerError("checkpoint-without-root")
    if not size and root != tree.EMPTY:
        raise LedgerError("checkpoint-empty-with-root")
    return Checkpoint(lines[0], size, root)


def number(text: str) -> int:
    """A size or an index: decimal, below 2**63, no zero before it. Raises LedgerError."""
    if not NUMBER.fullmatch(text) or int(text) >> 63:
        raise LedgerError("bad-number-in-log", text=text[:30])
    return int(text)


def hashes(lines: list[str]) -> tuple[bytes, ...]:
    """The hashes of a proof, one a line. Raises LedgerError."""
    found = tuple(map(note.decode64, lines))
    if len(found) > tree.MOST_HASHES or any(len(each) != tree.HASH_BYTES for each in found):
        raise LedgerError("proof-unreadable")
    return found
