"""Whose project it is: the person who wants it, and the towns that are somebody else's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from contrejour.law.review.lexicon import fold

_WANTS = (
    r"(?:,?\s+(?:lui aussi\s+)?(?:qui\s+)?(?:veut|souhaite|propose|entend|envisage|"
    r"a annonc\w+|promet|projette))"
)
_CAPITAL = r"[A-ZÉÈÎÔ][\w\u2019'-]{1,40}"
_FULL_NAME = rf"{_CAPITAL} (?:de |d['\u2019])?{_CAPITAL}(?: {_CAPITAL})?"
_ANYBODY = re.compile(rf"\b{_FULL_NAME}")
_PERSON = re.compile(rf"\b({_FULL_NAME}){_WANTS}")
_AT = re.compile(
    r"\b(?:à|À|de|dans la ville de|maire de|ville de|métropole de|"
    r"région) ([A-ZÉÈÎÔ][\w\u2019-]+(?:-[\w\u2019]+)*)"
)
_NO_TOWN = re.compile(
    r"(?:gares?|lignes?|quais?)\s[\w\s,-]*$|(?:banlieue|ouest|est|nord|sud|tribunal|prefecture\S*|"
    r"departement|rectorat|parc|barreau)(?: \w+)? $"
)
"""« la banlieue ouest de Paris »: a name that says where, not whose."""
_TOWNS = frozenset(
    (
        "paris", "marseille", "lyon", "toulouse", "nice", "nantes", "montpellier",
        "strasbourg", "bordeaux", "lille", "rennes", "reims", "toulon", "saint-etienne",
        "le-havre", "grenoble", "dijon", "angers", "nimes", "villeurbanne",
        "clermont-ferrand", "aix-en-provence", "brest", "tours", "amiens", "limoges",
        "annecy", "perpignan", "besancon", "metz", "orleans", "rouen", "mulhouse", "caen",
        "nancy", "valenciennes", "dunkerque", "avignon", "cannes", "antibes", "poitiers",
        "pau", "calais", "moirans", "ile-de-france", "paca", "provence-alpes-cote",
        "bretagne", "normandie", "occitanie", "nouvelle-aquitaine", "hauts-de-france",
        "grand-est", "bourgogne-franche-comte", "corse", "pays-de-la-loire",
        "centre-val-de-loire", "auvergne-rhone-alpes", "chine", "pekin", "londres",
        "royaume-uni", "etats-unis", "israel", "singapour", "hong-kong", "moscou", "russie",
        "new-york", "berlin", "bruxelles",
    )
)  # fmt: skip
_PACA = "marseille nice toulon aix-en-provence avignon cannes antibes"
TOWNS_OF = {
    "auvergne-rhone-alpes":
        "lyon grenoble saint-etienne villeurbanne clermont-ferrand annecy moirans",
    "ile-de-france": "paris", "paca": _PACA, "provence-alpes-cote": _PACA,
    "bretagne": "rennes brest", "occitanie": "toulouse montpellier nimes perpignan",
    "nouvelle-aquitaine": "bordeaux limoges poitiers pau",
    "grand-est": "strasbourg reims metz mulhouse nancy",
    "hauts-de-france": "lille amiens valenciennes dunkerque calais",
    "normandie": "le-havre rouen caen", "pays-de-la-loire": "nantes angers",
    "centre-val-de-loire": "tours orleans", "bourgogne-franche-comte": "dijon besancon",
}  # fmt: skip


def other_person(sentence: str, at: int, leads: frozenset[str]) -> str | None:
    people = [each for each in _PERSON.finditer(sentence) if each.start() < at]
    if not people:
        return None
    name = people[-1][1]
    return None if not leads or fold(name) in leads else name


def elsewhere(sentence: str, at: int, home: frozenset[str]) -> str | None:
    """Another town or region than the text's own, as the place of what stands at `at`."""
    for found in _AT.finditer(sentence):
        name = fold(found[1])
        if name in _TOWNS and name not in home:
            before = fold(sentence[max(0, found.start() - 24) : found.start()])
            if not _NO_TOWN.search(before):
                return found[1]
    return None


def leads(texts: Sequence[str]) -> frozenset[str]:
    """Folded names of the person whom the text most often has wanting something."""
    named = Counter(fold(each[0]) for text in texts for each in _ANYBODY.finditer(text))
    wanting = dict.fromkeys(fold(each[1]) for text in texts for each in _PERSON.finditer(text))
    return frozenset({max(wanting, key=lambda name: named[name])} if wanting else ())
