"""The rulebook: what the law says (rules.yaml), and the sentences said about it (sentences.yaml).

Every rule has dates: a citation outside them is not made, so that a project of 2021 is judged by
the law of 2021. `verified` is true only where the text itself was read on an official page, or a
page that reproduces it; the others are marked wherever they are quoted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from contrejour.law.mandate.parse import Data, parse
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.words import Text, day, period


@dataclass(frozen=True, slots=True)
class Rule:
    """What one text says. Dates are inclusive; `valid_until` None: still in force."""

    id: str
    text: Text
    citation: Text
    link: str
    valid_from: date
    valid_until: date | None
    confidence: str
    mark: str
    note: Text
    verified: bool
    limits: Mapping[str, Period]
    """The durations that the text counts, by what they are of."""
    spans: tuple[tuple[date, date], ...]
    """First and last days on which what it permits may be done; none: as long as it is in force."""

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class RuleSentence:
    """Why, and what would cure it."""

    because: Text
    cure: Text


@cache
def rulebook() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of rules.yaml."""
    return {name: _rule(name, _keys(data)) for name, data in _keys(_data("rules.yaml")).items()}


def limit(rule: str, name: str) -> Period:
    """A duration that a rule counts, from rules.yaml, where it stands beside its citation."""
    return rulebook()[rule].limits[name]


@cache
def sentences() -> Mapping[tuple[str, str], RuleSentence]:
    """(rule, key) -> the sentence. Those of `ANY` are for every rule."""
    told = _keys(_data("sentences.yaml"))
    return {
        (rule, key): RuleSentence(_said(data, ""), _said(data, "cure_"))
        for rule, below in told.items()
        if rule != "names"
        for key, data in _keys(below).items()
    }


def filled(said: Text, values: Mapping[str, object]) -> Text:
    """With its {values} put in, each in its own language."""
    if not values:
        return said
    told = {name: _plain(value) for name, value in values.items()}
    fr = said.fr.format_map({name: each.fr for name, each in told.items()})
    en = said.en.format_map({name: each.en for name, each in told.items()})
    return Text(fr[:1].upper() + fr[1:], en[:1].upper() + en[1:])


def _plain(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, StrEnum):
        return names(value)
    if isinstance(value, date):
        return day(value)
    return period(value) if isinstance(value, Period) else Text(str(value), str(value))


@cache
def names(word: str) -> Text:
    """The plain name of a word of the vocabulary; an unknown word is its own name."""
    return _names().get(word, Text(word, word))


@cache
def listed(words: tuple[str, ...]) -> Text:
    """The plain names, one after the other."""
    told = [names(word) for word in words]
    return Text(", ".join(each.fr for each in told), ", ".join(each.en for each in told))


def sha256() -> str:
    """Which rulebook this is: SHA-256 of rules.yaml."""
    return hashlib.sha256(_bytes("rules.yaml")).hexdigest()


@cache
def _names() -> Mapping[str, Text]:
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
        citation=Text(cited, cited) if isinstance(cited, str) else _said(cited, ""),
        link=str(data["link"]),
        valid_from=date.fromisoformat(str(data["valid_from"])),
        valid_until=date.fromisoformat(str(until)) if until is not None else None,
        confidence=str(data["confidence"]),
        mark=str(data["mark"]),
        note=_said(data.get("note", {}), ""),
        verified=data["verified"] is True,
        limits={of: Period.parse(told) for of, told in _keys(data.get("limits", {})).items()},
        spans=tuple(_span(told) for told in _items(data.get("spans", []))),
    )


def _span(told: Data) -> tuple[date, date]:
    first, last = (date.fromisoformat(str(each)) for each in _items(told))
    return first, last


def _items(data: Data) -> list[Data]:
    assert isinstance(data, list), data
    return data


def _said(data: Data, prefix: str) -> Text:
    told = _keys(data)
    return Text(str(told.get(f"{prefix}fr", "")), str(told.get(f"{prefix}en", "")))


def _keys(data: Data) -> dict[str, Data]:
    assert isinstance(data, dict), data
    return data


@cache
def _bytes(name: str) -> bytes:
    return files("contrejour.law.mandate").joinpath(name).read_bytes()


@cache
def _data(name: str) -> Data:
    return parse(_bytes(name).decode(), name)
