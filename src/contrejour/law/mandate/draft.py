"""A first mandate from a few answers: a template that loads, its gaps marked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from contrejour.base.digits import whole
from contrejour.law.mandate.law import names
from contrejour.law.mandate.vocabulary import POSSIBLE, Act, BodyKind, PlaceKind, Purpose
from contrejour.law.mandate.words import Text


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked, until the answer is one of `choices`, where there are any, and `fits`."""

    key: str
    said: Text
    default: str
    choices: tuple[str, ...] = ()
    fits: Callable[[str], object] = bool


def _words(kinds: type[StrEnum], *without: StrEnum) -> tuple[str, ...]:
    return tuple(word.value for word in kinds if word not in without)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def questions(today: date) -> tuple[Question, ...]:
    """What `contrejour mandate new` asks, in order."""
    acts = tuple(act.value for act in Act if act in POSSIBLE)
    vague = (PlaceKind.STATION_AND_TRAIN, PlaceKind.UNSPECIFIED)
    return (
        Question("name", Text("Quel organisme décide ?", "Which body decides?"), "?"),
        Question("kind", Text("De quelle sorte ?", "Of which kind?"), "transport-authority",
                 _words(BodyKind)),
        Question("id", Text("Nom court du mandat", "Short name of the mandate"), "mandat-1",
                 fits=re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}").fullmatch),
        Question("ref", Text("Référence de la délibération", "Reference of the deliberation"), "?"),
        Question("date", Text("Date de la délibération", "Date of the deliberation"),
                 today.isoformat(), fits=_is_day),
        Question("place", Text("Que filme-t-on ?", "What is filmed?"), "bus-interior",
                 _words(PlaceKind, *vague)),
        Question("department", Text("Quel département ?", "Which department?"), "69",
                 fits=re.compile(r"[0-9][0-9]|2[AB]|97[1-6]").fullmatch),
        Question("count", Text("Combien de caméras ?", "How many cameras?"), "1",
                 fits=re.compile(r"[1-9][0-9]{0,5}").fullmatch),
        Question("act", Text("Pour faire quoi ?", "To do what?"), "record", acts),
        Question("purpose", Text("À quelle fin ?", "What for?"), "safety.open-place",
                 _words(Purpose)),
    )  # fmt: skip


def asked(ask: Callable[[str], str], language: str, today: date) -> dict[str, str]:
    """The answers; an empty one keeps the default, one that doesn't fit is asked for again."""
    answers: dict[str, str] = {}
    for question in questions(today):
        lines = [
            f"  {at}. {word} ({names(word).in_(language)})"
            for at, word in enumerate(question.choices, 1)
        ]
        prompt = "\n".join([question.said.in_(language), *lines, f"[{question.default}] > "])
        while True:
            answer = ask(prompt).strip() or question.default
            if 0 < (number := whole(answer) or 0) <= len(question.choices):
                answer = question.choices[number - 1]
            if answer in (question.choices or [answer]) and question.fits(answer):
                break
        answers[question.key] = answer
    return answers


def template(answers: dict[str, str], language: str, today: date) -> str:
    """The YAML of a mandate with these answers; what was not answered has its default."""
    text = files("contrejour.law.mandate").joinpath(f"template.{language}.yaml").read_text("utf-8")
    told = {question.key: question.default for question in questions(today)} | answers
    for key in ("name", "ref", "department"):
        told[key] = json.dumps(told[key], ensure_ascii=False)  # quoted as YAML has it too
    return text.format_map(told)
