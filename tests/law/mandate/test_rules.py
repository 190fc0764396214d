"""Every rule has its text and its check, accepts something and refuses something."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fakes.mandates import FESTIVAL, Change, document, judged, only, to

import contrejour.law.mandate.rules as package
from contrejour.law.mandate import Verdict, rulebook
from contrejour.law.mandate.law import limit, sentences
from contrejour.law.mandate.originals import Originals
from contrejour.law.mandate.parse import parse
from contrejour.law.mandate.periods import ONE_MONTH, Period
from contrejour.law.mandate.rules import LAST, RULES, WHOLE, eu, fr, product
from contrejour.law.mandate.rules.fr import EXPERIMENT
from contrejour.law.mandate.schema import Rights, SealingTerms
from contrejour.law.mandate.vocabulary import (
    FORBIDDEN,
    POSSIBLE,
    Access,
    Act,
    BodyKind,
    DocumentKind,
    PlaceKind,
    Purpose,
)

CHECKED = {*RULES, *LAST, *WHOLE}
CAR, EVENT, COUNT = "car-enregistrer", "evenement", "compter"
C, R, W = Verdict.CONDITION, Verdict.REFUSE, Verdict.WARN
LATE = date(2027, 12, 10)
"""The duties of high-risk systems apply, and the mandate still runs."""


def car(*path_and_value: object) -> Change:
    key, value = path_and_value
    return to(f"measures.{CAR}.{key}", value)


def event(key: str, value: object) -> Change:
    return to(f"measures.{EVENT}.{key}", value)


def count(key: str, value: object) -> Change:
    return to(f"measures.{COUNT}.{key}", value)


def does(*acts: str) -> Change:
    return car("do", list(acts))


def four_more(changed: dict[str, Any]) -> None:
    """A second measure in the coach, on four cameras of its own."""
    more = {"id": "other", "cameras": {"place": "car-t3", "ids": ["a", "b", "c", "d"]}}
    changed["measures"].append(changed["measures"][2] | more)


CONVENTION = document("conv", "convention")
TRANSMIT = {"opens": "incident", "closes": "intervention", "convention": "conv"}
SENDS = [CONVENTION, does("transmit.police"), car("transmit", TRANSMIT)]
HANDS_OVER = [does("export.requisition"), car("articles", ["60-1"])]
ROOM = [does("view.live"), car("room", "state-control-room"), car("designation", "named"),
        document("named", "prefect-designation")]  # fmt: skip
REGION = [to("body.kind", "region"), only(CAR), to("competence", "comp"),
          document("comp", "competence")]  # fmt: skip
SCHOOL = [to("places.car-t3.what", "school-bus"), to("places.car-t3.access", "school-only")]
CLASSED = [document("ai", "ai-act-classification"), only(COUNT), count("classification", "ai")]
RATES = [document("rates", "error-rates"), event("error_rates", "rates")]

CASES: list[tuple[str, list[Change], list[Change], Verdict, date]] = [
    # rule, an accepted mandate, a change that the rule refuses, how, when
    ("EU-01", [], [to("basis", "gdpr.6.1.a")], R, FESTIVAL),
    ("EU-01", [], [to("basis", "-")], C, FESTIVAL),
    ("EU-01", [], [to("regime", "led")], R, FESTIVAL),
    ("EU-01", [car("qualification", "qualif"), to("basis", "gdpr.6.1.c"), only(CAR)],
     [car("qualification", "-")], C, FESTIVAL),
    ("EU-01", [to("regime", "led"), to("basis", "led.8"), to("body.kind", "municipal-police")],
     [to("body.kind", "transport-operator")], R, FESTIVAL),
    ("EU-01", [to("regime", "led"), to("basis", "led.8"), only(CAR),
               car("qualification", "qualif")], [car("qualification", "-")], C, FESTIVAL),
    ("EU-01", [], [], R, date(2025, 6, 1)),
    ("EU-02", [], [car("purpose", "-")], C, FESTIVAL),
    ("EU-02", [], [to("places.car-t3.what", "unspecified")], R, FESTIVAL),
    ("EU-02", [car("title", "films the coach")], [car("title", "films, etc.")], W, FESTIVAL),
    ("EU-03", [], [car("necessity", "-")], C, FESTIVAL),
    ("EU-03", [], [car("necessity", "aipd")], C, FESTIVAL),
    ("EU-03", [], [to("documents.need.signed_by", "-")], C, FESTIVAL),
    ("EU-03", [], [car("cameras.count", "-")], C, FESTIVAL),
    ("EU-03", [car("cameras.ids", ["a", "b", "c", "d"])], [car("cameras.count", 5)], R, FESTIVAL),
    ("EU-03", [to("cameras", {"a": {"place": "car-t3"}}), car("cameras", {"place": "car-t3",
     "ids": ["a"]})], [to("cameras.a.place", "quais")], R, FESTIVAL),
    ("EU-03", [], [to("places.car-t3.what", "station-and-train")], C, FESTIVAL),
    ("EU-03", [car("hours", ["05:00-24:00"])], [car("hours", "-")], W, FESTIVAL),
    ("EU-04", [], [to("valid.until", "-")], C, FESTIVAL),
    ("EU-04", [], [to("valid.until", "2027-02-11")], R, FESTIVAL),
    ("EU-04", [], [car("keep.images", "-")], C, FESTIVAL),
    ("EU-04", [], [count("keep.figures", "-")], C, FESTIVAL),
    ("EU-04", [only(CAR), car("keep.images", "PT72H")], [car("keep.images", "PT73H")], W, FESTIVAL),
    ("EU-04", [only(CAR), car("keep.images", "P3D")], [to("valid.from", "2027-01-07")], W,
     FESTIVAL),
    ("EU-04", [only(CAR), car("keep.images", "P3D")], [to("valid.from", "2027-02-13")], W,
     FESTIVAL),
    ("EU-05", [], [does("record", "identify.face.live")], R, FESTIVAL),
    ("EU-06", [], [does("record", "identify.biometric.other")], R, FESTIVAL),
    ("EU-07", [], [does("record", "identify.face.live")], R, FESTIVAL),
    ("EU-08", [], [does("record", "scrape.faces")], R, FESTIVAL),
    ("EU-09", [], [does("record", "infer.emotion")], R, FESTIVAL),
    ("EU-09", [to("places.car-t3.what", "footbridge"), does("record")],
     [to("places.car-t3.access", "school-only"), does("record", "infer.emotion")], R, FESTIVAL),
    ("EU-10", [], [does("record", "categorise.biometric.sensitive")], R, FESTIVAL),
    ("EU-11", [], [does("record", "predict.offence")], R, FESTIVAL),
    ("EU-11", [], [car("scores_people", True)], R, FESTIVAL),
    ("EU-12", [only(CAR)], [does("record", "identify.face.after")], R, LATE),
    ("EU-13", CLASSED, [count("classification", "-")], C, LATE),
    ("EU-13", [only(CAR)], [does("record", "categorise.biometric.other")], R, LATE),
    ("EU-14", SENDS, [car("transmit.opens", "automatically")], R, FESTIVAL),
    ("EU-14", [], [event("human", "-")], C, FESTIVAL),
    ("EU-15", [], [event("human.stop", "office-hours")], R, FESTIVAL),
    ("EU-16", [], [to("controller.dpo", "-")], C, FESTIVAL),
    ("EU-16", [], [to("controller.contact", "-")], C, FESTIVAL),
    ("EU-17", [], [to("rights.answer", "P2M")], R, FESTIVAL),
    ("EU-18", [], [], R, date(2025, 6, 1)),
    ("EU-19", [document("cloud", "contract"),
               to("processors", [{"name": "x", "contract": "cloud"}])],
     [to("processors", [{"name": "x"}])], C, FESTIVAL),
    ("EU-20", [], [car("dpia", "-")], C, FESTIVAL),
    ("EU-20", [], [to("documents.aipd.dpo_opinion", "-")], C, FESTIVAL),
    ("EU-20", [], [to("documents.aipd.dpo_opinion", "unfavourable")], W, FESTIVAL),
    ("EU-20", [car("changed", "2026-12-01")], [car("changed", "2026-12-02")], C, FESTIVAL),
    ("EU-20", [to("documents.aipd.residual_risk", "high"), to("prior_consultation", "cnil"),
               document("cnil", "prior-consultation")],
     [to("prior_consultation", "-")], C, FESTIVAL),
    ("EU-21", [], [car("keep.journal", "-")], C, FESTIVAL),
    ("EU-21", [], [car("keep.journal", "PT0S")], C, FESTIVAL),
    ("EU-22", [], [to("security", {"encrypted_at_rest": False})], R, FESTIVAL),
    ("EU-22", [], [to("security", {"encrypted_in_transit": False})], R, FESTIVAL),
    ("FR-01", [], [to("places.car-t3.what", "public-road")], R, FESTIVAL),
    ("FR-01", [to("places.car-t3.what", "station-surroundings"),
               car("purpose", "terrorism.open-place")], [car("purpose", "safety.open-place")], R,
     FESTIVAL),
    ("FR-01", [*SCHOOL, car("qualification", "qualif")], [car("qualification", "-")], C, FESTIVAL),
    ("FR-01", [], [to("places.car-t3.access", "staff-only")], W, FESTIVAL),
    ("FR-02", [], [car("purpose", "statistics.transport")], R, FESTIVAL),
    ("FR-02", [], [car("purpose", "road.safety")], R, FESTIVAL),
    ("FR-02", [*HANDS_OVER, car("purpose", "justice.requisition")],
     [does("record", "export.requisition")], R, FESTIVAL),
    ("FR-03", [], [car("authorisation", "-")], C, FESTIVAL),
    ("FR-03", [], [to("documents.busauth.expires", "2027-02-11")], C, FESTIVAL),
    ("FR-03", [], [to("documents.busauth.departments", ["69"])], R, FESTIVAL),
    ("FR-03", [], [to("places.car-t3.departments", [])], C, FESTIVAL),
    ("FR-03", [to("documents.busauth.cameras", 4)], [to("documents.busauth.cameras", 3)], R,
     FESTIVAL),
    ("FR-03", [four_more, to("documents.busauth.cameras", 8)],
     [to("documents.busauth.cameras", 7)], R, FESTIVAL),
    ("FR-04", [], [to("documents.busauth.expires", "2031-06-01")], R, FESTIVAL),
    ("FR-04", [], [to("documents.busauth.expires", "-")], C, FESTIVAL),
    ("FR-04", [], [to("documents.busauth.expires", "2027-05-01")], W, FESTIVAL),
    ("FR-05", [], [to("places.car-t3.exposed", "-")], C, FESTIVAL),
    ("FR-05", [], [to("places.car-t3.what", "unspecified")], R, FESTIVAL),
    ("FR-06", [], [to("places.car-t3.dwellings_masked", False)], R, FESTIVAL),
    ("FR-06", [], [to("places.car-t3.masks", "-")], C, FESTIVAL),
    ("FR-07", [car("keep.images", "P1M")], [car("keep.images", "P1M1D")], R, FESTIVAL),
    ("FR-07", [car("keep.images", "P31D")], [car("keep.images", "P32D")], R, FESTIVAL),
    ("FR-08", [], [to("places.car-t3.audio", True)], R, FESTIVAL),
    ("FR-08", [], [does("record", "record.audio")], R, FESTIVAL),
    ("FR-09", [], [car("access", [])], C, FESTIVAL),
    ("FR-09", [], [to("roles.dpo.list", "-")], C, FESTIVAL),
    ("FR-09", [], [to("roles.dpo.training", "-")], C, FESTIVAL),
    ("FR-10", [], [car("notice", "-")], C, FESTIVAL),
    ("FR-11", [event("keep.journal", "P12M")], [event("keep.journal", "P11M")], R, FESTIVAL),
    ("FR-11", [car("keep.journal", "P6M")], [car("keep.journal", "P5M")], R, FESTIVAL),
    ("FR-11", [to("body.kind", "transport-operator"), only(CAR)], [car("keep.journal", "P5M")], W,
     FESTIVAL),
    ("FR-12", [], [does("record", "infer.emotion")], R, FESTIVAL),
    ("FR-12", [], [does("record", "watch.everyone")], R, FESTIVAL),
    ("FR-13", [], [event("do", ["detect.unspecified"])], R, FESTIVAL),
    ("FR-13", [], [event("do", ["detect.density", "analyse.behaviour"])], R, FESTIVAL),
    ("FR-13", [], [event("do", ["detect.begging"])], R, FESTIVAL),
    ("FR-14", [], [event("human.confirms", False)], R, FESTIVAL),
    ("FR-14", [], [event("human", "-")], C, FESTIVAL),
    ("FR-15", [], [to("body.kind", "transport-operator")], R, FESTIVAL),
    ("FR-16", [], [event("vsa_order", "-")], C, FESTIVAL),
    ("FR-16", [], [event("attestation", "-")], C, FESTIVAL),
    ("FR-16", [], [event("window", "-")], C, FESTIVAL),
    ("FR-16", [], [to("documents.vsa.expires", "-")], C, FESTIVAL),
    ("FR-16", [event("window.from", "2027-02-10T00:00:00+01:00")],
     [event("window.from", "2027-02-09T23:59:59+01:00")], R, FESTIVAL),
    ("FR-16", [], [to("documents.vsa.expires", "2027-03-20")], W, FESTIVAL),
    ("FR-17", [], [event("event", "-")], R, FESTIVAL),
    ("FR-17", [], [event("event.exposed_because", "-")], C, FESTIVAL),
    ("FR-18", [], [], R, date(2025, 6, 1)),
    ("FR-18", [], [event("window.until", "2028-01-02T00:00:00+01:00")], R, FESTIVAL),
    ("FR-19", [], [event("attestation", "-")], C, FESTIVAL),
    ("FR-20", [], [count("output.window", "PT4M59S")], R, FESTIVAL),
    ("FR-20", [], [count("output.floor", 4)], R, FESTIVAL),
    ("FR-20", [], [count("keep.images", "PT1S")], R, FESTIVAL),
    ("FR-20", [], [count("purpose", "safety.open-place")], R, FESTIVAL),
    ("FR-20", [], [count("output", "-")], C, FESTIVAL),
    ("FR-20", [], [count("qualification", "-")], C, FESTIVAL),
    ("FR-21", [], [does("record", "identify.face.after")], R, FESTIVAL),
    ("FR-22", [], [does("record", "search.person.after")], R, FESTIVAL),
    ("FR-22", [], [does("record", "track.person.cross_camera")], R, FESTIVAL),
    ("FR-23", HANDS_OVER, [car("articles", ["60-1", "230-32"])], R, FESTIVAL),
    ("FR-23", HANDS_OVER, [car("articles", [])], C, FESTIVAL),
    ("FR-24", HANDS_OVER, [car("keep.hold", "everything")], R, FESTIVAL),
    ("FR-25", SENDS, [car("transmit.opens", "permanent")], R, FESTIVAL),
    ("FR-25", SENDS, [car("transmit.closes", "never")], R, FESTIVAL),
    ("FR-25", SENDS, [car("transmit", "-")], C, FESTIVAL),
    ("FR-25", SENDS, [car("transmit.convention", "-")], C, FESTIVAL),
    ("FR-25", SENDS, [to("places.car-t3.what", "public-road")], R, FESTIVAL),
    ("FR-26", ROOM, [does("view.live", "record")], R, FESTIVAL),
    ("FR-26", ROOM, [car("designation", "-")], C, FESTIVAL),
    ("FR-26", ROOM, [to("body.kind", "transport-operator")], R, FESTIVAL),
    ("FR-27", [], [does("record", "read.plate")], R, FESTIVAL),
    ("FR-28", [], [car("device", "body")], R, FESTIVAL),
    ("FR-29", REGION, [to("competence", "-")], C, FESTIVAL),
    ("FR-29", REGION, [car("purpose", "road.traffic-flow")], R, FESTIVAL),
    ("PR-01", SENDS, [], R, date(2023, 5, 1)),
    ("PR-02", [], [does("record", "read.plate")], R, FESTIVAL),
    ("PR-03", [], [to("deliberation.document", "-")], C, FESTIVAL),
    ("PR-04", RATES, [event("error_rates", "aipd")], C, FESTIVAL),
    ("PR-04", RATES, [event("error_rates", "-")], W, FESTIVAL),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "accepted", "change", "verdict", "day"), CASES,
    ids=[f"{row[0]}-{place}" for place, row in enumerate(CASES)],
)  # fmt: skip
def test_a_rule_accepts_and_refuses(rule, accepted, change, verdict, day):
    before = judged(*accepted, on=day if change else FESTIVAL)
    after = judged(*accepted, *change, on=day)
    assert before.verdict is Verdict.ACCEPT
    assert verdict not in {each.verdict for each in before.findings if each.rule == rule}
    assert verdict in {each.verdict for each in after.findings if each.rule == rule}


def test_every_rule_has_a_case_and_every_case_a_rule():
    assert {row[0] for row in CASES} == set(rulebook())


def test_every_text_has_its_check_and_every_check_its_text():
    assert set(rulebook()) == CHECKED
    assert len([name for name in rulebook() if name.startswith("EU")]) == 22
    assert len([name for name in rulebook() if name.startswith("FR")]) == 29
    assert len([name for name in rulebook() if name.startswith("PR")]) == 4


def test_every_rule_says_what_where_since_when_and_how_sure():
    data = parse(files("contrejour.law.mandate").joinpath("rules.yaml").read_text("utf-8"), "rules")
    for name, rule in data.items():
        assert {"valid_from", "valid_until"} <= set(rule), name
        found = rulebook()[name]
        assert all((found.text.fr, found.text.en, found.citation.fr, found.citation.en)), name
        assert found.link.startswith(("https://", "docs/")), name
        assert found.confidence in ("H", "M", "L"), name
        assert found.valid_until is None or found.valid_from < found.valid_until, name
        assert not found.verified or found.mark.startswith(("F·", "—")), name


def keys_in_the_checks():
    """(rule, key) of each finding that the checks can make."""
    folder = Path(package.__file__).parent
    for path in folder.glob("*.py"):
        for function in ast.parse(path.read_text()).body:
            named = [
                each.args[0].value for each in getattr(function, "decorator_list", [])
                if isinstance(each, ast.Call) and each.args
            ]  # fmt: skip
            for call in ast.walk(function) if named else ():
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in (
                    "refuse", "condition", "warn",
                ):  # fmt: skip
                    yield named[0], call.args[0].value


def test_every_finding_has_its_sentence_and_every_sentence_its_finding():
    used = set(keys_in_the_checks())
    told = {key for key in sentences() if key[0] != "ANY"}
    assert told == {pair for pair in used if ("ANY", pair[1]) not in sentences()}
    for key, sentence in sentences().items():
        assert all((sentence.because.fr, sentence.because.en)), key
        assert bool(sentence.cure.fr) == bool(sentence.cure.en) == (key[1] != "permits"), key


def test_every_word_of_the_vocabulary_has_a_plain_name_in_both_languages():
    told = parse(files("contrejour.law.mandate").joinpath("sentences.yaml").read_text("utf-8"), "")[
        "names"
    ]
    for kind in (Act, BodyKind, PlaceKind, Purpose, DocumentKind, Access):
        for word in kind:
            assert word in told, word


def test_what_is_possible_is_permitted_by_one_rule_and_the_rest_by_none():
    permitted = [act for registered in RULES.values() for act in registered.permits]
    assert sorted(permitted) == sorted(POSSIBLE)
    assert FORBIDDEN.isdisjoint(permitted)


@pytest.mark.parametrize("day", [date(2019, 7, 1), date(2021, 7, 19), FESTIVAL, date(2031, 1, 1)])
@pytest.mark.parametrize("act", sorted(FORBIDDEN))
def test_a_forbidden_act_is_refused_on_every_day_by_more_than_our_own_rule(act, day):
    found = judged(to("valid.until", "2040-01-01"), does("record", act), on=day).of(CAR)
    assert {each.rule for each in found if each.verdict is R} - {"PR-01"}


def test_a_number_of_the_law_in_code_is_the_one_beside_its_citation():
    assert limit("FR-07", "recording") == ONE_MONTH
    assert limit("EU-17", "answer") == Rights().answer
    assert rulebook()["FR-18"].spans == EXPERIMENT
    assert limit("EU-17", "answer") == Period(months=1)
    assert limit("EU-17", "extension") == Period(months=2)


@pytest.mark.parametrize("module", [eu, fr, product])
def test_no_check_of_a_rule_has_a_number_of_its_own(module):
    allowed = {0, 1, 3, 12, 64, 0.85}  # months of a year, digits of a hash, likeness of two words
    functions = [
        node for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.FunctionDef)
    ]  # fmt: skip
    written = {
        node.value
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert written <= allowed


def test_what_a_mandate_leaves_out_of_originals_is_what_a_plan_without_them_has():
    terms = SealingTerms()
    assert Originals() == Originals(
        camera_minutes=terms.camera_minutes,
        **{
            name: timedelta(seconds=voted.at_most_s)
            for name, voted in terms
            if isinstance(voted, Period)
        },
    )
