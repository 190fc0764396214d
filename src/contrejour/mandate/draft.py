"""A first mandate from a few answers: a template that loads, its gaps marked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from contrejour.mandate.law import names
from contrejour.mandate.vocabulary import POSSIBLE, Act, BodyKind, PlaceKind, Purpose
from contrejour.mandate.words import Said


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked. `choices`: a closed list, of which the first is what silence means."""

    key: str
    said: Said
    default: str
    choices: tuple[str, ...] = ()


def _words(kinds: type[StrEnum], *without: StrEnum) -> tuple[str, ...]:
    return tuple(word.value for word in kinds if word not in without)


def questions(today: date) -> tuple[Question, ...]:
    """What `contrejour mandate new` asks, in order."""
    acts = tuple(act.value for act in Act if act in POSSIBLE)
    vague = (PlaceKind.STATION_AND_TRAIN, PlaceKind.UNSPECIFIED)
    return (
        Question("name", Said("Quel organisme décide ?", "Which body decides?"), "?"),
        Question("kind", Said("De quelle sorte ?", "Of which kind?"), "transport-authority",
                 _words(BodyKind)),
        Question("id", Said("Nom court du mandat", "Short name of the mandate"), "mandat-1"),
        Question("ref", Said("Référence de la délibération", "Reference of the deliberation"), "?"),
        Question("date", Said("Date de la délibération", "Date of the deliberation"),
                 today.isoformat()),
        Question("place", Said("Que filme-t-on ?", "What is filmed?"), "bus-interior",
                 _words(PlaceKind, *vague)),
        Question("department", Said("Quel département ?", "Which department?"), "69"),
        Question("count", Said("Combien de caméras ?", "How many cameras?"), "1"),
        Question("act", Said("Pour faire quoi ?", "To do what?"), "record", acts),
        Question("purpose", Said("À quelle fin ?", "What for?"), "safety.open-place",
                 _words(Purpose)),
    )  # fmt: skip


def asked(ask: Callable[[str], str], language: str, today: date) -> dict[str, str]:
    """The answers; an empty one keeps the default, and a closed list is asked until it is met."""
    answers: dict[str, str] = {}
    for question in questions(today):
        lines = [
            f"  {at}. {word} ({names(word).in_(language)})"
            for at, word in enumerate(question.choices, 1)
        ]
        prompt = "\n".join([question.said.in_(language), *lines, f"[{question.default}] > "])
        while True:
            answer = ask(prompt).strip() or question.default
            if answer.isdigit() and 0 < int(answer) <= len(question.choices):
                answer = question.choices[int(answer) - 1]
            if not question.choices or answer in question.choices:
                break
        answers[question.key] = answer
    return answers


def template(answers: dict[str, str], language: str, today: date) -> str:
    """The YAML of a mandate with these answers; what was not answered has its default."""
    text = files("contrejour.mandate").joinpath(f"template.{language}.yaml").read_text("utf-8")
    told = {question.key: question.default for question in questions(today)} | answers
    for key in ("name", "ref", "department"):
        told[key] = json.dumps(told[key], ensure_ascii=False)  # quoted as YAML has it too
    return text.format_map(told)
