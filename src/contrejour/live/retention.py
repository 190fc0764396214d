"""What may be kept no longer is destroyed: segment by segment, by the plan (CSI L252-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contrejour.base.times import of_utc

LONGEST_SEGMENT = timedelta(seconds=10)
HOUR = "%Y%m%dT%H"
"""The folder of segments that began in one hour, UTC."""
OVER = timedelta(hours=2)
"""After its beginning an hour gets no more segments."""


@dataclass(slots=True)
class Retention:
    """`destroy_by`: until when all that was recorded from a moment to another may be kept."""

    folder: Path
    destroy_by: Callable[[datetime, datetime], datetime]
    _next: dict[Path, datetime] = field(default_factory=dict)
    """When the first of an hour is due; where that is past, the hour is looked into."""

    def apply(self, now: datetime) -> int:
        """Destroy what is due; how many files. A clock that went back destroys none.

        Raises OSError where one can't be destroyed, once all others are.
        """
        due = [path for path in self._kept(now) if self._due(path) <= now]
        _destroy(due)
        for hour in {path.parent for path in due} - {self.folder}:
            with suppress(OSError):  # others are in it
                hour.rmdir()
        return len(due)

    def _kept(self, now: datetime | None = None) -> Iterator[Path]:
        """Segments, the still, and the moments beside them, which say where people were.

        A month is a million segments: hours of which none is due at `now` aren't looked into.
        """
        for pattern in ("*.m4s", "*.moments", "still.jpg"):
            yield from self.folder.glob(pattern)
        for hour in self.folder.glob("[0-9]" * 8 + "T[0-9][0-9]"):
            try:
                begun = of_utc(hour.name, HOUR)
            except ValueError:
                continue  # not one of ours
            if hour.is_symlink():  # what it leads to is somebody else's
                continue
            if now is None or self._first_due(hour, begun) <= now:
                found = list(hour.glob("*.m4s"))
                yield from found
                if now and now >= begun + OVER:
                    self._next[hour] = min(map(self._due, found), default=begun)

    def _first_due(self, hour: Path, begun: datetime) -> datetime:
        if hour not in self._next:
            self._next[hour] = self.destroy_by(begun, begun + timedelta(hours=1) + LONGEST_SEGMENT)
        return self._next[hour]

    def _due(self, segment: Path) -> datetime:
        """Its first picture is older than its file, which was whole some seconds after.

        Of the moments of an hour, the first one is as old as the hour.
        """
        ended = datetime.fromtimestamp(segment.lstat().st_mtime, UTC)
        begun = ended - LONGEST_SEGMENT
        with suppress(ValueError):
            begun = min(begun, of_utc(segment.stem, HOUR))
        return self.destroy_by(begun, ended)

    def clear(self) -> None:
        """Nothing stays: for a camera that may be seen and not recorded."""
        if self.folder.is_dir():
            playlist = self.folder / "live.m3u8"
            _destroy([*self._kept(), *self.folder.glob("*-init.mp4"), playlist])


def _destroy(paths: Sequence[Path]) -> None:
    """All of them: one that can't be destroyed keeps none of the others. Raises its OSError."""
    failed: OSError | None = None
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            failed = failed or error
    if failed:
        raise failed
