"""The page that leads to all the others."""

from __future__ import annotations

from contrejour.law.mandate import Text, Verdict
from contrejour.law.mandate.words import day
from contrejour.papers.document import (
    FactTable,
    Link,
    Links,
    Paragraph,
    PublicDocument,
    Section,
    both,
)
from contrejour.papers.dpia import NONE
from contrejour.papers.public_log import public_log
from contrejour.papers.transparency import VERDICTS
from contrejour.papers.view import View, controller, measure_title, source, valid

PAGES = (
    ("information", Text("Information des personnes filmées", "Information for people filmed")),
    ("affiches", Text("Affiches, lieu par lieu", "Posters, place by place")),
    ("transparence", Text("Fiche de transparence", "Transparency sheet")),
    ("registre", Text("Registre des traitements", "Record of processing activities")),
    ("aipd", Text("Analyse d'impact : trame", "Impact assessment: skeleton")),
    ("prefet", Text("Dossier pour le préfet : projet", "File for the prefect: draft")),
)
DATA = (
    ("cameras.geojson", Text("Carte des caméras (GeoJSON)", "Map of the cameras (GeoJSON)")),
    ("registre.jsonld", Text("Registre pour machines (DPV)", "Record for machines (DPV)")),
)


def index(view: View) -> PublicDocument:
    """All artefacts, and whether the mandate may run on this day."""
    pages = tuple(
        (Link(title, Text(f"{name}.fr.html", f"{name}.en.html")), NONE) for name, title in PAGES
    )
    data = tuple((Link(title, both(name)), NONE) for name, title in DATA)
    return PublicDocument(
        name="index",
        title=Text(
            f"Mandat {view.mandate.id} : documents publics",
            f"Mandate {view.mandate.id}: public documents",
        ),
        lead=Text(
            "Tout ce qui suit est tiré d'un seul texte, le mandat.",
            "All that follows is generated from one text, the mandate.",
        ),
        blocks=(
            Section(Text("Pages", "Pages"), (Links(pages),)),
            Section(Text("Données", "Data"), (Links(data),)),
            *public_log(view),
            _judged(view),
        ),
        source=source(view),
        draft=view.draft,
    )


def _judged(view: View) -> Section:
    dated = day(view.as_of)
    whole = VERDICTS[view.report.verdict]
    rows = [
        (Text("Responsable", "Controller"), controller(view)),
        (Text("Validité", "Valid"), valid(view)),
        (Text("Mandat entier", "Whole mandate"), whole),
    ]
    rows += [
        (measure_title(measure), VERDICTS[view.report.verdict_of(measure.id)])
        for measure in view.mandate.measures
    ]
    held = view.report.verdict is not Verdict.ACCEPT
    why = (
        Text(
            "Ce mandat ne peut pas tourner ce jour-là : la fiche de transparence dit pourquoi.",
            "This mandate can't run on that day: the transparency sheet says why.",
        )
        if held
        else Text("Ce mandat peut tourner ce jour-là.", "This mandate may run on that day.")
    )
    title = Text(f"Ce que la loi en dit, le {dated.fr}", f"What the law says of it, on {dated.en}")
    facts = FactTable(Text("Verdicts", "Verdicts"), tuple(rows))
    return Section(title, (Paragraph(why), facts))
