"""Events of a live camera, but dismissed ones, as pieces of a case's time line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from contrejour.base.messages import Tell
from contrejour.custody.cases.timeline import Piece, instant
from contrejour.live.signals.decide import events, journals
from contrejour.live.signals.entry import EntryKind


def recorded(folder: Path, places: Mapping[str, str], clock_ms: int, tell: Tell) -> Iterator[Piece]:
    """Events of these cameras (with their places) that nobody dismissed. Raises InputMissing."""
    for event in _events(folder, tell):
        camera = str(event["camera"])
        if camera in places:
            at = instant(datetime.fromisoformat(str(event["time"])), clock_ms * 10**6)
            yield Piece(camera, places[camera], at, at, str(event["kind"]))


def _events(folder: Path, tell: Tell) -> Iterable[Mapping[str, object]]:
    for place in journals(folder):
        for each in events(place, tell):
            if each.verdict is not EntryKind.DISMISSED:
                yield each.event.data
