"""Which technologies a sentence names, and which of them say something of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from contrejour.law.mandate.vocabulary import Act
from contrejour.law.review.lexicon import LIVE, TECHNOLOGIES, Technology, TechnologyKind
from contrejour.law.review.places import count
from contrejour.law.review.sentences import Sentence
from contrejour.law.review.wording import NOUN, verbs

_SOURCE = re.compile(r"\b(?:images?|flux|enregistrements?|acces) (?:\S+ ){0,4}$")
"""« les images des 300 caméras »: cameras are where the images come from, not what is proposed."""
CAMERAS = (TechnologyKind.FILM, TechnologyKind.VAGUE)
"""A number of cameras counts these, if its clause names one, else whatever it names."""
_NEAR = 30
"""Names on either side that may overlap one: a text that has more of them is made to take long."""


@dataclass(frozen=True, slots=True)
class TechnologyMatch:
    start: int
    end: int
    technology: Technology


def matches_of(sentence: Sentence) -> list[TechnologyMatch]:
    """Technologies in their order; a camera or a vague word within a longer name is left out."""
    context = f"{sentence.lead} {sentence.folded}"
    found = [
        TechnologyMatch(each.start(), each.end(), technology)
        for technology in TECHNOLOGIES
        for each in technology.words.finditer(sentence.folded)
        if technology.beside is None or technology.beside.search(context)
        or (technology.kind is TechnologyKind.FILM and technology.beside.search(sentence.around))
    ]  # fmt: skip
    found.sort(key=lambda match: match.start)
    return [one for at, one in enumerate(found) if not _is_covered(found, at)]


def _is_covered(found: Sequence[TechnologyMatch], at: int) -> bool:
    """`found` is sorted by its starts."""
    one = found[at]
    if one.technology.kind not in CAMERAS:
        return False
    later = takewhile(lambda other: other.start < one.end, found[at + 1 : at + _NEAR])
    return any(_covers(other, one) for other in (*found[max(0, at - _NEAR) : at], *later))


def _covers(other: TechnologyMatch, one: TechnologyMatch) -> bool:
    if other.end <= one.start or one.end <= other.start:
        return False
    return (other.end - other.start) > (one.end - one.start) or (
        other.technology.kind not in CAMERAS
    )


def essential(
    here: list[TechnologyMatch], sentence: Sentence, events: bool
) -> list[TechnologyMatch]:
    """The matches of a clause that say something of their own."""
    strong = [
        match
        for match in here
        if match.technology.kind in (TechnologyKind.OTHER, TechnologyKind.EVENT)
    ]
    live = any(m.technology.kind is TechnologyKind.FILM for m in here) and LIVE.search(
        sentence.folded
    )
    faces = any(match.technology.acts[0] == Act.FACE_LIVE for match in here)
    kept = []
    for match in here:
        technology = match.technology
        others = [other for other in here if other.technology.kind is not TechnologyKind.FILM]
        if technology.kind is TechnologyKind.VAGUE and (strong or events):
            continue
        if (
            technology.kind is TechnologyKind.FILM
            and others
            and not _deployed(match, others, sentence)
        ):
            continue
        if (
            technology.kind is TechnologyKind.FILM
            and others
            and _SOURCE.search(sentence.folded[max(0, match.start - 60) : match.start])
        ):
            continue
        if (
            technology.kind is TechnologyKind.FILM
            and events
            and not _deployed(match, others, sentence)
        ):
            continue
        if technology.acts[0] == Act.BIOMETRIC_OTHER and faces:
            continue
        if technology.acts[0] == Act.VIEW and live:
            continue
        kept.append(match)
    return kept


def _deployed(film: TechnologyMatch, others: Sequence[TechnologyMatch], sentence: Sentence) -> bool:
    """Whether cameras are what is deployed or counted, with nothing else between."""
    begin = max((o.end for o in others if o.start < film.start), default=0)
    before = sentence.folded[begin : film.end]
    return bool(
        count(before, before).number or verbs(before, 0, len(before)) or NOUN.search(before)
    )


def groups(here: Sequence[TechnologyMatch]) -> list[list[TechnologyMatch]]:
    """One measure each: the events together, the others by what they amount to."""
    groups: dict[tuple[object, ...], list[TechnologyMatch]] = {}
    for match in here:
        technology = match.technology
        event = technology.kind is TechnologyKind.EVENT
        key = (
            (TechnologyKind.EVENT,)
            if event
            else (technology.kind is TechnologyKind.FILM, *technology.acts, technology.device)
        )
        groups.setdefault(key, []).append(match)
    return list(groups.values())
