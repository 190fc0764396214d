"""c2sp.org/tlog-tiles: the tree as files of 256 hashes, the entries as files of 256. Pure.

    tile/<L>/<N>            256 hashes (8,192 bytes): level L holds full subtrees of 256**L leaves
    tile/<L>/<N>.p/<W>      the last ones of a level, W of 1 to 255
    tile/entries/<N>[.p/W]  256 (W) entries, each after its length (uint16, big-endian)

<N> is in groups of three digits, all but the last after an "x": 1234067 is x001/x234/067.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from contrejour.base.errors import LedgerError
from contrejour.custody.ledger.tree import HASH_BYTES, Nodes, full_root

WIDTH = 256
HEIGHT = 8
MOST_ENTRY_BYTES = 0xFFFF
MOST_BUNDLE = WIDTH * (2 + MOST_ENTRY_BYTES)
"""Bytes of a tile, by its format."""
ENTRIES = -1
"""The level of entry bundles."""
_PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)

TileReader = Callable[[str], bytes]
"""Gives what is at a path below the log's prefix. Raises LedgerError where nothing is."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, or (level ENTRIES) a bundle of entries; `width` of its 256 places are taken."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = "entries" if self.level == ENTRIES else self.level
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *groups, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        number = "/".join([*(f"x{group}" for group in groups), last])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def whole(self) -> Tile:
        return Tile(self.level, self.index)


def parse(path: str) -> Tile | None:
    """The tile at a path; None for the path of no tile."""
    found = _PATH.fullmatch(path)
    if not found or len(found[2]) > 35:
        return None
    level = ENTRIES if found[1] == "entries" else int(found[1])
    tile = Tile(level, int(re.sub("[x/]", "", found[2])), int(found[3] or WIDTH))
    return tile if tile.path == path else None


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile of a level, as wide as a tree of `size` leaves has it."""
    hashes = size >> (HEIGHT * max(level, 0))
    return Tile(level, index, min(WIDTH, hashes - index * WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """All of a tree, bundles first, then level by level."""
    for level in range(ENTRIES, 8):
        for index in range(-(-(size >> (HEIGHT * max(level, 0))) // WIDTH)):
            yield tile_at(level, index, size)


def split(data: bytes, tile: Tile) -> list[bytes]:
    """The hashes of a tile. Raises LedgerError where `data` hasn't the length of its width."""
    if len(data) != tile.width * HASH_BYTES:
        raise LedgerError(
            "tile-of-wrong-size", tile=tile.path, found=len(data), expected=tile.width * HASH_BYTES
        )
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as they stand in a file, each of 1 to 65,535 bytes."""
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def unbundle(data: bytes, tile: Tile) -> list[bytes]:
    """The entries of a bundle. Raises LedgerError where they aren't `tile.width`."""
    found: list[bytes] = []
    at = 0
    while at < len(data) and len(found) <= tile.width:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        found.append(data[start:at])
    if at != len(data) or len(found) != tile.width:
        raise LedgerError("bundle-of-wrong-size", tile=tile.path, expected=tile.width)
    return found


def nodes(size: int, read: TileReader) -> Nodes:
    """What proofs in a tree of `size` leaves ask for, out of its tiles: each is read once.

    Where a partial tile is gone, the full one is taken, as the specification wants.
    """
    kept: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        height, above = divmod(level, HEIGHT)
        first = index << above
        number, place = divmod(first, WIDTH)
        row = kept.get((height, number))
        if row is None:
            row = kept[height, number] = fetch(tile_at(height, number, size), read)
        return full_root(row[place : place + (1 << above)])

    return node


def fetch(tile: Tile, read: TileReader) -> list[bytes]:
    """The hashes (level ENTRIES: the entries) of a tile. Raises LedgerError."""
    take = unbundle if tile.level == ENTRIES else split
    try:
        return take(read(tile.path), tile)
    except LedgerError:
        if tile.width == WIDTH:
            raise
        try:
            return take(read(tile.whole.path), tile.whole)[: tile.width]
        except LedgerError:
            pass
        raise
