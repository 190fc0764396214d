"""Decides, segment by segment, whether and into which window one camera's packets are sealed.

    begin / write / end / cut     a segment; called for whoever has the camera's packets
    veiled                        a veiled segment of the same time; its hash goes into the manifest
    tick                          each second: sign windows that are over, make keys of new ones

No method raises, or waits for a process. Where a key or the disk is missing, the plan is closed or
the clock is wrong, nothing is sealed, and viewing goes on. That stretch of time is a gap, which the
manifest and the public log tell; the operator is told once, of what they can mend. What is sealed
begins after all that was sealed before: no time is sealed twice.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from contrejour.base.ending import finally_each
from contrejour.base.errors import SealError
from contrejour.base.messages import Message, Tell, reason_of
from contrejour.custody.seal import store
from contrejour.custody.seal.chain import LATE_MS, Chain, VeiledSegment
from contrejour.custody.seal.clock import LEAP_MS, Reading
from contrejour.custody.seal.gaps import Gap, Gaps, Reason
from contrejour.custody.seal.prepared import PreparedWindows
from contrejour.custody.seal.segment import WindowWriter

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DAY_MS = 86_400_000


class CameraSealer:
    """Seals one camera; one thread calls it (sealer_thread.py), with ms since 1970, UTC."""

    def __init__(
        self, camera: Path, chain: Chain, ahead: PreparedWindows, *, may: Callable[[int], bool],
        read: Callable[[], Reading], window_ms: int = 60_000,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """`may`: whether the plan lets the camera record, at a time.

        Windows that a kill left unsigned are recovered. Raises SealError, OSError.
        """
        if window_ms < 1000 or window_ms % 1000 or _DAY_MS % window_ms:
            raise SealError("windows-do-not-fill-a-day", window_ms=window_ms)
        self._camera, self._chain, self._ahead = camera, chain, ahead
        self._may, self._read, self._tell = may, read, tell
        self._window_ms = window_ms
        self._last = read()
        self._sealing = chain.recover(self._last)
        self._from_ms = self._wrote_ms = 0
        self._shut: int | None = None
        """The beginning of a window in which sealing failed: no more is sealed in it."""
        self._leapt = self._unsigned = False
        self._end_ms = store.sealed_until(camera)
        self.gaps = Gaps()
        self.gaps.begin(self._last.wall_ms, Reason.CAMERA)
        self.sealed_ms = 0
        """How much was sealed since the start."""
        self.error: Message | None = None
        """Why nothing is sealed, where the operator was told; else None."""

    def missed(self, since_ms: int, reason: Reason) -> None:
        """Add as gaps what the disk has no segment of, from then on until the start."""
        for t0, t1 in [*store.sealed_after(self._camera, since_ms), (self._last.wall_ms,) * 2]:
            if t0 > since_ms:
                self.gaps.add(Gap(since_ms, t0, reason))
            since_ms = max(since_ms, t1)

    @property
    def is_sealing(self) -> bool:
        sealing = self._sealing
        return sealing is not None and sealing.writing

    def begin(self, t_ms: int) -> None:
        """A segment starts: what is written from now on can be played by itself."""
        self.end(t_ms)
        self._look()
        if not self._may(t_ms):
            self._lost(t_ms, Reason.PLAN)
            return
        try:
            sealing = self._entered(t_ms)
            if sealing:
                sealing.begin(t_ms)
        except (OSError, SealError) as error:
            self._failed(t_ms, error)
            return
        if sealing:
            self._from_ms = self._wrote_ms = t_ms
            self.gaps.end(t_ms, Reason.CLOCK if self._leapt else None)
            self._leapt = False
            if self.error:
                self.error = None
                self._tell(Message("sealing-goes-on"))

    def _look(self) -> Reading:
        """Read the clock, and note whether it was set ahead since the last time."""
        before, self._last = self._last, self._read()
        waited = self._last.clock.mono_ms - before.clock.mono_ms
        self._leapt |= self._last.wall_ms - before.wall_ms > waited + LEAP_MS
        return self._last

    def _entered(self, t_ms: int) -> WindowWriter | None:
        """The window of that time, begun where it is new; None where nothing may be sealed."""
        t0 = t_ms - t_ms % self._window_ms
        sealing = self._sealing
        if sealing and sealing.window.t0 <= t_ms < sealing.window.t1:
            if t_ms < sealing.end_ms:
                self._lost(t_ms, Reason.CLOCK)
            elif t0 != self._shut:
                return sealing
            return None
        self._leave()
        if t0 == self._shut:
            return None
        if t0 < (self._chain.since or 0):
            self._lost(t_ms, Reason.CLOCK if t_ms < self._end_ms else Reason.STOPPED)
            return None
        ready = self._ahead.take(t0)
        if ready is None:
            self._lost(t_ms, self._ahead.reason, self._ahead.why or Message("no-key-in-time"))
            return None
        made, onions = ready
        folder = store.folder_of(self._camera, t0)
        try:
            store.enter(self._camera, t0, onions)
            self._sealing = WindowWriter(made, folder, self._chain.since)
        except (OSError, SealError):
            store.remove(folder)
            raise
        self._chain.since = made.window.t1
        return self._sealing

    def write(self, data: bytes, t_ms: int) -> None:
        """Seal the next bytes, which came before `t_ms`; dropped where no segment is open."""
        sealing = self._sealing
        if sealing is None or not sealing.writing:
            return
        if t_ms > sealing.window.t1:  # a segment ends with its window
            self.end(t_ms)
            return
        if t_ms > self._from_ms and not self._may(t_ms - 1):
            self.end(self._wrote_ms)
            self._lost(self._wrote_ms, Reason.PLAN)
            return
        self._wrote_ms = t_ms
        try:
            sealing.write(data)
        except (OSError, SealError) as error:
            self._failed(t_ms, error)

    def end(self, t_ms: int) -> None:
        """The segment is complete: it ends at `t_ms`, or with its window."""
        sealing = self._sealing
        if sealing is None or not sealing.writing:
            return
        end_ms = min(max(t_ms, self._from_ms + 1), sealing.window.t1)
        try:
            sealing.end(end_ms)
        except (OSError, SealError) as error:
            self._failed(t_ms, error)
            return
        self._sealed(end_ms)
        self.gaps.begin(end_ms, Reason.CAMERA)  # until the next segment begins

    cut = end
    """The camera broke off: what came until then is sealed, all of it."""

    def _sealed(self, end_ms: int) -> None:
        self.sealed_ms += end_ms - self._from_ms
        self._end_ms = end_ms

    def unfit(self) -> None:
        """No segment holds what this camera sends, for its codec: nothing will come."""
        why = Message("codec-unsealable")
        self._lost(self._read().wall_ms, Reason.UNKNOWN, why)

    def veiled(self, t_ms: int, sha256: str, name: str) -> None:
        """A veiled segment is complete, whose first picture was taken at `t_ms`."""
        self._chain.veiled(VeiledSegment(t_ms, sha256, name))

    def tick(self) -> None:
        """To be called about once a second: sign what is over, have new keys made."""
        now = self._look()
        sealing = self._sealing
        if sealing and not sealing.window.t0 <= now.wall_ms < sealing.window.t1 + LATE_MS:
            self._leave()
        self._sign(now)
        self._ahead.refresh(now.wall_ms)

    def close(self) -> None:
        """Nothing more comes: sign all that can be signed."""
        with finally_each(
            self._leave,
            lambda: self._sign(self._look(), waits=False),
            self._ahead.close,
            tell=self._tell,
        ):
            pass

    def _leave(self) -> None:
        """End the window, if there is one, and give it to the chain to be signed."""
        self.end(self._wrote_ms)
        if self._sealing:
            self._chain.leave(self._sealing, self._last)
            self._sealing = None

    def _sign(self, now: Reading, *, waits: bool = True) -> None:
        try:
            self._chain.sign(now, waits=waits)
        except (OSError, SealError) as error:
            if not self._unsigned:
                self._tell(Message("manifest-not-signed", error=reason_of(error)))
            self._unsigned = True
        else:
            self._unsigned = False

    def _failed(self, t_ms: int, error: OSError | SealError) -> None:
        """Keep what is sealed, and seal nothing more in this window."""
        sealing = self._sealing
        self._shut = sealing.window.t0 if sealing else t_ms - t_ms % self._window_ms
        if sealing and sealing.writing:
            end_ms = min(max(t_ms, self._from_ms + 1), sealing.window.t1)
            with suppress(OSError, SealError):  # else Chain cuts it, or recovers it
                sealing.cut(end_ms)
            self._sealed(end_ms)
        full = isinstance(error, OSError) and error.errno in _FULL
        self._lost(t_ms, Reason.DISK if full else Reason.UNKNOWN, reason_of(error))

    def _lost(self, t_ms: int, reason: Reason, why: Message | None = None) -> None:
        """A gap begins; the operator is told once, of what they can mend."""
        self.gaps.begin(t_ms, reason)
        if reason is Reason.CLOCK:
            why = Message("clock-before-sealed")
        if why:
            self._say(why)

    def _say(self, why: Message) -> None:
        if not self.error:
            self._tell(Message("sealing-stopped", reason=why))
        self.error = why
