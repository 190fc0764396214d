"""Reads a mandate from YAML, and finds what the schema can't: unknown names, doubles, dates."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from contrejour.law.mandate.cameras import MOST_FILMED, cameras_of, filmed
from contrejour.law.mandate.originals import beyond, numbers
from contrejour.law.mandate.parse import Path
from contrejour.law.mandate.schema import DOCUMENTS_OF_A_MEASURE, Mandate
from contrejour.law.mandate.typed import Problem, close, typed, wrong


def read(text: str, name: str) -> Mandate:
    """The mandate that `text` says; `name` is the file's, for errors. Raises Malformed."""
    return typed(Mandate, text, name, _strange)


def _strange(mandate: Mandate) -> Iterator[Problem]:
    yield from _dangling(mandate)
    yield from _twice(mandate)
    yield from _elsewhere(mandate)
    yield from _backwards(mandate)
    yield from beyond(numbers(dict(mandate.originals)))
    originals = mandate.originals
    if (originals.open_policy is None) != (originals.witness_policy is None):
        missing = "witness_policy" if originals.open_policy else "open_policy"
        yield wrong(("originals",), "policy-voted-alone", missing=missing)


def _dangling(mandate: Mandate) -> Iterator[Problem]:
    """References to what the mandate doesn't define."""
    known = {
        where: getattr(mandate, where) for where in ("documents", "places", "roles", "cameras")
    }
    for where, name, *path in _references(mandate):
        if name is not None and name not in known[where]:
            yield wrong(
                tuple(path), "name-unknown", name=name, where=where,
                hint=close(str(name), known[where]),
            )  # fmt: skip


_documents = attrgetter(*DOCUMENTS_OF_A_MEASURE)


def _references(mandate: Mandate) -> Iterator[tuple[str, str | None, *Path]]:
    """Of every reference: the kind of what it names, the name, and the path where it stands."""
    yield "documents", mandate.deliberation.document, "deliberation", "document"
    yield "documents", mandate.competence, "competence"
    yield "documents", mandate.prior_consultation, "prior_consultation"
    for place, processor in enumerate(mandate.processors):
        yield "documents", processor.contract, "processors", place, "contract"
    for name, where in mandate.places.items():
        yield "documents", where.exposed, "places", name, "exposed"
    for name, camera in mandate.cameras.items():
        yield "places", camera.place, "cameras", name, "place"
    for place, measure in enumerate(mandate.measures):
        yield "places", measure.cameras.place, "measures", place, "cameras", "place"
        for key, document in zip(DOCUMENTS_OF_A_MEASURE, _documents(measure), strict=True):
            if document is not None:
                yield "documents", document, "measures", place, key
        for number, role in enumerate(measure.access):
            yield "roles", role, "measures", place, "access", number
        if measure.event:
            why = measure.event.exposed_because
            yield "documents", why, "measures", place, "event", "exposed_because"
        if measure.transmit:
            convention = measure.transmit.convention
            yield "documents", convention, "measures", place, "transmit", "convention"
        if mandate.cameras:
            for number, name in enumerate(measure.cameras.ids or ()):
                yield "cameras", name, "measures", place, "cameras", "ids", number


def _twice(mandate: Mandate) -> Iterator[Problem]:
    """Two measures of one name, a camera listed twice, or as many as are not there."""
    seen: set[str] = set()
    for index, measure in enumerate(mandate.measures):
        if measure.id in seen:
            path = ("measures", index, "id")
            yield wrong(path, "written-twice", name=measure.id)
        seen.add(measure.id)
        listed: set[str] = set()
        for number, name in enumerate(measure.cameras.ids or ()):
            if name in listed:
                at = ("measures", index, "cameras", "ids", number)
                yield wrong(at, "written-twice", name=name)
            listed.add(name)
        count = measure.cameras.count
        if listed and count is not None and count != len(listed):
            stated: Path = ("measures", index, "cameras", "count")
            yield wrong(stated, "count-not-of-ids", count=count, listed=len(listed))


def _elsewhere(mandate: Mandate) -> Iterator[Problem]:
    """Cameras at two places: described, listed or numbered, as the plan will name them."""
    if filmed(mandate) > MOST_FILMED:
        yield wrong(("measures",), "too-many-cameras-filmed", most=MOST_FILMED)
        return
    names = cameras_of(mandate)
    places = {name: camera.place for name, camera in mandate.cameras.items()}
    for index, measure in enumerate(mandate.measures):
        here, asked = measure.cameras.place, measure.cameras
        for number, name in enumerate(names[measure.id]):
            place = places.setdefault(name, here)
            if place != here:
                below: Path = ("count",) if asked.ids is None else ("ids", number)
                where: Path = ("measures", index, "cameras", *below)
                yield wrong(where, "camera-at-two-places", camera=name, place=place, other=here)


def _backwards(mandate: Mandate) -> Iterator[Problem]:
    """What ends before it begins."""
    valid = mandate.valid
    if valid.until is not None and valid.until < valid.since:
        yield wrong(("valid", "until"), "ends-before-it-begins")
    for name, document in mandate.documents.items():
        if document.expires is not None and document.expires < document.date:
            yield wrong(("documents", name, "expires"), "ends-before-it-begins")
    for index, measure in enumerate(mandate.measures):
        if measure.window and measure.window.until <= measure.window.since:
            yield wrong(("measures", index, "window", "until"), "ends-before-it-begins")
