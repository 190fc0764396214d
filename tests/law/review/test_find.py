"""What a text proposes, what it only mentions, and what nobody should take for a measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from contrejour.law.mandate.vocabulary import FORBIDDEN, Act, PlaceKind
from contrejour.law.review.attitude import Attitude, Setting
from contrejour.law.review.find import find
from contrejour.law.review.found import Mention, Mentions
from contrejour.law.review.lexicon import fold
from contrejour.law.review.lines import Line, paragraphs
from contrejour.law.review.places import count, in_figures

REGION = Setting(deliberation=True, home=frozenset({"montvert"}))
PRESS = Setting(deliberation=False, home=frozenset({"montvert"}))


def read(text: str, setting: Setting = REGION) -> Mentions:
    return find(paragraphs([Line(line) for line in text.split("\n")]), setting)


def acts(found: tuple[Mention, ...]) -> list[str]:
    return [act for each in found for act in each.acts]


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("la reconnaissance faciale", Act.FACE_LIVE),
        ("LA RECONNAISSANCE FACIALE", Act.FACE_LIVE),
        ("la reconnaissance faciale a posteriori", Act.FACE_AFTER),
        ("des technologies biométriques", Act.BIOMETRIC_OTHER),
        ("des logiciels d'analyse comportementale", Act.BEHAVIOUR),
        ("un logiciel repérant les comportements « suspects »", Act.BEHAVIOUR),
        ("la vidéoprotection intelligente", Act.UNSPECIFIED),
        ("des caméras « augmentées »", Act.UNSPECIFIED),
        ("la vidéosurveillance algorithmique", Act.UNSPECIFIED),
        ("la video-surveillance automatisee", Act.UNSPECIFIED),
        ("une solution BriefCam", Act.SEARCH_PERSON),
        ("un outil pour reconstituer le parcours d'un individu", Act.SEARCH_PERSON),
        ("le suivi d'une personne d'une caméra à l'autre", Act.CROSS_CAMERA),
        ("un logiciel de ré-identification", Act.CROSS_CAMERA),
        ("la lecture automatisée des plaques d\u2019immatriculation", Act.PLATE),
        ("des caméras LAPI", Act.PLATE),
        ("des micros dans les gares", Act.SOUND),
        ("la reconnaissance des émotions par caméra", Act.EMOTION),
        ("un outil de police prédictive", Act.PREDICT),
        ("des drones", "film.drone"),
        ("des projecteurs déclenchés par les attroupements", "light.on_gathering"),
        ("la détection vidéo des attroupements", "detect.gathering"),
        ("la détection de bagages abandonnés par caméra", Act.ABANDONED_OBJECT),
        ("un logiciel détectant les intrusions", Act.ZONE),
        ("un comptage des voyageurs par caméra", Act.COUNT),
        ("des caméras piétons pour les contrôleurs", Act.RECORD),
    ],
)
def test_each_technology_is_known_by_the_words_people_use(words: str, act: str) -> None:
    found = read(f"Article 1 : La Région va déployer {words}.")
    assert acts(found.proposed) == [act]
    assert not found.not_understood


@pytest.mark.parametrize(
    "text",
    [
        "La Région ne déploiera pas la reconnaissance faciale.",
        "La Région n'aura recours ni à la reconnaissance faciale, ni aux drones.",
        "La Région rejette la reconnaissance faciale et l'analyse comportementale par caméra.",
        "Aucun dispositif de reconnaissance faciale ne sera installé.",
        "La reconnaissance faciale n'est pas prévue.",
        "La reconnaissance faciale est exclue.",
        "Sont interdits :\n- la reconnaissance faciale ;\n- les drones.",
        "Vu la délibération relative à la reconnaissance faciale dans les gares ;",
        "Considérant que Nice a voulu déployer la reconnaissance faciale ;",
        "L'année dernière, la police a utilisé des drones.",
        "Si des logiciels d'analyse comportementale venaient à se répandre, la Région le dirait.",
    ],
)
def test_what_is_refused_past_or_recited_is_never_a_measure(text: str) -> None:
    found = read(text)
    assert not found.proposed
    assert not found.theirs
    assert found.mentioned
    assert not found.not_understood


@pytest.mark.parametrize(
    "text",
    [
        "La Région installera non seulement des caméras, mais aussi la reconnaissance faciale.",
        "Sans attendre, la Région déploiera la reconnaissance faciale.",
        "Cela ne suffit pas : il faut déployer la reconnaissance faciale.",
        "La Région refuse l'inaction : elle déploiera la reconnaissance faciale.",
    ],
)
def test_a_negation_of_something_else_hides_no_measure(text: str) -> None:
    assert Act.FACE_LIVE in acts(read(text).proposed)


def test_cameras_without_the_faces_are_a_measure_and_a_mention() -> None:
    found = read("La Région installera 12 caméras en gare de Beaulac, sans reconnaissance faciale.")
    assert [(each.acts, each.count) for each in found.proposed] == [((Act.RECORD,), 12)]
    assert acts(found.mentioned) == [Act.FACE_LIVE]


def test_another_town_and_another_person_are_not_the_author() -> None:
    text = (
        "Jeanne Morel veut déployer la vidéoprotection dans les gares. Jeanne Morel présente son "
        "plan. Paul Martin, lui, ne dit rien. Henri Blanc propose des drones. À Nice, la ville "
        "veut expérimenter la reconnaissance faciale."
    )
    found = read(text, Setting(False, frozenset({"montvert"}), frozenset({"jeanne morel"})))
    assert acts(found.proposed) == [Act.RECORD]
    assert [(each.acts[0], each.stance.by) for each in found.theirs] == [
        ("film.drone", "Henri Blanc"),
        (Act.FACE_LIVE, "Nice"),
    ]
    assert {each.attitude for each in found.theirs} == {Attitude.THEIRS}


def test_an_article_speaks_of_cameras_without_proposing_any() -> None:
    found = read("La vidéosurveillance est contestée. Filmer tout, tout le temps.", PRESS)
    assert not found.proposed
    assert acts(found.mentioned) == [Act.RECORD, Act.RECORD]


def test_two_places_of_one_noun_are_two_measures_without_a_number_of_their_own() -> None:
    found = read("Déployer 300 caméras dans les cars scolaires et interurbains.")
    assert {each.where.kind for each in found.proposed} == {
        PlaceKind.SCHOOL_BUS, PlaceKind.BUS_INTERIOR,
    }  # fmt: skip
    assert [(each.count, each.about) for each in found.proposed] == [(None, "300 caméras")] * 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sur les quais de la gare de Beaulac", PlaceKind.STATION_PLATFORM),
        ("dans les ascenseurs", PlaceKind.LIFT),
        ("dans les passages souterrains", PlaceKind.UNDERPASS),
        ("sur les passerelles", PlaceKind.FOOTBRIDGE),
        ("dans les stationnements des vélos", PlaceKind.BIKE_PARK),
        ("dans l'ensemble des transports scolaires", PlaceKind.SCHOOL_BUS),
        ("dans les rames de tramway", PlaceKind.TRAM_INTERIOR),
        ("dans les trains régionaux et les gares", PlaceKind.STATION_AND_TRAIN),
        ("dans les parcs-relais", PlaceKind.CAR_PARK),
        ("dans les lycées", PlaceKind.UNSPECIFIED),
        ("sur la voie publique", PlaceKind.PUBLIC_ROAD),
    ],
)
def test_a_place_keeps_the_words_of_the_text(text: str, kind: PlaceKind) -> None:
    (one,) = read(f"Installer des caméras {text}.").proposed
    assert one.where.kind is kind
    assert one.where.said


@pytest.mark.parametrize(
    ("text", "number", "about"),
    [
        ("10 000 caméras supplémentaires", 10000, None),
        ("10\u202f000 caméras", 10000, None),
        ("dix mille caméras", 10000, None),
        ("deux cent quatre-vingt-douze nouvelles caméras", 292, None),
        ("une centaine de caméras", None, "une centaine de caméras"),
        ("environ 300 caméras", None, "environ 300 caméras"),
        ("entre 10 et 20 caméras", None, "entre 10 et 20 caméras"),
        ("des caméras", None, None),
        ("d'une caméra à l'autre", None, None),
        ("12 caméras ici et 14 caméras là", None, "12 caméras, 14 caméras"),
    ],
)
def test_a_number_is_only_what_the_text_counts(
    text: str, number: int | None, about: str | None
) -> None:
    found = count(fold(text), text)
    assert (found.number, found.about) == (number, about)


@pytest.mark.parametrize(
    ("words", "number"),
    [("vingt et un", 21), ("quatre-vingts", 80), ("soixante-quinze", 75),
     ("mille deux cents", 1200), ("trois cent mille", 300000), ("deux millions", 2000000)],
)  # fmt: skip
def test_french_numbers_are_read_in_figures(words: str, number: int) -> None:
    assert in_figures(words) == number


def test_folding_keeps_every_position() -> None:
    text = "L\u2019œuvre « É\u00a0à » — ﬁn…\u2028İ"
    assert len(fold(text)) == len(text)


def test_what_is_said_twice_is_one_measure_with_both_quotations() -> None:
    found = read(
        "Objet : vidéoprotection en gare de Beaulac\n\nArticle 1 : Des caméras sont installées en "
        "gare de Beaulac.\n\nArticle 2 : La vidéoprotection sera mise en service en mars."
    )
    (one,) = found.proposed
    assert len(one.quotes) == 3


def test_more_cameras_without_a_place_are_not_hidden_in_those_with_one() -> None:
    found = read(
        "Article 1 : Des caméras sont installées en gare de Beaulac.\n\n"
        "Article 2 : La Région multipliera les caméras."
    )
    assert [each.where.said for each in found.proposed] == ["gare de Beaulac", None]


def test_a_sentence_about_surveillance_that_gives_nothing_is_shown() -> None:
    found = read("L'algorithme sera-t-il public ?", PRESS)
    assert [quote.text for quote in found.not_understood] == ["L'algorithme sera-t-il public ?"]


FIXTURES = Path(__file__).parent / "texts"


def fixture(name: str) -> Mentions:
    from datetime import date

    from contrejour.law.review import review

    return review(FIXTURES / name, [date(2026, 11, 23)]).findings


def told(found: tuple[Mention, ...]) -> list[tuple[tuple[str, ...], str | None, int | None]]:
    return [(each.acts, each.where.said, each.count) for each in found]


def test_a_sober_deliberation() -> None:
    found = fixture("deliberation.txt")
    assert told(found.proposed) == [
        ((Act.RECORD,), "gare de Beaulac", 12),
        ((Act.RECORD,), "cars de la ligne interurbaine T40", None),
        ((Act.TRANSMIT,), "gare de Beaulac", None),
        ((Act.COUNT,), "quais de la gare de Beaulac", None),
    ]
    assert found.proposed[1].about == "Une trentaine de caméras"
    assert found.proposed[2].opens == "incident"
    assert set(acts(found.mentioned)) == {Act.RECORD, Act.UNSPECIFIED, Act.FACE_LIVE}
    assert not found.not_understood


def test_roads_and_a_pool_are_no_surveillance() -> None:
    assert fixture("routes.txt") == Mentions((), (), (), ())


def test_a_text_that_rejects_facial_recognition_proposes_nothing_forbidden() -> None:
    found = fixture("refus.txt")
    assert told(found.proposed) == [((Act.RECORD,), None, None)]
    ruled_out = {
        Act.FACE_LIVE, Act.BEHAVIOUR, Act.PLATE, Act.CROSS_CAMERA, Act.SOUND, Act.BIOMETRIC_OTHER,
        "film.drone", Act.UNSPECIFIED,
    }  # fmt: skip
    assert ruled_out <= set(acts(found.mentioned))


def test_capitals_cp1252_and_broken_words_hide_nothing() -> None:
    found = fixture("typographie-cp1252.txt")
    assert [(each.acts[0], each.where.kind) for each in found.proposed] == [
        (Act.RECORD, PlaceKind.SCHOOL_BUS),
        (Act.UNSPECIFIED, PlaceKind.BIKE_PARK),
        (Act.UNSPECIFIED, PlaceKind.CAR_PARK),
        (Act.FACE_LIVE, PlaceKind.UNSPECIFIED),
        (Act.TRANSMIT, PlaceKind.STATION_HALL),
        (Act.SOUND, PlaceKind.BUS_INTERIOR),
        (Act.EMOTION, PlaceKind.BUS_INTERIOR),
        (Act.PLATE, PlaceKind.CAR_PARK),
    ]
    assert found.proposed[4].opens == "permanent"


def test_smart_video_for_an_event_is_one_measure_of_its_events() -> None:
    found = fixture("vsa.txt")
    assert told(found.proposed) == [
        ((Act.DENSITY, Act.CROWD_MOVEMENT, Act.ABANDONED_OBJECT, Act.ZONE),
         "quais de la gare de Roche-Blanche", None),
        ((Act.SEARCH_PERSON,), None, None),
    ]  # fmt: skip
    assert acts(found.mentioned) == [Act.FACE_LIVE]


def test_a_press_article_about_a_town() -> None:
    found = fixture("presse.txt")
    assert [each.acts for each in found.proposed] == [
        (Act.CROSS_CAMERA,), (Act.RECORD,), (Act.VIEW,),
    ]  # fmt: skip
    assert [(each.acts[0], each.stance.by) for each in found.theirs] == [
        ("film.drone", "Paul Martin")
    ]
    assert set(acts(found.mentioned)) & FORBIDDEN == {Act.FACE_LIVE}


def test_a_report_to_a_council_with_its_reasons_its_list_and_its_articles() -> None:
    found = fixture("rapport.txt")
    assert told(found.proposed) == [
        ((Act.ZONE, Act.ABANDONED_OBJECT), None, None),
        ((Act.RECORD,), None, 350),
        ((Act.RECORD,), "stations", None),
        ((Act.RECORD,), "parcs-relais", None),
        ((Act.SEARCH_PERSON,), None, None),
        ((Act.TRANSMIT,), None, None),
        ((Act.SOUND,), "arrêts de bus", None),
        ((Act.RECORD,), None, None),
    ]
    assert [each.device for each in found.proposed][-1] == "body"
    assert {each.about for each in found.proposed[2:4]} == {"120 caméras"}
    assert "s'est dotée en 2018" in found.mentioned[0].quotes[0].text


def test_three_cameras_in_each_coach_are_not_three_cameras() -> None:
    coaches, listening, counting = fixture("autocars.txt").proposed
    assert (coaches.count, coaches.about) == (None, "3 caméras chacun")
    assert listening.acts == (Act.SOUND,)
    assert counting.acts == (Act.COUNT,)
