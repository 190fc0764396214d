"""What is found in a text: the nouns that a review passes on."""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.law.mandate import Text
from contrejour.law.review.attitude import Attitude, Stance
from contrejour.law.review.lines import Spot
from contrejour.law.review.places import PlaceMention


@dataclass(frozen=True, slots=True)
class Quote:
    """A whole sentence, and where it stands."""

    text: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a text names. `count`: only what it counts; `about`: what it says instead."""

    id: str
    quotes: tuple[Quote, ...]
    technologies: tuple[Text, ...]
    acts: tuple[str, ...]
    where: PlaceMention
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
class Mentions:
    """`proposed` by the text's own author; `theirs`: by others; each in the text's order."""

    proposed: tuple[Mention, ...]
    theirs: tuple[Mention, ...]
    mentioned: tuple[Mention, ...]
    not_understood: tuple[Quote, ...]
