"""What a reader is told: in French where their system speaks French.

The code speaks English. `french.json` has a twin for each sentence that can reach a person on a
terminal, with {0}, {1} … where the English one has values, {}. A test reads the sentences out of
the source and fails when one has no twin. What has none (a word of the system) stays as it is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from contrejour.base.messages import Message, Value, has_template, rendered

TWINS = Path(__file__).with_name("french.json")


def is_french(environment: Mapping[str, str]) -> bool:
    """Whether the reader's language is French, as POSIX has it (XBD 8.2): the first one set."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((environment[name] for name in names if environment.get(name)), "").startswith("fr")


def readers_language() -> str:
    """`fr` or `en`."""
    return "fr" if is_french(os.environ) else "en"


def said(message: Message | str, /, **values: Value) -> str:
    """A message, or the one of an id and values, in the reader's language."""
    language = readers_language()
    if isinstance(message, str):
        if not has_template(message):
            return french(message) if language == "fr" else message
        message = Message(message, **values)
    told = rendered(message, language)
    return french(told) if language == "fr" and told == str(message) else told


def french(text: str) -> str:
    """The French twin of an English sentence, its values put in, theirs too; else the text."""
    for pattern, twin in _twins():
        if found := pattern.fullmatch(text):
            return _filled(twin, [french(value) for value in found.groups()])
    return text


def _filled(twin: str, values: Sequence[str]) -> str:
    return re.sub(r"\{(\d)\}", lambda place: values[int(place[1])], twin)


@cache
def _twins() -> list[tuple[re.Pattern[str], str]]:
    """Pattern and twin of each sentence; those with most words of their own come first."""
    twins: dict[str, str] = json.loads(TWINS.read_text(encoding="utf-8"))
    ordered = sorted(twins, key=lambda english: -len(english.replace("{}", "")))
    return [(_pattern(english), twins[english]) for english in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
