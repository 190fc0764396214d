"""What happened, for whoever runs it; none of it is about a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from contrejour.custody.seal.sealer_thread import SealingReport


@dataclass(slots=True)
class Counters:
    """Of one camera, since the process began."""

    frames: int = 0
    veiled_whole: int = 0
    reconnects: int = 0
    jumps: int = 0
    lost: int = 0
    dropped: int = 0
    looks: int = 0
    late_ns: int = 0
    """How long the last frame took from its arrival to its part, the look-ahead included."""
    sandbox: str = ""
    connected: bool = False
    scene_known: bool = False
    sealing: bool = False
    sealed_s: float = 0.0
    seal_gaps: int = 0
    """Stretches of time that weren't sealed, those that the log is told of."""
    seal_error: str = ""
    """Why nothing is sealed, or ""."""
    reasons: dict[str, int] = field(default_factory=dict)

    def seals(self, report: SealingReport) -> None:
        """How sealing does."""
        self.sealing, self.sealed_s = report.sealing, report.sealed_s
        self.seal_gaps, self.seal_error = report.gaps, str(report.error or "")

    def frame(self, reason: str) -> None:
        """One more frame, veiled whole for a reason; "" for one that isn't."""
        self.frames += 1
        if reason:
            self.veiled_whole += 1
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
