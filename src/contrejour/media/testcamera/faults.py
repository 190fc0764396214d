"""What a camera does wrong, on request: `rtsp://host/cam0?drop=3`, or `--fault drop=3` for all.

drop=S      after S seconds the connection is closed
stall=S     after S seconds nothing more is sent, and the connection stays
loss=P      each packet is lost with probability P
jump=S      after S seconds the camera's clock is an hour ahead
corrupt=P   each packet has a byte changed with probability P
resize=S    after S seconds another of the clips is shown
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace

from contrejour.base.errors import UsageError

JUMP_NS = 3_600_000_000_000
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Faults:
    """Seconds after which, or probabilities with which, things go wrong."""

    drop: float = NEVER
    stall: float = NEVER
    jump: float = NEVER
    resize: float = NEVER
    loss: float = 0.0
    corrupt: float = 0.0

    def and_(self, asked: str) -> Faults:
        """With what a query string asks for besides: `drop=3&loss=0.02`. Raises UsageError."""
        known = {each.name for each in fields(Faults)}
        found = self
        for part in filter(None, asked.split("&")):
            name, _, value = part.partition("=")
            if name not in known:
                raise UsageError("not-a-fault", name=name, known=", ".join(sorted(known)))
            try:
                number = float(value)
            except ValueError:
                raise UsageError("fault-needs-a-number", fault=part, name=name) from None
            found = replace(found, **{name: number})
        return found

    def clock_ns(self, wall_ns: int, seconds: float) -> int:
        """What the camera takes for the time."""
        return wall_ns + (JUMP_NS if seconds >= self.jump else 0)

    def sent(self, packet: bytes, chance: random.Random) -> bytes | None:
        """The packet as it arrives; None: lost on the way."""
        if self.loss and chance.random() < self.loss:
            return None
        if self.corrupt and chance.random() < self.corrupt and len(packet) > 14:
            at = chance.randrange(14, len(packet))
            return packet[:at] + bytes([packet[at] ^ 0xFF]) + packet[at + 1 :]
        return packet
