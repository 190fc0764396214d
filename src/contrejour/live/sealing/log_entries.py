"""What a recorder says to the public log, in files that `contrejour ledger append` takes.

    ROOT/entries/20270212T101000Z-000042.jsonl    entries, an object a line, canonical
    ROOT/entries/20270212T101000Z-000042.leaves   leaf hash and manifest, in the order of the batch
    ROOT/entries/state.json                       what the log has been told of each camera

Every ten minutes, whatever was seen: `segment.batch`, a tree over the manifests signed since (its
count goes on over all cameras); `gap.declare`, what wasn't sealed; `media.delete`, what is about to
be destroyed; `config.change`, where it is sealed by another plan or policy. Each is told once, over
kills too: a file is written as `.part`, then the state that names it, and then the file gets its
name; at the next start a `.part` counts if the state names it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from contrejour.base import files
from contrejour.base.canonical import canonical
from contrejour.base.errors import InputMissing, SealError
from contrejour.base.files import make_folder, sync
from contrejour.base.foreign import read_file
from contrejour.base.times import utc
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.tree import full_root, leaf_hash, root
from contrejour.custody.seal import store
from contrejour.custody.seal.clock import when
from contrejour.custody.seal.gaps import Gap
from contrejour.custody.seal.manifest import digest
from contrejour.custody.seal.new_files import part_of, write_new
from contrejour.custody.seal.segment import MANIFEST

FOLDER, STATE = "entries", "state.json"
RETENTION = "retention"
NO_CONFIG = "0" * 64
"""Before the first."""
Span = tuple[str, int, int]
"""Camera, beginning and end (ms)."""


@dataclass(frozen=True, slots=True)
class GapReport:
    """The gaps of one camera up to `until_ms`, all of them; whether it was stopped then."""

    gaps: Sequence[Gap]
    until_ms: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class LoggedState:
    """What the log was told of a camera: the head of its chain; the rest as in GapReport."""

    head: store.Head = store.Head()  # noqa: RUF009
    until_ms: int | None = None
    stopped: bool = False


class LogEntries:
    """Writes the entries of one recorder; one thread uses it at a time."""

    def __init__(self, base: Path, edge: str) -> None:
        """Raises SealError for a state that is damaged, and OSError."""
        self._base, self._edge, self._folder = base, edge, base / FOLDER
        make_folder(self._folder)
        self._state: dict[str, Any] = {"cameras": {}, "files": 0, "to": 0}
        path = self._folder / STATE
        if path.exists():
            try:
                self._state |= json.loads(read_file(path))
            except (ValueError, TypeError):
                raise SealError("log-entries-damaged", path=path) from None
        self._settle()

    def known(self, camera: str) -> LoggedState:
        """What the log was told of a camera; empty where it was told nothing."""
        told = self._state["cameras"].get(camera, {})
        head = store.Head(told.get("prev", ""), told.get("since"))
        return LoggedState(head, told.get("until"), told.get("stopped", False))

    def turn(
        self, now: datetime, cameras: Mapping[str, GapReport], gone: Sequence[Span] = (),
        config: str = "",
    ) -> None:  # fmt: skip
        """Write the entries that are new, if any. Raises OSError.

        `gone`: what is destroyed. `config`: the hash of what it seals by, told where it is another.
        """
        state = json.loads(json.dumps(self._state))
        leaves = list(self._leaves(state))
        lines = []
        if config and config != (old := state.get("config", NO_CONFIG)):
            lines.append(self._entry(now, "config.change", {"old": old, "new": config}))
            state["config"] = config
        if leaves:
            first, state["to"] = state["to"], state["to"] + len(leaves)
            lines.append(self._entry(now, "segment.batch", {
                "from": first, "to": state["to"], "n": len(leaves),
                "root": _root([leaf for leaf, _ in leaves]),
            }))  # fmt: skip
        for name, told in sorted(cameras.items()):
            for gap in told.gaps:
                lines.append(self._span(now, "gap.declare", name, gap.t0, gap.t1, gap.reason))
            of = state["cameras"].setdefault(name, {})
            of |= {"until": told.until_ms, "stopped": told.stopped}
        for name, t0, t1 in gone:
            lines.append(self._span(now, "media.delete", name, t0, t1, RETENTION))
        if lines:
            index = "".join(f"{leaf.hex()}  {path}\n" for leaf, path in leaves)
            self._write(now, state, b"".join(line + b"\n" for line in lines), index.encode())
        if state != self._state:
            self._commit(state)

    def _leaves(self, state: dict[str, Any]) -> Iterator[tuple[bytes, str]]:
        """Leaf hash and path of each manifest that is in no batch yet, by camera, in order."""
        for camera in store.cameras(self._base):
            of = state["cameras"].setdefault(camera.name, {})
            for folder in store.after(camera, of.get("t0", -1)):
                path = folder / MANIFEST
                if path.exists():
                    try:
                        data = read_file(path)
                    except InputMissing:  # a link, or more than a manifest can be: none of ours
                        continue
                    of["t0"], of["prev"] = store.start_of(folder), digest(data)
                    of["since"] = store.end_of(folder)
                    yield leaf_hash(data), path.relative_to(self._base).as_posix()

    def _span(self, now: datetime, kind: str, camera: str, t0: int, t1: int, reason: str) -> bytes:
        """An entry about a span, which is widened to whole seconds."""
        span = {"from": utc(when(t0)), "to": utc(when(t1 + 999))}
        return self._entry(now, kind, {"camera": camera, "reason": str(reason), **span})

    def _entry(self, now: datetime, kind: str, data: Mapping[str, Any]) -> bytes:
        return Entry(kind, utc(now), {"edge": self._edge, **data}).bytes

    def _write(self, now: datetime, state: dict[str, Any], lines: bytes, index: bytes) -> None:
        state["files"] += 1
        name = state["last"] = f"{now:%Y%m%dT%H%M%SZ}-{state['files']:06}"
        if index:
            (self._folder / f"{name}.leaves").unlink(missing_ok=True)  # of a turn that failed
            write_new(self._folder / f"{name}.leaves", index)
        files.replace(part_of(self._folder / f"{name}.jsonl"), lines)

    def _commit(self, state: dict[str, Any]) -> None:
        files.replace(self._folder / STATE, canonical(state))
        self._state = state
        self._settle()

    def _settle(self) -> None:
        """Give the file that the state names its name, and delete those of turns that failed."""
        for part in self._folder.glob("*.part"):
            path = part.with_suffix("")
            if path.name == f"{self._state.get('last')}.jsonl":
                os.replace(part, path)
            else:
                part.unlink()
        for index in self._folder.glob("*.leaves"):
            if index.stem[-6:] > f"{self._state['files']:06}":
                index.unlink()
        sync(self._folder)


def _root(leaves: list[bytes]) -> str:
    """The root of RFC 6962 over leaf hashes, in hex."""
    return root(
        len(leaves), lambda level, at: full_root(leaves[at << level : at + 1 << level])
    ).hex()
