"""The verdicts of what was found come from the rulebook, and the draft it amounts to loads."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from fakes.examples import at_most
from hypothesis import given
from hypothesis import strategies as st

from contrejour.law.mandate import Verdict, check, read
from contrejour.law.mandate.vocabulary import Act, BodyKind, PlaceKind
from contrejour.law.review import Review, review, to_json, to_text
from contrejour.law.review.judge import MeasureJudgement

TEXTS = Path(__file__).parent / "texts"
THEN, NOW = date(2021, 7, 19), date(2026, 11, 23)
NAMES = sorted(path.name for path in TEXTS.iterdir())
R, C = Verdict.REFUSE, Verdict.CONDITION


def of(name: str, **more: object) -> Review:
    return review(TEXTS / name, [NOW, THEN], **more)  # type: ignore[arg-type]


@pytest.fixture
def article(data_dir: Path) -> Review:
    path = data_dir / "texts" / "laquadrature-2021-07-auvergne-rhone-alpes.txt"
    if not path.is_file():
        pytest.skip("the article is not in CONTREJOUR_DATA")
    return review(path, [NOW, THEN])


def one(found: tuple[MeasureJudgement, ...], act: str, kind: PlaceKind) -> MeasureJudgement:
    (only,) = (each for each in found if act in each.found.acts and each.found.where.kind is kind)
    return only


TABLE = [
    ("M1", Act.FACE_LIVE, PlaceKind.STATION_AND_TRAIN,
     "un premier dispositif de reconnaissance faciale, uniquement accessible aux autorités",
     R, {"EU-05", "EU-06", "FR-21"}, R, {"EU-05", "EU-06", "FR-21", "EU-07"}),
    ("M2a", Act.RECORD, PlaceKind.BUS_INTERIOR, "des cars scolaires et interurbains",
     C, set(), C, set()),
    ("M2b", Act.RECORD, PlaceKind.SCHOOL_BUS, "des cars scolaires et interurbains",
     C, {"FR-01"}, C, {"FR-01"}),
    ("M3", Act.VIEW, PlaceKind.TRAIN_INTERIOR, "en temps réel des trains régionaux",
     C, set(), C, set()),
    ("M4a", Act.RECORD, PlaceKind.UNSPECIFIED, "10 000 caméras supplémentaires",
     R, {"EU-02", "EU-03", "FR-05"}, R, {"EU-02", "EU-03", "FR-05"}),
    ("M4b", Act.UNSPECIFIED, PlaceKind.UNSPECIFIED, "la vidéoprotection intelligente",
     R, {"EU-02"}, R, {"EU-02", "FR-12", "FR-13", "FR-15", "FR-17"}),
    ("M4c", Act.BIOMETRIC_OTHER, PlaceKind.UNSPECIFIED, "la technologie biométrique",
     R, {"EU-05", "EU-06", "FR-21"}, R, {"EU-05", "EU-06", "FR-21", "EU-07"}),
    ("M5", Act.BEHAVIOUR, PlaceKind.UNSPECIFIED, "logiciel d\u2019analyses comportementales",
     R, {"EU-02"}, R, {"FR-12", "FR-13"}),
    ("M6", Act.SEARCH_PERSON, PlaceKind.TRAIN_INTERIOR, "reconstituer rapidement a posteriori",
     R, {"EU-02", "FR-22"}, R, {"EU-02", "FR-22", "FR-12"}),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_article_of_2021_is_judged_as_in_the_table(
    article: Review,
    row: tuple[str, Act, PlaceKind, str, Verdict, set[str], Verdict, set[str]],
) -> None:
    _, act, kind, words, then, rules_then, now, rules_now = row
    judged = one(article.judgement.measures, act, kind)
    assert any(words in quote.text for quote in judged.found.quotes)
    today, before = judged.rulings
    assert (before.as_of, today.as_of) == (THEN, NOW)
    assert (before.verdict, today.verdict) == (then, now)
    assert rules_then <= {each.rule for each in before.findings}
    assert rules_now <= {each.rule for each in today.findings}


def test_the_article_has_these_measures_and_no_others(article: Review) -> None:
    found = [(each.found.acts[0], each.found.where.kind) for each in article.judgement.measures]
    spaces = (PlaceKind.BIKE_PARK, PlaceKind.LIFT, PlaceKind.UNDERPASS, PlaceKind.FOOTBRIDGE)
    expected = [(row[1], row[2]) for row in TABLE] + [(Act.RECORD, kind) for kind in spaces]
    assert sorted(found) == sorted(expected)
    (cameras,) = (each.found for each in article.judgement.measures if each.found.count)
    assert cameras.count == 10_000
    assert not article.findings.not_understood
    assert not article.deliberation
    assert article.body is BodyKind.REGION
    assert not article.body_assumed


def test_the_article_tells_whose_lights_these_are_and_leaves_the_past_alone(
    article: Review,
) -> None:
    (lights,) = article.theirs.measures
    assert lights.found.acts == ("light.on_gathering",)
    assert lights.found.stance.by == "Christian Estrosi"
    assert {ruling.verdict for ruling in lights.rulings} == {R}
    mentioned = " ".join(each.quotes[0].text for each in article.findings.mentioned)
    for words in ("drones par la police", "à Nice et Marseille", "dernières années",
                  "refus de la surveillance biométrique"):  # fmt: skip
        assert words in mentioned
    assert "film.drone" not in {
        act for each in article.judgement.measures for act in each.found.acts
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_draft_loads_and_is_what_was_judged(name: str) -> None:
    found = of(name)
    if not found.findings.proposed:
        assert found.draft is None
        return
    assert found.draft is not None
    mandate = read(found.draft, "draft.yaml")
    assert [measure.id for measure in mandate.measures] == [
        each.found.id for each in found.judgement.measures
    ]
    for at, day in enumerate(found.as_of):
        report = check(mandate, day)
        assert report.verdict is found.judgement.verdicts[at][1]
        for each in found.judgement.measures:
            assert each.rulings[at].verdict is report.verdict_of(each.found.id)
    assert "à compléter" in found.draft
    assert not mandate.documents


def test_the_draft_holds_what_the_text_says_and_marks_what_it_does_not() -> None:
    draft = of("deliberation.txt").draft
    assert draft is not None
    mandate = read(draft, "draft.yaml")
    assert (mandate.deliberation.ref, mandate.deliberation.date) == ("2026-0317", date(2026, 3, 12))
    assert [measure.cameras.count for measure in mandate.measures] == [12, None, None, None]
    assert str(mandate.measures[0].keep.images) == "P15D"
    assert mandate.measures[2].transmit is not None
    assert mandate.measures[2].transmit.opens == "incident"
    assert "le texte dit « Une trentaine de caméras »" in draft


def test_a_day_given_by_the_reader_stands_in_and_is_marked() -> None:
    draft = of("refus.txt", day=date(2026, 5, 4)).draft
    assert draft is not None
    assert "date: 2026-05-04" in draft
    assert "le jour de la séance (le texte ne le dit pas)" in draft


def test_a_body_that_the_text_does_not_name_is_assumed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "projet.txt"
    path.write_text("Il faut installer des caméras dans les trains.")
    found = review(path, [NOW])
    assert (found.body, found.body_assumed) == (BodyKind.REGION, True)
    assert "supposé" in to_text(found, "fr")
    given = review(path, [NOW], body=BodyKind.TRANSPORT_OPERATOR)
    assert (given.body, given.body_assumed) == (BodyKind.TRANSPORT_OPERATOR, False)


def test_a_permanent_feed_to_the_police_is_refused_and_one_on_incident_is_not() -> None:
    permanent = one(of("typographie-cp1252.txt").judgement.measures, Act.TRANSMIT,
                    PlaceKind.STATION_HALL)  # fmt: skip
    assert permanent.rulings[0].verdict is R
    assert "FR-25" in {each.rule for each in permanent.rulings[0].findings}
    incident = one(of("deliberation.txt").judgement.measures, Act.TRANSMIT, PlaceKind.STATION_HALL)
    assert incident.rulings[0].verdict is C


def test_smart_video_of_the_right_service_for_an_event_is_curable_in_its_years_only() -> None:
    events, search = of("vsa.txt").judgement.measures
    assert [each.verdict for each in events.rulings] == [C, R]
    assert events.rulings[0].missing
    assert [each.verdict for each in search.rulings] == [R, R]
    assert not search.rulings[0].missing
    assert "export.requisition" in search.instead[0].en


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_report_quotes_every_measure_in_full_and_marks_unverified_citations(
    name: str, lang: str
) -> None:
    found = of(name)
    report = to_text(found, lang)
    plain = " ".join(report.split())
    for judged in found.judgement.measures:
        assert judged.found.quotes[0].text.lstrip("-•\u2013\u2014 ") in plain
    assert max(map(len, report.splitlines())) <= 100
    for day in ("23/11/2026", "19/07/2021") if lang == "fr" else ("2026-11-23", "2021-07-19"):
        assert (day in report) is bool(found.findings.proposed)
    doubtful = any(
        not each.verified
        for judged in found.judgement.measures
        for ruling in judged.rulings
        for each in ruling.findings
    )
    mark = "[citation non vérifiée]" if lang == "fr" else "[citation not verified]"
    assert (mark in plain) is doubtful


@pytest.mark.parametrize("name", NAMES)
def test_json_is_stable_and_whole(name: str) -> None:
    found = of(name)
    data = json.loads(to_json(found))
    assert to_json(of(name)) == to_json(found)
    assert data["format"] == "contrejour-review/1"
    assert len(data["measures"]) == len(found.findings.proposed)
    assert len(data["mentioned"]) == len(found.findings.mentioned)
    for measure in data["measures"]:
        assert [ruling["as_of"] for ruling in measure["rulings"]] == ["2026-11-23", "2021-07-19"]


SALAD = (
    "La Région ne installera pas des caméras reconnaissance faciale dans les gares , ; :",
    ". « » ( ) - sans ni 10 000 mille cars scolaires et interurbains vidéoprotection intelligente",
    "Vu Considérant Article 1 veut à Nice police transmises drones | \" ' \u2019 # { } \\ foule",
)
WORDS = st.sampled_from(["\n", *(word for line in SALAD for word in line.split(" "))])


@at_most(150, shared=True)
@given(st.lists(WORDS, min_size=3, max_size=60))
def test_any_salad_of_words_is_read_without_a_crash_and_its_draft_loads(
    tmp_path: Path, words: list[str]
) -> None:
    path = tmp_path / "salad.txt"
    path.write_text("Gare. " + " ".join(words), encoding="utf-8")
    found = review(path, [NOW, THEN])
    assert (found.draft is None) is not bool(found.findings.proposed)
    to_text(found, "fr")
    for each in found.findings.proposed:
        digits = "".join(filter(str.isdigit, path.read_text(encoding="utf-8")))
        written = str(each.count) in digits or "mille" in words
        assert each.count is None or written


def test_importing_a_review_reads_no_file_format_library() -> None:
    code = (
        "import sys, contrejour.law.review; "
        "sys.exit(any(name in sys.modules for name in ('lxml', 'pypdfium2', 'numpy', 'cv2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_forty_five_days_are_read_and_refused() -> None:
    coaches = of("autocars.txt").judgement.measures[0]
    assert [ruling.verdict for ruling in coaches.rulings] == [R, R]
    assert "FR-07" in {each.rule for each in coaches.rulings[0].findings}
