"""A1, the record of processing activities (GDPR 30; directive 2016/680, art. 24)."""

from __future__ import annotations

from contrejour.mandate import Measure, Said, names
from contrejour.mandate.words import day, period
from contrejour.publish.document import Block, Document, Facts, Paragraph, Section, Table, both, gap
from contrejour.publish.facts import (
    data,
    masks,
    persons,
    recipients,
)
from contrejour.publish.view import (
    NO,
    YES,
    View,
    acts,
    basis,
    cameras,
    contact,
    controller,
    dpo,
    kept_said,
    measure_title,
    place_title,
    purpose,
    source,
    valid,
    when,
)


def register(view: View) -> Document:
    """The record: who is responsible, then one sheet per measure."""
    measures = tuple(_measure(view, measure) for measure in view.mandate.measures)
    return Document(
        name="registre",
        title=Said("Registre des activités de traitement", "Record of processing activities"),
        lead=Said(
            "Article 30 du RGPD ; article 24 de la directive 2016/680.",
            "Article 30 of the GDPR; article 24 of directive 2016/680.",
        ),
        blocks=(_responsible(view), *measures, _security(view), _processors(view)),
        source=source(view),
        draft=view.draft,
    )


def _responsible(view: View) -> Section:
    vote = view.mandate.deliberation
    voted, ref = day(vote.date), both(vote.ref)
    regime = (
        Said("RGPD", "GDPR")
        if view.mandate.regime == "gdpr"
        else Said("directive 2016/680 (LIL, titre III)", "directive 2016/680 (LIL, title III)")
    )
    return Section(
        Said("Qui répond du traitement", "Who answers for it"),
        (
            Facts(
                Said("Responsable", "Controller"),
                (
                    (Said("Responsable du traitement", "Controller"), controller(view)),
                    (Said("Contact", "Contact"), contact(view)),
                    (
                        Said("Délégué à la protection des données", "Data protection officer"),
                        dpo(view),
                    ),
                    (Said("Organisme qui décide", "Body that decides"), _body(view)),
                    (
                        Said("Délibération", "Deliberation"),
                        Said(f"{ref.fr}, {voted.fr}", f"{ref.en}, {voted.en}"),
                    ),
                    (Said("Régime", "Regime"), regime),
                    (Said("Base légale", "Legal basis"), basis(view)),
                    (Said("Validité", "Valid"), valid(view)),
                ),
            ),
        ),
    )


def _body(view: View) -> Said:
    name, kind = both(view.mandate.body.name), names(view.mandate.body.kind)
    return Said(f"{name.fr} ({kind.fr})", f"{name.en} ({kind.en})")


def _measure(view: View, measure: Measure) -> Section:
    place = view.place(measure.cameras.place)
    title, short = measure_title(measure), both(measure.id)
    return Section(
        Said(f"{title.fr} ({short.fr})", f"{title.en} ({short.en})"),
        (
            Facts(
                Said("Le traitement", "The processing"),
                (
                    (Said("Ce qui est fait", "What is done"), acts(measure)),
                    (Said("Finalité", "Purpose"), purpose(measure)),
                    (Said("Base légale", "Legal basis"), basis(view)),
                    (Said("Lieu", "Place"), place_title(view, measure.cameras.place)),
                    (Said("Caméras", "Cameras"), cameras(measure)),
                    (Said("Quand", "When"), when(measure)),
                    (Said("Personnes concernées", "Persons concerned"), persons(place)),
                    (Said("Catégories de données", "Categories of data"), data(measure)),
                    (Said("Destinataires", "Recipients"), recipients(view, measure)),
                    (
                        Said("Transferts hors de l'Union", "Transfers outside the Union"),
                        Said(
                            "aucun : un mandat n'en prévoit pas", "none: a mandate has no such act"
                        ),
                    ),
                    (
                        Said("Durées de conservation", "How long it is kept"),
                        kept_said(view, measure),
                    ),
                    (Said("Masques", "Masks"), masks(place)),
                ),
            ),
        ),
    )


def security_rows(view: View) -> tuple[tuple[Said, Said], ...]:
    """What the mandate says of security (GDPR 32; directive 2016/680, art. 29), and of answers."""
    at_rest = YES if view.mandate.security.encrypted_at_rest else NO
    moving = YES if view.mandate.security.encrypted_in_transit else NO
    return (
        (Said("Chiffrement des enregistrements", "Encryption at rest"), at_rest),
        (Said("Chiffrement des transmissions", "Encryption in transit"), moving),
        (
            Said("Croisement avec d'autres fichiers", "Linking with other files"),
            YES if any(measure.link_other_files for measure in view.mandate.measures) else NO,
        ),
        (
            Said("Réponse aux demandes des personnes", "Answers to people's requests"),
            _within(view),
        ),
    )


def _within(view: View) -> Said:
    length = period(view.mandate.rights.answer)
    return Said(f"en {length.fr} au plus", f"within {length.en}")


def _security(view: View) -> Section:
    roles = tuple(
        (
            both(name),
            Said("une à une", "one by one")
            if role.designated == "individually"
            else Said("par service", "by service"),
            both(role.list) if role.list else gap("liste", "list"),
            both(role.training) if role.training else gap("formation", "training"),
        )
        for name, role in view.mandate.roles.items()
    )
    head = (
        Said("Rôle", "Role"),
        Said("Désignation", "Designation"),
        Said("Liste", "List"),
        Said("Formation", "Training"),
    )
    people: Block = (
        Table(Said("Personnes habilitées", "Authorised persons"), head, roles)
        if roles
        else Paragraph(gap("personnes habilitées", "authorised persons"))
    )
    facts = Facts(Said("Mesures", "Measures"), security_rows(view))
    return Section(Said("Sécurité", "Security"), (facts, people))


def _processors(view: View) -> Section:
    title = Said("Sous-traitants", "Processors")
    if not view.mandate.processors:
        said = Said("Le mandat n'en nomme aucun.", "The mandate names none.")
        return Section(title, (Paragraph(said),))
    rows = tuple(
        (
            both(processor.name),
            both(processor.contract) if processor.contract else gap("contrat", "contract"),
        )
        for processor in view.mandate.processors
    )
    head = (Said("Nom", "Name"), Said("Contrat (RGPD, art. 28)", "Contract (GDPR, art. 28)"))
    return Section(title, (Table(title, head, rows),))
