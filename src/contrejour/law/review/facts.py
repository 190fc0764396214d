"""What a text says of itself: who decides, its reference and day, how long images are kept.

Nothing is guessed: what isn't written is None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contrejour.base.digits import whole
from contrejour.law.mandate.vocabulary import BodyKind, Purpose
from contrejour.law.review.lexicon import fold, pattern
from contrejour.law.review.lines import Passage
from contrejour.law.review.places import in_figures
from contrejour.law.review.who import TOWNS_OF

_CAPITAL = r"[A-ZÉÈÎÔ][\w\u2019'-]{1,40}"
_NAME = rf"({_CAPITAL}(?:[ -](?:et |de |du |des |la |le |les |lès-?|sur-?)*{_CAPITAL})*)"
_BODIES: tuple[tuple[BodyKind, str, str], ...] = (
    (BodyKind.SNCF_RATP_SECURITY, r"surete ferroviaire|direction de la surete|\bsuge\b|gpsr|"
     r"service interne de securite|surete de (?:la )?(?:sncf|ratp)", ""),
    (BodyKind.REGION, r"conseil regional|assemblee (?:pleniere )?(?:regionale|de la region)|"
     r"commission permanente du conseil regional|la region\b|president de region",
     rf"(?:[Rr]égion|[Cc]onseil régional (?:de |d['\u2019]|du |des )?(?:la )?) ?{_NAME}"),
    (BodyKind.DEPARTMENT, r"conseil departemental|le departement\b",
     rf"(?:[Dd]épartement|[Cc]onseil départemental) (?:de l['\u2019]|de la |du |des |de |"
     rf"d['\u2019]){_NAME}"),
    (BodyKind.TRANSPORT_AUTHORITY, r"syndicat mixte|autorite organisatrice|ile-de-france mobilites|"
     r"comite syndical|conseil (?:de la )?metropol\w+|metropole\b",
     rf"(?:[Ss]yndicat mixte|[Mm]étropole) (?:des |de l['\u2019]|de la |du |de |"
     rf"d['\u2019])?(?:[\w ]{1,60} )?{_NAME}"),
    (BodyKind.TRANSPORT_OPERATOR, r"delegataire|sncf voyageurs|keolis|transdev|\bratp\b", ""),
    (BodyKind.MUNICIPALITY, r"conseil municipal|la commune\b|la ville\b|le maire\b|"
                            r"adjointe? au maire|municipalite\b|autorites municipales|la mairie",
     rf"(?:[Cc]ommune|[Vv]ille|[Mm]airie|[Mm]unicipalité|[Aa]utorités municipales|"
     rf"[Mm]aire)(?: \([^()]{{1,12}}\))? (?:de |d['\u2019]|du )(?:la |le |"
     rf"l['\u2019])?{_NAME}"),
)  # fmt: skip
_DECIDES = re.compile(
    r"(?:conseil (?:municipal|regional|departemental|communautaire|metropolitain)|comite syndical|"
    r"assemblee)\W+(?:\w+\W+){0,6}?(?:delibere|decide|approuve|reuni)|surete\b.{0,60}(?:met en|"
    r"est autorise)"
)
_RECITAL = re.compile(r"\s*(?:-\s*)?(?:vus?|considerant)\b")
_AIM = r"(?:afin|pour|finalite|objectif|but|vis\w+ a|en vue|destine)\w*\b[^.;]{0,80}?"
_PURPOSES: tuple[tuple[Purpose, re.Pattern[str]], ...] = (
    (Purpose.SAFETY, pattern(
        _AIM + r"(?:securite des (?:personnes|biens|voyageurs|usagers)|atteintes? a(?: la|ux)? "
        r"(?:securite|personne|bien)s?|agressions?|protection des (?:personnes|biens)|\bvols?\b)"
    )),
    (Purpose.TERRORISM, pattern(_AIM + r"terroris")),
    (Purpose.STATISTICS, pattern(_AIM + r"(?:statisti|frequentation)")),
)  # fmt: skip
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
           "octobre", "novembre", "decembre")  # fmt: skip
_DATE = re.compile(rf"\b(1er|[0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ((?:19|20)[0-9][0-9])\b")
_ITS_DAY = re.compile(r"seance|deliberation|reunion|assemblee|conseil|\bdu\b")
_REFERENCE = re.compile(
    r"\b(?:délibération|rapport|dossier)\s+n\s*[°ºo]\s*([\w./-]*[0-9][\w./-]*)", re.I
)
_KEPT = pattern(r"(?:conserv|effac|detrui|supprim|gard)\w*")
_SO_LONG = re.compile(
    r"\b([0-9]{1,5}|[a-z]{2,20}(?:[ -](?:et )?[a-z]{2,20})?) (?:\([0-9]+\) )?"
    r"(jours?|mois|heures?|semaines?)\b"
)
_UNITS = {"j": ("P", "D"), "m": ("P", "M"), "s": ("P", "W"), "h": ("PT", "H")}
_IMAGES = pattern(r"images?|enregistrements?|video")
_EVENT = re.compile(
    r"(?:[àÀ] l['\u2019]occasion (?:de la |de l['\u2019]|des |du |de |d['\u2019])|pendant (?:le |"
    r"la |les |l['\u2019])|"
    r"afin de sécuriser (?:le |la |les |l['\u2019]))([^,.;:()]{3,80})"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`keep` is ISO 8601. `event`: what a time-limited measure is for, in the text's words."""

    body: BodyKind | None
    name: str | None
    ref: str | None
    day: date | None
    keep: str | None
    event: str | None
    purposes: tuple[Purpose, ...] = ()
    """Of places open to the public, and of counting: the codes that the text's words amount to."""


def facts(passages: Sequence[Passage]) -> Facts:
    """Pure."""
    texts = [passage.text for passage in passages]
    folded = [fold(text) for text in texts]
    body = _body(folded)
    ref = _first(_REFERENCE, texts)
    event = _first(_EVENT, texts)
    return Facts(
        body=body,
        name=_name(body, texts),
        ref=ref[1].rstrip(".") if ref else None,
        day=_day(folded),
        keep=_keep(folded),
        event=" ".join(event[1].split()) if event else None,
        purposes=tuple(code for code, words in _PURPOSES if _says(words, folded)),
    )


def _first(words: re.Pattern[str], texts: Sequence[str]) -> re.Match[str] | None:
    return next(filter(None, map(words.search, texts)), None)


def _says(words: re.Pattern[str], folded: Sequence[str]) -> bool:
    """Whether a passage that is no recital has them: a recital tells why, not what for."""
    lines = (line for line in folded if not _RECITAL.match(line))
    return any(words.search(line) for line in lines)


def home(found: Facts) -> frozenset[str]:
    """Folded names that are this body's own: itself and the towns within it."""
    name = fold(found.name or "").replace(" ", "-")
    towns = TOWNS_OF.get(name, "").split() if found.body is BodyKind.REGION else []
    return frozenset({name, *towns} - {""})


def _body(folded: Sequence[str]) -> BodyKind | None:
    """Who decides: whoever the formula names, else whoever is named most often."""
    votes: Counter[BodyKind] = Counter()
    deciding = [each[0] for text in folded for each in _DECIDES.finditer(text)]
    for kind, words, _ in _BODIES:
        known = re.compile(words)
        votes[kind] += sum(len(known.findall(text)) for text in folded)
        votes[kind] += 20 * sum(len(known.findall(text)) for text in deciding)
    best, count = votes.most_common(1)[0]
    return best if count else None


def _name(body: BodyKind | None, texts: Sequence[str]) -> str | None:
    wanted = next((names for kind, _, names in _BODIES if kind is body), "")
    each_time = (each[1] for text in texts for each in re.finditer(wanted, text))
    named = Counter(each_time) if wanted else Counter[str]()
    known = [name for name in named if fold(name).replace(" ", "-") in TOWNS_OF]
    return max(known or named, key=lambda name: named[name], default=None)


def _day(folded: Sequence[str]) -> date | None:
    """The first whole date of what isn't a recital; others are dates of something else."""
    for line in folded:
        if _RECITAL.match(line):
            continue
        for found in _DATE.finditer(line):
            if _ITS_DAY.search(line[: found.start()]) and not re.search(
                r"(?:loi|decret|arrete|ordonnance|code|reglement)\b.{0,60}$", line[: found.start()]
            ):
                day = 1 if found[1] == "1er" else int(found[1])
                try:
                    return date(int(found[3]), _MONTHS.index(found[2]) + 1, day)
                except ValueError:
                    continue
    return None


def _keep(folded: Sequence[str]) -> str | None:
    """How long images are kept, if the text says so, and only one length."""
    lengths = set()
    for line in (line for text in folded for line in re.split(r"[.;]", text)):
        if _KEPT.search(line) and _IMAGES.search(line):
            for found in _SO_LONG.finditer(line):
                number = whole(found[1]) or in_figures(found[1])
                before, unit = _UNITS[found[2][0]]
                if number:
                    lengths.add(f"{before}{number}{unit}")
    return lengths.pop() if len(lengths) == 1 else None
