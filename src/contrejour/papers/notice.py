"""A3, what the notice says: the poster (first layer) and the page behind it (second layer).

Required: camera pictogram, controller and DPO, purposes, retention, rights (access first),
complaint to the CNIL (GDPR 13; directive 2016/680, art. 13; LIL, art. 104; CSI L255-1; EDPB
guidelines 3/2019, paragraphs 110 to 119).
"""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.law.mandate import Measure, Text
from contrejour.law.mandate.periods import ONE_MONTH
from contrejour.law.mandate.vocabulary import Act, Basis, PlaceKind
from contrejour.law.mandate.words import day, period
from contrejour.papers.document import both, gap, joined, sentence
from contrejour.papers.facts import viewers
from contrejour.papers.view import (
    VEHICLES,
    View,
    algorithmic,
    basis,
    contact,
    controller,
    dpo,
    forbidden,
    images,
    measure_title,
    page_address,
    place_title,
    purpose,
    when,
)

COMPLAINT = Text(
    "Commission nationale de l'informatique et des libertés (CNIL), 3 place de Fontenoy, "
    "TSA 80715, 75334 Paris Cedex 07 · cnil.fr",
    "Commission nationale de l'informatique et des libertés (CNIL), 3 place de Fontenoy, "
    "TSA 80715, 75334 Paris Cedex 07, France · cnil.fr",
)


@dataclass(frozen=True, slots=True)
class NoticeMeasure:
    """One measure, as the poster says it."""

    what: Text
    purpose: Text
    images: Text
    viewers: Text
    sees_images: bool
    """Whether they see images, or only figures."""
    when: Text
    limited: bool
    """Only within a window: its dates stand out."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that one poster says."""

    place: str
    headline: Text
    title: Text
    lead: Text
    algorithms: bool
    doings: tuple[NoticeMeasure, ...]
    controller: Text
    contact: Text
    dpo: Text
    basis: Text
    rights: Text
    complaint: Text
    address: str | None
    """For the QR code and under it."""
    where_to_ask: Text
    identity: Text
    until: Text
    draft: bool


def notice(view: View, place: str) -> Notice:
    """The poster of one place."""
    measures = view.measures_at(place)
    address = page_address(view)
    return Notice(
        place=place,
        headline=_headline(view, place),
        title=place_title(view, place),
        lead=lead(view, place),
        algorithms=view.runs_algorithms(place),
        doings=tuple(_doing(view, measure) for measure in measures),
        controller=controller(view),
        contact=contact(view),
        dpo=dpo(view),
        basis=basis(view),
        rights=rights(view),
        complaint=COMPLAINT,
        address=address,
        where_to_ask=where_to_ask(view),
        identity=_identity(view),
        until=_until(view),
        draft=view.draft,
    )


def _headline(view: View, place: str) -> Text:
    what = view.place(place).what
    if what in VEHICLES:
        return Text("Ce véhicule est filmé", "This vehicle is filmed")
    if what is PlaceKind.LIFT:
        return Text("Cet ascenseur est filmé", "This lift is filmed")
    return Text("Ce lieu est filmé", "This place is filmed")


def lead(view: View, place: str) -> Text:
    """What matters from two metres away: does software look, does it identify, is there sound."""
    measures = view.measures_at(place)
    told = []
    if any(algorithmic(measure) for measure in measures):
        told.append(Text("Un logiciel analyse les images.", "Software analyses the images."))
    if any(_seen(measure) for measure in measures):
        told.append(
            Text("Des personnes habilitées peuvent les voir.", "Authorised persons may see them.")
            if told
            else Text(
                "Des personnes habilitées peuvent voir les images.",
                "Authorised persons may see the images.",
            )
        )
    if not any(forbidden(measure) for measure in measures):
        told.append(
            Text("Aucun logiciel n'identifie les personnes.", "No software identifies anybody.")
        )
        if not view.place(place).audio:
            told.append(Text("Aucun son n'est capté.", "No sound is captured."))
    return joined(told, " ")


def _seen(measure: Measure) -> bool:
    """People may see images, unless they are only counted in, and none is kept."""
    keeps = measure.keep.images is not None and measure.keep.images.at_most_s > 0
    return keeps or set(measure.do) != {Act.COUNT}


def _doing(view: View, measure: Measure) -> NoticeMeasure:
    return NoticeMeasure(
        what=measure_title(measure),
        purpose=purpose(measure),
        images=images(view, measure),
        viewers=viewers(view, measure),
        sees_images=_seen(measure),
        when=sentence(when(measure)),
        limited=measure.window is not None or measure.event is not None,
    )


def rights(view: View) -> Text:
    """Access first, then the others that the legal basis gives (GDPR 15 to 21; LIL 105, 106)."""
    answer = view.mandate.rights.answer
    within = Text("un mois", "one month") if answer == ONE_MONTH else period(answer)
    object_to = view.mandate.basis in (Basis.PUBLIC_TASK, Basis.INTERESTS)
    if view.mandate.basis is Basis.CONSENT:
        more = Text(", ou retirer votre accord", ", or withdraw your agreement")
    elif object_to and view.mandate.regime == "gdpr":
        more = Text(", ou vous opposer au traitement", ", or object to the processing")
    else:
        more = Text("", "")
    return Text(
        "Vous pouvez demander accès aux images de vous, les faire rectifier, effacer ou limiter"
        f"{more.fr}. Réponse en {within.fr} au plus.",
        "You may ask for access to the images of you, have them rectified, erased or restricted"
        f"{more.en}. Answer within {within.en}.",
    )


def where_to_ask(view: View) -> Text:
    """Where the rest is said: the page, else whom to ask."""
    page = view.mandate.controller.page
    if page is not None:
        address = both(page)
        return Text(f"Toute l'information : {address.fr}", f"In full: {address.en}")
    asked = dpo(view) if view.mandate.controller.dpo else contact(view)
    return Text(
        f"Toute l'information, sur demande : {asked.fr}", f"In full, on request: {asked.en}"
    )


def _identity(view: View) -> Text:
    return Text(f"Mandat {view.mandate.id}", f"Mandate {view.mandate.id}")


def _until(view: View) -> Text:
    if view.mandate.valid.until is None:
        return gap("fin du mandat", "end of the mandate")
    until = day(view.mandate.valid.until)
    return Text(f"Valable jusqu'au {until.fr} inclus", f"Valid until the end of {until.en}")
