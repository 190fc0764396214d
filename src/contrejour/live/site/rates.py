"""A measured error rate, as `contrejour events eval -o` writes it and the site file names it.

    {"format": "contrejour.error-rates", "version": 1, "camera": "quais-01", "zone": "voie-1",
     "event": "zone", "settings": "6b1f…", "hours": 168.0, "happened": 12, "found": 11, …}

It is bound to one camera, one zone and the SHA-256 of its settings. Nobody signs it: whoever may
write the site file is trusted to.
"""

# No `from __future__ import annotations`: pydantic would compile each of them again from its text.

from typing import Annotated, Literal

from pydantic import Field

from contrejour.law.mandate.schema import Name, Sha256
from contrejour.law.mandate.typed import typed
from contrejour.live.site.closed import ClosedModel
from contrejour.vision.events.standing import Rates

FORMAT, VERSION = "contrejour.error-rates", 1
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class RatesFile(ClosedModel):
    format: Literal["contrejour.error-rates"]
    version: Literal[1]
    camera: Name
    zone: Name
    event: str
    settings: Sha256
    hours: Positive
    happened: Count
    found: Count
    false: Count
    again: Count
    precision: Share | None
    precision_interval: tuple[Share, Share]
    recall: Share | None
    recall_interval: tuple[Share, Share]
    false_an_hour: Positive
    false_an_hour_interval: tuple[Positive, Positive]
    delay_s: Positive | None
    longest_delay_s: Positive | None


def read_rates(text: str, name: str) -> Rates:
    """What was measured. Raises Malformed."""
    file = typed(RatesFile, text, name, lambda _: ())
    return Rates(
        file.camera, file.zone, file.event, file.settings, file.hours,
        file.precision, file.recall, file.false_an_hour,
    )  # fmt: skip
