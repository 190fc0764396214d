"""The poster says all that a notice must, to whoever passes, and nothing runs off the sheet."""

from __future__ import annotations

import io
from datetime import date

import pytest
from fakes.looks import HOSTILE, LONG, UNBROKEN, boxes, pages, poster, text_of, view
from fakes.mandates import data, only, to
from PIL import Image, ImageChops

from contrejour.papers import poster as made
from contrejour.papers.notice import notice
from contrejour.papers.sheet import HIGH_PT, MARGIN_PT, WIDE_PT

PAGE = "https://www.example.org/cameras"


def test_a_poster_says_what_the_notice_must_in_french():
    said = text_of(poster(view(), "car-t3"))
    for needed in (
        "Ce véhicule est filmé",
        "Responsable : SNCF (exemple)",
        "rgpd@example.org",
        "Délégué à la protection des données : dpo@example.org",
        "Pourquoi : sécurité des personnes et des biens",
        "30 jours, ou un mois de calendrier s'il est plus court",
        "Qui peut voir : operateur (personnes désignées une à une)",
        "mission d'intérêt public (RGPD, art. 6, § 1, e)",
        "Vous pouvez demander accès",
        "Réponse en un mois",
        "CNIL",
        "Mandat ara-gares-2027-01",
        "jusqu'au 31 décembre 2027",
    ):
        assert needed in said


def test_a_poster_says_what_the_notice_must_in_english():
    said = text_of(poster(view(), "car-t3", "en"))
    for needed in (
        "This vehicle is filmed",
        "Controller: SNCF (exemple)",
        "Data protection officer: dpo@example.org",
        "Why: safety of people and goods",
        "30 days, or one calendar month where that is shorter",
        "Who may view: operateur (persons designated one by one)",
        "Legal basis: task in the public interest (GDPR, art. 6(1)(e))",
        "You may ask for access",
        "Complaint: Commission nationale",
        "Valid until the end of 31 December 2027",
    ):
        assert needed in said


def test_where_nothing_is_kept_the_poster_says_so_and_who_sees_figures():
    said = text_of(poster(view(only("compter")), "quais"))
    assert "aucune image gardée" in said
    assert "Qui voit les chiffres" in said
    assert "Qui peut voir" not in said


def test_a_measure_of_an_event_says_its_dates():
    said = text_of(poster(view(), "quais"))
    assert "Seulement du 12 février 2027 à 16 h 00 au 14 février 2027 à 2 h 00" in said
    assert "Festival des lumières" in said


def test_without_a_page_the_poster_says_whom_to_ask():
    assert "sur demande : dpo@example.org" in text_of(poster(view(), "quais"))


def test_a_page_gives_a_code_and_its_address():
    coded = poster(view(to("controller.page", PAGE)), "quais")
    assert PAGE in text_of(coded)
    without = poster(view(to("controller.page", "au guichet")), "quais")
    assert "au guichet" in text_of(without)
    assert notice(view(to("controller.page", "javascript:alert(1)")), "quais").address is None
    assert _dark_at_the_right(coded) > 5 * _dark_at_the_right(without)


def _dark_at_the_right(pdf):
    picture = Image.open(io.BytesIO(made.png(pdf)[0])).convert("L")
    corner = picture.crop((int(picture.width * 0.67), int(picture.height * 0.7),
                           picture.width, int(picture.height * 0.86)))  # fmt: skip
    return sum(corner.histogram()[:80])


@pytest.mark.parametrize("name", ["compter", "evenement"])
def test_algorithms_change_the_pictogram(name):
    assert view(only(name)).runs_algorithms("quais")
    assert not view().runs_algorithms("car-t3")
    recorded = view(only("car-enregistrer"))
    counted = view(only("car-enregistrer"), to("measures.car-enregistrer.do", ["statistics.count"]))
    plain, other = (_pictogram(poster(each, "car-t3")) for each in (recorded, counted))
    difference = ImageChops.difference(plain.convert("1"), other.convert("1"))
    assert difference.getbbox() is not None  # in black and white too
    assert "Un logiciel analyse les images" in text_of(poster(counted, "car-t3"))
    assert "logiciel analyse" not in text_of(poster(recorded, "car-t3"))


def _pictogram(pdf):
    picture = Image.open(io.BytesIO(made.png(pdf)[0]))
    dots = 150 / 72
    side = int(240 * dots)
    left = int(MARGIN_PT * dots)
    return picture.crop((left, side - int(160 * dots), left + int(150 * dots), side))


def test_a_poster_that_may_not_hang_says_so_large():
    draft = view(on=date(2027, 2, 25))
    assert "PROJET - NE PAS AFFICHER" in text_of(poster(draft, "quais"))
    assert "DRAFT - DO NOT POST" in text_of(poster(draft, "quais", "en"))
    assert "AFFICHER" not in text_of(poster(view(), "quais"))


def test_the_proof_of_the_posters_is_not_wanted_before_they_hang():
    unproved = view(
        to("measures.compter.notice", "-"),
        to("measures.evenement.notice", "-"),
        to("measures.car-enregistrer.notice", "-"),
    )
    assert unproved.report.verdict == "condition"
    assert not unproved.draft
    assert view(to("controller.dpo", "-")).draft


def test_what_the_mandate_leaves_out_stands_out():
    bare = view(of=data("project"))
    said = text_of(poster(bare, "trains"))
    for gap in ("finalité", "durée de conservation des images", "qui peut voir", "base légale"):
        assert f"à compléter : {gap}" in said
    assert "n'identifie" in text_of(poster(bare, "cars"))
    faces = text_of(poster(bare, "trains-gares"))
    assert "n'identifie" not in faces
    assert "Qui peut voir" in faces


@pytest.mark.parametrize("text", [HOSTILE, LONG, UNBROKEN, "ع" * 500, "A\u0301" * 300])
@pytest.mark.parametrize("on", [date(2027, 2, 12), date(2027, 2, 25)])
def test_no_text_runs_off_the_sheet(text, on):
    changes = [
        to(path, text)
        for path in (
            "controller.name", "controller.contact", "controller.dpo", "controller.page",
            "places.quais.title", "measures.compter.title", "measures.evenement.event.name",
        )
    ]  # fmt: skip
    for language in ("fr", "en"):
        pdf = poster(view(*changes, on=on), "quais", language)
        for (wide, high), (left, bottom, right, top) in boxes(pdf):
            assert (round(wide), round(high)) == (round(WIDE_PT), round(HIGH_PT))
            assert 0 <= left <= right <= wide
            assert 0 <= bottom <= top <= high


def test_a_usual_poster_is_one_sheet_and_a_long_text_loses_no_word():
    assert pages(poster(view(), "quais")) == 1
    words = [f"mot{number}" for number in range(900)]
    pdf = poster(view(to("controller.name", " ".join(words))), "quais")
    assert pages(pdf) > 1
    assert set(words) <= set(text_of(pdf).split())


def test_markup_in_a_name_is_said_not_obeyed():
    said = text_of(poster(view(to("controller.name", "A & B <b>€</b> «é»")), "quais"))
    assert "A & B <b>€</b> «é»" in said


def test_a_character_that_the_font_lacks_is_seen_to_be_missing():
    assert "¤¤¤" in text_of(poster(view(to("places.quais.title", "محطة")), "quais"))
    from contrejour.papers.page import render
    from contrejour.papers.posters import posters

    assert (
        "ne sait pas tracer"
        in render(posters(view(to("places.quais.title", "محطة"))), "fr").decode()
    )


def test_posters_are_pictures_of_a4_at_150_dots_to_the_inch():
    (picture,) = made.png(poster(view(), "quais"))
    assert Image.open(io.BytesIO(picture)).size == (1241, 1754)


def test_fonts_are_in_the_file():
    pdf = poster(view(), "quais")
    assert b"/FontFile2" in pdf
    assert b"Helvetica" not in pdf or pdf.count(b"/FontFile2") >= 2
