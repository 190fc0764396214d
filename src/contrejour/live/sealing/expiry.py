"""Which sealed windows are to be destroyed, by the plan, whether their camera runs or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contrejour.custody.seal import store
from contrejour.custody.seal.clock import when
from contrejour.custody.seal.segment import MANIFEST

LOST_MS = 86_400_000
"""A window that isn't signed after this time is destroyed when due, as signed ones are."""
Due = Callable[[str, datetime, datetime], datetime]
"""By when the first must be gone of what a camera recorded from a moment to another."""


@dataclass(slots=True)
class Expiry:
    """Call `find` from time to time, and `forget` when a plan changes."""

    base: Path
    due: Due
    _days: dict[Path, int] = field(default_factory=dict)
    """Of each day that gets no more windows, when the first of its windows is due (ms)."""

    def forget(self) -> None:
        """Forget when days are due, by the plan before. May be called while `find` runs."""
        self._days = {}

    def find(self, now_ms: int, until_ms: int) -> list[tuple[str, list[Path]]]:
        """Windows that are due before `until_ms`, those that follow each other together."""
        found: list[tuple[str, list[Path]]] = []
        for camera in store.cameras(self.base):
            last = None
            for place, folder in enumerate(self._looked_at(camera, now_ms, until_ms)):
                if not self._is_over(folder, now_ms) or self._due_ms(camera, folder) > until_ms:
                    continue
                if last is not None and last == place - 1:
                    found[-1][1].append(folder)
                else:
                    found.append((camera.name, [folder]))
                last = place
        return found

    def _looked_at(self, camera: Path, now_ms: int, until_ms: int) -> Iterator[Path]:
        """The windows of days on which one may be due; others aren't read: a month has 43,200."""
        known = self._days
        for day, folders in store.days(camera):
            if not folders or known.get(day, 0) > until_ms:
                continue
            if store.start_of(folders[-1]) + LOST_MS < now_ms:
                known[day] = min(self._due_ms(camera, each) for each in folders)
            yield from folders

    def _is_over(self, folder: Path, now_ms: int) -> bool:
        return (folder / MANIFEST).exists() or store.start_of(folder) + LOST_MS < now_ms

    def _due_ms(self, camera: Path, folder: Path) -> int:
        """When a window is due: by what was sealed in it, each moment of it, not by its first."""
        began, ended = when(store.start_of(folder)), when(store.end_of(folder))
        sealed = (self.due(camera.name, when(a), when(b)) for a, b in store.stretches(folder))
        due = min(sealed, default=None) or self.due(camera.name, began, ended)
        return int(due.timestamp() * 1000)
