"""Makes the keys of a camera's next windows some minutes ahead, so that recording waits for none.

    ROOT/CAMERA/ahead/<t0>.onions     of a window to come; moved to its folder when it begins

A window that was made and not used is removed, and leaves nothing behind: its secret key was never
kept, nothing is sealed to it, and the manifests name only windows that were used.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from contrejour.base.errors import SealError
from contrejour.base.files import make_folder
from contrejour.base.messages import Message, reason_of
from contrejour.custody.seal import window
from contrejour.custody.seal.gaps import Reason
from contrejour.custody.seal.new_files import part_of
from contrejour.custody.seal.onion import Keyset, day_of
from contrejour.custody.seal.window import PreparedWindow, WindowRequest

AHEAD_MS = 300_000
AGAIN_MS = 10_000
"""What failed is tried again after so long."""
LEAST_FREE_BYTES = 1 << 20
Keys = Callable[[str], Keyset]
"""Whom a day (ISO 8601) is sealed for. Raises SealError, OSError."""


class PreparedWindows:
    """The windows of one camera that are made. Different threads may call `fill` and `take`."""

    def __init__(
        self, camera: str, folder: Path, keys: Keys, last_day: Callable[[], date], window_ms: int
    ) -> None:
        """`last_day`: whose keys may be used by now. What lies in `folder` is of no use any more.

        Raises OSError.
        """
        self._camera, self._folder, self._keys = camera, folder, keys
        self._last_day, self._window_ms = last_day, window_ms
        self._made: dict[int, PreparedWindow] = {}
        self._used, self._failed_ms = -1, -AGAIN_MS
        self._filling: threading.Thread | None = None
        self._lock, self._alone = threading.Lock(), threading.Lock()
        self.why: Message | None = None
        """Why the last windows could not be made."""
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(folder)  # what couldn't be taken away is when it's due

    @property
    def reason(self) -> Reason:
        """For the log, where `take` gave nothing."""
        try:
            full = shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES
        except OSError:
            full = False
        return Reason.DISK if full else Reason.KEYS

    def take(self, t0: int) -> tuple[PreparedWindow, Path] | None:
        """Give, once, the window that begins at `t0` and the path of its onions; None if there is
        none."""
        with self._lock:
            if (made := self._made.pop(t0, None)) is None:
                return None
            self._used = max(self._used, t0)
        return made, self._path(t0)

    def is_low(self, now_ms: int) -> bool:
        """Whether less than half is left, and it is time to try."""
        wanted = [*self._wanted(now_ms)]
        missing = sum(t0 not in self._made for t0 in wanted)
        waits = abs(now_ms - self._failed_ms) < AGAIN_MS  # a clock may have been set
        return 2 * missing > len(wanted) and not waits

    def refresh(self, now_ms: int) -> None:
        """Have more made, in a thread, where it is due."""
        if not (self._filling and self._filling.is_alive()) and self.is_low(now_ms):
            self._filling = threading.Thread(
                target=self.fill, args=(now_ms,), name=f"keys {self._camera}", daemon=True
            )
            self._filling.start()

    def fill(self, now_ms: int) -> None:
        """Make what is missing, and take away what is over. Raises nothing."""
        with self._alone:
            for t0 in [each for each in self._made if each + self._window_ms <= now_ms]:
                with self._lock:
                    self._made.pop(t0, None)
                self._discard(t0)
            missing = [t0 for t0 in self._wanted(now_ms) if t0 not in self._made]
            for day, starts in groupby(missing, key=day_of):
                asked = list(starts)
                try:
                    made = self._make(day, asked)
                except Exception as error:  # noqa: BLE001 - whatever it is: nothing is sealed then
                    self.why, self._failed_ms = reason_of(error), now_ms
                    self._discard(*asked)
                    return
                with self._lock:
                    self._made.update(zip(asked, made, strict=True))
            self.why = None

    def _wanted(self, now_ms: int) -> Iterator[int]:
        """The window that is now, where it wasn't used, and those of the next minutes."""
        first = now_ms - now_ms % self._window_ms
        count = max(2, AHEAD_MS // self._window_ms)
        for t0 in range(first, first + count * self._window_ms, self._window_ms):
            if t0 > self._used:
                yield t0

    def _make(self, day: str, starts: list[int]) -> list[PreparedWindow]:
        if date.fromisoformat(day) > self._last_day():
            raise SealError("beyond-the-horizon", day=day)
        self._discard(*starts)  # of a recorder that was killed
        wanted = [
            WindowRequest(self._camera, t0, t0 + self._window_ms, self._path(t0)) for t0 in starts
        ]  # fmt: skip
        return window.make(wanted, self._keys(day))

    def _path(self, t0: int) -> Path:
        return self._folder / f"{t0}.onions"

    def _discard(self, *starts: int) -> None:
        for path in map(self._path, starts):
            for each in (path, part_of(path)):
                each.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove what was not used."""
        with self._alone:
            self._made.clear()
            shutil.rmtree(self._folder, ignore_errors=True)
