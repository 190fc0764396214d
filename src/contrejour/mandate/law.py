"""The rulebook: what the law says (rules.yaml), and the sentences said about it (sentences.yaml).

Every rule has dates: a citation outside them is not made, so that a project of 2021 is judged by
the law of 2021. `verified` is true only where the text itself was read on an official page, or a
page that reproduces it; the others are marked wherever they are quoted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from contrejour.mandate.parse import Data, parse
from contrejour.mandate.periods import Period

LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages."""

    fr: str
    en: str

    def in_(self, language: str) -> str:
        """`fr`, or English for anything else."""
        return self.fr if language == "fr" else self.en

    def filled(self, values: Mapping[str, object]) -> Said:
        """With its {values} put in, each in its own language."""
        if not values:
            return self
        fr = {name: _plain(value, "fr") for name, value in values.items()}
        en = {name: _plain(value, "en") for name, value in values.items()}
        return Said(self.fr.format_map(fr), self.en.format_map(en))


def _plain(value: object, language: str) -> str:
    if isinstance(value, StrEnum):
        return names(value).in_(language)
    if isinstance(value, date):
        return day(value).in_(language)
    if isinstance(value, Period):
        return duration(value).in_(language)
    return value.in_(language) if isinstance(value, Said) else str(value)


MONTHS = tuple(
    Said(*pair.split("/"))
    for pair in (
        "janvier/January", "février/February", "mars/March", "avril/April", "mai/May",
        "juin/June", "juillet/July", "août/August", "septembre/September", "octobre/October",
        "novembre/November", "décembre/December",
    )
)  # fmt: skip


def number(value: int) -> Said:
    """10 000, 10,000."""
    return Said(f"{value:,}".replace(",", "\N{NO-BREAK SPACE}"), f"{value:,}")


def day(value: date) -> Said:
    """A date in words: 1er mars 2027, 1 March 2027."""
    month = MONTHS[value.month - 1]
    first = "1er" if value.day == 1 else value.day
    return Said(f"{first} {month.fr} {value.year}", f"{value.day} {month.en} {value.year}")


def duration(value: Period) -> Said:
    """A period in words: 1 mois et 3 jours, 1 month and 3 days."""
    days, rest = divmod(value.seconds, 86400)
    hours, rest = divmod(rest, 3600)
    parts = (
        (value.months, "mois", "mois", "month", "months"),
        (days, "jour", "jours", "day", "days"),
        (hours, "heure", "heures", "hour", "hours"),
        (rest // 60, "minute", "minutes", "minute", "minutes"),
        (rest % 60, "seconde", "secondes", "second", "seconds"),
    )
    told = [part for part in parts if part[0]] or [parts[-1]]
    fr = [f"{count} {many if count > 1 else one}" for count, one, many, _, _ in told]
    en = [f"{count} {one if count == 1 else many}" for count, _, _, one, many in told]
    return Said(" et ".join(fr), " and ".join(en))


@dataclass(frozen=True, slots=True)
class Rule:
    """What one text says. Dates are inclusive; `valid_until` None: still in force."""

    id: str
    text: Said
    citation: Said
    link: str
    valid_from: date
    valid_until: date | None
    confidence: str
    mark: str
    note: Said
    verified: bool

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Why, and what would cure it."""

    because: Said
    cure: Said


@cache
def rulebook() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of rules.yaml."""
    return {name: _rule(name, _keys(data)) for name, data in _keys(_data("rules.yaml")).items()}


@cache
def sentences() -> Mapping[tuple[str, str], Sentence]:
    """(rule, key) -> the sentence. Those of `ANY` are for every rule."""
    told = _keys(_data("sentences.yaml"))
    return {
        (rule, key): Sentence(_said(data, ""), _said(data, "cure_"))
        for rule, below in told.items()
        if rule != "names"
        for key, data in _keys(below).items()
    }


def names(word: str) -> Said:
    """The plain name of a word of the vocabulary; an unknown word is its own name."""
    return _names().get(word, Said(word, word))


def listed(words: Iterable[str]) -> Said:
    """The plain names, one after the other."""
    told = [names(word) for word in words]
    return Said(", ".join(each.fr for each in told), ", ".join(each.en for each in told))


def sha256() -> str:
    """Which rulebook this is: SHA-256 of rules.yaml."""
    return hashlib.sha256(_bytes("rules.yaml")).hexdigest()


@cache
def _names() -> Mapping[str, Said]:
    return {
        word: _said(data, "")
        for word, data in _keys(_keys(_data("sentences.yaml"))["names"]).items()
    }


def _rule(name: str, data: Mapping[str, Data]) -> Rule:
    until = data["valid_until"]
    cited = data["citation"]
    return Rule(
        id=name,
        text=_said(data["text"], ""),
        citation=Said(cited, cited) if isinstance(cited, str) else _said(cited, ""),
        link=str(data["link"]),
        valid_from=date.fromisoformat(str(data["valid_from"])),
        valid_until=date.fromisoformat(str(until)) if until is not None else None,
        confidence=str(data["confidence"]),
        mark=str(data["mark"]),
        note=_said(data.get("note", {}), ""),
        verified=data["verified"] is True,
    )


def _said(data: Data, prefix: str) -> Said:
    told = _keys(data)
    return Said(str(told.get(f"{prefix}fr", "")), str(told.get(f"{prefix}en", "")))


def _keys(data: Data) -> dict[str, Data]:
    assert isinstance(data, dict), data
    return data


@cache
def _bytes(name: str) -> bytes:
    return files("contrejour.mandate").joinpath(name).read_bytes()


@cache
def _data(name: str) -> Data:
    return parse(_bytes(name).decode(), name)
