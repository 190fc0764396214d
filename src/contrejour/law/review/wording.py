"""How French says that something is decided, done already, refused or disputed.

Tenses tell most of it. A perfect of *deciding* (« a approuvé ») is news, a perfect of *deploying*
(« a installé ») is history; an imperfect (« souhaitait ») is history too, a future never is. All is
looked for in folded text, where « à financer » and « a financé » differ by their ending alone.
"""

from __future__ import annotations

import re

from contrejour.law.review.lexicon import pattern

_DEPLOY = (
    r"(?:re)?deplo(?:yer|iera|ieront|ie|ient|yant)\b|install(?:er|era|eront|ent|e)\b|"
    r"equip(?:er|era|eront|ent|e)\b|poursuiv\w+|poursui(?:t|vra)\b|etend(?:re|ra|ront|ant)?\b|"
    r"multipli(?:er|era|eront|e)\b|ajout(?:er|era|ant)\b|implant(?:er|era|eront)\b|acqueri\w+|"
    r"acquier\w+|(?:amelior|elarg|modernis)\w*r (?:la |les |le |l')?(?:video|camera|reseau|"
    r"systeme)|"
    r"achet(?:er|era)\b|financ(?:er|era|eront|e|ent|ons|erons)\b|dot(?:er|era|e|ent)\b|"
    r"generalis(?:er|era|e)\b|"
    r"renforc(?:er|era|e)\b|experiment(?:er|era|eront|e|ent)\b|test(?:er|era|eront|e|ent)\b|"
    r"mett(?:re|ra|ront|ant)? en (?:place|service|ouvre|oeuvre)|met en (?:place|ouvre|oeuvre)|"
    r"mettr\w+ en (?:place|ouvre|oeuvre)|integr(?:er|era)\b|accompagn(?:er|era)\b|lanc(?:er|era|"
    r"e)\b|"
    r"develop(?:per|pera|pe)\b|recour(?:ir|ra|t)\b|utilis(?:er|era|eront|e|ent)\b|"
    r"autoris(?:er|era|e)\b"
)
_DONE = (
    r"(?:\S+ )?(?:install|equip|deploy|dot|pourvu|"
    r"mis\w* en |autoris|approuv|experiment|etend|implant|transmis|utilis|poursuiv|visionn|realis|"
    r"detect|analys|relie|raccord|plac|generalis|mobilis)\w*"
)
_STATE = rf"(?:est|sont) {_DONE}"
"""« sont installées »: what a deliberation decides; in an article, only what is there."""
_WILL = (
    r"(?:veut|veulent|voudrai\w+|souhait\w+|entend(?:ent)? (?:bien )?(?=\w+[eio]re?\b)|"
    r"propos\w+|presenter\w*|prevoi\w+|prevoy\w+|envisage\w*|projett?\w+|"
    r"compte(?:nt)? (?:bien )?(?=\w+[eio]re?\b)|"
    r"demande\w* (?:a|de|l')|decid\w+|approuv\w+|annonc\w+|"
    r"adopt\w+|vot(?:e|ent|er|era)\w{0,2}\b|valid\w+|opt(?:e|ent|er)\w{0,2}\b pour|"
    r"selon (?:lui|elle)|il faut|au programme|(?:a|ont) pour (?:objet|but|objectif)|"
    r"projet de deliberation|il (?:vous |leur )?est (?:\S+ )?(?:propose|decide|demande)|"
    r"permettr\w+ d|va\b|vont\b|sera\b|seront\b|devr\w+|pourr\w+|vient d|viennent d|"
    r"vis(?:e|ent|ant) a\b|en vue d|choix est fait|travaill\w+ (?:sur|a)\b|"
    r"relanc\w+|demarr\w+|debarqu\w+|arriv(?:e|ent|era|eront)\b|"
    r"entr(?:e|ent|era|eront) en (?:jeu|service|fonction|vigueur|action)|"
    r"en (?:plein |cours d(?:e |')|phase de )?(?:test|essai|parametrage|deploiement)s?\b|"
    r"a l'essai|"
    r"desormais|bientot|prochainement|a terme\b|dans les mois a venir)"
)
_DECIDED = pattern(
    r"(?:a|ont|avons) (?:\w+ ){0,2}?(?:approuv|adopt|vot|decid|valid|propos|annonc|opt|lanc|"
    r"engag|retenu|signe|choisi|confirm|reaffirm|sollicit|demand|autoris)(?!\w*er\b)\w*"
)
_VERB = pattern(f"{_WILL}|{_DEPLOY}|(?:sera|seront) {_DONE}")
_STATED = pattern(_STATE)
_FUTURE = re.compile(
    r"\b(?!camera|opera\b|extra|ultra|infra|sans\b)(?:\w{2,30}[eidtvusnprl](?:ra|ront)|aura|auront|"
    r"fera|feront|ira|iront|sera|seront)\b"
)
_HAVING = re.compile(
    r"\b(?:a|ont|avait|avaient|avons|s'est|s'etait|se sont|est|sont) (?:\w+ ){0,2}$"
)
_IMPERFECT = re.compile(r"(?<!r)ai(?:t|ent)$")
NOUN = pattern(
    r"(?:re)?deploiements?|installations?|equipements? (?:en|de|du|des)|acquisitions?|achats?|"
    r"experimentations?|mises? en (?:place|service|oe?uvre)|extensions?|generalisation|"
    r"implantations?|raccordements?|transferts?|renvois?|deports?|transmissions?|"
    r"renforcement|fourniture|marche de|pose\b|creation d|financements?|recours a|utilisation d|"
    r"positionnement"
)
"""A deed as a noun: in a deliberation it is proposed, elsewhere only under a `PAPER`."""
PAPER = pattern(
    r"deliberations?|ordre du jour|conventions?|appels? d'offres|marches? publics?|projets?|"
    r"vot(?:e|ent)\b|plans? (?:de|d'|regiona\w+|locau?x?)|protocoles?"
)
REFUSE = pattern(
    r"(?:rejett?e\w*|refus\w+|s'oppos\w+|oppose\w*|interdi\w+|exclu\w*|exclut|renonc\w+|banni\w*|"
    r"proscri\w+|prohib\w+|ecart\w+|denonc\w+|condamn\w+|moratoire|abandonn(?:e|er|ent)\b(?! )|"
    r"rejet d|contraires? a|met\w* fin|mettre fin|retir(?:er|e|era)\b|cesse\w*|fin d[eu]|"
    r"(?:vot|prononc|mobilis|manifest|batt|petition|collectif|recours|plainte)\w* contre|"
    r"non a (?:la|l'|au)|s'abst\w+|s'engage a ne|lutte\w* contre)"
)
NOT = re.compile(
    r"\b(?:ne|n')\s?.{0,60}?\b(?:pas(?! (?:seulement|uniquement|que\b))|aucune?|jamais|ni\b|"
    r"nullement|"
    r"en aucun cas|plus(?! (?:de|d'|que)\b)|point\b|rien)\b|\b(?:aucune?s?|ni)\b|"
    r"\bsans\b(?! (?:oublier|delai|attendre|prejudice|doute|compter|que\b|"
    r"cesse))(?:\W+\w+){0,5}\W*$|"
    r"\ba l'exclusion\b|\bhors\b|\bpas de\b|\bnon (?:aux?|a)\b"
)
NOT_AFTER = re.compile(
    r"\bn'(?:est|etait|a|ont|aura|auront|seront?)\s?.{0,30}?\b(?:pas|aucun\w*|jamais|plus|"
    r"nullement)\b|"
    r"\bne (?:sera|seront|font?|fera|feront|saurai\w*|peu\w+|doi\w+|pourr\w+) .{0,20}?\b(?:pas|"
    r"jamais|plus|aucun\w*)\b|"
    r"\b(?:est|sont|reste\w*|demeure\w*|sera|seront) (?:\w+ )?(?:exclu|interdit|proscrit|rejete|"
    r"refuse|"
    r"ecarte|banni|prohibe)"
)
PAST = pattern(
    r"(?:a|ont|avait|avaient|avons) (?:deja |ete |egalement |aussi |ainsi )*(?:install|equip|"
    r"deploy|financ|utilis|employ|mobilis|permis\b|men(?=e)|"
    r"experiment|test|mis\w* en (?:place|service|oe?uvre)|acquis|achet|vote en|condamn|annul|"
    r"suspendu)(?!\w*er\b)\w*|(?:avait|avaient) (?:\w+ ){0,2}(?:autoris|annonc|propos|vot|decid|"
    r"promis)\w*|"
    r"(?:annee|mois|mandat)s? (?:derni|passe|precedent)\w+|dernieres? annees?|ces dernieres|"
    r"derniers mois|jusqu'(?:ici|a present|alors|la)\b|jusque_la|par le passe|"
    r"depuis (?:\w+ )?(?:\w+ )?(?:(?:19|20)[0-9][0-9]|ans\b)|"
    r"deja (?:en |\w+ent\b|install|equip|deploy)\w*|actuellement|a ce jour|"
    r"existantes?\b|(?:s'est|se sont) (?:deja )?(?:dot|equip|lanc|engag)\w+|"
    r"revient (?:ainsi )?sur|autrefois|naguere|bilan d|en (?:19|20)[0-9][0-9],|"
    r"(?:devai|voulai|souhaitai|prevoyai|envisageai|comptai)(?:t|ent)\b(?: \w+){0,2} "
    r"\w+(?:er|re|ir)\b"
)
DATED = re.compile(r"\W*(?:en|des|fin|debut|depuis)(?: \w+){0,2} (?:19|20)[0-9][0-9]\b")
"""« En mars 2020, … »: what follows happened then, whatever its tense but the future."""
FOUGHT = pattern(
    r"(?:gagne|attaque|porte plainte|recours|plainte)\w* contre|nous avons (?:gagne|attaque|fait)|"
    r"devant le (?:conseil d'etat|tribunal)|conteste\w*|illegal\w*|dangereu\w+|fantasm\w+|"
    r"notre (?:refus|opposition)|on (?:imagine|craint|redoute)|promoteurs|selon eux|critiqu\w+|"
    r"scandal\w+|derive\w*|liberticid\w+|efficacite est|tribunal|jurisprudence|annul\w+|"
    r"societe de (?:la )?surveillance|surveillance (?:de masse|generalisee)|craign\w+|"
    r"la cnil (?:a|rappelle|estime)|le conseil d'etat (?:a|juge)|polemique"
)
LAW = pattern(
    r"(?:loi|code|reglement|directive)s?\b(?: \S+){0,4}? (?:autoris|permet|prevoi|encadr|impos)\w*|"
    r"lois? (?:\S+ ){0,4}?(?:autorisant|permettant|encadrant)|"
    r"(?:parlement|senat|senateurs|deputes|assemblee nationale)\b(?: \S+){0,2} (?:vot|adopt)\w*"
)
IF = re.compile(r"\bsi (?:des|les|la|le|l'|un|une) ")
ASKED = re.compile(
    r"(?:-t)?-(?:elles?|ils?|on)\b|est-ce\b|^\W*(?:pourquoi|comment|combien|quel|qui|que|a quoi)\b"
)
VISA = re.compile(
    r"\s*(?:-\s*)?(?:vus?\b|considerant|visas?\b|attendu qu|rappelant|"
    r"apres avoir entendu)"
)
HEADLINE = pattern(
    r"(?:deploy|install|equip|experiment|test|instaur|implant|generalis|relie)e+s?\b|"
    r"nou(?:veau|veaux|vel|velle|velles)\b|mise sur|"
    r"vers (?:la|le|les|une?)\b"
)
"""A headline tells news without a verb: « Des micros installés dans la rue »."""


def verbs(folded: str, start: int, end: int, stated: bool = True) -> list[int]:
    """Where verbs of deciding or deploying begin in [start, end), in their order.

    « autorisé par » is a participle. `stated`: a state (« sont installées ») counts, as it does
    in a deliberation.
    """
    found = [
        each.start() for each in _VERB.finditer(folded, start, end)
        if not _is_history(each[0], folded[max(0, each.start() - 24) : each.start()])
        and not (each[0].endswith("e") and folded.startswith(" par ", each.end()))
    ]  # fmt: skip
    found += [each.start() for each in _DECIDED.finditer(folded, start, end)]
    if stated:
        for each in _STATED.finditer(folded, start, end):
            if not re.search(r"\bs(?:e |'\s?)$", folded[max(0, each.start() - 4) : each.start()]):
                found.append(each.start())  # « s'est dotée » is no passive
    return sorted(found)


def future(folded: str, start: int, end: int) -> bool:
    return _FUTURE.search(folded, start, end) is not None


def _is_history(verb: str, before: str) -> bool:
    """« a doté » and « est doté » end as « dote » does: history, or a state. So is « dotait »."""
    if _IMPERFECT.search(verb):
        return True
    return verb.endswith(("e", "es", "ee", "ees")) and _HAVING.search(before) is not None
