"""Documents from others, read strictly: canonical bytes, known fields, known shapes, or Malformed.

One check does most of it: JSON that is not byte for byte its own RFC 8785 form is refused. So a
name that stands there twice, a float, a space or another spelling of a letter can't be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import Malformed
from contrejour.base.messages import Message
from contrejour.base.times import of_utc

_WHOLE_MOST = 2**53 - 1


def document(data: bytes, kind: str, most_bytes: int, version: int = 1) -> Fields:
    """A document of this type and version. Raises Malformed."""
    if len(data) > most_bytes:
        raise Malformed("record-too-large", kind=kind, found=len(data), most=most_bytes)
    try:
        told = json.loads(data)
        strange = not isinstance(told, dict) or _has_float(told) or canonical(told) != data
    except (ValueError, RecursionError) as error:  # rfc8785 and json raise kinds of ValueError
        raise Malformed("record-not-json", kind=kind) from error
    if strange:
        raise Malformed("record-not-canonical", kind=kind)
    fields = Fields(kind, told)
    if fields.text("type", ".*") != kind or fields.whole("v", version, version) != version:
        raise Malformed("record-of-another-type", kind=kind)
    return fields


def type_of(data: bytes) -> str:
    """What a document says that it is; "" where it says nothing. Whether it is, `document` says."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    kind = told.get("type") if isinstance(told, dict) else None
    return kind if isinstance(kind, str) else ""


class Fields:
    """Takes an object apart, field by field; `end` refuses what is left."""

    def __init__(self, kind: str, told: Mapping[str, Json]) -> None:
        self._kind, self._told = kind, dict(told)

    def text(self, name: str, pattern: str) -> str:
        """A text that matches wholly."""
        value = self._take(name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self._wrong(name)
        return value

    def one_of(self, name: str, words: Collection[str]) -> str:
        """A word of a closed list."""
        value = self._take(name)
        if not isinstance(value, str) or value not in list(words):
            raise Malformed(
                "record-bad-word",
                kind=self._kind,
                name=name,
                hint=Message("one-of", known=", ".join(words)),
            )
        return value

    def texts(self, name: str, pattern: str, most: int) -> tuple[str, ...]:
        """A list of one or more texts, sorted, each once."""
        found = self.list_of(name, pattern, most)
        if list(found) != sorted(set(found)):
            raise Malformed("record-not-sorted", kind=self._kind, name=name)
        return found

    def list_of(self, name: str, pattern: str, most: int) -> tuple[str, ...]:
        """A list of one or more texts."""
        value = self._take(name)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise self._wrong(name)
        if not all(isinstance(each, str) and re.fullmatch(pattern, each) for each in value):
            raise self._wrong(name)
        return tuple(cast("list[str]", value))

    def each(self, name: str, most: int) -> tuple[Fields, ...]:
        """A list of one or more objects."""
        value = self._take(name)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise self._wrong(name)
        return tuple(self._below(name, each) for each in value)

    def whole(self, name: str, least: int, most: int = _WHOLE_MOST) -> int:
        """A whole number."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name)
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def moment(self, name: str) -> datetime:
        """UTC to the second: 2027-02-12T15:04:05Z."""
        try:
            return of_utc(self.text(name, "[0-9TZ:-]{20}"))
        except ValueError:
            raise self._wrong(name) from None

    def has(self, name: str) -> bool:
        """Whether it is there and not null; null is taken out."""
        if self._told.get(name) is not None:
            return True
        self._take(name)
        return False

    def below(self, name: str) -> Fields:
        """An object inside."""
        return self._below(name, self._take(name))

    def names(self, pattern: str, most: int) -> tuple[str, ...]:
        """The names of the fields that are left, sorted."""
        if len(self._told) > most or not all(re.fullmatch(pattern, each) for each in self._told):
            raise Malformed("record-bad-names", kind=self._kind)
        return tuple(sorted(self._told))

    def end(self) -> None:
        """Nothing may be left."""
        if self._told:
            raise Malformed(
                "record-unknown-names", kind=self._kind, names=", ".join(sorted(self._told))[:80]
            )

    def _below(self, name: str, value: Json) -> Fields:
        if not isinstance(value, dict):
            raise self._wrong(name)
        return Fields(f"{self._kind}: {name}", value)

    def _take(self, name: str) -> Json:
        if name not in self._told:
            raise Malformed("record-lacks", kind=self._kind, name=name)
        return self._told.pop(name)

    def _wrong(self, name: str) -> Malformed:
        return Malformed("record-bad-value", kind=self._kind, name=name)


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_float, value))
    return isinstance(value, float)
