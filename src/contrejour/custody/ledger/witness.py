"""A witness (c2sp.org/tlog-witness): it cosigns a log's checkpoint if that goes on from the last.

    POST <prefix>/add-checkpoint
    old 20852014                                     the size that it cosigned last, or 0
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=     up to 63 of them: the consistency proof
    (an empty line)
    the checkpoint

    200 its cosignature       400 not a request; or of a tree that is smaller than `old`
    404 a log not known here  403 not signed by that log's key
    409 another `old` (what it is, as text/x.tlog.size); or the same size with another root
    422 a proof that doesn't lead from one to the other

It keeps the last checkpoint of each log, and forks; nothing about whoever asks. Never restore its
file from a backup: a witness that forgot a checkpoint may cosign another tree of the same size.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contrejour.base import times
from contrejour.base.errors import LedgerError, OutputFailed
from contrejour.base.messages import Message, Tell
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.note import Key, Note, Signer

PATH = "/add-checkpoint"
SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"
MOST_BYTES = note.MOST_BYTES + 4096
MOST_FORKS = 16


@dataclass(frozen=True, slots=True)
class CheckpointRequest:
    """A request to cosign a checkpoint whose tree goes on from one of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    signed: Note

    def __str__(self) -> str:
        lines = [f"old {self.old}", *map(note.encode64, self.proof)]
        return "\n".join(lines) + f"\n\n{self.signed}"


@dataclass(frozen=True, slots=True)
class WitnessReply:
    """The answer. `new`: the tree to keep and cosign; `forked`: two roots, one size."""

    status: int
    text: str = ""
    kind: str = TEXT
    new: Checkpoint | None = None
    forked: bool = False


def parse(body: bytes) -> CheckpointRequest:
    """Raises LedgerError."""
    head, empty, below = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        first, lines = "", []
    if not empty or not first.startswith("old "):
        raise LedgerError("not-a-witness-request")
    old = checkpoint.number(first.removeprefix("old "))
    return CheckpointRequest(old, checkpoint.hashes(lines), note.parse(below))


def decide(
    body: bytes, logs: Mapping[str, Sequence[Key]], held: Callable[[str], Checkpoint | None]
) -> WitnessReply:
    """What to answer, by the keys of each log that is known and the last tree seen of it. Pure."""
    try:
        asked = parse(body)
        new = checkpoint.parse(asked.signed.text)
    except LedgerError as error:
        return WitnessReply(400, f"{error}\n")
    if new.origin not in logs:
        return WitnessReply(404, "this log is not known here\n")
    try:
        trusted = asked.signed.signed(logs[new.origin])
    except LedgerError:
        trusted = []
    if not trusted:
        return WitnessReply(403, "not signed by the key of this log\n")
    if asked.old > new.size:
        return WitnessReply(400, "the old size is more than the new one\n")
    last = held(new.origin) or Checkpoint(new.origin, 0, tree.EMPTY)
    if asked.old != last.size:
        return WitnessReply(409, f"{last.size}\n", SIZE)
    if new.size == last.size and new.root != last.root:
        return WitnessReply(409, "another tree of this size was seen\n", forked=True)
    try:
        tree.check_consistency(last.size, new.size, asked.proof, last.root, new.root)
    except LedgerError as error:
        return WitnessReply(422, f"{error}\n")
    return WitnessReply(200, new=new)


class Witness:
    """Threads and processes may share its file. Raises OutputFailed where that can't be used."""

    def __init__(
        self, path: Path, signer: Signer, logs: Sequence[Key], *,
        clock: times.UnixClock = time.time, tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        self.signer, self._path, self._clock, self._tell = signer, path, clock, tell
        self._logs: dict[str, list[Key]] = {}
        for key in logs:
            self._logs.setdefault(key.name, []).append(key)
        self._guard = threading.Lock()
        with self._keeping():
            self._known = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._known.executescript(
                "pragma journal_mode = wal; pragma synchronous = full;"
                "create table if not exists seen (origin text primary key, size integer not null,"
                " root blob not null, note text not null);"
                "create table if not exists forks (note text primary key, seen text not null);"
            )

    def add(self, body: bytes) -> WitnessReply:
        """Answer a request; what is cosigned is durable before. Raises OutputFailed."""
        with self._guard, self._keeping():
            self._known.execute("begin immediate")
            try:
                verdict = decide(body, self._logs, self.held)
                if verdict.new is not None:
                    self._keep(verdict.new, self._own(parse(body).signed))
                elif verdict.forked:
                    self._accuse(parse(body).signed)
                self._known.execute("commit")
            finally:
                if self._known.in_transaction:
                    self._known.execute("rollback")
        if verdict.new is None:
            return verdict
        cosigned = self.signer.sign(parse(body).signed.text, int(self._clock()))
        return WitnessReply(200, cosigned.line, new=verdict.new)

    def held(self, origin: str) -> Checkpoint | None:
        """The last tree that was cosigned for a log."""
        row = self._known.execute(
            "select size, root from seen where origin = ?", (origin,)
        ).fetchone()
        return Checkpoint(origin, *row) if row else None

    def _keep(self, new: Checkpoint, signed: str) -> None:
        self._known.execute(
            "insert or replace into seen values (?, ?, ?, ?)",
            (new.origin, new.size, new.root, signed),
        )

    def _own(self, signed: Note) -> str:
        """Without the lines that others put under it, as many as they like."""
        known = {(key.name, key.id) for keys in self._logs.values() for key in keys}
        lines = [each for each in signed.signatures if (each.name, each.id) in known]
        return str(Note(signed.text, tuple(dict.fromkeys(lines))))

    def _accuse(self, signed: Note) -> None:
        """Keep two trees of one size, both signed by the log, which prove that it lies; tell.

        Of one log no more than MOST_FORKS: whoever saw one can send it again, and its log others.
        """
        origin = checkpoint.parse(signed.text).origin
        kept = self._known.execute(
            "insert or ignore into forks select ?, note from seen where origin = ? and"
            " (select count(*) from forks where substr(note, 1, ?) = ?) < ?",
            (self._own(signed), origin, len(origin) + 1, f"{origin}\n", MOST_FORKS),
        )
        if kept.rowcount > 0:
            self._tell(Message("two-trees-signed", origin=origin, path=self._path))

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputFailed(
                "witness-state-unusable", path=self._path, error=str(error)
            ) from error

    def close(self) -> None:
        self._known.close()

    def __enter__(self) -> Witness:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
