"""Which cameras a measure has: those it lists, or so many of its place."""

from __future__ import annotations

from collections.abc import Mapping

from contrejour.law.mandate.schema import Mandate


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
    numbered = (f"{place}-{n:0{digits}}" for n in range(len(described) + 1, count + 1))
    return (*described, *numbered)


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
