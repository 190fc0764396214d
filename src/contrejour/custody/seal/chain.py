"""The windows of a camera, signed one after the other, each bound to the one before.

A window that is over waits some seconds for its veiled pictures, so that its manifest can say which
show the same time. After a kill the disk tells how far it was: windows that had not been signed are
recovered, in order, and signed then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.foreign import read_file
from contrejour.custody.seal import segment, store
from contrejour.custody.seal.clock import Reading
from contrejour.custody.seal.manifest import digest
from contrejour.custody.seal.segment import MANIFEST, OPEN, WindowWriter
from contrejour.custody.seal.store import Head

LATE_MS = 10_000
"""A manifest waits so long for the veiled pictures of its window."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Who seals, and signs what was sealed."""

    name: str
    key: Ed25519PrivateKey


class VeiledSegment(NamedTuple):
    """A veiled segment that is whole, and when its first picture was taken (ms)."""

    t_ms: int
    sha256: str
    name: str


MOST_VEILED = 8192
"""So many veiled segments are remembered, some hours of them; then the oldest is forgotten."""


class Chain:
    """The signed windows of one camera, used by one thread."""

    def __init__(self, camera: Path, edge: Edge, head: Head = Head()) -> None:  # noqa: B008
        """`head`: what to go on from where the disk has none so new any more. Raises SealError."""
        self._camera, self._edge = camera, edge
        known = (each for each in (store.head(camera), head) if each)
        self._head = max(known, key=lambda each: each.since or 0)
        self._waiting: deque[tuple[WindowWriter, int]] = deque()
        self._veiled: deque[VeiledSegment] = deque(maxlen=MOST_VEILED)
        self._passed_ms = 0
        self.since = self._head.since
        """The end of the newest window: nothing before it can be sealed any more."""

    def recover(self, now: Reading) -> WindowWriter | None:
        """Windows that were killed are to be signed; the one whose time it still is goes on.

        Raises SealError, OSError.
        """
        found = None
        for folder in store.windows(self._camera):
            if (folder / MANIFEST).exists():
                (folder / OPEN).unlink(missing_ok=True)
            elif (folder / OPEN).exists() and store.start_of(folder) >= (self.since or 0):
                if found:
                    self.leave(found, now)
                found = segment.recover(folder, now.wall_ms)
                self.since = found.window.t1
            elif not any(folder.glob("*.age*")):  # the next manifest tells the gap
                store.remove(folder)
        if found and found.window.t1 <= now.wall_ms:
            self.leave(found, now)
            found = None
        return found

    def leave(self, sealing: WindowWriter, now: Reading) -> None:
        """A window is over, and waits to be signed."""
        self._waiting.append((sealing, now.clock.mono_ms))

    def veiled(self, told: VeiledSegment) -> None:
        """One more veiled segment: those that began before it are whole."""
        self._veiled.append(told)
        self._passed_ms = told.t_ms

    def sign(self, now: Reading, *, waits: bool = True) -> None:
        """Sign the windows whose veiled pictures are all there, or late. Raises OSError, SealError:
        what couldn't be signed is signed later, and what comes after it later still.
        """
        while self._waiting:
            sealing, left_ms = self._waiting[0]
            passed = self._passed_ms >= sealing.window.t1
            if waits and not passed and now.clock.mono_ms - left_ms < LATE_MS:
                return
            self._sign(sealing, now)
            self._waiting.popleft()
            while self._veiled and self._veiled[0].t_ms < sealing.window.t1:
                self._veiled.popleft()

    def _sign(self, sealing: WindowWriter, now: Reading) -> None:
        if sealing.writing:  # the disk was full, and may be no more
            sealing.cut(sealing.window.t1)
        path = sealing.folder / MANIFEST
        if not path.exists():
            for each in sealing.segments:
                if store.was_sealed(each.status):
                    lines = [
                        (told.sha256, told.name)
                        for told in self._veiled
                        if each.t0 <= told.t_ms < each.t1
                    ]
                    file = store.veiled_of(sealing.folder, each.seq)
                    sealing.bind(each.seq, store.bind(file, lines))
            sealing.close(self._edge.name, now.clock, self._head.prev, self._edge.key)
        self._head = Head(digest(read_file(path)), sealing.window.t1)
        for left in (*sealing.folder.glob("*.part"), sealing.folder / OPEN):
            left.unlink(missing_ok=True)
