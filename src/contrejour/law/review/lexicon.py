"""The words of surveillance, and the act of a mandate that each amounts to.

Patterns are regular expressions in lower case, found in a *folded* text: no accents, no quotation
marks, every apostrophe straight, every dash a hyphen. In them a space also matches a hyphen, or
nothing more than both; `_` is an optional space or hyphen. A technology that the vocabulary has no
act for gets a word of its own, which the rulebook refuses as unknown: silence is no authorisation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from contrejour.law.mandate import Text
from contrejour.law.mandate.vocabulary import Act

_SINGLE = {
    "œ": "o", "æ": "a",
    **dict.fromkeys("\u2019\u2018\u02bc`", "'"),
    **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
    **dict.fromkeys("«»“”„\"\u00a0\u202f\n\t", " "),
}  # fmt: skip


class _FoldTable(dict[int, str]):
    """Letter to folded letter, for `str.translate`; what is new is worked out once."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        known = _SINGLE.get(letter) or unicodedata.normalize("NFKD", letter)[0].lower()[0]
        return self.setdefault(code, known)


_FOLDED = _FoldTable()


def fold(text: str) -> str:
    """Folded text of exactly the same length, so that positions are those of `text`."""
    return text.translate(_FOLDED)


def pattern(words: str) -> re.Pattern[str]:
    r"""Compile words that begin at a word's beginning.

    `\S+` is a word without hyphens: what parts words isn't in them, so that there is one way to
    cut a text into words, and no text makes the search take long.
    """
    words = words.replace(r"\S+", r"[^\s-]+")
    folded = "".join(unicodedata.normalize("NFKD", letter)[0] for letter in words)
    spaced = folded.replace("_", "[ -]?").replace("'", "' {0,3}")
    return re.compile(rf"(?<![^\W_])(?:{re.sub(' (?![{-])', '[ -]{1,3}', spaced)})")


class TechnologyKind(Enum):
    """How a technology stands beside others in one clause."""

    FILM = auto()
    """Cameras as such: what the others need, so it counts alone or where it is deployed."""
    EVENT = auto()
    """One of several things that one software detects: they are one measure."""
    VAGUE = auto()
    """A name for software without saying what it does: yields to what says it."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Technology:
    """`beside` must also stand in the same sentence, or in the line that the list hangs on."""

    name: Text
    acts: tuple[str, ...]
    words: re.Pattern[str]
    kind: TechnologyKind = TechnologyKind.OTHER
    beside: re.Pattern[str] | None = None
    device: str = "fixed"


VIDEO = pattern(
    r"cameras?\b|video|images?\b|algorithm|logiciel|intelligence artificielle|\bia\b|augmente|"
    r"traitements? automatis"
)
_SEES = pattern(r"detect|reper|alert|signal|identifi|reconna|analys|mesur|franchi|traitement")


def _event(fr: str, en: str, act: str, words: str) -> Technology:
    return Technology(Text(fr, en), (act,), pattern(words), TechnologyKind.EVENT, _SEES)


def _one(fr: str, en: str, act: str, words: str, beside: str = "") -> Technology:
    return Technology(
        Text(fr, en), (act,), pattern(words), beside=pattern(beside) if beside else None
    )


FACES = (
    r"reconnaissances? faciales?|reconnaissances? (?:des |de )?visages?|comparaisons? faciales?|"
    r"identification (?:par le|des|faciale|de) ?visages?|identification faciale"
)
AFTER = pattern(r"a posteriori|apres coup|en differe|temps differe|sur les (?:images )?enregistre")
LIVE = pattern(
    r"temps reel|en direct\b|visionnage|visionn|supervision|surveillance en continu|"
    r"centres? de (?:supervision|visualisation)|\bcsu\b|en permanence par (?:des|les) (?:agent|"
    r"operateur)"
)
_POLICE = (
    r"(?:police|gendarmerie|forces? de (?:l'ordre|securite)|services? de police|gendarmes?|"
    r"policiers?|commissariats?)"
)
TO_POLICE = (
    r"(?:transmi|transmett|transf[eè]r|renv|report|deport|retransmi|achemin|mobilisable|exploitable|"
    r"visible|consultable|acces|mis\w* a (?:la )?disposition|raccord|relie|partag)\w*"
    rf"[^.;]{{0,120}}?\b{_POLICE}(?! municipale|s? municipaux)|"
    rf"{_POLICE}(?! municipale|s? municipaux)[^.;]{{0,60}}?"
    r"(?:acced|acces\b|consult|visionn|visualis|recevr|recev|recuper)\w*"
)
ON_REQUEST = pattern(
    r"requisition|commission rogatoire|sur demande (?:de|du) (?:juge|procureur|magis)"
)
"""Images handed over case by case: no feed to the police."""
ON_INCIDENT = pattern(
    r"en cas d'|lors d'(?:un|une) |incident|alerte|agression|"
    r"le temps de l'interv"
)

TECHNOLOGIES = (
    Technology(
        Text("vidéoprotection", "video protection"), (Act.RECORD,),
        pattern(r"video_(?:protection|surveillance)s?|cameras?\b|filmer|videos? de (?:surveillance|"
                r"securite)|tele_surveillance|"
                r"(?:equipements?|dispositifs?|systemes?) (?:de )?video\b|enregistreurs? video"),
        TechnologyKind.FILM,
    ),
    Technology(
        Text("caméras individuelles", "body-worn cameras"), (Act.RECORD,),
        pattern(r"cameras? (?:pietons?|individuelles?|portatives?|embarquees? sur les agents)|"
                r"bodycams?"),
        device="body",
    ),
    _one("reconnaissance faciale", "facial recognition", Act.FACE_LIVE, FACES),
    _one("base de visages moissonnée", "scraped face database", Act.SCRAPE_FACES,
         r"(?:moissonn|aspir|collect|constitu)\w* (?:\S+ ){0,4}visages"),
    _one("biométrie", "biometrics", Act.BIOMETRIC_OTHER,
         r"bio_?metri|reconnaissance (?:de la demarche|vocale|veineuse|de l'iris|palmaire)"),
    _one("reconnaissance des émotions", "emotion recognition", Act.EMOTION,
         r"emotion|etats? emotionnel", r"reconn|detect|analys|infer|identif|logiciel|algorithm|"
                                       r"camera"),
    _one("catégorisation sensible", "sensitive categorisation", Act.CATEGORISE_SENSITIVE,
         r"origines? (?:ethnique|raciale)s?|couleurs? de (?:la )?peau|opinions? politiques?",
         r"camera|video|algorithm|logiciel"),
    _one("estimation de l'âge ou du genre", "age or gender estimation", Act.CATEGORISE_OTHER,
         r"(?:estim|determin|class|reconn|identifi|detect)\w* (?:\S+ ){0,4}(?:l'age|du genre|"
         r"le genre|le sexe|du sexe|tranches? d'age)", r"camera|video|algorithm|logiciel"),
    _one("prédiction de la délinquance", "crime prediction", Act.PREDICT,
         r"polices? predictives?|predi(?:re|ction|ctif|ctive)\w* (?:\S+ ){0,5}(?:delit|delinqu|"
         r"infraction|crime|passage a l'acte|recidive)|scores? de dangerosite"),
    _one("analyse du comportement", "behaviour analysis", Act.BEHAVIOUR,
         r"(?:analyses?|detection|reconnaissance|logiciels?|etude) (?:automatisees? )?(?:des |de |"
         r"du )?"
         r"comportement|(?:analys|detect|reper)\w* (?:\S+ ){0,5}comportement|(?:comportement|"
         r"mouvement|attitude|geste|situation)\w* "
         r"(?:\S+ ){0,4}(?:suspect|anorma|a risque|inhabituel(?!\w* d)|deviant)|maraudage",
         r"camera|video|image|algorithm|logiciel|intelligence artificielle|automati|analyse|detect|"
         r"reper|outil|technolog|capteur"),
    _one("recherche d'une personne après coup", "after-the-fact person search", Act.SEARCH_PERSON,
         r"reconstitu\w* (?:\S+ ){0,6}(?:parcours|trajet|cheminement|itineraire|deplacement)|"
         r"brief_?cam|recherches? (?:\S+ ){0,4}a posteriori|(?:retrouver|rechercher|"
         r"retracer) (?:\S+ ){0,6}(?:personne|individu|suspect|auteur|parcours|delinquant|"
         r"silhouette)\w* (?:\S+ ){0,6}(?:images|enregistrement|video|vetement|vestimentaire|"
         r"signalement)|relecture rapide|recherche par (?:vetement|attribut|signalement)"),
    _one("suivi d'une caméra à l'autre", "cross-camera tracking", Act.CROSS_CAMERA,
         r"(?:suivi|suivre|pist)\w* (?:\S+ ){0,6}(?:d'une camera a (?:l'autre|une autre)|multi_?"
         r"cameras?|entre (?:les |plusieurs )?cameras)|re_?identification|d'une camera a l'autre|"
         r"de camera en camera"),
    _one("lecture de plaques", "number-plate reading", Act.PLATE,
         r"(?:cameras? )?lapi\b|plaques? (?:d'immatriculation|mineralogiques?)|"
         r"(?:lecture (?:automati\w+ )?(?:de|des)|lire (?:les|des)) plaques|video_?verbalis\w+",
         r"camera|lecture|lapi|reconnaissance|video|lire\b|identifi"),
    _one("captation du son", "sound capture", Act.SOUND,
         r"micro(?:phone)?s?\b|ecoutes? a distance|capt\w+ (?:sonores?|du son|audio|de sons?)|"
         r"(?:enregistr|detect|ecout)\w* (?:\S+ ){0,3}(?:sons?\b|sonores?|audio|"
         r"bruits? (?:suspect|anorma))",
         r"camera|video|capteur|captation|enregistr|ecout|sono|audio|equipement|install|systeme|"
         r"gare|train|bus"),
    _one("drones", "drones", "film.drone",
         r"drones?\b|aeronefs? (?:sans (?:pilote|personne)|telepilot)"),
    _one("éclairage déclenché par les attroupements", "lights set off by gatherings",
         "light.on_gathering", r"(?:projecteur|eclairage|lampadaire|lumiere)\w*",
         r"attroupement|rassemblement|regroupement"),
    _one("transmission à la police", "feed to the police", Act.TRANSMIT, TO_POLICE,
         r"images?|video|flux|camera"),
    _one("visionnage en direct", "live viewing", Act.VIEW,
         r"(?:images?|flux|videos?) (?:\S+ ){0,8}(?:temps reel|en direct\b|visionne)|"
         r"visionn\w+ (?:\S+ ){0,6}(?:temps reel|en direct)|"
         r"(?:visionn|visualis)er (?:\S+ ){0,3}(?:images?|flux|videos?)"),
    _one("comptage", "counting", Act.COUNT,
         r"compt(?:age|er|eurs?) (?:\S+ ){0,4}(?:voyageur|passager|usager|montee|visiteur|personne|"
         r"pieton|flux|frequentation)|statistiques? (?:\S+ ){0,3}(?:frequentation|flux|voyageur)|"
         r"mesure\w* (?:\S+ ){0,2}frequentation", r"camera|video|image|algorithm"),
    _one("détection d'attroupements", "detection of gatherings", "detect.gathering",
         r"(?:detect|reper|signal|alert)\w* (?:\S+ ){0,5}(?:attroupement|rassemblement|"
         r"regroupement)",
         r"camera|video|image|algorithm|logiciel"),
    _one("détection de bagarres", "detection of fights", "detect.fight",
         r"(?:detect|reper|signal|alert)\w* (?:\S+ ){0,12}(?:rixe|bagarre|altercation|"
         r"(?:actes? de )?violences?|agressions?)",
         r"camera|video|image|algorithm|logiciel|intelligence artificielle"),
    _event("objets abandonnés", "abandoned objects", Act.ABANDONED_OBJECT,
           r"(?:objet|bagage|colis|sac)s? (?:\S+ )?(?:abandonne|delaisse|suspect)"),
    _event("armes", "weapons", Act.WEAPON, r"(?:d'|des |presence d'|port d'|une )armes?\b"),
    _event("contresens", "wrong way", Act.WRONG_WAY,
           r"contre_?sens|sens de circulation|sens inverse"),
    _event("zone interdite", "forbidden zone", Act.ZONE,
           r"intrusions?|franchissements?|zones? (?:interdite|sensible)s?"),
    _event("personne au sol", "fallen person", Act.FALLEN_PERSON,
           r"personnes? (?:\S+ )?(?:au sol|tombee|a terre)|chutes? d[e'] ?(?:une )?personne"),
    _event("mouvement de foule", "crowd movement", Act.CROWD_MOVEMENT, r"mouvements? de foule"),
    _event("densité", "density", Act.DENSITY,
           r"densites? (?:\S+ ){0,4}(?:personne|foule|voyageur)|densite trop|sur_?densite|"
           r"densite\b(?! (?:urbaine|de population))"),
    _event("départ de feu", "fire", Act.FIRE, r"departs? de feux?|fumees?\b|incendies?"),
    Technology(
        Text("vidéosurveillance automatisée, sans dire quoi", "smart video, unspecified"),
        (Act.UNSPECIFIED,),
        pattern(r"(?:video_(?:protection|surveillance)s?|cameras?|"
                r"videos?) (?:\S+ )?(?:intelligente?|"
                r"augmente|algorithmique|automatise|connecte)|vsa\b|(?:traitements?|analyses?) (?:"
                r"algorithmiques?|automati\w+) (?:\S+ ){0,4}(?:images|video)|traitements? "
                r"algorithmiques?|intelligence artificielle|video_intelligence|analyse\w* "
                r"(?:automati\w+ )?(?:de la |de |d')?(?:video|images)\w*|logiciels? (?:\S+ ){0,3}"
                r"(?:video|images|detection)"),
        TechnologyKind.VAGUE, VIDEO,
    ),
    Technology(
        Text("surveillance, sans dire comment", "surveillance, no means named"), (Act.RECORD,),
        pattern(r"(?:surveiller|video_surveiller|mettre sous surveillance)\b"), TechnologyKind.FILM,
        pattern(r"camera|video_(?:protection|surveillance)|filmer"),
    ),
)  # fmt: skip
"""In the order in which overlapping words are decided: the longer wins, then the later."""

SUSPECT = pattern(
    r"cameras?\b|(?:video|tele)?_?surveill|video|bio_?metri|algorithm|logiciel|drones?\b|"
    r"visages?\b|facial|captation|intelligence artificielle|plaques? d'immatric|lapi\b|"
    r"micro(?:phone)?s?\b|attroupement|predicti|ecoutes? a distance|brief_?cam|emotion|"
    r"parcours de (?:delinq|suspect)|filmer|filmee?s?\b|capteurs? sonores?|"
    r"(?:comportement|mouvement)\w* (?:suspect|anorma)"
)
"""A sentence with one of these and nothing understood is shown to the reader."""
HARMLESS = pattern(
    r"(?:video_?(?:projecteur|conference|theque|transmission)|visio_?conference|jeux? video|"
    r"surveill\w+ (?:de (?:la|l'|s)?|des|du|d')? ?(?:baignade|bassins?|nageurs|travaux|chantier|"
    r"qualite|cantine|etudes|etat|devoirs|eaux?|air|marches|epidemi|sante|budget)|"
    r"(?:maitre|etude|conseil|comite)s? \S+ ?(?:de )?surveill|conseils? de surveillance|"
    r"(?:baignade|etude|cantine)s? surveillee?s?|micro_?(?:credit|entreprise|projet|creche)|"
    r"logiciels? (?:\S+ )?(?:de )?(?:comptab|gestion|paie|finan|urbanis|bibliotheque|etat civil))"
)
"""Words that look like surveillance and are not: taken out before anything is looked for."""
