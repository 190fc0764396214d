"""What may be kept no longer is destroyed: segment by segment, by the plan (CSI L252-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

LONGEST_SEGMENT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Retention:
    """`destroy_by`: until when something recorded at a moment may be kept."""

    folder: Path
    destroy_by: Callable[[datetime], datetime]

    def apply(self, now: datetime) -> int:
        """Destroy the segments that are due; how many. A clock that went back destroys none."""
        due = [path for path in self._kept() if self._due(path) <= now]
        for path in due:
            path.unlink(missing_ok=True)
        return len(due)

    def _kept(self) -> Iterator[Path]:
        """Segments, and the moments beside them, which say where people were."""
        for pattern in ("*.m4s", "*.moments"):
            yield from self.folder.glob(pattern)

    def _due(self, segment: Path) -> datetime:
        """Its first picture is older than its file, which was whole some seconds after."""
        ended = datetime.fromtimestamp(segment.stat().st_mtime, UTC)
        return self.destroy_by(ended) - LONGEST_SEGMENT

    def clear(self) -> None:
        """Nothing stays: for a camera that may be seen and not recorded."""
        if self.folder.is_dir():
            for path in (*self._kept(), self.folder / "live.m3u8"):
                path.unlink(missing_ok=True)
