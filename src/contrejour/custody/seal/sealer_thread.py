"""A CameraSealer in a thread of its own: whoever has the camera's packets never waits for a disk.

What waits for the disk waits in memory, MOST_BYTES of it; beyond, the segment is cut and the rest
of it dropped. No method raises what the sealer raises: it is told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from contrejour.base.messages import Message, Tell, verbatim
from contrejour.custody.seal.gaps import Gap
from contrejour.custody.seal.sealer import CameraSealer

MOST_BYTES = 32 << 20
"""A minute or two of a camera."""
TICK_S, LAST_S = 1.0, 60.0
Job = Callable[[], object]


def _nothing() -> None:
    """The job of a turn without one: then only the tick is due."""


@dataclass(frozen=True, slots=True)
class SealingReport:
    """Seconds sealed since the start, how many gaps the log is told, what is wrong."""

    sealing: bool = False
    sealed_s: float = 0.0
    gaps: int = 0
    error: Message | None = None


class SealerThread:
    """`begin`, `write`, `end`, `cut`, of one thread; `veiled`, `gaps`, `report`, of any."""

    def __init__(self, sealer: CameraSealer, tell: Tell = lambda _: None) -> None:
        self._sealer, self._tell = sealer, tell
        self._jobs: SimpleQueue[tuple[Job | None, int]] = SimpleQueue()
        self._waiting, self._lock = 0, threading.Lock()
        self._overrun = self._is_unfit = False
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
        self._thread.start()

    def begin(self, t_ms: int) -> None:
        """A segment starts at that time (ms since 1970, UTC), within one window."""
        self._overrun = self._is_unfit = False
        self._put(lambda: self._sealer.begin(t_ms))

    def write(self, data: bytes, t_ms: int) -> None:
        """Its next bytes."""
        if self._overrun:
            return
        if self._waiting > MOST_BYTES:
            self._overrun = True
            self._tell(Message("disk-too-slow"))
            self._put(lambda: self._sealer.cut(t_ms))
            return
        self._put(lambda: self._sealer.write(data, t_ms), len(data))

    def end(self, t_ms: int) -> None:
        """The segment is complete."""
        self._put(lambda: self._sealer.end(t_ms))

    def cut(self, t_ms: int) -> None:
        """The connection broke off."""
        self._put(lambda: self._sealer.cut(t_ms))

    def unfit(self) -> None:
        """Nothing will come: no segment holds what this camera sends."""
        if not self._is_unfit:
            self._is_unfit = True
            self._put(self._sealer.unfit)

    def veiled(self, t_ms: int, sha256: str, name: str) -> None:
        """A veiled segment is complete, whose first picture was taken at `t_ms`."""
        self._put(lambda: self._sealer.veiled(t_ms, sha256, name))

    def gaps(self, now_ms: int) -> list[Gap]:
        """What wasn't sealed, since this was last asked."""
        return self._sealer.gaps.take(now_ms)

    @property
    def report(self) -> SealingReport:
        of = self._sealer
        return SealingReport(of.is_sealing, of.sealed_ms / 1000, of.gaps.count, of.error)

    def close(self) -> None:
        """Seal and sign what is there; returns when that is done, or the disk hangs."""
        self._put(None)
        self._thread.join(LAST_S)

    def _put(self, job: Job | None, size: int = 0) -> None:
        with self._lock:
            self._waiting += size
        self._jobs.put((job, size))

    def _run(self) -> None:
        going_on, due_s = True, 0.0
        while going_on:
            job: Job | None = _nothing
            size = 0
            with suppress(Empty):
                job, size = self._jobs.get(timeout=TICK_S)
            going_on = job is not None
            self._do(job or self._sealer.close)
            with self._lock:
                self._waiting -= size
            if going_on and time.monotonic() >= due_s:
                due_s = time.monotonic() + TICK_S
                self._do(self._sealer.tick)

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - a fault here never stops the veil
            why = verbatim(f"{type(error).__name__} {error}")
            self._tell(Message("sealing-stopped", reason=why))
