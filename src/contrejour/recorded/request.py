"""What is asked of a run, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contrejour.base.messages import Message

DETECTOR = "contrejour.vision.detect:build"

Step = Callable[[str, int, int], None]
"""Progress: (name of the step, frames done since the last call, frames in all)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a run. `masks`: a masks file to apply instead of looking."""

    hide: str = "people"
    fill: str = "solid"
    masks: Path | None = None
    keep_audio: bool = False
    allow_truncated: bool = False
    force: bool = False
    resume: bool = False
    offline: bool = False
    jobs: int = 1
    report: Path | None = None
    detector: str = DETECTOR


@dataclass(slots=True)
class Summary:
    """What happened, for the user and for machines."""

    input: str
    output: str
    frames: int = 0
    seconds: float = 0.0
    media_seconds: float = 0.0
    tracks: int = 0
    frames_veiled_whole: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    frames_copied: int = 0
    frames_reused: int = 0
    truncated: bool = False
    notes: list[Message] = field(default_factory=list)
    output_sha256: str = ""


def masks_name(out: Path) -> Path:
    """Where the masks of an output are: beside it."""
    return out.with_name(out.name + ".masks.json")
