"""A1, the record of processing activities (GDPR 30; directive 2016/680, art. 24)."""

from __future__ import annotations

from contrejour.law.mandate import Measure, Text
from contrejour.law.mandate.words import period
from contrejour.papers.document import (
    Block,
    FactTable,
    Paragraph,
    PublicDocument,
    Section,
    Table,
    both,
    gap,
)
from contrejour.papers.rows import of_mandate, of_measure
from contrejour.papers.view import NO, YES, View, measure_title, source


def register(view: View) -> PublicDocument:
    """The record: who is responsible, then one sheet per measure."""
    measures = tuple(_measure(view, measure) for measure in view.mandate.measures)
    return PublicDocument(
        name="registre",
        title=Text("Registre des activités de traitement", "Record of processing activities"),
        lead=Text(
            "Article 30 du RGPD ; article 24 de la directive 2016/680.",
            "Article 30 of the GDPR; article 24 of directive 2016/680.",
        ),
        blocks=(_responsible(view), *measures, _security(view), _processors(view)),
        source=source(view),
        draft=view.draft,
    )


def _responsible(view: View) -> Section:
    rows = of_mandate(view, "controller contact dpo body deliberation regime basis valid transfers")
    return Section(
        Text("Qui répond du traitement", "Who answers for it"),
        (FactTable(Text("Responsable", "Controller"), rows),),
    )


def _measure(view: View, measure: Measure) -> Section:
    title, short = measure_title(measure), both(measure.id)
    keys = "acts purpose basis place cameras when persons data recipients kept masks"
    return Section(
        Text(f"{title.fr} ({short.fr})", f"{title.en} ({short.en})"),
        (FactTable(Text("Le traitement", "The processing"), of_measure(view, measure, keys)),),
    )


def security_rows(view: View) -> tuple[tuple[Text, Text], ...]:
    """What the mandate says of security (GDPR 32; directive 2016/680, art. 29), and of answers."""
    at_rest = YES if view.mandate.security.encrypted_at_rest else NO
    moving = YES if view.mandate.security.encrypted_in_transit else NO
    return (
        (Text("Chiffrement des enregistrements", "Encryption at rest"), at_rest),
        (Text("Chiffrement des transmissions", "Encryption in transit"), moving),
        (
            Text("Croisement avec d'autres fichiers", "Linking with other files"),
            YES if any(measure.link_other_files for measure in view.mandate.measures) else NO,
        ),
        (
            Text("Réponse aux demandes des personnes", "Answers to people's requests"),
            _within(view),
        ),
    )


def _within(view: View) -> Text:
    length = period(view.mandate.rights.answer)
    return Text(f"en {length.fr} au plus", f"within {length.en}")


def _security(view: View) -> Section:
    roles = tuple(
        (
            both(name),
            Text("une à une", "one by one")
            if role.designated == "individually"
            else Text("par service", "by service"),
            both(role.list) if role.list else gap("liste", "list"),
            both(role.training) if role.training else gap("formation", "training"),
        )
        for name, role in view.mandate.roles.items()
    )
    head = (
        Text("Rôle", "Role"),
        Text("Désignation", "Designation"),
        Text("Liste", "List"),
        Text("Formation", "Training"),
    )
    people: Block = (
        Table(Text("Personnes habilitées", "Authorised persons"), head, roles)
        if roles
        else Paragraph(gap("personnes habilitées", "authorised persons"))
    )
    facts = FactTable(Text("Mesures", "Measures"), security_rows(view))
    return Section(Text("Sécurité", "Security"), (facts, people))


def _processors(view: View) -> Section:
    title = Text("Sous-traitants", "Processors")
    if not view.mandate.processors:
        said = Text("Le mandat n'en nomme aucun.", "The mandate names none.")
        return Section(title, (Paragraph(said),))
    rows = tuple(
        (
            both(processor.name),
            both(processor.contract) if processor.contract else gap("contrat", "contract"),
        )
        for processor in view.mandate.processors
    )
    head = (Text("Nom", "Name"), Text("Contrat (RGPD, art. 28)", "Contract (GDPR, art. 28)"))
    return Section(title, (Table(title, head, rows),))
