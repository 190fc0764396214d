"""Who is seen, what data there are, who receives them, and on which documents it rests."""

from __future__ import annotations

from contrejour.law.mandate import Measure, Text, names
from contrejour.law.mandate.schema import Place
from contrejour.law.mandate.vocabulary import EVENTS, FILM, POSSIBLE, STAFFED, Act, PlaceKind
from contrejour.law.mandate.words import day
from contrejour.papers.document import Table, both, gap, joined, sentence
from contrejour.papers.view import NO, YES, View

SHA256_DIGITS = 64


def viewers(view: View, measure: Measure) -> Text:
    """Who may look, by role, and whether they are named one by one (CSI L252-3)."""
    if not measure.access:
        return gap("qui peut voir", "who may view")
    return joined(_role(view, name) for name in measure.access)


def _role(view: View, name: str) -> Text:
    role = view.mandate.roles.get(name)
    short = both(name)
    if role is None:
        return gap(f"rôle {short.fr}", f"role {short.en}")
    if role.designated == "individually":
        return Text(
            f"{short.fr} (personnes désignées une à une)",
            f"{short.en} (persons designated one by one)",
        )
    return Text(f"{short.fr} (désigné par service)", f"{short.en} (designated by service)")


def recipients(view: View, measure: Measure) -> Text:
    """Those who may look, and those to whom images are handed (GDPR 4(9), 30(1)(d))."""
    told = [viewers(view, measure)]
    if Act.TRANSMIT in measure.do:
        told.append(
            Text(
                "services de police, le temps d'une intervention (C. transports, art. L. 1634-2)",
                "police services, while they intervene (C. transports, art. L1634-2)",
            )
        )
    if Act.EXPORT in measure.do:
        told.append(
            Text(
                "autorité judiciaire, sur réquisition (CPP, art. 60-1, 77-1-1, 99-3)",
                "judicial authority, on requisition (CPP, arts 60-1, 77-1-1, 99-3)",
            )
        )
    return joined(told, " ; ")


def persons(place: Place) -> Text:
    """Whom cameras at such a place see."""
    told = [Text("voyageurs et passants", "passengers and passers-by")]
    if place.what is PlaceKind.SCHOOL_BUS:
        told = [Text("élèves, mineurs pour la plupart", "pupils, most of them minors")]
    if place.what in STAFFED:
        told.append(Text("conducteurs et agents au travail", "drivers and agents at work"))
    return joined(told)


def data(measure: Measure) -> Text:
    """Categories of data: what the acts yield, and nothing else (decree 2023-828, art. 2)."""
    told = []
    if not FILM.isdisjoint(measure.do):
        told.append(Text("images de personnes", "images of persons"))
    if Act.COUNT in measure.do:
        told.append(
            Text("images analysées en mémoire ; nombres", "images analysed in memory; numbers")
        )
    if not EVENTS.isdisjoint(measure.do):
        told.append(
            Text(
                "images analysées ; signal : événement, caméra, zone, heure, confiance",
                "images analysed; signal: event, camera, zone, time, confidence",
            )
        )
    unknown = [act for act in measure.do if act not in POSSIBLE]
    if unknown:
        listed = joined(names(act) for act in unknown)
        told.append(Text(f"⟦à retirer : {listed.fr}⟧", f"⟦to be struck out: {listed.en}⟧"))
    return joined(told, " ; ")


def masks(place: Place) -> Text:
    """What is hidden before storage: homes and their entrances first (CSI L251-3)."""
    told = []
    if place.masks is None:
        told.append(gap("masques", "masks"))
    elif place.masks:
        told.append(both(", ".join(place.masks)))
    else:
        told.append(Text("aucun masque déclaré", "no mask declared"))
    if place.dwellings_masked is None:
        told.append(gap("habitations masquées ?", "are dwellings masked?"))
    else:
        hidden = YES if place.dwellings_masked else NO
        told.append(Text(f"habitations masquées : {hidden.fr}", f"dwellings masked: {hidden.en}"))
    return joined(told, " ; ")


def documents(view: View) -> Table:
    """Every document that the mandate rests on, with its SHA-256 and until when it serves."""
    rows = tuple(
        (
            both(name),
            both(document.title) if document.title else sentence(names(document.kind)),
            both(document.signed_by) if document.signed_by else gap("signataire", "signer"),
            day(document.date),
            day(document.expires) if document.expires else Text("sans terme", "no end"),
            both(document.sha256)
            if len(document.sha256) == SHA256_DIGITS
            else Text(f"{document.sha256} ⟦empreinte abrégée⟧", f"{document.sha256} ⟦shortened⟧"),
        )
        for name, document in view.mandate.documents.items()
    )
    head = (
        Text("Nom", "Name"),
        Text("Document", "Document"),
        Text("Signé par", "Signed by"),
        Text("Date", "Date"),
        Text("Jusqu'au", "Until"),
        Text("SHA-256", "SHA-256"),
    )
    return Table(Text("Documents", "Documents"), head, rows)
