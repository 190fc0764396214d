"""The mandate that a text amounts to: YAML that loads, every gap marked `à compléter`.

Required fields hold what the text says. Where it says nothing the value is a stand-in, and the
comment beside it says so: the day given by the reader, the body assumed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from contrejour.law.mandate.vocabulary import EVENTS, POSSIBLE, Act, BodyKind, PlaceKind, Purpose
from contrejour.law.review.facts import Facts
from contrejour.law.review.found import Mention
from contrejour.law.review.lexicon import fold
from contrejour.law.review.places import PlaceMention

GAP = "# à compléter :"
_BODY = {
    BodyKind.REGION: "Région", BodyKind.DEPARTMENT: "Département", BodyKind.MUNICIPALITY: "Commune",
    BodyKind.TRANSPORT_AUTHORITY: "Autorité organisatrice",
    BodyKind.TRANSPORT_OPERATOR: "Exploitant", BodyKind.SNCF_RATP_SECURITY: "Sûreté SNCF ou RATP",
}  # fmt: skip
_FILMED = (
    ("purpose", "finalité, un seul code"), ("necessity", "pourquoi un moyen moins intrusif ne "
                                                         "suffit pas"),
    ("dpia", "analyse d'impact"), ("authorisation", "autorisation du préfet"),
    ("notice", "preuve de l'affichage"), ("access", "qui peut voir, nommément désigné"),
)  # fmt: skip
_DETECTED = (
    ("window", "début et fin, avec l'heure"), ("vsa_order", "arrêté du préfet"),
    ("attestation", "attestation du ministre sur le logiciel"), ("error_rates", "taux d'erreur "
                                                                                "mesurés"),
    ("human", "{confirms: true, stop: always, automatic_action: none}"),
)  # fmt: skip


def name_of(facts: Facts, body: BodyKind) -> str:
    """The body's name as the text has it, else its kind."""
    kind = _BODY.get(body, str(body))
    return f"{kind} {facts.name}" if facts.name else f"{kind} (non nommé par le texte)"


def yaml(measures: Sequence[Mention], facts: Facts, body: BodyKind, day: date, since: date) -> str:
    """Text that `contrejour.law.mandate.read` reads. `measures` holds at least one.

    `day` stands for the deliberation's where the text gives none; `since` is the first valid day.
    """
    return "\n".join(_lines(measures, facts, body, day, since)) + "\n"


def _lines(
    measures: Sequence[Mention], facts: Facts, body: BodyKind, day: date, since: date
) -> Iterator[str]:
    name = _quoted(name_of(facts, body))
    dated = "" if facts.day else f"  {GAP} le jour de la séance (le texte ne le dit pas)"
    ref = facts.ref or "projet"
    kind = "" if facts.body is body else f"  {GAP} supposé, le texte ne dit pas qui décide"
    yield "# Brouillon tiré d'un texte par contrejour review : rien ici n'est voté."
    yield "# Chaque « à compléter » est une question à poser à l'auteur du projet."
    yield "mandate: 1"
    yield f"id: projet-{facts.day or day}"
    yield "body:"
    yield f"  name: {name}"
    yield f"  kind: {body}{kind}"
    yield f"deliberation:{dated}"
    yield f"  ref: {_quoted(ref)}" + ("" if facts.ref else f"  {GAP} la référence")
    yield f"  date: {facts.day or day}"
    yield f"controller:  {GAP} contact, dpo, page"
    yield f"  name: {name}  {GAP} le texte ne dit pas qui est responsable du traitement"
    yield f"regime: gdpr  {GAP} supposé : RGPD, sauf autorité compétente (led)"
    yield f"{GAP} basis, la base légale"
    yield f"valid:  {GAP} until, le dernier jour"
    yield f"  from: {since}  {GAP} supposé"
    yield f"documents: {{}}  {GAP} les pièces, chacune avec date, signataire, empreinte"
    yield f"{GAP} roles, qui peut voir les images"
    yield "places:"
    named = place_names(measures)
    for where, key in named.items():
        yield f"  {key}:  {GAP} exposed, masks, dwellings_masked"
        yield f"    what: {where.kind}" + _unspecified(where)
        yield f"    access: {where.access}"
        yield f"    departments: []  {GAP} les départements"
        if where.said:
            yield f"    title: {_quoted(where.said)}"
    yield "measures:"
    for found in measures:
        yield from _measure(found, named[found.where], facts)


def _unspecified(where: PlaceMention) -> str:
    if where.kind is not PlaceKind.UNSPECIFIED:
        return ""
    return f"  {GAP} " + (
        "un lieu de la liste" if where.said else "le lieu, que le texte ne dit pas"
    )


def place_names(measures: Sequence[Mention]) -> dict[PlaceMention, str]:
    """A short name for each place: m4's is the same as m5's where the text says the same."""
    named: dict[PlaceMention, str] = {}
    for found in measures:
        if found.where not in named:
            said = fold(found.where.said or "lieu-non-dit")
            words = re.sub(r"[^a-z0-9]+", "-", said).strip("-")[:60]
            taken = set(named.values())
            free = (f"{words or 'lieu'}{at or ''}" for at in range(len(measures) + 1))
            named[found.where] = next(key for key in free if key not in taken)
    return named


def _measure(found: Mention, place: str, facts: Facts) -> Iterator[str]:
    yield f"  - id: {found.id}"
    yield f"    title: {_quoted(', '.join(each.fr for each in found.technologies))}"
    yield f"    quote: {_quoted(found.quotes[0].text)}"
    if found.count:
        yield f"    cameras: {{place: {place}, count: {found.count}}}"
    else:
        said = f" (le texte dit « {found.about} »)" if found.about else ""
        yield f"    cameras: {{place: {place}}}  {GAP} count, le nombre{said}"
    yield f"    do: [{', '.join(map(str, found.acts))}]"
    if found.device != "fixed":
        yield f"    device: {found.device}"
    if found.opens:
        closes = "never" if found.opens == "permanent" else "intervention"
        none = " (le texte ne parle d'aucun incident)" if found.opens == "permanent" else ""
        yield f"    transmit: {{opens: {found.opens}, closes: {closes}}}  {GAP} convention{none}"
    elif Act.TRANSMIT in found.acts:
        yield f"    {GAP} transmit, ce qui l'ouvre, ce qui la ferme, la convention"
    if Act.RECORD in found.acts and facts.keep:
        yield f"    keep: {{images: {facts.keep}}}"
    elif Act.RECORD in found.acts:
        yield f"    {GAP} keep, la durée de conservation des images"
    purpose = _purpose(found, facts)
    if purpose:
        yield f"    purpose: {purpose}  # d'après le texte, à confirmer"
    detects = not EVENTS.isdisjoint(found.acts)
    if detects and facts.event:
        yield f"    event: {{name: {_quoted(facts.event)}}}  {GAP} exposed_because"
    elif detects:
        yield f"    {GAP} event, la manifestation exposée"
    if POSSIBLE.isdisjoint(found.acts):
        yield "    # aucun mandat ne peut obtenir cet acte : il n'y a rien à compléter"
        return
    for key, why in (*_FILMED, *(_DETECTED if detects else ())):
        if key == "purpose" and purpose:
            continue
        yield f"    {GAP} {key}, {why}"


def _purpose(found: Mention, facts: Facts) -> Purpose | None:
    """The one purpose that the text says for such a measure; a road has eleven of its own."""
    fitting: list[Purpose] = []
    if Act.COUNT in found.acts:
        fitting = [each for each in facts.purposes if each is Purpose.STATISTICS]
    elif found.where.kind not in (PlaceKind.PUBLIC_ROAD, PlaceKind.UNSPECIFIED):
        fitting = [each for each in facts.purposes if each is not Purpose.STATISTICS]
    lawful = not POSSIBLE.isdisjoint(found.acts)
    return fitting[0] if lawful and len(fitting) == 1 else None


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar: JSON's, which YAML 1.2 contains."""
    return json.dumps(text, ensure_ascii=False)
