"""A11, the transparency sheet: what each measure does, and what the law says of it.

Headings of the algorithm registers of European cities (name, body, area, purpose, legal basis,
data, logic, human oversight, risks, contact), and of New York's POST Act (capabilities, rules, data
sharing, safeguards, training, impact). A citation that nobody checked is marked.
"""

from __future__ import annotations

from contrejour.law.mandate import Finding, Measure, Text, Verdict, names
from contrejour.law.mandate.vocabulary import EVENTS, FILM, Act
from contrejour.law.mandate.words import day, period
from contrejour.papers.document import (
    Block,
    FactTable,
    Paragraph,
    PublicDocument,
    Section,
    Table,
    both,
    gap,
    joined,
)
from contrejour.papers.dpia import oversight
from contrejour.papers.facts import data, masks, recipients
from contrejour.papers.public_log import public_log
from contrejour.papers.rows import of_mandate
from contrejour.papers.view import (
    View,
    acts,
    algorithmic,
    basis,
    cameras,
    departments,
    kept_said,
    measure_title,
    place_title,
    purpose,
    source,
    when,
)

VERDICTS = {
    Verdict.ACCEPT: Text("accepté", "accepted"),
    Verdict.WARN: Text("à savoir", "to know"),
    Verdict.CONDITION: Text("à compléter", "incomplete"),
    Verdict.REFUSE: Text("refusé", "refused"),
}
UNVERIFIED = Text("⟦citation non vérifiée⟧", "⟦citation not verified⟧")


def transparency(view: View) -> PublicDocument:
    """The sheet: one section per measure, then what is found of the whole mandate."""
    whole = view.report.of(None)
    blocks: list[Block] = [_contact(view)]
    blocks += [_measure(view, measure) for measure in view.mandate.measures]
    if whole:
        blocks.append(Section(Text("Le mandat entier", "The whole mandate"), (_findings(whole),)))
    blocks += [*public_log(view), _verification(view)]
    return PublicDocument(
        name="transparence",
        title=Text("Fiche de transparence", "Transparency sheet"),
        lead=Text(
            "Ce que font les caméras, sous quelle règle, et ce que la loi en dit.",
            "What the cameras do, under which rule, and what the law says of it.",
        ),
        blocks=tuple(blocks),
        source=source(view),
        draft=view.draft,
    )


def _contact(view: View) -> Section:
    rows = of_mandate(view, "body controller contact dpo basis valid")
    return Section(
        Text("Responsable et contact", "Body and contact"),
        (FactTable(Text("Qui répond", "Who answers"), rows),),
    )


def _measure(view: View, measure: Measure) -> Section:
    place = view.place(measure.cameras.place)
    where, area = place_title(view, measure.cameras.place), departments(place)
    title, short = measure_title(measure), both(measure.id)
    quoted = both(measure.quote) if measure.quote is not None else None
    verdict = VERDICTS[view.report.verdict_of(measure.id)]
    dated = day(view.as_of)
    register = FactTable(
        Text("Registre des algorithmes", "Algorithm register"),
        (
            (Text("Nom", "Name"), title),
            (
                Text("Territoire", "Area"),
                Text(f"{where.fr} · {area.fr}", f"{where.en} · {area.en}"),
            ),
            (Text("Finalité", "Purpose"), purpose(measure)),
            (Text("Base légale", "Legal basis"), basis(view)),
            (Text("Données", "Data"), data(measure)),
            (Text("Logique", "Logic"), _logic(measure)),
            (Text("Contrôle humain", "Human oversight"), _oversight(measure)),
            (Text("Risques", "Risks"), _risks(view, measure)),
        ),
    )
    post = FactTable(
        Text("Capacités et règles", "Capabilities and rules"),
        (
            (Text("Capacités", "Capabilities"), acts(measure)),
            (Text("Caméras", "Cameras"), cameras(measure)),
            (Text("Règles d'usage", "Rules of use"), when(measure)),
            (Text("Conservation", "Retention"), kept_said(view, measure)),
            (Text("Partage des données", "Data sharing"), recipients(view, measure)),
            (Text("Garanties", "Safeguards"), masks(place)),
            (Text("Formation", "Training"), _training(view, measure)),
            (Text("Effets mesurés", "Impact"), _impact(view, measure)),
        ),
    )
    said: list[Block] = [
        Paragraph(
            Text(f"Au {dated.fr} : {verdict.fr}.", f"On {dated.en}: {verdict.en}."),
        )
    ]
    if quoted is not None:
        said.append(Paragraph(Text(f"« {quoted.fr} »", f"“{quoted.en}”")))
    said += [register, post, _findings(view.report.of(measure.id))]
    return Section(Text(f"{title.fr} ({short.fr})", f"{title.en} ({short.en})"), tuple(said))


def _logic(measure: Measure) -> Text:
    """What software does with the images, in plain words."""
    told = []
    if measure.output is not None and Act.COUNT in measure.do:
        window, floor = period(measure.output.window), measure.output.floor
        told.append(
            Text(
                f"compte sur {window.fr} au moins ; rien au-dessous de {floor}",
                f"counts over at least {window.en}; nothing below {floor}",
            )
        )
    elif Act.COUNT in measure.do:
        told.append(gap("durée et seuil du comptage", "window and floor of the count"))
    if not EVENTS.isdisjoint(measure.do):
        told.append(
            Text(
                "signale l'événement, la caméra, la zone, l'heure et la confiance ; rien d'autre",
                "signals event, camera, zone, time and confidence; nothing else",
            )
        )
    if not algorithmic(measure):
        told.append(Text("aucun logiciel n'analyse les images", "no software analyses the images"))
    return joined(told, " ; ") if told else gap("logique du traitement", "logic of the processing")


def _oversight(measure: Measure) -> Text:
    if algorithmic(measure):
        return oversight(measure)
    return Text("des personnes seules regardent", "only people look")


def _risks(view: View, measure: Measure) -> Text:
    paper = view.document(measure.dpia)
    if paper is None:
        return gap("AIPD", "DPIA")
    short, dated = both(measure.dpia), day(paper.date)
    return Text(
        f"voir l'analyse d'impact {short.fr} du {dated.fr}",
        f"see the impact assessment {short.en} of {dated.en}",
    )


def _training(view: View, measure: Measure) -> Text:
    told = []
    for name in measure.access:
        role = view.mandate.roles.get(name)
        trained = role.training if role is not None else None
        said = both(trained) if trained else gap("formation", "training")
        short = both(name)
        told.append(Text(f"{short.fr} : {said.fr}", f"{short.en}: {said.en}"))
    return joined(told, " ; ") if told else gap("formation", "training")


def _impact(view: View, measure: Measure) -> Text:
    if FILM.issuperset(measure.do):
        return Text("à mesurer au bilan annuel", "to be measured in the yearly review")
    paper = view.document(measure.error_rates)
    if paper is None:
        return gap("taux d'erreur mesurés sur les lieux", "error rates measured on the scene")
    short, dated = both(measure.error_rates), day(paper.date)
    kind = names(paper.kind)
    return Text(f"{kind.fr} : {short.fr}, {dated.fr}", f"{kind.en}: {short.en}, {dated.en}")


def _findings(found: tuple[Finding, ...]) -> Table:
    head = (
        Text("Verdict", "Verdict"),
        Text("Règle", "Rule"),
        Text("Pourquoi", "Why"),
        Text("Remède", "Cure"),
        Text("Texte", "Text"),
    )
    rows = tuple(
        (
            VERDICTS[each.verdict],
            both(each.rule),
            each.because,
            each.cure,
            each.citation if each.verified else joined((each.citation, UNVERIFIED), " "),
        )
        for each in found
    )
    return Table(Text("Ce que la loi en dit", "What the law says of it"), head, rows)


def _verification(view: View) -> Section:
    rules = both(view.report.rules_sha256)
    return Section(
        Text("Ce que valent les citations", "What the citations are worth"),
        (
            Paragraph(
                Text(
                    "Une citation marquée n'a pas été lue sur une page officielle. Cette fiche "
                    "n'est pas un avis juridique.",
                    "A marked citation was not read on an official page. This sheet is not "
                    "legal advice.",
                )
            ),
            Paragraph(
                Text(
                    f"SHA-256 du recueil de règles : {rules.fr}",
                    f"SHA-256 of the rulebook: {rules.en}",
                )
            ),
        ),
    )
