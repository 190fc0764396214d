"""What is asked of a run, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contrejour.base.messages import Message

DETECTOR = "contrejour.vision.detect:build_at_once"

Step = Callable[[str, int, int], object]
"""Told progress: the name of the step, frames done since the last call, frames in all."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a run.

    `masks` is a masks file to apply, instead of looking for anyone. `detector` names a factory,
    "module:function". `jobs` counts worker processes; the bytes don't depend on it.
    """

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


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a run, for the user and, field by field in this order, for `--json`.

    `reasons` says why frames were veiled whole, and how many for each reason.
    """

    input: str
    output: str
    frames: int = 0
    seconds: float = 0.0
    media_seconds: float = 0.0
    tracks: int = 0
    frames_veiled_whole: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    frames_copied: int = 0
    frames_reused: int = 0
    truncated: bool = False
    notes: tuple[Message, ...] = ()
    output_sha256: str = ""


def masks_name(out: Path) -> Path:
    """Where the masks of an output are: beside it."""
    return out.with_name(out.name + ".masks.json")
