"""Reads YAML by a pydantic model; errors have the file, the line, the key and a hint.

region.yaml:31: measures.0.keep.imagse: unknown key        hint: did you mean images?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from contrejour.base.errors import Malformed
from contrejour.base.messages import Message, Value
from contrejour.law.mandate.parse import Path, lines, parse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

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
        errors = error.errors(include_url=False)
        found = [_told(model, each) for each in errors if not _echo(each, errors)]
    else:
        found = list(also(made))
        if not found:
            return made
    at = lines(text)
    raise Malformed.of(
        Malformed(
            "at-line",
            name=name,
            line=_line(at, path),
            place=_dotted(path),
            fault=fault.message,
            hint=fault.advice,
        )
        for path, fault in sorted(found, key=lambda each: _line(at, each[0]))
    )


def wrong(path: Path, message: str, /, *, hint: Message | None = None, **values: Value) -> Problem:
    """A Problem at `path`: the id of its message, its values and its hint."""
    return path, Malformed(message, hint=hint, **values)


class QuotedValue(str):
    """A value as an error quotes it: 60 characters of its repr at most."""

    def __new__(cls, value: object) -> QuotedValue:
        text = repr(value)
        return super().__new__(cls, text if len(text) <= 60 else f"{text[:57]}...")


def _echo(error: ErrorDetails, errors: Iterable[ErrorDetails]) -> bool:
    """Whether it only repeats that items of a list are wrong."""
    at = error["loc"]
    within = (each["loc"][: len(at)] == at and each["loc"] != at for each in errors)
    return error["type"] == "too_short" and any(within)


def _told(model: type[BaseModel], error: ErrorDetails) -> Problem:
    """One pydantic error as a Problem, in our own messages."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
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
    words = list(known)
    near = get_close_matches(word, words, 1, 0.6)
    if near:
        return Message("did-you-mean", name=near[0])
    return Message("one-of", known=", ".join(words)) if words else None


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
