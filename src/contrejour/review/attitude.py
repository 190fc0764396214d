"""What a sentence does with what it names: propose it, or only speak of it.

Looked at in this order, the first that holds decides:

    visa        « Vu … » and « Considérant … » of a deliberation                 mention
    supposed    « si des logiciels … »                                           mention
    rejected    a negation in the clause; a verb of refusal that governs it      mention
    history     a perfect tense, last year, recent years                         mention
    elsewhere   another town or region; somebody else who wants it               theirs
    fought      a lawsuit, a criticism, a thought experiment                     mention
    proposed    a verb of deciding or deploying; in a deliberation, a noun too
    otherwise   a deliberation means what it says, an article only speaks of it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from contrejour.mandate import Said
from contrejour.review.lexicon import pattern
from contrejour.review.who import elsewhere, other_person


class Attitude(StrEnum):
    PROPOSED = "proposed"
    THEIRS = "proposed-by-others"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class Stance:
    """An attitude and why; `by`: who else wants it, in the text's words."""

    attitude: Attitude
    why: Said
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the whole text. `leads` are the folded names of whoever proposes."""

    deliberation: bool
    home: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()


_DEPLOY = (
    r"(?:re)?deplo(?:yer|iera|ieront|ie|ient|yant)\b|install(?:er|era|eront|ent|e)\b|"
    r"equip(?:er|era|eront|ent|e)\b|poursuiv\w+|poursui(?:t|vra)\b|etend(?:re|ra|ront|ant)?\b|"
    r"multipli(?:er|era|eront|e)\b|ajout(?:er|era)\b|implant(?:er|era|eront)\b|acqueri\w+|"
    r"acquier\w+|"
    r"achet(?:er|era)\b|financ(?:er|era|eront|e)\b|dot(?:er|era|e)\b|generalis(?:er|era|e)\b|"
    r"renforc(?:er|era|e)\b|experiment(?:er|era|eront|e)\b|test(?:er|era|eront)\b|"
    r"mett(?:re|ra|ront|ant)? en (?:place|service|ouvre|oeuvre)|met en (?:place|ouvre|oeuvre)|"
    r"mettr\w+ en (?:place|ouvre|oeuvre)|integr(?:er|era)\b|accompagn(?:er|era)\b|lanc(?:er|era|"
    r"e)\b|"
    r"develop(?:per|pera|pe)\b|recour(?:ir|ra|t)\b|utilis(?:er|era|eront|e|ent)\b|"
    r"autoris(?:er|era|e)\b|(?:est|sont|sera|seront) (?:\S+ )?(?:install|equip|deploy|mis\w* en |"
    r"autoris|approuv|experiment|etend|implant|dot|transmis|utilis|poursuiv|visionn|realis|detect|"
    r"analys)\w*"
)
_WILL = (
    r"(?:veut|veulent|souhaite\w*|entend(?:ent)? (?:bien )?(?=\w+[eio]re?\b)|propose\w*|presentera|"
    r"prevoi\w+|envisage\w*|compte\b|projette\w*|demande\w* (?:a|de|l')|decide\w*|approuve\w*|"
    r"adopte\w*|vote\w*|selon (?:lui|elle)|il faut|au programme|(?:a|ont) pour objet|"
    r"projet de deliberation|il (?:vous |leur )?est (?:\S+ )?(?:propose|decide|demande)|a decide d|"
    r"ont decide d|a vote|permettr\w+ d|va\b|vont\b|sera\b|seront\b|devra\w*|pourra\w*)"
)
_VERB = pattern(f"{_WILL}|{_DEPLOY}")
_HAVING = re.compile(r"\b(?:a|ont|avait|avaient|avons|s'est|s'etait|se sont) (?:\w+ )?$")
NOUN = pattern(
    r"(?:re)?deploiements?|installations?|equipements? (?:en|de|du|des)|acquisitions?|achats?|"
    r"experimentations?|mises? en (?:place|service|oe?uvre)|extensions?|generalisation|"
    r"implantation|"
    r"renforcement|fourniture|marche de|pose d|creation d|financements?|recours a|utilisation d"
)
_REFUSE = pattern(
    r"(?:rejett?e\w*|refus\w+|s'oppos\w+|oppose\w*|interdi\w+|exclu\w*|exclut|renonc\w+|banni\w*|"
    r"proscri\w+|prohib\w+|ecart\w+|denonc\w+|condamn\w+|moratoire|abandonn(?:e|er|ent)\b(?! )|"
    r"rejet d|contraires? a|met\w* fin|mettre fin|retir(?:er|e|era)\b|cesse\w*|fin d[eu]|"
    r"non a (?:la|l'|au)|s'abst\w+|s'engage a ne|lutte\w* contre)"
)
_NOT = re.compile(
    r"\b(?:ne|n')\s?.{0,60}?\b(?:pas(?! (?:seulement|uniquement|que\b))|aucune?|jamais|ni\b|"
    r"nullement|"
    r"en aucun cas|plus(?! (?:de|d'|que)\b)|point\b|rien)\b|\b(?:aucune?s?|ni)\b|"
    r"\bsans\b(?! (?:oublier|delai|attendre|prejudice|doute|compter|que\b|"
    r"cesse))(?:\W+\w+){0,5}\W*$|"
    r"\ba l'exclusion\b|\bhors\b|\bpas de\b|\bnon (?:aux?|a)\b"
)
_NOT_AFTER = re.compile(
    r"\bn'(?:est|etait|a|ont|aura|auront|seront?)\s?.{0,30}?\b(?:pas|aucun\w*|jamais|plus|"
    r"nullement)\b|"
    r"\bne (?:sera|seront|font?|fera|feront|saurai\w*|peu\w+|doi\w+) .{0,20}?\b(?:pas|jamais|plus|"
    r"aucun\w*)\b|"
    r"\b(?:est|sont|reste\w*|demeure\w*|sera|seront) (?:\w+ )?(?:exclu|interdit|proscrit|rejete|"
    r"refuse|"
    r"ecarte|banni|prohibe)"
)
_PAST = pattern(
    r"(?:a|ont|avait|avaient|avons) (?:deja |ete |egalement |aussi )*(?:install|equip|deploy|"
    r"financ|utilis|employ|"
    r"experiment|test|mis\w* en (?:place|service|oe?uvre)|acquis|achet|vote en|condamn|annul)\w*|"
    r"(?:annee|mois|mandat)s? (?:derni|passe|precedent)\w+|dernieres? annees?|ces dernieres|"
    r"derniers mois|jusqu'(?:ici|a present)|par le passe|depuis (?:19|20)\d\d|deja (?:en place|"
    r"install|"
    r"equip|deploy)\w*|existantes?\b|(?:s'est|se sont) (?:deja )?(?:dot|equip|lanc|engag)\w+|"
    r"revient (?:ainsi )?sur|autrefois|naguere|bilan d|en (?:19|"
    r"20)\d\d,"
)
_FOUGHT = pattern(
    r"(?:gagne|attaque|porte plainte|recours|plainte)\w* contre|nous avons (?:gagne|attaque|fait)|"
    r"devant le (?:conseil d'etat|tribunal)|conteste\w*|illegal\w*|dangereu\w+|fantasm\w+|"
    r"notre (?:refus|opposition)|on (?:imagine|craint|redoute)|promoteurs|selon eux|critiqu\w+|"
    r"scandal\w+|derive\w*|liberticid\w+|efficacite est|tribunal|jurisprudence|annul\w+|"
    r"la cnil (?:a|rappelle|estime)|le conseil d'etat (?:a|juge)"
)
_IF = re.compile(r"\bsi (?:des|les|la|le|l'|un|une) ")
_VISA = re.compile(
    r"\s*(?:-\s*)?(?:vus?\b|considerant|visas?\b|attendu qu|rappelant|"
    r"apres avoir entendu)"
)
VISA = Said("attendu ou visa", "a recital")
REJECTED = Said("exclu ou refusé par cette phrase", "ruled out by this sentence")
PAST = Said("du passé ou de l'existant", "of the past, or already there")
ELSEWHERE = Said("d'un autre lieu", "of somewhere else")
OTHERS = Said("voulu par quelqu'un d'autre", "wanted by somebody else")
FOUGHT = Said("critique, recours ou supposition", "criticism, a lawsuit or a supposition")
ASIDE = Said("dit en passant, sans rien décider", "said in passing, nothing is decided")
PROPOSES = Said("proposé", "proposed")


def stance(
    sentence: str, folded: str, clause: tuple[int, int], at: int,
    setting: Setting, lead: Stance | None,
) -> Stance:  # fmt: skip
    """Of what stands at `at`, in the clause [start, end) of a sentence.

    `lead` is the stance of the line that a list hangs on: its items share it, unless they refuse
    what it proposes.
    """
    if _VISA.match(folded):
        return Stance(Attitude.MENTIONED, VISA)
    if _IF.search(folded, clause[0], at):
        return Stance(Attitude.MENTIONED, FOUGHT)
    if _is_rejected(folded, clause, at):
        return Stance(Attitude.MENTIONED, REJECTED)
    if lead is not None:
        return lead
    verb = _is_governed(folded, clause, at)
    if _PAST.search(folded) and not (setting.deliberation and verb and not _past_rules(folded, at)):
        return Stance(Attitude.MENTIONED, PAST)
    if other := other_person(sentence, at, setting.leads):
        return Stance(Attitude.THEIRS, OTHERS, other)
    if _FOUGHT.search(folded) and not verb:
        return Stance(Attitude.MENTIONED, FOUGHT)
    if place := elsewhere(sentence, at, setting.home):
        attitude = Attitude.THEIRS if verb else Attitude.MENTIONED
        return Stance(attitude, ELSEWHERE, place)
    if verb or (setting.deliberation and NOUN.search(folded)):
        return Stance(Attitude.PROPOSED, PROPOSES)
    return Stance(Attitude.MENTIONED, FOUGHT if _FOUGHT.search(folded) else ASIDE)


def verbs(folded: str, start: int, end: int) -> list[int]:
    """Where verbs of deciding or deploying begin in [start, end).

    Without its accents « a utilisé » ends as « utilise » does: after « avoir » it is past.
    """
    return [
        each.start() for each in _VERB.finditer(folded, start, end)
        if not _is_perfect(each[0], folded[max(0, each.start() - 20) : each.start()])
    ]  # fmt: skip


def _is_perfect(verb: str, before: str) -> bool:
    if re.search(r"\bs(?:e |'\s?)$", before):
        return True  # « s'est dotée » is no passive
    return verb.endswith("e") and _HAVING.search(before) is not None


def is_rejecting(folded: str) -> bool:
    """Whether a line such as "Sont exclus :" refuses what follows it."""
    return bool(_REFUSE.search(folded) or _NOT_AFTER.search(folded) or _NOT.search(folded))


def _is_rejected(folded: str, clause: tuple[int, int], at: int) -> bool:
    start, end = clause
    before, after = folded[start:at], folded[at:end]
    if _NOT.search(before) or _NOT_AFTER.search(after):
        return True
    refusals = [each.end() for each in _REFUSE.finditer(folded, 0, at)]
    if refusals:
        last = refusals[-1]
        if not verbs(folded, last, at) and ":" not in folded[last:at]:
            return True
    # « ni la reconnaissance faciale, ni … » : the verb that is negated stands clauses before
    return bool(re.search(r"\bni\b(?:\W+\w+){0,4}\W*$", folded[:at]))


def _is_governed(folded: str, clause: tuple[int, int], at: int) -> bool:
    """Whether a verb of deciding or deploying stands before, or after it in its clause.

    In its clause, because French says « les gares seront équipées de » and « une caméra est
    installée » alike.
    """
    return bool(verbs(folded, 0, at) or verbs(folded, *clause))


def _past_rules(folded: str, at: int) -> bool:
    """Whether the last thing said before `at` is of the past."""
    past = [each.start() for each in _PAST.finditer(folded, 0, at)]
    return bool(past) and past[-1] >= max(verbs(folded, 0, at), default=-1)
