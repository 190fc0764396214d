"""What a person, or a program, sees of long work: a bar, or one JSON object a step, or nothing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from contrejour.base.language import said
from contrejour.base.messages import Message
from contrejour.base.shown import drawn
from contrejour.base.stderr import warn, write_line

if TYPE_CHECKING:
    from contrejour.recorded.request import Summary

NAMES = {
    "look": "looking / détection",
    "sample": "learning the scene / décor",
    "scan": "comparing / comparaison",
    "render": "veiling / voilage",
}
WHOLE = {
    "corrupt": Message("whole-corrupt"),
    "detector-failed": Message("whole-detector-failed"),
    "scene-unknown": Message("whole-scene-unknown"),
    "unseen-cut": Message("whole-unseen-cut"),
}
"""Why a frame is veiled whole; a masks file may give any other reason, in its own words."""


class Show(Protocol):
    """Where progress goes."""

    def step(self, name: str, frames: int, total: int) -> None: ...
    def done(self, summary: Summary) -> None: ...


@contextmanager
def shown(source: Path, as_json: bool) -> Iterator[Show]:
    """A bar on a terminal, JSON when asked for, silence when piped."""
    if as_json:
        yield _Lines(source)
    elif sys.stderr.isatty():
        bar = _Bar(source)
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield _Silence()


class _Silence:
    def step(self, name: str, frames: int, total: int) -> None:
        pass

    def done(self, summary: Summary) -> None:
        for note in notes(summary):
            warn(note)


class _Lines:
    """One object when a step starts, at most one a second while it runs, one at the end."""

    def __init__(self, source: Path) -> None:
        self._source, self._name, self._frames, self._told = str(source), "", 0, 0.0

    def step(self, name: str, frames: int, total: int) -> None:
        now = time.monotonic()
        if name != self._name:
            self._name, self._frames, self._told = name, 0, 0.0
        elif not frames:
            return
        self._frames += frames
        if now - self._told >= 1 or self._frames >= total:
            self._told = now
            self._say({"event": "step", "input": self._source, "step": name,
                       "frames": self._frames, "total": total})  # fmt: skip

    def done(self, summary: Summary) -> None:
        self._say(
            {"event": "done", **asdict(summary), "notes": [str(note) for note in summary.notes]}
        )

    def _say(self, event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)


class _Bar:
    def __init__(self, source: Path) -> None:
        self._name, self._source = "", source
        self._bar: Any = None

    def step(self, name: str, frames: int, total: int) -> None:
        from tqdm import tqdm

        if name != self._name or self._bar is None:
            self.close()
            self._name = name
            self._bar = tqdm(
                total=total, desc=NAMES.get(name, name), unit=" frames", leave=False,
                file=drawn(sys.stderr),
            )  # fmt: skip
        self._bar.update(frames)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def done(self, summary: Summary) -> None:
        self.close()
        for line in told(summary):
            write_line(line)


def told(summary: Summary) -> Iterator[str]:
    """The result in a few lines for a person."""
    yield said(
        "veiled", out=summary.output, frames=summary.frames, tracks=summary.tracks,
        copied=summary.frames_copied, seconds=summary.seconds,
    )  # fmt: skip
    for note in notes(summary):
        yield f"contrejour: warning: {said(note)}"


def notes(summary: Summary) -> Iterator[Message]:
    """What must not go unsaid."""
    for reason, count in sorted(summary.reasons.items()):
        yield Message("frames-veiled-whole", frames=count, reason=WHOLE.get(reason, reason))
    if summary.truncated:
        yield Message("input-was-cut-short")
    yield from summary.notes
