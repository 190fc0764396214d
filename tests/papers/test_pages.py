"""The pages say what the mandate says, leave blank what people must write, and run nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from fakes.looks import HOSTILE, plain, view
from fakes.mandates import data, only, to

from contrejour.custody.ledger.server import PAGE
from contrejour.papers import artefacts
from contrejour.papers.dpia import dpia
from contrejour.papers.dpv import record
from contrejour.papers.folder import DOCUMENTS
from contrejour.papers.index import index
from contrejour.papers.information import information
from contrejour.papers.page import render
from contrejour.papers.prefect import prefect
from contrejour.papers.register import register
from contrejour.papers.transparency import transparency

VOID = {"meta", "br", "img"}


class Reader(HTMLParser):
    """A page's text, links, tags; fails on what does not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.text, self.links, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


def page(make, *changes, language="fr", **given):
    reader = Reader()
    reader.feed(render(make(view(*changes, **given)), language).decode())
    assert reader.open == []
    return reader


def said(make, *changes, **given):
    return plain("".join(page(make, *changes, **given).text))


def test_every_page_stands_alone_and_nests_in_both_languages():
    for make in DOCUMENTS:
        for language in ("fr", "en"):
            read = page(make, language=language)
            assert ("html", {"lang": language}) in read.tags
            assert not {"script", "img", "iframe", "link", "object"} & {t for t, _ in read.tags}
            assert not any(name.startswith("on") for _, given in read.tags for name in given)
            assert [tag for tag, _ in read.tags].count("h1") == 1


def test_every_link_leads_to_a_file_that_is_published():
    published = dict(artefacts(view()))
    for name, content in published.items():
        if name.endswith(".html"):
            reader = Reader()
            reader.feed(content.decode())
            assert set(reader.links) <= set(published), name


def test_where_the_log_is_named_pages_lead_to_it_and_to_what_checks_it():
    log = "https://log.example.org/rhone?a=1&b"
    for make in (index, information, transparency):
        for language, title in (("fr", "Le journal public"), ("en", "The public log")):
            read = page(make, log=log, language=language)
            assert {f"{log}/{PAGE}", f"{log}/checkpoint"} <= set(read.links)
            assert title in read.text
            assert title not in page(make, language=language).text


def test_every_page_says_which_mandate_and_day_it_comes_from():
    for make in DOCUMENTS:
        text = said(make, sha256="ab" * 32)
        assert "Tiré du mandat ara-gares-2027-01" in text
        assert "12 février 2027" in text
        assert "ab" * 32 in text
        assert "deux vues d'un même objet" in text
        assert "SHA-256 du texte" not in said(make)


def test_a_page_of_a_mandate_that_is_not_accepted_is_a_draft():
    for make in DOCUMENTS:
        assert "PROJET - NE PAS AFFICHER" in said(make, on=date(2027, 2, 25))
        assert "NE PAS AFFICHER" not in said(make)


def test_hostile_names_stay_text():
    changes = [
        to(path, HOSTILE)
        for path in (
            "controller.name", "controller.contact", "controller.dpo", "controller.page",
            "body.name", "deliberation.ref", "places.quais.title", "measures.compter.title",
            "measures.compter.quote", "measures.evenement.event.name", "documents.aipd.title",
            "documents.aipd.signed_by", "roles.operateur.list", "roles.operateur.training",
        )
    ]  # fmt: skip
    for make in DOCUMENTS:
        for language in ("fr", "en"):
            html = render(make(view(*changes)), language).decode()
            assert "</script" not in html
            assert "\u202e" not in html
            assert "<b>" not in html
            page(make, *changes, language=language)


def test_a_name_can_not_pretend_to_be_a_gap():
    read = page(register, to("controller.name", "⟦à compléter⟧"))
    assert "mark" not in [tag for tag, _ in read.tags]
    assert "[à compléter]" in "".join(read.text)


def test_the_record_has_every_heading_of_article_30():
    text = said(register)
    for needed in (
        "SNCF (exemple)", "dpo@example.org", "Finalité", "Personnes concernées",
        "voyageurs et passants", "Catégories de données", "Destinataires", "Transferts",
        "aucun", "Durées de conservation", "Sécurité", "Sous-traitants", "Base légale",
    ):  # fmt: skip
        assert needed in text


def test_the_record_names_processors_and_their_contracts():
    text = said(register, to("processors", [{"name": "Hébergeur"}]))
    assert "Hébergeur" in text
    assert "à compléter : contrat" in text


def test_the_record_for_machines_uses_the_vocabulary_of_the_w3c():
    told = json.loads(record(view()))
    assert told["@context"]["dpv"] == "https://w3id.org/dpv#"
    assert told["dpv:hasDataController"]["dpv:hasName"] == "SNCF (exemple)"
    assert [each["dpv:hasLegalBasis"]["@id"] for each in told["dpv:hasProcess"]] == [
        "eu-gdpr:A6-1-e"
    ] * 3
    for process in told["dpv:hasProcess"]:
        assert process["dpv:hasPurpose"]
        assert process["dpv:hasStorageCondition"]


def test_the_record_for_machines_leaves_out_what_the_mandate_does():
    text = record(view(of=data("project"))).decode()
    assert "compléter" not in text
    assert "dpv:hasPurpose" not in text
    assert "dpv:hasLegalBasis" not in text
    assert "⟦" not in text


def test_necessity_and_risks_are_left_blank_and_the_page_says_why():
    html = render(dpia(view()), "fr").decode()
    for heading in ("2. Nécessité", "3. Risques"):
        section = plain(html[html.index(f">{heading}") :].split("</section>")[0])
        assert "Le programme n'écrit pas cette partie" in plain(section.replace("&#x27;", "'"))
        assert section.count('class="line"') >= 20
        assert "<td" not in section  # nothing of the mandate is passed off as reasons
    assert "need" not in html[html.index(">2. Nécessité") : html.index(">4. ")]


def test_a_high_residual_risk_asks_for_the_cnil_first():
    high = to("documents.aipd.residual_risk", "high")
    assert "la CNIL doit être consultée avant" in said(dpia, high)
    assert "à compléter : réponse de la CNIL" in said(dpia, high)
    low = to("documents.aipd.residual_risk", "low")
    assert "sans objet" in said(dpia, low)
    assert "à compléter : faible ou élevé" in said(dpia)


def test_the_officers_opinion_is_the_mandates():
    assert "favorable" in said(dpia)
    assert "avis du délégué" in said(dpia, to("documents.aipd.dpo_opinion", "-"))


@pytest.mark.parametrize(
    ("count", "what", "planned"),
    [(8, "bus-interior", True), (7, "bus-interior", False), (1, "public-road", True)],
)
def test_the_prefect_gets_a_plan_of_cameras_from_eight_on_or_on_the_road(count, what, planned):
    changes = [
        only("car-enregistrer"),
        to("measures.car-enregistrer.cameras.count", count),
        to("places.car-t3.what", what),
    ]
    assert ("Plan de détail" in said(prefect, *changes)) is planned
    assert ("non exigé" in said(prefect, *changes)) is not planned


def test_the_prefect_gets_every_document_with_its_hash():
    text = said(prefect, to("documents.prefet.sha256", "cd" * 32))
    assert "cd" * 32 in text
    assert "empreinte abrégée" in text  # the example's others
    for heading in ("Plan de masse", "Masques", "Personnes désignées", "Sécurité", "Conservation"):
        assert heading in text


def test_the_sheet_gives_each_verdict_with_its_rule_and_marks_what_nobody_read():
    seen = view(on=date(2027, 2, 25))
    html = render(transparency(seen), "fr").decode()
    text = said(transparency, on=date(2027, 2, 25))
    assert "Au 25 février 2027 : à compléter." in text
    assert "FR-16" in text
    unread = [each for each in seen.report.findings if not each.verified]
    assert unread
    assert html.count("<mark>citation non vérifiée</mark>") == len(unread)


def test_the_sheet_has_the_headings_of_the_registers():
    text = said(transparency)
    for heading in (
        "Nom", "Organisme", "Territoire", "Finalité", "Base légale", "Données", "Logique",
        "Contrôle humain", "Risques", "Contact", "Capacités", "Règles d'usage",
        "Partage des données", "Garanties", "Formation", "Effets mesurés",
    ):  # fmt: skip
        assert heading in text


def test_the_second_layer_tells_all_places_and_how_to_ask():
    text = said(information)
    for needed in ("Quai (quais)", "Intérieur de car ou de bus (car-t3)", "Écrivez à", "CNIL",
                   "personne ne cherche votre visage", "Décision automatisée"):  # fmt: skip
        assert needed in text


def test_both_languages_are_whole():
    french = re.compile(r"\b(durée|personnes|caméras|à compléter|conservation|aucune)\b")
    for make in DOCUMENTS:
        english = said(make, language="en", of=data("project"))
        quotes = [measure["quote"] for measure in data("project")["measures"] if "quote" in measure]
        for quote in quotes:
            english = english.replace(plain(quote), "")
        assert not french.search(english.lower())
