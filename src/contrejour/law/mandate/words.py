"""Sentences in both languages, and how days, numbers and durations are said in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contrejour.law.mandate.periods import Period

LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    fr: str
    en: str

    def in_(self, language: str) -> str:
        """`fr`, or English for anything else."""
        return self.fr if language == "fr" else self.en


_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_UNITS = (
    (86400, Text("jour", "day")),
    (3600, Text("heure", "hour")),
    (60, Text("minute", "minute")),
    (1, Text("seconde", "second")),
)


def number(value: int) -> Text:
    """10 000, 10,000."""
    return Text(f"{value:,}".replace(",", "\N{NO-BREAK SPACE}"), f"{value:,}")


def day(when: date) -> Text:
    """1er mars 2027, 1 March 2027."""
    first = "1er" if when.day == 1 else str(when.day)
    return Text(
        f"{first} {_FR[when.month - 1]} {when.year}",
        f"{when.day} {_EN[when.month - 1]} {when.year}",
    )


def period(length: Period) -> Text:
    """A duration: un mois de calendrier, 30 jours, 1 heure et 30 minutes."""
    parts = []
    years, months = divmod(length.months, 12)
    if years:
        parts.append(_counted(years, Text("an", "year")))
    if months == 1:
        parts.append(Text("un mois de calendrier", "one calendar month"))
    elif months:
        parts.append(Text(f"{months} mois de calendrier", f"{months} calendar months"))
    rest = length.seconds
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(_counted(count, unit))
    if not parts:
        return Text("aucune durée", "no time at all")
    return Text(" et ".join(each.fr for each in parts), " and ".join(each.en for each in parts))


def _counted(count: int, unit: Text) -> Text:
    many = "s" if count > 1 else ""
    return Text(f"{count} {unit.fr}{many}", f"{count} {unit.en}{many}")
