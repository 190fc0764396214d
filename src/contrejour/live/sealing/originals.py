"""What a camera sends, as it came, while the camera runs: sealed, or kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contrejour.custody.seal.recording import SealerThread, SealingReport

SEGMENT_MS = 10_000


@dataclass(frozen=True, slots=True)
class OriginalStream:
    """Of one camera; without a recording nothing of it is kept."""

    recording: SealerThread | None = None
    window_ms: int = 60_000
    close: Callable[[], object] = lambda: None
    """Nothing more comes."""

    @property
    def kept(self) -> dict[str, Any]:
        """How a decoder is told who keeps what it gets."""
        if self.recording is None:
            return {}
        return {"keeper": self.recording, "window_ms": self.window_ms, "segment_ms": SEGMENT_MS}

    @property
    def standing(self) -> SealingReport:
        return self.recording.standing if self.recording else SealingReport()

    def unfit(self) -> None:
        """Nothing of it can be kept, for how it is coded."""
        if self.recording:
            self.recording.unfit()

    def veiled(self, taken: datetime, sha256: str, name: str) -> None:
        """A veiled segment is whole."""
        if self.recording:
            self.recording.veiled(int(taken.timestamp() * 1000), sha256, name)
