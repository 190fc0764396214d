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
"""A window that nobody signed for so long is destroyed as if it were."""
Due = Callable[[str, datetime], datetime]
"""By when what a camera recorded at a moment must be gone."""


@dataclass(slots=True)
class Expiry:
    """`find` is asked from time to time; `forget` when the plan is another."""

    base: Path
    due: Due
    _days: dict[Path, int] = field(default_factory=dict)
    """When the first window of a day is due that gets no more windows."""

    def forget(self) -> None:
        """What was found out by another plan; also while `find` goes on."""
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
        """A month is 43,200 windows: days of which none is due aren't looked into."""
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
        """A window that began before the plan let it record is due as its segments are."""
        began = when(store.start_of(folder))
        due = self.due(camera.name, began)
        if due <= began:
            sealed = (self.due(camera.name, when(t0)) for t0, _ in store.stretches(folder))
            due = min(sealed, default=due)
        return int(due.timestamp() * 1000)
