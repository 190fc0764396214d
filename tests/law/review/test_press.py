"""How articles, bulletins and minutes say that something is decided, done already, or asked."""

from __future__ import annotations

import pytest

from contrejour.law.mandate.vocabulary import Act, PlaceKind
from contrejour.law.review.attitude import ASKED, PAST, REQUEST, Setting
from contrejour.law.review.facts import facts
from contrejour.law.review.find import find
from contrejour.law.review.found import Mentions
from contrejour.law.review.lines import Line, paragraphs
from contrejour.law.review.places import recounts
from contrejour.law.review.wording import future, verbs

PRESS = Setting(deliberation=False, home=frozenset({"montvert"}))


def read(text: str, setting: Setting = PRESS) -> Mentions:
    return find(paragraphs([Line(line) for line in text.split("\n")]), setting)


def told(text: str) -> list[tuple[str, str | None, int | None]]:
    return [(each.acts[0], each.where.said, each.count) for each in read(text).proposed]


@pytest.mark.parametrize(
    "text",
    [
        "Le conseil a approuvé un crédit en vue de moderniser le réseau de caméras.",
        "Les élus ont voté l'achat de caméras.",
        "J'ai présenté un rapport visant à financer des caméras.",
        "La maire a opté pour des caméras au port.",
        "La ville vient d'acheter des caméras.",
        "La commune travaille à la pose de caméras.",
        "Une délibération portait sur l'extension de la vidéoprotection.",
        "L'ordre du jour annonçait l'installation d'un système de vidéoprotection.",
        "La vidéoprotection s'installe au marché couvert.",
        "Les halles sont désormais équipées de caméras.",
        "La vidéoprotection entre en service lundi.",
        "Des caméras sont en cours d'essai au port.",
        "Les caméras préviendront un agent.",
        "Un ensemble de caméras (fixes et mobiles) sera posé au port.",
        "La région se dote de caméras.",
        "En 2019, la ville hésitait. Les élus ont décidé de poser des caméras.",
    ],
)
def test_what_is_newly_decided_or_coming_is_a_measure(text: str) -> None:
    assert [each.acts for each in read(text).proposed] == [(Act.RECORD,)]


@pytest.mark.parametrize(
    "text",
    [
        "Actuellement, plus de 900 caméras sont déployées sur le réseau.",
        "La ville compte 122 caméras.",
        "En mars 2020, le maire autorise des caméras au port.",
        "Le port devait expérimenter des caméras l'été.",
        "Le candidat souhaitait équiper les halles de caméras.",
        "Le préfet avait autorisé des caméras au port.",
        "Le port est doté d'un système autorisé par le préfet, avec des caméras.",
        "Le système de caméras a été suspendu.",
        "Les élus ont voté contre l'installation de caméras.",
        "Faut-il installer des caméras au port ?",
        "Pourquoi déployer des caméras ?",
        "La loi autorise les caméras au port.",
        "Ces caméras mèneront à une société de surveillance.",
    ],
)
def test_what_is_there_past_refused_or_asked_is_a_mention(text: str) -> None:
    found = read(text)
    assert not found.proposed
    assert not found.theirs
    assert found.mentioned


def test_a_mention_says_why() -> None:
    assert read("Faut-il des caméras ?").mentioned[0].stance.why == ASKED
    assert read("Deux caméras sont installées au port.").mentioned[0].stance.why == PAST


def test_a_headline_tells_news_without_a_verb() -> None:
    assert told("Des micros installés dans la rue\n\nLe maire est content.") == [
        (Act.SOUND, "rue", None)
    ]
    assert told("De nouveaux outils pour repérer les gestes suspects\n\nLe maire est content.") == [
        (Act.BEHAVIOUR, None, None)
    ]


def test_a_past_aside_does_not_hide_what_follows_it() -> None:
    (one,) = read("Déjà équipée de 28 caméras, la ville va installer des drones.").proposed
    assert one.acts == ("film.drone",)


@pytest.mark.parametrize(
    "text",
    [
        "Une convention prévoyant le renvoi des images de la gare aux forces de sécurité a été "
        "signée.",
        "Les images seront acheminées vers le commissariat.",
        "Les images des 300 caméras de la gare seront mobilisables par les policiers.",
        "Les gendarmes pourront récupérer les images des 300 caméras.",
        "Les policiers auront accès aux images des caméras de la gare.",
    ],
)
def test_images_on_their_way_to_the_police_are_a_feed_and_no_new_cameras(text: str) -> None:
    (one,) = read(text).proposed
    assert one.acts == (Act.TRANSMIT,)
    assert one.opens == "permanent"


def test_a_feed_on_incident_says_so_and_a_requisition_is_no_feed() -> None:
    (one,) = read("Les images seront transmises à la police en cas d'agression.").proposed
    assert one.opens == "incident"
    found = read("La police aura accès aux images sur réquisition du procureur.")
    assert not found.proposed
    assert [each.stance.why for each in found.mentioned] == [REQUEST]


def test_the_measure_just_told_goes_on_in_the_next_sentence() -> None:
    found = told(
        "Le conseil a voté l'achat de caméras dans 21 gares. Ce programme prévoit de nouvelles "
        "caméras, soit 421, pour les usagers du réseau de transport."
    )
    assert found == [(Act.RECORD, "gares", 421)]
    more = told(
        "Le conseil va tester un logiciel de vidéosurveillance algorithmique. "
        "Ces systèmes peuvent suivre une personne de caméra en caméra."
    )
    assert [act for act, _, _ in more] == [Act.UNSPECIFIED, Act.CROSS_CAMERA]


def test_a_number_already_known_is_of_the_measure_already_told() -> None:
    text = "La ville va équiper les gares de caméras. Le coût des 252 caméras est fixé."
    assert told(text) == [(Act.RECORD, "gares", 252)]
    assert recounts("le cout des neuf cameras")
    assert not recounts("neuf cameras")


def test_about_stays_about_and_an_article_is_no_number() -> None:
    (one,) = read("Le syndicat va ajouter de nouvelles caméras, soit environ 421.").proposed
    assert (one.count, one.about) == (None, "caméras, soit environ 421")
    assert told("Une caméra nomade sera posée.") == [(Act.RECORD, None, None)]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("sur l'ensemble du village", PlaceKind.UNSPECIFIED, "ensemble du village"),
        ("dans deux quartiers", PlaceKind.PUBLIC_ROAD, "quartiers"),
        ("dans les tram-trains", PlaceKind.TRAM_INTERIOR, "tram-trains"),
        ("devant la mairie", PlaceKind.UNSPECIFIED, "devant la mairie"),
    ],
)
def test_more_places(text: str, kind: PlaceKind, said: str) -> None:
    (one,) = read(f"La ville va poser des caméras {text}.").proposed
    assert (one.where.kind, one.where.said) == (kind, said)


def test_a_town_hall_that_decides_is_no_place() -> None:
    assert told("La mairie a décidé d'installer des caméras.") == [(Act.RECORD, None, None)]


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("un logiciel capable de détecter les mouvements anormaux", Act.BEHAVIOUR),
        ("un logiciel pour repérer les actes de violence", "detect.fight"),
        ("des caméras pour lire les plaques", Act.PLATE),
        ("des caméras repérant qui marche en sens inverse", Act.WRONG_WAY),
        ("la vidéo verbalisation", Act.PLATE),
    ],
)
def test_more_words_of_surveillance(words: str, act: str) -> None:
    assert act in [
        each for one in read(f"La ville va tester {words}.").proposed for each in one.acts
    ]


def test_the_name_of_a_town_or_a_region_is_found_as_papers_write_it() -> None:
    def name(text: str) -> str | None:
        return facts(paragraphs([Line(text)])).name

    assert name("Le maire (SE) de Beaulac parle.") == "Beaulac"
    assert name("La municipalité de Beaulac parle.") == "Beaulac"
    assert name("Le président de la Région Jean Roux parle de la région Bretagne.") == "Bretagne"


def test_a_name_that_only_says_where_is_not_another_town() -> None:
    found = read("La ville, dans la banlieue ouest de Paris, va acheter des drones.")
    assert [each.acts[0] for each in found.proposed] == ["film.drone"]


def test_tenses_are_told_by_their_endings() -> None:
    assert verbs("vise a financer des cameras", 0, 27)
    assert not verbs("le maire a finance des cameras", 0, 30)
    assert not verbs("il souhaitait des cameras", 0, 25)
    assert future("elles alerteront", 0, 16)
    assert not future("une camera", 0, 10)
