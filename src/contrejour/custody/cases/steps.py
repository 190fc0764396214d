"""How far a case can come, and the steps it can take. They carry data; case.py decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contrejour.custody.cases.order import Window


class State(StrEnum):
    """How far a case has come."""

    DECLARED = "declared"
    APPROVED = "approved"
    WITNESSED = "witnessed"
    """By enough witnesses, and approved by enough parties."""
    PEELED = "peeled"
    """One window at least, by all whom it is sealed for."""
    OPENED = "opened"
    EXPORTED = "exported"
    HELD = "held"
    REFUSED = "refused"
    """So many refused that no quorum is left."""
    CLOSED = "closed"
    EXPIRED = "expired"


OVER = frozenset({State.REFUSED, State.CLOSED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Approve:
    role: str


@dataclass(frozen=True, slots=True)
class Refuse:
    role: str


@dataclass(frozen=True, slots=True)
class Witness:
    """`order`: the id that the log's proof leads from; `by`: whose cosignatures hold."""

    order: str
    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Peel:
    """`way`: the quorum whose onion it is. `used_s`: what the party peeled today in other cases."""

    role: str
    way: frozenset[str]
    window: Window
    used_s: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """`windows` as the onions said; `recipients`: what the keys that came out really belong to."""

    windows: tuple[Window, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """`sha256`: of the bag's tag manifest."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Close:
    pass


@dataclass(frozen=True, slots=True)
class Expire:
    pass


Step = Approve | Refuse | Witness | Peel | Open | Hold | Export | Close | Expire
