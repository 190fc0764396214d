"""A tree as files: paths, widths, and files that are cut, missing or of another tree."""

from __future__ import annotations

import pytest
from fakes.ledgers import Tree, brute_root, entries
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import LedgerError
from contrejour.custody.ledger import tiles, tree
from contrejour.custody.ledger.tiles import ENTRIES, Tile


def files(told: list[bytes]) -> dict[str, bytes]:
    """All that a log of these entries serves."""
    found, all_of = {}, Tree(told)
    for tile in tiles.tiles_of(len(told)):
        first = tile.index * 256
        if tile.level == ENTRIES:
            data = tiles.bundle(told[first : first + tile.width])
        else:
            row = [all_of.nodes(8 * tile.level, first + at) for at in range(tile.width)]
            data = b"".join(row)
        found[tile.path] = data
    return found


def reader(found: dict[str, bytes]) -> tiles.TileReader:
    def read(path: str) -> bytes:
        if path not in found:
            raise LedgerError(f"nothing at {path}")
        return found[path]

    return read


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(63, 1_234_067), "tile/63/x001/x234/067"),
        (Tile(2, 5, 255), "tile/2/005.p/255"),
        (Tile(ENTRIES, 12_345, 1), "tile/entries/x012/345.p/1"),
    ],
)
def test_a_path_is_as_the_specification_writes_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000", "tile/00/000", "tile/0/00", "tile/0/0000", "tile/0/1000", "tile/0/x000/000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000/", "tile/0/../000",
        "/tile/0/000", "tile/-1/000", "tile/entries/", "tile/0/x001/x000",
        "tile/0/\u0660\u0660\u0660", "tile/0/000\n",
        "tile/0/" + "x999/" * 20 + "999", "checkpoint", "",
    ],
)  # fmt: skip
def test_no_other_path_is_a_tile(path: str) -> None:
    assert tiles.parse(path) is None


@given(st.text(alphabet="tile/entris0129x.p", max_size=30) | st.text())
def test_a_path_that_is_taken_is_written_the_same_again(path: str) -> None:
    tile = tiles.parse(path)
    assert tile is None or tile.path == path


def test_the_example_of_the_specification_has_these_widths() -> None:
    widths = [(each.level, each.width) for each in tiles.tiles_of(70_000) if each.level >= 0]
    assert widths.count((0, 256)) == 273
    assert [each for each in widths if each != (0, 256)] == [(0, 112), (1, 256), (1, 17), (2, 1)]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_800])
def test_proofs_come_out_of_tiles(size: int) -> None:
    told = entries(size)
    found = files(told)
    leaves = [tree.leaf_hash(each) for each in told]
    root = brute_root(leaves)
    assert tree.root(size, tiles.nodes(size, reader(found))) == root
    for index in {0, size // 3, size - 1}:
        asked: list[str] = []

        def read(path: str, asked: list[str] = asked) -> bytes:
            asked.append(path)
            return found[path]

        proof = tree.inclusion(index, size, tiles.nodes(size, read))
        tree.check_inclusion(leaves[index], index, size, proof, root)
        assert len(asked) == len(set(asked)) <= 5
        older = tree.consistency(index, size, tiles.nodes(size, reader(found)))
        tree.check_consistency(index, size, older, brute_root(leaves[:index]), root)


def test_a_tree_of_before_is_read_out_of_the_tiles_of_now() -> None:
    nodes = tiles.nodes(600, reader(files(entries(600))))
    assert tree.root(300, nodes) == Tree(entries(300)).root(300)


def test_the_full_tile_stands_for_a_partial_one_that_was_deleted() -> None:
    found = files(entries(500)) | files(entries(600))
    del found["tile/0/001.p/244"], found["tile/entries/001.p/244"]
    assert tree.root(500, tiles.nodes(500, reader(found))) == Tree(entries(500)).root(500)
    assert tiles.fetch(Tile(ENTRIES, 1, 244), reader(found)) == entries(500)[256:]


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 8191])
def test_a_truncated_tile_is_refused(cut: int) -> None:
    found = files(entries(300))
    found["tile/0/000"] = found["tile/0/000"][:cut]
    with pytest.raises(LedgerError, match=f"tile/0/000 has {cut} bytes, not 8192"):
        tree.inclusion(3, 300, tiles.nodes(300, reader(found)))


def test_a_missing_tile_is_said() -> None:
    found = files(entries(300))
    del found["tile/0/001.p/44"]
    with pytest.raises(LedgerError, match=r"nothing at tile/0/001\.p/44"):
        tree.root(300, tiles.nodes(300, reader(found)))


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=256), st.data())
def test_a_bundle_holds_its_entries_and_nothing_when_it_is_cut(
    told: list[bytes], data: st.DataObject
) -> None:
    written = tiles.bundle(told)
    tile = Tile(ENTRIES, 0, len(told))
    assert tiles.unbundle(written, tile) == told
    cut = data.draw(st.integers(0, len(written) - 1))
    for wrong in (written[:cut], written + b"\x00", written + written):
        with pytest.raises(LedgerError, match="whole entries"):
            tiles.unbundle(wrong, tile)
