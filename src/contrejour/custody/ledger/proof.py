"""c2sp.org/tlog-proof: one file that shows, offline, that an entry is in a witnessed log. Pure.

    c2sp.org/tlog-proof@v1
    extra <base64>                    may be left out; nobody signed it
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=     up to 63 of them, from the leaf up
    (an empty line)
    the checkpoint, as it was signed and cosigned

`parse` verifies nothing; verify.py says whether a proof holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.base.errors import LedgerError
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint
from contrejour.custody.note import Note

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf stands at `index` in the tree of a checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {note.encode64(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(note.encode64, self.hashes)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"


def parse(data: bytes) -> Proof:
    """A proof as it is in a file. Nothing is verified yet. Raises LedgerError."""
    head, empty, below = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        first, lines = "", []
    if first != HEADER or not empty or not lines:
        raise LedgerError("proof-without-header")
    extra = b""
    if lines[0].startswith("extra "):
        extra = note.decode64(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise LedgerError("proof-with-bad-extra")
    if not lines or not lines[0].startswith("index "):
        raise LedgerError("proof-without-index")
    index = checkpoint.number(lines[0].removeprefix("index "))
    return Proof(index, checkpoint.hashes(lines[1:]), note.parse(below), extra)
