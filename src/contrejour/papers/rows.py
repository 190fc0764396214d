"""The rows that several pages share: one label and one source for each fact.

of_mandate(view, "controller contact dpo")        of_measure(view, measure, "acts purpose place")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contrejour.law.mandate import Measure, Text, names
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

Row = tuple[Text, Text]


def _body(view: View) -> Text:
    name, kind = both(view.mandate.body.name), names(view.mandate.body.kind)
    return Text(f"{name.fr} ({kind.fr})", f"{name.en} ({kind.en})")


def _deliberation(view: View) -> Text:
    vote = view.mandate.deliberation
    ref, voted = both(vote.ref), day(vote.date)
    return Text(f"{ref.fr}, {voted.fr}", f"{ref.en}, {voted.en}")


def _regime(view: View) -> Text:
    if view.mandate.regime == "gdpr":
        return Text("RGPD", "GDPR")
    return Text("directive 2016/680 (LIL, titre III)", "directive 2016/680 (LIL, title III)")


_OF_MANDATE: Mapping[str, tuple[Text, Callable[[View], Text]]] = {
    "body": (Text("Organisme qui décide", "Body that decides"), _body),
    "controller": (Text("Responsable du traitement", "Controller"), controller),
    "contact": (Text("Contact", "Contact"), contact),
    "dpo": (Text("Délégué à la protection des données", "Data protection officer"), dpo),
    "deliberation": (Text("Délibération", "Deliberation"), _deliberation),
    "regime": (Text("Régime", "Regime"), _regime),
    "basis": (Text("Base légale", "Legal basis"), basis),
    "mandate": (Text("Mandat", "Mandate"), lambda view: both(view.mandate.id)),
    "valid": (Text("Validité", "Valid"), valid),
    "transfers": (
        Text("Transferts hors de l'Union", "Transfers outside the Union"),
        lambda _: Text("aucun : un mandat n'en prévoit pas", "none: a mandate has no such act"),
    ),
}
_OF_MEASURE: Mapping[str, tuple[Text, Callable[[View, Measure], Text]]] = {
    "acts": (Text("Ce qui est fait", "What is done"), lambda _, m: acts(m)),
    "purpose": (Text("Finalité", "Purpose"), lambda _, m: purpose(m)),
    "basis": (Text("Base légale", "Legal basis"), lambda view, _: basis(view)),
    "place": (Text("Lieu", "Place"), lambda view, m: place_title(view, m.cameras.place)),
    "cameras": (Text("Caméras", "Cameras"), lambda _, m: cameras(m)),
    "when": (Text("Quand", "When"), lambda _, m: when(m)),
    "persons": (
        Text("Personnes concernées", "Persons concerned"),
        lambda view, m: persons(view.place(m.cameras.place)),
    ),
    "data": (Text("Catégories de données", "Categories of data"), lambda _, m: data(m)),
    "kept": (Text("Durées de conservation", "How long it is kept"), kept_said),
    "recipients": (Text("Destinataires", "Recipients"), recipients),
    "masks": (Text("Masques", "Masks"), lambda view, m: masks(view.place(m.cameras.place))),
}


def of_mandate(view: View, keys: str) -> tuple[Row, ...]:
    """These facts of the mandate, in this order."""
    return tuple((label, told(view)) for label, told in (_OF_MANDATE[key] for key in keys.split()))


def of_measure(view: View, measure: Measure, keys: str) -> tuple[Row, ...]:
    """These facts of one measure, in this order."""
    known = (_OF_MEASURE[key] for key in keys.split())
    return tuple((label, told(view, measure)) for label, told in known)
