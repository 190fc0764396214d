"""A3, the second layer of the notice: all places, everything that GDPR 13 wants."""

from __future__ import annotations

from contrejour.law.mandate import Measure, Text
from contrejour.papers.document import (
    FactTable,
    Items,
    Link,
    Links,
    Paragraph,
    PublicDocument,
    Section,
    both,
    gap,
)
from contrejour.papers.facts import masks, persons
from contrejour.papers.notice import COMPLAINT, lead, rights
from contrejour.papers.public_log import public_log
from contrejour.papers.rows import of_mandate, of_measure
from contrejour.papers.view import View, algorithmic, contact, measure_title, place_title, source


def information(view: View) -> PublicDocument:
    """The second layer: all places, everything that article 13 wants."""
    return PublicDocument(
        name="information",
        title=Text("Vous êtes filmé : toute l'information", "You are filmed: in full"),
        lead=Text(
            "La suite des affiches : qui filme, où, pourquoi, combien de temps, et vos droits.",
            "What follows from the posters: who films, where, why, for how long, and your rights.",
        ),
        blocks=(
            _who(view),
            *(_place(view, name) for name in view.places),
            _your_rights(view),
            *public_log(view),
        ),
        source=source(view),
        draft=view.draft,
    )


def _who(view: View) -> Section:
    rows = of_mandate(view, "controller contact dpo basis mandate valid transfers")
    return Section(Text("Qui filme", "Who films"), (FactTable(Text("Contacts", "Contacts"), rows),))


def _place(view: View, name: str) -> Section:
    place = view.place(name)
    return Section(
        place_title(view, name),
        (
            Paragraph(lead(view, name)),
            *(_one(view, measure) for measure in view.measures_at(name)),
            FactTable(
                Text("À cet endroit", "At this place"),
                (
                    (Text("Personnes filmées", "Persons filmed"), persons(place)),
                    (Text("Masques", "Masks"), masks(place)),
                ),
            ),
        ),
    )


def _one(view: View, measure: Measure) -> FactTable:
    human = measure.human
    rows = list(of_measure(view, measure, "acts purpose cameras when kept recipients"))
    if algorithmic(measure):
        told = (
            Text(
                "un logiciel signale ou compte ; une personne confirme ou écarte, et décide",
                "software signals or counts; a person confirms or dismisses, and decides",
            )
            if human is not None and human.confirms
            else Text("aucune", "none")
            if measure.output is not None and not measure.output.alerts
            else gap("part de la décision automatisée", "share of automated decision")
        )
        rows.append((Text("Décision automatisée", "Automated decision"), told))
    return FactTable(measure_title(measure), tuple(rows))


def _your_rights(view: View) -> Section:
    asked = both(view.mandate.controller.dpo) if view.mandate.controller.dpo else contact(view)
    keeps = any(
        measure.keep.images is not None and measure.keep.images.at_most_s > 0
        for measure in view.mandate.measures
    )
    how = [
        rights(view),
        Text(f"Écrivez à : {asked.fr}", f"Write to: {asked.en}"),
        Text(
            "Donnez le lieu, le jour et l'heure de votre passage : personne ne cherche votre "
            "visage. Les autres personnes seront masquées.",
            "Give the place, day and time you passed: nobody searches for your face. "
            "Other people will be hidden.",
        ),
        Text(
            f"Réclamation : {COMPLAINT.fr}",
            f"Complaint: {COMPLAINT.en}",
        ),
    ]
    if keeps:
        how.append(
            Text(
                "La justice peut requérir des images (CPP, art. 60-1, 77-1-1 et 99-3) ; "
                "seules celles-là sont gardées plus longtemps.",
                "Courts and judicial police may require images (CPP, arts 60-1, 77-1-1, 99-3); "
                "only those are kept longer.",
            )
        )
    more = Links(
        (
            (
                Link(
                    Text("Ce que font les caméras, en détail", "What the cameras do, in detail"),
                    Text("transparence.fr.html", "transparence.en.html"),
                ),
                Text("", ""),
            ),
        )
    )
    return Section(Text("Vos droits", "Your rights"), (Items(tuple(how)), more))
