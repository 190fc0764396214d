"""A mandate from its YAML: what is doubtful is an error, with its file, line, key and a hint.

region.yaml:31: measures.0.keep.imagse: unknown key        hint: did you mean images?
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from operator import attrgetter
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from contrejour.errors import Malformed
from contrejour.mandate.parse import Path, lines, parse
from contrejour.mandate.schema import DOCUMENTS_OF_A_MEASURE, Mandate

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Wrong = tuple[Path, str, str]


def read(text: str, name: str) -> Mandate:
    """The mandate that `text` says; `name` is the file's, for errors. Raises Malformed."""
    data = parse(text, name)
    if not isinstance(data, dict):
        raise Malformed(f"{name}: not a mandate", "it begins with mandate: 1")
    try:
        mandate = Mandate.model_validate(data)
    except ValidationError as error:
        wrong = [_told(each) for each in error.errors(include_url=False) if not _echo(each)]
    else:
        wrong = [*_dangling(mandate), *_twice(mandate), *_backwards(mandate)]
    if not wrong:
        return mandate
    at = lines(text)
    raise Malformed.of(
        (f"{name}:{_line(at, path)}: {_dotted(path)}: {message}", hint)
        for path, message, hint in sorted(wrong, key=lambda each: _line(at, each[0]))
    )


def _wrong(path: Path, message: str, hint: str = "") -> Wrong:
    """Where, what, and what to do about it."""
    return path, message, hint


class Short(str):
    """A value as it is quoted in an error: not whole pages of it."""

    def __new__(cls, value: object) -> Short:
        text = repr(value)
        return super().__new__(cls, text if len(text) <= 60 else f"{text[:57]}...")


def _echo(error: ErrorDetails) -> bool:
    """Whether it only repeats that all items of a list are wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def _told(error: ErrorDetails) -> Wrong:
    """One pydantic error, in our words."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    kind, found = error["type"], Short(error["input"])
    context = error.get("ctx", {})
    if kind == "missing":
        return _wrong(path, "is missing", "contrejour mandate new --template shows where it goes")
    if kind == "extra_forbidden":
        return _wrong(path, "unknown key", _close(str(path[-1]), _keys_beside(path)))
    if kind in ("enum", "literal_error"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return _wrong(
            path, f"{found} is not in the closed list", _close(str(error["input"]), known)
        )
    if kind.startswith("bool"):
        return _wrong(path, f"expected true or false, found {found}")
    if kind.startswith(("date", "timezone")):
        return _wrong(path, f"expected a date, found {found}",
            "2027-01-15, or with its time and zone 2027-01-15T16:00:00+01:00")  # fmt: skip
    if kind == "value_error":
        return _wrong(path, f"expected a duration, found {found}", "such as P30D, P1M or PT72H")
    if kind.startswith("int"):
        return _wrong(path, f"expected a whole number, found {found}")
    if kind in ("model_type", "dict_type"):
        return _wrong(path, f"expected keys and values, found {found}", "indent them below")
    if kind == "tuple_type":
        return _wrong(path, f"expected a list, found {found}", "write it in brackets: [a, b]")
    return _wrong(path, f"{found} can't stand here", PATTERNS.get(_key(path), ""))


PATTERNS = {"departments": "two digits in quotes, or 2A, 2B, 971 to 976",
             "hours": "such as 05:00-24:00", "sha256": "64 digits, 0 to 9 and a to f"}  # fmt: skip


def _close(word: str, known: Iterable[str]) -> str:
    words = list(known)
    near = get_close_matches(word, words, 1, 0.6)
    if near:
        return f"did you mean {near[0]}?"
    return "one of: " + ", ".join(words) if words else ""


def _keys_beside(path: Path) -> list[str]:
    """The keys that the schema has at the place of an unknown one."""
    model: type[BaseModel] = Mandate
    for part in path[:-1]:
        if isinstance(part, str) and part in _fields(model):
            below = _model_in(_fields(model)[part])
            model = below or model
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, object]:
    fields = model.model_fields
    return {field.alias or name: field.annotation for name, field in fields.items()}


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model within `Model`, `Model | None`, `tuple[Model, ...]` or `dict[str, Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner: Sequence[object] = getattr(annotation, "__args__", ())
    return next(filter(None, map(_model_in, inner)), None)


def _dangling(mandate: Mandate) -> Iterator[Wrong]:
    """Names that nothing in the mandate bears."""
    known = {
        where: getattr(mandate, where) for where in ("documents", "places", "roles", "cameras")
    }
    for where, name, *path in _references(mandate):
        if name is not None and name not in known[where]:
            yield _wrong(tuple(path), f"{name} is not in {where}", _close(str(name), known[where]))


_documents = attrgetter(*DOCUMENTS_OF_A_MEASURE)


def _references(mandate: Mandate) -> Iterator[tuple[str, str | None, *Path]]:
    """What a reference names, its name, and where it stands, of every one."""
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


def _twice(mandate: Mandate) -> Iterator[Wrong]:
    """Measures of one name, and cameras in two places."""
    seen: set[str] = set()
    places: dict[str, str] = {}
    for index, measure in enumerate(mandate.measures):
        if measure.id in seen:
            path = ("measures", index, "id")
            yield _wrong(path, f"{measure.id} is written twice", "keep one of the two")
        seen.add(measure.id)
        for number, name in enumerate(measure.cameras.ids or ()):
            place = places.setdefault(name, measure.cameras.place)
            if place != measure.cameras.place:
                at = ("measures", index, "cameras", "ids", number)
                yield _wrong(at, f"{name} is at {place} already", "a camera is at one place")


def _backwards(mandate: Mandate) -> Iterator[Wrong]:
    """What ends before it begins."""
    valid = mandate.valid
    if valid.until is not None and valid.until < valid.since:
        yield _wrong(("valid", "until"), "ends before it begins")
    for name, document in mandate.documents.items():
        if document.expires is not None and document.expires < document.date:
            yield _wrong(("documents", name, "expires"), "ends before it begins")
    for index, measure in enumerate(mandate.measures):
        if measure.window and measure.window.until <= measure.window.since:
            yield _wrong(("measures", index, "window", "until"), "ends before it begins")


def _key(path: Path) -> str:
    """The innermost key, above the places in a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _line(at: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of what is around it."""
    while path and path not in at:
        path = path[:-1]
    return at.get(path, 1)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path)) or "mandate"
