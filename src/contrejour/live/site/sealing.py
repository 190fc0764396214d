"""Whether originals are sealed, for whom, and where. No password or secret stands in a site file.

seal:
  policy: /etc/contrejour/open.policy
  witnesses: /etc/contrejour/witness.policy
  keysets: /etc/contrejour/keysets
  edge: bus-041
  key: /etc/contrejour/edge.key
  folder: /var/lib/contrejour/sealed
"""

# No `from __future__ import annotations`: pydantic would compile each of them again from its text.

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contrejour.law.mandate.schema import Name
from contrejour.live.site.closed import ClosedModel

Notes = Annotated[tuple[Path, ...], Field(min_length=1)]


class Seal(ClosedModel):
    """All cameras that the plan lets record are sealed, for the policies that it names.

    `keysets`: notes, or a folder of them.
    """

    policy: Path
    witnesses: Path
    keysets: Path | Notes
    edge: Name
    key: Path
    password_file: Path | None = None
    folder: Path

    @property
    def notes(self) -> tuple[Path, ...]:
        return (self.keysets,) if isinstance(self.keysets, Path) else self.keysets
