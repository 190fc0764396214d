"""What is found in a text: the nouns that a review passes on."""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.law.mandate import Said
from contrejour.law.review.attitude import Attitude, Stance
from contrejour.law.review.lines import Spot
from contrejour.law.review.places import Where


@dataclass(frozen=True, slots=True)
class Quote:
    """A whole sentence, and where it stands."""

    text: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a text names. `count`: only what it counts; `about`: what it says instead."""

    id: str
    quotes: tuple[Quote, ...]
    technologies: tuple[Said, ...]
    acts: tuple[str, ...]
    where: Where
    count: int | None
    about: str | None
    stance: Stance
    device: str = "fixed"
    opens: str | None = None
    """Of a feed to the police: incident where the text says so, else permanent."""
    inherited: bool = False
    """The place is said above, not in the sentence itself."""

    @property
    def attitude(self) -> Attitude:
        return self.stance.attitude


@dataclass(frozen=True, slots=True)
class Findings:
    """`proposed` by the text's own author; `theirs`: by others; each in the text's order."""

    proposed: tuple[Found, ...]
    theirs: tuple[Found, ...]
    mentioned: tuple[Found, ...]
    not_understood: tuple[Quote, ...]
