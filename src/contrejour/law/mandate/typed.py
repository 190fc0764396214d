"""Reads YAML by a pydantic model; errors have the file, the line, the key and a hint.

region.yaml:31: measures.0.keep.imagse: unknown key        hint: did you mean images?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from contrejour.base.errors import Malformed
from contrejour.base.messages import Message, Value
from contrejour.law.mandate.parse import Path, lines, parse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_TOLD = 100
"""Problems of a file. Whoever mends these sees the others; each takes a comparison of words, and a
file of a megabyte can have 100,000."""
MOST_COMPARED = 1000
"""Words that a wrong one is compared with, 20 µs each: more than any list of ours, or the cameras
of a large station."""
Problem = tuple[Path, Malformed]
"""The path of what is wrong, and the error, which has no line yet."""
M = TypeVar("M", bound=BaseModel)


def typed(model: type[M], text: str, name: str, also: Callable[[M], Iterable[Problem]]) -> M:
    """`text` as a `model`; `also` finds problems that a model can't. Raises Malformed, of all."""
    data = parse(text, name)
    if not isinstance(data, dict):
        raise Malformed("no-keys-and-values", name=name)
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        errors, at = _not_echoes(error.errors(include_url=False)), lines(text)
        errors.sort(key=lambda each: _line(at, _place(each)))
        found, count = [_told(model, each) for each in errors[:MOST_TOLD]], len(errors)
    else:
        found = list(islice(also(made), MOST_TOLD + 1))
        if not found:
            return made
        at, count = lines(text), len(found)
    told = [
        Malformed(
            "at-line",
            name=name,
            line=_line(at, path),
            place=_dotted(path),
            fault=fault.message,
            hint=fault.advice,
        )
        for path, fault in sorted(found[:MOST_TOLD], key=lambda each: _line(at, each[0]))
    ]
    if count > MOST_TOLD:
        told.append(Malformed("more-faults", name=name))
    raise Malformed.of(told)


def wrong(path: Path, message: str, /, *, hint: Message | None = None, **values: Value) -> Problem:
    """A Problem at `path`: the id of its message, its values and its hint."""
    return path, Malformed(message, hint=hint, **values)


class QuotedValue(str):
    """A value as an error quotes it: 60 characters of its repr at most."""

    def __new__(cls, value: object) -> QuotedValue:
        text = ""
        for piece in _pieces(value):
            text += piece
            if len(text) > 60:
                return super().__new__(cls, f"{text[:57]}...")
        return super().__new__(cls, text)


def _pieces(value: object) -> Iterator[str]:
    """The repr of plain data, bit by bit: of a long one nobody reads the rest."""
    if isinstance(value, dict):
        for place, (key, each) in enumerate(value.items()):
            yield ", " if place else "{"
            yield from _pieces(key)
            yield ": "
            yield from _pieces(each)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield ", " if place else "["
            yield from _pieces(each)
        yield "]" if value else "[]"
    else:
        yield repr(value[:61] if isinstance(value, str) else value)


def _not_echoes(errors: Iterable[ErrorDetails]) -> list[ErrorDetails]:
    """All but those that only repeat that items of a list are wrong."""
    told = list(errors)
    above = {each["loc"][:length] for each in told for length in range(len(each["loc"]))}
    return [each for each in told if each["type"] != "too_short" or each["loc"] not in above]


def _place(error: ErrorDetails) -> Path:
    return tuple(part for part in error["loc"] if part != "[key]")


def _told(model: type[BaseModel], error: ErrorDetails) -> Problem:
    """One pydantic error as a Problem, in our own messages."""
    path = _place(error)
    kind, found = error["type"], QuotedValue(error["input"])
    context = error.get("ctx", {})
    if kind == "missing":
        return wrong(path, "key-missing")
    if kind == "extra_forbidden":
        return wrong(path, "key-unknown", hint=close(str(path[-1]), _keys_beside(model, path)))
    if kind in ("enum", "literal_error"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return wrong(
            path, "not-in-closed-list", found=found, hint=close(str(error["input"]), known)
        )
    if kind.startswith("bool"):
        return wrong(path, "wants-true-or-false", found=found)
    if kind.startswith(("date", "timezone")):
        return wrong(path, "wants-a-date", found=found)
    if kind == "value_error":
        return wrong(path, "wants-a-duration", found=found)
    if kind.startswith("float"):
        return wrong(path, "wants-a-number", found=found)
    if kind.startswith("int"):
        return wrong(path, "wants-a-whole-number", found=found)
    if kind in ("model_type", "dict_type"):
        return wrong(path, "wants-keys-and-values", found=found)
    if kind == "too_short" and (short := error["input"]):
        return wrong(path, "wants-at-least", least=context["min_length"], found=len(short))
    if kind == "tuple_type":
        return wrong(path, "wants-a-list", found=found)
    return wrong(path, "value-cannot-stand-here", found=found, hint=PATTERNS.get(_key(path)))


PATTERNS = {
    "departments": Message("pattern-departments"),
    "hours": Message("pattern-hours"),
    "sha256": Message("pattern-sha-256"),
    "confidence": Message("pattern-share"),
    "min_duration_s": Message("pattern-seconds"),
    "polygon": Message("pattern-polygon"),
    "shadow_days": Message("pattern-days"),
}


def close(word: str, known: Iterable[str]) -> Message | None:
    """The nearest of the known words, or what they are; None where they are too many to compare."""
    words = list(islice(known, MOST_COMPARED + 1))
    if not words or len(words) > MOST_COMPARED:
        return None
    near = get_close_matches(word[:80], words, 1, 0.6)
    if near:
        return Message("did-you-mean", name=near[0])
    return Message("one-of", known=", ".join(words))


def _keys_beside(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the schema has where the unknown key stands."""
    for part in path[:-1]:
        if isinstance(part, str) and part in _fields(model):
            below = _model_in(_fields(model)[part])
            model = below or model
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, object]:
    fields = model.model_fields
    return {field.alias or name: field.annotation for name, field in fields.items()}


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model within `X`, `X | None`, `tuple[X, ...]` or `dict[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner: Sequence[object] = getattr(annotation, "__args__", ())
    return next(filter(None, map(_model_in, inner)), None)


def _key(path: Path) -> str:
    """The last key of a path, leaving out indices of lists; "" for none."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _line(at: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the innermost thing around it that has one; else 1."""
    while path and path not in at:
        path = path[:-1]
    return at.get(path, 1)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path)) or "mandate"
