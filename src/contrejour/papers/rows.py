"""The rows that several pages share: one label and one source for each fact.

of_mandate(view, "controller contact dpo")        of_measure(view, measure, "acts purpose place")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contrejour.law.mandate import Measure, Said, names
from contrejour.law.mandate.words import day
from contrejour.papers.document import both
from contrejour.papers.facts import data, masks, persons, recipients
from contrejour.papers.view import (
    View,
    acts,
    basis,
    cameras,
    contact,
    controller,
    dpo,
    kept_said,
    place_title,
    purpose,
    valid,
    when,
)

Row = tuple[Said, Said]


def _body(view: View) -> Said:
    name, kind = both(view.mandate.body.name), names(view.mandate.body.kind)
    return Said(f"{name.fr} ({kind.fr})", f"{name.en} ({kind.en})")


def _deliberation(view: View) -> Said:
    vote = view.mandate.deliberation
    ref, voted = both(vote.ref), day(vote.date)
    return Said(f"{ref.fr}, {voted.fr}", f"{ref.en}, {voted.en}")


def _regime(view: View) -> Said:
    if view.mandate.regime == "gdpr":
        return Said("RGPD", "GDPR")
    return Said("directive 2016/680 (LIL, titre III)", "directive 2016/680 (LIL, title III)")


_OF_MANDATE: Mapping[str, tuple[Said, Callable[[View], Said]]] = {
    "body": (Said("Organisme qui décide", "Body that decides"), _body),
    "controller": (Said("Responsable du traitement", "Controller"), controller),
    "contact": (Said("Contact", "Contact"), contact),
    "dpo": (Said("Délégué à la protection des données", "Data protection officer"), dpo),
    "deliberation": (Said("Délibération", "Deliberation"), _deliberation),
    "regime": (Said("Régime", "Regime"), _regime),
    "basis": (Said("Base légale", "Legal basis"), basis),
    "mandate": (Said("Mandat", "Mandate"), lambda view: both(view.mandate.id)),
    "valid": (Said("Validité", "Valid"), valid),
    "transfers": (
        Said("Transferts hors de l'Union", "Transfers outside the Union"),
        lambda _: Said("aucun : un mandat n'en prévoit pas", "none: a mandate has no such act"),
    ),
}
_OF_MEASURE: Mapping[str, tuple[Said, Callable[[View, Measure], Said]]] = {
    "acts": (Said("Ce qui est fait", "What is done"), lambda _, m: acts(m)),
    "purpose": (Said("Finalité", "Purpose"), lambda _, m: purpose(m)),
    "basis": (Said("Base légale", "Legal basis"), lambda view, _: basis(view)),
    "place": (Said("Lieu", "Place"), lambda view, m: place_title(view, m.cameras.place)),
    "cameras": (Said("Caméras", "Cameras"), lambda _, m: cameras(m)),
    "when": (Said("Quand", "When"), lambda _, m: when(m)),
    "persons": (
        Said("Personnes concernées", "Persons concerned"),
        lambda view, m: persons(view.place(m.cameras.place)),
    ),
    "data": (Said("Catégories de données", "Categories of data"), lambda _, m: data(m)),
    "kept": (Said("Durées de conservation", "How long it is kept"), kept_said),
    "recipients": (Said("Destinataires", "Recipients"), recipients),
    "masks": (Said("Masques", "Masks"), lambda view, m: masks(view.place(m.cameras.place))),
}


def of_mandate(view: View, keys: str) -> tuple[Row, ...]:
    """These facts of the mandate, in this order."""
    return tuple((label, told(view)) for label, told in (_OF_MANDATE[key] for key in keys.split()))


def of_measure(view: View, measure: Measure, keys: str) -> tuple[Row, ...]:
    """These facts of one measure, in this order."""
    known = (_OF_MEASURE[key] for key in keys.split())
    return tuple((label, told(view, measure)) for label, told in known)
