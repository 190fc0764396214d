"""Places and numbers of cameras, as French says them.

A place keeps the words of the text beside the kind of the closed list; a kind that the list lacks
(a lycée) is UNSPECIFIED with its words. A number is only what the text counts: "une centaine" is
told as about, never as a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contrejour.law.mandate.vocabulary import Access, PlaceKind
from contrejour.law.review.lexicon import pattern


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """`said` is the text's own words; None where the text names no place."""

    kind: PlaceKind
    said: str | None = None

    @property
    def access(self) -> Access:
        if self.kind is PlaceKind.UNSPECIFIED:
            return Access.UNSPECIFIED
        return Access.SCHOOL_ONLY if self.kind is PlaceKind.SCHOOL_BUS else Access.OPEN

    @property
    def named(self) -> str:
        """What tells two places of a kind apart: the proper names in it."""
        names = re.findall(r"(?<![.!?] )\b[A-ZÉÈÀÎÔ][\w'\u2019-]+", (self.said or "")[1:])
        if not names and self.kind is PlaceKind.UNSPECIFIED:
            return (self.said or "").lower()
        return " ".join(names)


NOWHERE = PlaceMention(PlaceKind.UNSPECIFIED)
_NAMED = r"(?: (?:sncf|routieres?|ferroviaires?|regionales?|multimodales?))*"
_KINDS: tuple[tuple[PlaceKind, str], ...] = (
    (PlaceKind.STATION_PLATFORM, r"quais?\b(?! d'orsay)"),
    (PlaceKind.STATION_SURROUNDINGS, r"(?:abords|parvis|alentours|proximite)(?: immediats)?"
                                     r" (?:de la |des |de |d'une )?gares?"),
    (PlaceKind.STATION_HALL, rf"gares?\b{_NAMED}|haltes? ferroviaires?|"
                             r"stations?\b(?! (?:d'epuration|services?|balneaires?|meteo))|"
                             r"salles? d'attente|poles? d'echanges?|points? d'arret"),
    (PlaceKind.TRAIN_INTERIOR, r"trains?\b(?: regiona\w+)?(?! de (?:mesures|vie))|ter\b|"
                               r"rames?\b(?! de tram)|materiels? roulants?"),
    (PlaceKind.TRAM_INTERIOR, r"(?:rames? de )?tram(?:way)?s?(?:_trains?)?\b"),
    (PlaceKind.SCHOOL_BUS, r"(?:auto)?(?:cars?|bus) (?:interurbains? (?:et|ou) )?scolaires?|"
                           r"transports? scolaires?|ramassage scolaire|services? scolaires?"),
    (PlaceKind.BUS_INTERIOR, r"(?:auto)?(?:cars?|bus) (?:scolaires? (?:et|ou) )?(?:interurbains?|"
                             r"regionaux)|lignes? interurbaines?|autocars?\b(?! (?:scol|interurb))|"
                             r"cars\b(?! (?:scol|interurb|regionaux))|(?:auto)?bus\b(?! (?:scol|"
                             r"interurb))"),
    (PlaceKind.LIFT, r"ascenseurs?"),
    (PlaceKind.UNDERPASS, r"passages? souterrains?|souterrains?\b|passages? inferieurs?"),
    (PlaceKind.FOOTBRIDGE, r"passerelles?"),
    (PlaceKind.BIKE_PARK, r"(?:stationnements?|parcs?|parkings?|abris?|consignes?|garages?|locaux) "
                          r"(?:\S+ )?(?:des |a |de |pour )?velos?"),
    (PlaceKind.CAR_PARK, r"parkings?\b(?! (?:a |de |des )?velo)|parcs?_relais|"
                         r"parcs? de stationnement|aires? de (?:covoiturage|stationnement)"),
    (PlaceKind.PUBLIC_ROAD, r"voies? publiques?|espaces? publics?|(?:dans|en|de) (?:la |"
                            r"plein )?ville\b|rues?\b|places? publiques?|centres?_ville|"
                            r"hyper_?centre|voirie|chaussee|carrefours?"
                            r"(?: (?:avenue|rue|boulevard))?|avenues?\b|boulevards?\b|(?:axes "
                            r"d')?entrees? de (?:la )?(?:ville|commune)|quartiers?\b(?! general)"),
    (PlaceKind.UNSPECIFIED, r"lycees?|colleges?|ecoles?\b|etablissements? scolaires?|stades?\b|"
                            r"piscines?|gymnases?|mediatheques?|metros?\b|"
                            r"transports? (?:en commun|publics?)|reseaux? (?:de )?transports?|"
                            r"etablissements\b(?! (?:publics? de|bancaire))|"
                            r"(?:hotel|siege) de (?:la )?region|"
                            r"(?:place de|devant|dans|abords de) la mairie|"
                            r"(?:batiments?|sites?|lieux) (?:publics?|communa\w+|sensibles?)|"
                            r"(?:territoire|ensemble|rues|espaces) (?:de la |du |d'une )?"
                            r"(?:commune|village)s?|"
                            r"(?:sur|dans) (?:toute )?(?:la commune|le village)|"
                            r"arrets? (?:de |des )?(?:bus|tram\w*|cars?|autocars?)\b|abri_?bus|"
                            r"abris_voyageurs?|(?:ensemble|totalite) du territoire|partout|"
                            r"halls? d'immeubles?"),
)  # fmt: skip
_PLACES = tuple((kind, pattern(words)) for kind, words in _KINDS)
_NAME = (
    r"[«“]?\s?[A-ZÉÈÀÎÔ][\w\u2019'-]*+"
    r"(?: (?:la|le|les|en|sur|lès|[A-ZÉÈÎÔ0-9])[\w\u2019'-]*+)*+"
)
_OF = r"(?:de la |de l['\u2019]|des |de |du |d['\u2019])"
_NAMES = re.compile(rf"\s{_OF}?{_NAME}(?:(?:,| et) {_OF}{_NAME})*")
_WITHIN = re.compile(r"[ -]+(?:de (?:la |l' *|cette )?|des |du |d'(?:une )?)")
"""« les quais de la gare » are one place, a platform."""
JOINED = {PlaceKind.STATION_HALL, PlaceKind.TRAIN_INTERIOR}
"""Named together, they are one place: STATION_AND_TRAIN."""
_COACHES = {PlaceKind.SCHOOL_BUS, PlaceKind.BUS_INTERIOR}
"""« cars scolaires et interurbains » names two places with one noun."""

_DIGITS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
           "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14,
           "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40,
           "cinquante": 50, "soixante": 60, "septante": 70, "octante": 80, "huitante": 80,
           "nonante": 90}  # fmt: skip
_SCALES = {"cent": 100, "cents": 100, "mille": 1000, "million": 10**6, "millions": 10**6}
_WORD = "|".join(sorted((*_DIGITS, *_SCALES), key=len, reverse=True))
_NUMBER = (
    r"(?P<figure>[0-9]{1,3}(?:[ .][0-9]{3}){1,9}|[0-9]{1,40})|"
    rf"(?P<words>(?:{_WORD})(?:(?: et |[ -])(?:{_WORD}))*)"
)
_ABOUT = (
    r"(?P<about>(?:environ|pres d[e']|plus d[e']|moins d[e']|jusqu'a|quelques?|plusieurs|"
    r"une? (?:bonne )?(?:\w+aine|millier)|(?:des |les )?(?:\w+aines|milliers)|au moins|au plus|"
    r"au maximum|entre [0-9]+ et)(?: de\b| d'|\b))"
)
_ADJECTIVE = r"(?:\s{1,3}(?:nouvelles?|supplementaires?|petites?|autres?|dispositifs?|fixes?))*"
_COUNT = re.compile(
    rf"(?<![\w,.])(?:{_ABOUT}\s{{0,3}})?(?:{_NUMBER})?{_ADJECTIVE}\s{{0,3}}"
    r"\b(?:de |d')?cameras?\b(?! a l'autre)(?P<each>\s+(?:chacune?|par \w+|dans chaque \w+))?"
)


_AFTER = re.compile(
    rf"\bcameras?,? (?:soit|au nombre de)\s+(?:{_ABOUT}\s*)?(?:{_NUMBER})"
    r"(?![\w,.]* ?(?:%|euro|million|m€))"
)
"""« de nouvelles caméras, soit environ 421 »."""
_ALL = re.compile(rf"\b(?:les|des|ces|aux|leurs|nos) (?:{_NUMBER}){_ADJECTIVE}\s+cameras?\b")


def recounts(folded: str) -> bool:
    """Whether its cameras are a number already known of: « le coût des neuf caméras »."""
    return _ALL.search(folded) is not None


def places(folded: str, text: str) -> Iterator[tuple[int, PlaceMention]]:
    """(position, place) of each place in a folded text; `text` gives the proper names."""
    found: list[tuple[int, int, PlaceKind]] = []
    for kind, words in _PLACES:
        found += [(each.start(), each.end(), kind) for each in words.finditer(folded)]
    found.sort(key=lambda each: (each[0], -each[1]))
    kept: list[tuple[int, int, PlaceKind]] = []
    for start, end, kind in found:
        around = [other for at, until, other in kept if at <= start and end <= until]
        pair = [{kind, other} == _COACHES for other in around]
        if pair and not all(pair):
            continue
        name = None if text[start:end].isupper() else _NAMES.match(text, end)
        stop = name.end() if name else end
        if kept and _WITHIN.fullmatch(folded, kept[-1][1], start):
            kept[-1] = (kept[-1][0], stop, kept[-1][2])
        else:
            kept.append((start, stop, kind))
    for start, stop, kind in kept:
        yield start, PlaceMention(kind, _own_words(text[start:stop].strip(" «»“”"), kind))


def _own_words(said: str, kind: PlaceKind) -> str:
    """« cars scolaires et interurbains » without what belongs to the other of the two."""
    if kind is PlaceKind.BUS_INTERIOR:
        return re.sub(r"\sscolaires? (?:et|ou)\s", " […] ", said, flags=re.I)
    return re.sub(r"\sinterurbains? (?:et|ou)\s", " […] ", said, flags=re.I)


@dataclass(frozen=True, slots=True)
class CameraCount:
    """`number` only where it is counted; `about` is what the text says instead; `said`: both."""

    number: int | None
    about: str | None
    said: str | None = None


def count(folded: str, text: str) -> CameraCount:
    """How many cameras this text says, if it says it once; two different numbers are none."""
    counts: list[CameraCount] = []
    for found in (*_COUNT.finditer(folded), *_AFTER.finditer(folded)):
        number = _value(found)
        said = text[found.start() : found.end()].strip()
        if found["about"] or found.groupdict().get("each"):
            counts.append(CameraCount(None, said, said))
        elif number:
            counts.append(CameraCount(number, None, said))
    if len({each.number for each in counts}) == 1:
        return counts[0]
    all_of_them = ", ".join(str(each.said) for each in counts) or None
    return CameraCount(None, all_of_them, all_of_them)


def _value(found: re.Match[str]) -> int | None:
    if found["figure"]:
        return int(re.sub("[^0-9]", "", found["figure"]))
    if found["words"] in (None, "un", "une"):
        return None  # an article, as in « une caméra nomade »
    return in_figures(found["words"])


def in_figures(words: str) -> int:
    """The number that folded French words say: "dix mille", "quatre-vingt-douze"."""
    total = hundreds = 0
    for word in re.split(r"[ -]+", words):
        if word in ("cent", "cents"):
            hundreds = (hundreds or 1) * 100
        elif word in _SCALES:
            total += (hundreds or 1) * _SCALES[word]
            hundreds = 0
        elif word in ("vingt", "vingts") and hundreds % 100 == 4:
            hundreds += 76
        elif word in _DIGITS:
            hundreds += _DIGITS[word]
    return total + hundreds
