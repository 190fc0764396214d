"""A4, a draft of the file for the prefect's authorisation (CSI R252-3).

Plans, risks and reasons are not in a mandate: they stay blank, with the place to put them.
"""

from __future__ import annotations

from contrejour.law.mandate import Text, names
from contrejour.law.mandate.vocabulary import PlaceKind
from contrejour.law.mandate.words import day
from contrejour.papers.document import (
    Blank,
    Block,
    FactTable,
    Link,
    Links,
    Paragraph,
    PublicDocument,
    Section,
    Table,
    both,
    gap,
    sentence,
)
from contrejour.papers.dpia import NONE
from contrejour.papers.facts import documents, masks, viewers
from contrejour.papers.register import security_rows
from contrejour.papers.rows import of_mandate
from contrejour.papers.view import (
    View,
    acts,
    cameras,
    departments,
    images,
    place_title,
    purpose,
    source,
    when,
)

CAMERAS_FOR_A_PLAN = 8
"""From this many cameras on, or on the road, the file has a plan of the cameras (CSI R252-3)."""


def prefect(view: View) -> PublicDocument:
    """The draft: presentation, one section per place, people, security, documents."""
    return PublicDocument(
        name="prefet",
        title=Text(
            "Dossier de demande d'autorisation : projet", "Application to the prefect: draft"
        ),
        lead=Text(
            "Système de vidéoprotection ; code de la sécurité intérieure, art. L. 252-1 et "
            "R. 252-3. Les parties laissées blanches sont à écrire par le demandeur.",
            "Video protection; code de la sécurité intérieure, arts L252-1 and R252-3. "
            "What is left blank is for the applicant to write.",
        ),
        blocks=(
            _applicant(view),
            _presentation(view),
            *(_place(view, name) for name in view.places),
            _people(view),
            Section(
                Text("Sécurité", "Security"),
                (FactTable(Text("Mesures", "Measures"), security_rows(view)),),
            ),
            _public(view),
            Section(Text("Pièces", "Documents"), (documents(view),)),
        ),
        source=source(view),
        draft=view.draft,
    )


def _applicant(view: View) -> Section:
    rows = of_mandate(view, "body controller contact deliberation valid")
    return Section(Text("Demandeur", "Applicant"), (FactTable(Text("Identité", "Identity"), rows),))


def _presentation(view: View) -> Section:
    rows = tuple(
        (
            place_title(view, measure.cameras.place),
            acts(measure),
            purpose(measure),
            cameras(measure),
            images(view, measure),
            when(measure),
        )
        for measure in view.mandate.measures
    )
    head = (
        Text("Lieu", "Place"),
        Text("Ce qui est fait", "What is done"),
        Text("Finalité", "Purpose"),
        Text("Caméras", "Cameras"),
        Text("Conservation", "How long"),
        Text("Quand", "When"),
    )
    return Section(
        Text("Rapport de présentation", "Presentation report"),
        (
            Table(Text("Finalités", "Purposes"), head, rows),
            Blank(
                Text(
                    "Risques d'agression, de vol ou d'actes de terrorisme, lieu par lieu",
                    "Risks of assault, theft or terrorism, place by place",
                ),
                Text(
                    "Le programme ne connaît que l'empreinte des preuves : faits datés à exposer.",
                    "The program knows only the evidence's hash: dated facts are to be set out.",
                ),
                10,
            ),
        ),
    )


def _place(view: View, name: str) -> Section:
    place = view.place(name)
    count = _count(view, name)
    road = place.what is PlaceKind.PUBLIC_ROAD
    needs = road or (count is not None and count >= CAMERAS_FOR_A_PLAN)
    proof = view.document(place.exposed)
    exposed = (
        Text(f"{place.exposed}, {day(proof.date).fr}", f"{place.exposed}, {day(proof.date).en}")
        if proof is not None
        else gap("preuve de l'exposition du lieu", "evidence of the place's exposure")
    )
    blocks: list[Block] = [
        FactTable(
            Text("Le lieu", "The place"),
            (
                (Text("Nature", "Kind"), sentence(names(place.what))),
                (Text("Accès", "Access"), names(place.access)),
                (Text("Départements", "Departments"), departments(place)),
                (
                    Text("Caméras", "Cameras"),
                    both(count) if count is not None else gap("nombre de caméras", "how many"),
                ),
                (Text("Masques", "Masks"), masks(place)),
                (Text("Exposition", "Exposure"), exposed),
            ),
        ),
        Blank(
            Text("Plan de masse du lieu", "Site plan"),
            Text(
                "Bâtiments voisins, accès, ouvertures : à joindre.",
                "Neighbouring buildings, entrances, openings: to be attached.",
            ),
            frame=True,
        ),
    ]
    if needs or count is None:
        why = (
            Text("Exigé : voie publique.", "Required: public road.")
            if road
            else Text(
                f"Exigé à partir de {CAMERAS_FOR_A_PLAN} caméras.",
                f"Required from {CAMERAS_FOR_A_PLAN} cameras on.",
            )
        )
        blocks.append(
            Blank(
                Text("Plan de détail : caméras et champs", "Plan of cameras and fields of view"),
                why,
                frame=True,
            )
        )
    else:
        blocks.append(
            Paragraph(
                Text(
                    f"Plan des caméras : non exigé, moins de {CAMERAS_FOR_A_PLAN} caméras.",
                    f"Plan of cameras: not required, fewer than {CAMERAS_FOR_A_PLAN} cameras.",
                )
            )
        )
    blocks.append(
        Blank(
            Text("Photographie de la vue masquée", "Photograph of the masked view"),
            Text(
                "Ni l'intérieur des habitations ni, spécifiquement, leurs entrées (art. L. 251-3).",
                "Neither the inside of homes nor, specifically, their entrances (art. L251-3).",
            ),
            frame=True,
        )
    )
    return Section(place_title(view, name), tuple(blocks))


def _count(view: View, name: str) -> int | None:
    """Cameras at a place: the most that a measure names, for measures share cameras."""
    counts = []
    for measure in view.measures_at(name):
        group = measure.cameras
        if group.count is None and group.ids is None:
            return None
        counts.append(group.count if group.count is not None else len(group.ids or ()))
    return max(counts, default=None)


def _people(view: View) -> Section:
    rows = tuple((acts(measure), viewers(view, measure)) for measure in view.mandate.measures)
    lists = tuple(
        (both(name), both(role.list) if role.list else gap("liste nominative", "list of names"))
        for name, role in view.mandate.roles.items()
    )
    blocks: list[Block] = [FactTable(Text("Qui peut voir", "Who may view"), rows)]
    if lists:
        blocks.append(FactTable(Text("Listes nominatives", "Lists of names"), lists))
    return Section(Text("Personnes désignées", "Persons designated"), tuple(blocks))


def _public(view: View) -> Section:
    links = Links(
        (
            (
                Link(
                    Text("Modèles d'affiches, par lieu", "Posters, place by place"),
                    Text("affiches.fr.html", "affiches.en.html"),
                ),
                NONE,
            ),
        )
    )
    return Section(Text("Information du public", "Informing the public"), (links,))
