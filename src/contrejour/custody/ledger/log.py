"""The log: `append` returns once entries are on the disk, `publish` once everybody can read them.

    create(folder, signer)
    with Log(folder, signer) as log:
        first = log.append([entry.bytes])             # durable now, in the order of arrival
        log.publish(cosign)                           # in the tree, under a signed checkpoint

    checkpoint  tile/…         public, as c2sp.org/tlog-tiles has them; nothing else is served
    sequencer.sqlite  lock     entries in no full bundle yet; one writer's lock

One process writes. A kill at any point loses nothing that `append` returned: tiles are made of
durable entries, the checkpoint is replaced last, and entries leave SQLite when their bundle is
full, durable and published. A log that lost entries which its checkpoint covers doesn't open.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from contrejour.base.errors import LedgerError, OutputExists
from contrejour.base.files import Batch, aside, lock_file, make_folder, unwritable
from contrejour.base.messages import Message
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, tiles, tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.read import read_checkpoint, reader
from contrejour.custody.ledger.tiles import ENTRIES, WIDTH, Tile
from contrejour.custody.ledger.tree import Nodes
from contrejour.custody.note import Note, Signature, Signer

Cosign = Callable[[Note, Nodes], Sequence[Signature]]
"""Gives the cosignatures for a checkpoint; where it raises LedgerError, none is published."""

_SCHEMA = """
create table log (origin text not null, key text not null, size integer not null);
create table entries (number integer primary key, entry blob not null);
"""


def create(folder: Path, signer: Signer) -> None:
    """Make a log without entries, and publish its checkpoint. Raises OutputExists, OutputFailed."""
    with _writing(folder):
        make_folder(folder)
        try:
            with aside(_database(folder), new=True) as part, closing(_opened(part)) as known:
                known.executescript(_SCHEMA)
                known.execute("insert into log values (?, ?, 0)", (signer.name, str(signer.key)))
                known.execute("pragma journal_mode = delete")  # one file, which `aside` renames
        except FileExistsError:
            raise OutputExists("log-exists", folder=folder) from None
    with Log(folder, signer) as log:
        log.publish()


class Log:
    """Threads may share it. `size`: how many entries are durable; `published`: the checkpoint."""

    def __init__(self, folder: Path, signer: Signer) -> None:
        """Raises Busy while another process has it open, LedgerError where it is damaged."""
        self.folder, self._signer = folder, signer
        self.size = 0
        self.read = reader(folder)
        self._guard, self._publishing = threading.Lock(), threading.Lock()
        if not _database(folder).exists():
            raise LedgerError("no-log", folder=folder)
        with _writing(folder):
            self._lock = lock_file(folder / "lock", folder)
            try:
                self._known = _opened(_database(folder))
                self._resume()
            except BaseException:
                self.close()
                raise

    def _resume(self) -> None:
        """Read how far the log is, and check that nothing under its checkpoint is lost."""
        origin, key, self.size = self._known.execute("select * from log").fetchone()
        if (origin, key) != (self._signer.name, str(self._signer.key)):
            raise LedgerError("log-signed-by-another-key", folder=self.folder, key=key)
        kept = self._known.execute("select min(number) from entries").fetchone()[0]
        self.published = Checkpoint(origin, 0, tree.EMPTY)
        if (self.folder / "checkpoint").exists():
            signed = read_checkpoint(self.read)
            self.published = checkpoint.parse(signed.text)
            if not signed.signed([self._signer.key]):
                raise LedgerError("checkpoint-not-signed", folder=self.folder)
        at = self.published.size
        if at > self.size or (self.size if kept is None else kept) > at - at % WIDTH:
            raise LedgerError("log-fell-behind", folder=self.folder, size=self.size, at=at)
        if tree.root(at, tiles.nodes(at, self.read)) != self.published.root:
            raise LedgerError("tiles-damaged", folder=self.folder)

    def append(self, entries: Sequence[bytes]) -> int:
        """The number of the first of them; all are durable, or none. Raises OutputFailed."""
        if any(not 0 < len(each) <= tiles.MOST_ENTRY_BYTES for each in entries):
            raise ValueError("an entry has from 1 to 65,535 bytes")
        with self._guard, _writing(self.folder):
            first = self.size
            self._known.execute("begin immediate")
            try:
                self._known.executemany(
                    "insert into entries values (?, ?)", enumerate(entries, first)
                )
                self._known.execute("update log set size = ?", (first + len(entries),))
                self._known.execute("commit")
            except BaseException:
                if self._known.in_transaction:
                    self._known.execute("rollback")
                raise
            self.size = first + len(entries)
            return first

    def publish(self, cosign: Cosign | None = None) -> Note:
        """Publish the tiles of all durable entries, then a signed checkpoint over them.

        Raises LedgerError where the tree doesn't go on from the one published before, and what
        `cosign` raises; OutputFailed. Then the checkpoint before stays published.
        """
        with self._publishing, _writing(self.folder):
            old, size = self.published, self.size
            self._extend(old.size, size)
            nodes = tiles.nodes(size, self.read)
            new = Checkpoint(old.origin, size, tree.root(size, nodes))
            between = tree.consistency(old.size, size, nodes)
            tree.check_consistency(old.size, size, between, old.root, new.root)
            signed = Note(new.text, (self._signer.sign(new.text),))
            if cosign is not None:
                signed = note.with_lines(signed, cosign(signed, nodes))
            last = Batch(self.folder)
            last.put(self.folder / "checkpoint", str(signed).encode())
            last.publish()
            self.published = new
            self._forget(old.size, size)
            return signed

    def _extend(self, old: int, size: int) -> None:
        """Write, durably, the tiles and bundles that change when the tree grows to `size`."""
        files = Batch(self.folder)

        def put(tile: Tile, data: bytes) -> None:
            files.put(self.folder / tile.path, data)

        new: list[bytes] = []
        for index in range(old // WIDTH, -(-size // WIDTH)) if size > old else ():
            tile = tiles.tile_at(ENTRIES, index, size)
            told = self._entries(index * WIDTH, tile.width)
            put(tile, tiles.bundle(told))
            row = [tree.leaf_hash(each) for each in told]
            put(tiles.tile_at(0, index, size), b"".join(row))
            if tile.width == WIDTH:
                new.append(tree.full_root(row))
        level = 1
        while new:
            first = old >> (tiles.HEIGHT * level)
            index, taken = divmod(first, WIDTH)
            row = tiles.fetch(tiles.tile_at(level, index, old), self.read) if taken else []
            row, new = [*row, *new], []
            for at in range(0, len(row), WIDTH):
                part = row[at : at + WIDTH]
                put(Tile(level, index + at // WIDTH, len(part)), b"".join(part))
                if len(part) == WIDTH:
                    new.append(tree.full_root(part))
            level += 1
        files.publish()

    def entries(self, first: int) -> Iterator[bytes]:
        """All that are durable, from a number on. Raises LedgerError where a bundle is damaged."""
        kept = self.published.size - self.published.size % WIDTH
        while first < kept:
            number, place = divmod(first, WIDTH)
            yield from tiles.fetch(Tile(ENTRIES, number), self.read)[place:]
            first += WIDTH - place
        yield from self._entries(first, self.size - first)

    def _entries(self, first: int, count: int) -> list[bytes]:
        with self._guard:
            rows = self._known.execute(
                "select entry from entries where number >= ? order by number limit ?",
                (first, count),
            ).fetchall()
        return [row[0] for row in rows]

    def _forget(self, old: int, size: int) -> None:
        """Delete what is in full bundles from SQLite, and partial tiles that have a full one."""
        with self._guard:
            self._known.execute("delete from entries where number < ?", (size - size % WIDTH,))
        for level in range(ENTRIES, 8):
            height = tiles.HEIGHT * (max(level, 0) + 1)
            for index in range(old >> height, size >> height):
                shutil.rmtree(self.folder / f"{Tile(level, index).path}.p", ignore_errors=True)

    def close(self) -> None:
        if hasattr(self, "_known"):
            self._known.close()
        self._lock.close()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _database(folder: Path) -> Path:
    return folder / "sequencer.sqlite"


def _opened(path: Path) -> sqlite3.Connection:
    known = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    known.execute("pragma journal_mode = wal")
    known.execute("pragma synchronous = full")
    return known


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turns what the disk and SQLite raise into an OutputFailed, or a LedgerError."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise unwritable(folder, error, Message("free-space-acknowledged")) from error
    except sqlite3.DatabaseError as error:
        raise LedgerError("sequencer-damaged", folder=folder, error=str(error)) from error
