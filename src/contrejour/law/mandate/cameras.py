"""Which cameras a measure has: those it lists, or so many of its place."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count as numbers
from itertools import islice

from contrejour.law.mandate.schema import Mandate

MOST_FILMED = 400_000
"""Cameras of all measures together: 20,000 cameras in twenty measures each."""


def filmed(mandate: Mandate) -> int:
    """How many cameras the measures ask for together, counted in each."""
    asked = (measure.cameras for measure in mandate.measures)
    return sum(len(each.ids) if each.ids is not None else each.count or 0 for each in asked)


def cameras_of(mandate: Mandate) -> Mapping[str, tuple[str, ...]]:
    """The cameras of each measure, by its id.

    A measure that gives only a number has the first cameras of its place: those that the mandate
    describes, then `PLACE-01`, `PLACE-02`, …: measures at one place share its cameras.
    """
    most: dict[str, int] = {}
    for measure in mandate.measures:
        place = measure.cameras.place
        most[place] = max(most.get(place, 0), measure.cameras.count or 0)
    all_of = {place: _named(mandate, place, count) for place, count in most.items()}
    return {
        measure.id: measure.cameras.ids
        if measure.cameras.ids is not None
        else all_of[measure.cameras.place][: measure.cameras.count or 0]
        for measure in mandate.measures
    }


def _named(mandate: Mandate, place: str, count: int) -> tuple[str, ...]:
    described = [name for name, camera in mandate.cameras.items() if camera.place == place]
    digits = max(2, len(str(count)))
    known = set(described)
    numbered = (f"{place}-{n:0{digits}}" for n in numbers(len(described) + 1))
    new = (name for name in numbered if name not in known)
    return (*described, *islice(new, max(0, count - len(described))))


def cameras_under(mandate: Mandate) -> Mapping[str, int]:
    """How many different cameras rest on each authorisation that says how many it covers."""
    limited = {name for name, document in mandate.documents.items() if document.cameras}
    if not limited:
        return {}
    names = cameras_of(mandate)
    found: dict[str, set[str]] = {name: set() for name in limited}
    for measure in mandate.measures:
        if measure.authorisation in limited:
            found[measure.authorisation].update(names[measure.id])
    return {name: len(cameras) for name, cameras in found.items()}
