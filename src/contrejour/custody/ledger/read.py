"""Reading a log as anybody can: from its folder, a copy of it, or over HTTP.

read = reader(folder)                    # or any other tiles.TileReader
proof = prove(17, read)
audit(read, trust, each=look)            # every entry, every tile, the root, the signatures
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from contrejour.base.errors import LedgerError, LogForked
from contrejour.base.foreign import read_file
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, tiles, tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.proof import Proof
from contrejour.custody.ledger.tiles import ENTRIES, WIDTH
from contrejour.custody.ledger.tree import Nodes
from contrejour.custody.ledger.verify import (
    Ages,
    Trust,
    TrustedCheckpoint,
    check_checkpoint,
    signed_by_log,
)
from contrejour.custody.note import Note


def reader(folder: Path) -> tiles.TileReader:
    """Reads what a log serves, out of its folder."""

    def read(path: str) -> bytes:
        try:
            return read_file(folder / path, tiles.MOST_BUNDLE)
        except OSError:
            raise LedgerError("tile-cannot-be-read", path=path, folder=folder) from None

    return read


def read_checkpoint(read: tiles.TileReader) -> Note:
    """The newest checkpoint; nothing is verified. Raises LedgerError."""
    return note.parse(read("checkpoint"))


def read_entry(index: int, size: int, read: tiles.TileReader) -> bytes:
    """One of `size` entries. Raises LedgerError."""
    number, place = divmod(index, WIDTH)
    return tiles.fetch(tiles.tile_at(ENTRIES, number, size), read)[place]


def find(leaves: Collection[str], read: tiles.TileReader, trust: Trust) -> dict[str, int]:
    """The number of each entry that the log has of these, by leaf hash in hexadecimal.

    From the last one back, until all are found. The log's own signature is verified, for whoever
    answers in its place may say that it has 10^18 entries; the tiles aren't. Raises LedgerError.
    """
    if not leaves:
        return {}
    size, found = signed_by_log(read_checkpoint(read), trust).size, dict[str, int]()
    for number in range(-(-size // WIDTH) - 1, -1, -1):
        if len(found) == len(leaves):
            break
        for place, each in enumerate(tiles.fetch(tiles.tile_at(0, number, size), read)):
            if each.hex() in leaves:
                found[each.hex()] = number * WIDTH + place
    return found


def prove(index: int, read: tiles.TileReader, signed: Note | None = None) -> Proof:
    """That an entry is under a checkpoint (by default, the last one). Raises LedgerError."""
    signed = signed or read_checkpoint(read)
    size = checkpoint.parse(signed.text).size
    if not 0 <= index < size:
        raise LedgerError("no-such-entry", index=index, size=size)
    return Proof(index, tuple(tree.inclusion(index, size, tiles.nodes(size, read))), signed)


def audit(
    read: tiles.TileReader, trust: Trust, ages: Ages | None = None, *, signed: Note | None = None,
    since: Checkpoint | None = None, whole: bool = False,
    each: Callable[[int, bytes], object] = lambda *_: None,
) -> TrustedCheckpoint:  # fmt: skip
    """Read a log whole, or what came `since` a checkpoint that was audited before.

    Every entry hashes to its place, every tile to the one above, all to the root, and the root is
    signed as `trust` wants (by default, the one that stands there now); it goes on from `since`.
    `each`: told of every new entry (`whole`: of every one), with its number, before it is known
    whether the log holds. Raises LedgerError; LogForked where it can be proven by `since` and
    `signed` that the log took something back.
    """
    signed = signed or read_checkpoint(read)
    seen = check_checkpoint(signed, trust, ages)
    size = seen.checkpoint.size
    nodes = tiles.nodes(size, read)
    if since:
        _goes_on(since, seen.checkpoint, nodes)
    before = since.size if since and not whole else 0
    made: list[bytes] = []
    for index in range(before // WIDTH, -(-size // WIDTH)):
        tile = tiles.tile_at(ENTRIES, index, size)
        told = tiles.fetch(tile, read)
        for number, entry in enumerate(told, index * WIDTH):
            if number >= before:
                each(number, entry)
        row = [tree.leaf_hash(entry) for entry in told]
        _same(row, tiles.tile_at(0, index, size), read)
        made += [tree.full_root(row)] if tile.width == WIDTH else []
    _above(before, size, made, read)
    if tree.root(size, nodes) != seen.checkpoint.root:
        raise LedgerError("entries-of-another-checkpoint")
    return seen


def _goes_on(since: Checkpoint, now: Checkpoint, nodes: Nodes) -> None:
    """Raises LogForked where the log took something back, LedgerError where tiles are damaged."""
    if since.origin != now.origin or since.size > now.size:
        raise LogForked(
            "log-shrank-or-renamed",
            seen_origin=since.origin,
            seen_size=since.size,
            origin=now.origin,
            size=now.size,
        )
    began = tree.root(since.size, nodes)
    between = tree.consistency(since.size, now.size, nodes)
    try:
        tree.check_consistency(since.size, now.size, between, began, now.root)
    except LedgerError:
        raise LedgerError("tiles-of-another-checkpoint") from None
    if began != since.root:
        raise LogForked("tree-changed")


def _above(before: int, size: int, made: list[bytes], read: tiles.TileReader) -> None:
    """Compare the tiles from level 1 up with what those below lead to, where anything is new."""
    level = 1
    while made:
        first = before >> (tiles.HEIGHT * level)
        index, taken = divmod(first, WIDTH)
        row = tiles.fetch(tiles.tile_at(level, index, size), read)[:taken] if taken else []
        row, made = [*row, *made], []
        for at in range(0, len(row), WIDTH):
            part = row[at : at + WIDTH]
            _same(part, tiles.tile_at(level, index + at // WIDTH, size), read)
            made += [tree.full_root(part)] if len(part) == WIDTH else []
        level += 1


def _same(row: list[bytes], tile: tiles.Tile, read: tiles.TileReader) -> None:
    if tiles.fetch(tile, read) != row:
        raise LedgerError("tile-does-not-fit", tile=tile.path)
