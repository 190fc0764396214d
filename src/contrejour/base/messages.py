"""What a reader is told: an id and values, made a sentence by the catalogue of a language.

    Message("output-exists", path=out)
    str(…)               "/data/a.mp4 exists", English, as logs and JSON have it
    rendered(…, "fr")    "/data/a.mp4 existe"

Templates are in base/locale (see catalogue.py), with named fields, filled as `str.format` does.
A value is put in as it is, whatever it reads like; only a value that is a Message itself is
rendered, in the same language. An id without a template is shown as it is: a test compares the
catalogues with the ids in the source, so that there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from contrejour.base.catalogue import catalogue


@dataclass(frozen=True, init=False)
class Message:
    """An id of the catalogue, and the values of its fields. Hashable, and it may be pickled."""

    id: str
    values: Mapping[str, Value]

    def __init__(self, id_: str, /, **values: Value) -> None:
        object.__setattr__(self, "id", id_)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash((self.id, frozenset(self.values.items())))

    def __str__(self) -> str:
        """English."""
        return rendered(self, "en")


Value = str | int | float | Path | date | datetime | Message | None


Tell = Callable[[Message], object]
"""Takes what happens, to say it or keep it."""


def verbatim(text: str) -> Message:
    """What somebody else says, in no language of ours: the system, a library, a device."""
    return Message("verbatim", text=text)


def reason_of(error: BaseException) -> Message:
    """Why something failed: the message of an error of ours, or of one that was raised with a
    Message; else what the error says, verbatim."""
    for own in (getattr(error, "message", None), *error.args[:1]):
        if isinstance(own, Message):
            return own
    return verbatim(str(error))


def rendered(message: Message, language: str) -> str:
    """The sentence of a message in a language, `en` or `fr`.

    Where a template has forms of the plural, the value `count` chooses one.
    """
    template = _template(message, language)
    if template == message.id:
        return template
    return template.format_map(
        {
            name: rendered(value, language) if isinstance(value, Message) else value
            for name, value in message.values.items()
        }
    )


def has_template(id_: str) -> bool:
    return catalogue("en").gettext(id_) != id_


def as_json(message: Message) -> dict[str, object]:
    """`{"id": …, "values": {…}}`; values that JSON has no type for are texts."""
    values = {name: _as_json(value) for name, value in message.values.items()}
    return {"id": message.id, "values": values}


def _as_json(value: Value) -> object:
    if isinstance(value, Message):
        return as_json(value)
    return value if value is None or isinstance(value, int | float) else str(value)


def _template(message: Message, language: str) -> str:
    found, count = catalogue(language), message.values.get("count")
    if isinstance(count, int):
        chosen = found.ngettext(message.id, message.id, count)
        if chosen != message.id:
            return chosen
    return found.gettext(message.id)


def _may_be_told(value: object) -> bool:
    """Whether JSON has it: not NaN and no infinity, which Python reads and writes all the same."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | Message | None)


def of_json(told: object) -> Message:
    """The reverse of what `as_json` makes of a Message, of what another process says.

    Raises ValueError unless the catalogue has it and it can be put into its sentence.
    """
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise ValueError("not a message")
    given = told.get("values")
    if not isinstance(given, dict) or not told["id"] or not has_template(told["id"]):
        raise ValueError("not a message")
    values = {
        str(name): of_json(value) if isinstance(value, dict) else value
        for name, value in given.items()
    }
    if not all(_may_be_told(value) for value in values.values()):
        raise ValueError("not a message")
    message = Message(told["id"], **values)
    try:
        rendered(message, "en")
    except (KeyError, TypeError) as error:
        raise ValueError("not a message") from error
    return message
