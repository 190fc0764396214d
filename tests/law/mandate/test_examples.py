"""The two worked examples are the contract of the schema, their verdicts that of the rules."""

from __future__ import annotations

from datetime import date

import pytest
from fakes.mandates import FOLDER, Change, add, data, document, judged, mandate, to

from contrejour.base.errors import Malformed
from contrejour.law.mandate import Verdict, check, read

A, C, R = Verdict.ACCEPT, Verdict.CONDITION, Verdict.REFUSE
PROJECT = (FOLDER / "project.yaml").read_text()


def rules(report, measure, *verdicts):
    """The rules that give one of these verdicts."""
    return {each.rule for each in report.of(measure) if each.verdict in verdicts}


@pytest.mark.parametrize("name", ["lawful", "project"])
def test_an_example_loads_as_it_is_written(name):
    assert read((FOLDER / f"{name}.yaml").read_text(), name).measures


@pytest.mark.parametrize(
    ("day", "counting", "event", "coach", "why"),
    [
        (date(2027, 2, 1), A, C, A, {"FR-16"}),
        (date(2027, 2, 12), A, A, A, set()),
        (date(2027, 2, 25), A, C, A, {"FR-16"}),
        (date(2028, 1, 2), R, R, R, {"EU-04"}),
    ],
)
def test_the_lawful_example_on_its_four_days(day, counting, event, coach, why):
    report = judged(on=day)
    verdicts = [report.verdict_of(name) for name in ("compter", "evenement", "car-enregistrer")]
    assert verdicts == [counting, event, coach]
    assert why <= rules(report, "evenement", C, R)
    if day.year == 2028:
        assert "EU-04" in rules(report, "compter", R) & rules(report, "car-enregistrer", R)
    assert report.verdict == max(verdicts, key=[A, C, R].index)


TABLE = [
    ("m1-reconnaissance-faciale", R, {"EU-05", "EU-06", "FR-21"}, R, {"EU-07"}),
    ("m2a-cars-interurbains", C, set(), C, set()),
    ("m2b-cars-scolaires", C, set(), C, set()),
    ("m3-temps-reel-trains", C, set(), C, set()),
    ("m4a-dix-mille-cameras", R, {"EU-02", "EU-03", "FR-05"}, R, set()),
    ("m4b-videoprotection-intelligente", R, {"EU-02"}, R, {"FR-12", "FR-13", "FR-15", "FR-17"}),
    ("m4c-biometrie", R, {"EU-05", "EU-06", "FR-21"}, R, {"EU-07"}),
    ("m5-analyse-comportementale", R, {"EU-02"}, R, {"FR-12", "FR-13"}),
    ("m6-parcours-a-posteriori", R, {"EU-02", "FR-22"}, R, {"FR-12"}),
]


@pytest.mark.parametrize(("measure", "then", "why", "now", "more"), TABLE)
def test_the_2021_project_by_the_law_of_2021_and_of_today(measure, then, why, now, more):
    project = read(PROJECT, "project")
    past, present = (check(project, day) for day in (date(2021, 7, 19), date(2026, 11, 23)))
    assert (past.verdict_of(measure), present.verdict_of(measure)) == (then, now)
    assert why <= rules(past, measure, R)
    assert why | more <= rules(present, measure, R)
    assert not more & rules(past, measure, R, C)  # these texts did not exist
    assert past.verdict is present.verdict is R


@pytest.mark.parametrize("measure", ["m2a-cars-interurbains", "m2b-cars-scolaires"])
def test_coaches_lack_what_the_table_says_that_they_lack(measure):
    found = check(read(PROJECT, "project"), date(2026, 11, 23))
    # purpose, necessity, retention, contact and DPO, DPIA, authorisation, exposure, masks,
    # viewers, notice
    missing = {
        "EU-02", "EU-03", "EU-04", "EU-16", "EU-20", "FR-03", "FR-05", "FR-06", "FR-09", "FR-10",
    }  # fmt: skip
    assert missing <= rules(found, measure, C)
    assert ("FR-01" in rules(found, measure, C)) is (measure == "m2b-cars-scolaires")


def test_behaviour_analysis_that_scores_people_or_pupils_is_told_so():
    scored = data("project")
    scored["measures"][7]["scores_people"] = True
    found = check(mandate(of=scored), date(2026, 11, 23))
    assert "EU-11" in rules(found, "m5-analyse-comportementale", R)


def test_three_of_nine_can_be_cured_and_the_mandate_does_not_run():
    found = check(read(PROJECT, "project"), date(2026, 11, 23))
    verdicts = [found.verdict_of(name) for name in found.measures]
    assert (verdicts.count(C), verdicts.count(R)) == (3, 6)
    assert [each.rule for each in found.of(None)] == ["PR-02", "PR-03"]  # nobody voted it


MUTATIONS: list[tuple[str, list[Change], str, Verdict, set[str]]] = [
    ("a face", [add("measures.evenement.do", "identify.face.live")], "evenement", R,
     {"EU-05", "EU-06", "EU-07", "FR-21"}),
    ("emotions", [add("measures.car-enregistrer.do", "infer.emotion")], "car-enregistrer", R,
     {"EU-09", "FR-12"}),
    ("loitering", [add("measures.evenement.do", "detect.loitering")], "evenement", R, {"FR-12"}),
    ("45 days", [to("measures.car-enregistrer.keep.images", "P45D")], "car-enregistrer", R,
     {"FR-07"}),
    ("a region", [to("body.kind", "region")], "evenement", R, {"FR-15"}),
    ("nobody confirms", [to("measures.evenement.human.confirms", False)], "evenement", R,
     {"FR-14"}),
    ("other files", [to("measures.evenement.link_other_files", True)], "evenement", R, {"FR-14"}),
    ("alerts", [to("measures.compter.output.alerts", True)], "compter", R, {"FR-20"}),
    ("another department", [to("places.car-t3.departments", ["73"])], "car-enregistrer", R,
     {"FR-03"}),
    ("past the order", [to("measures.evenement.window.until", "2027-02-23T02:00:00+01:00")],
     "evenement", R, {"FR-16"}),
    ("viewers by service", [to("roles.operateur.designated", "by-service")], "car-enregistrer", C,
     {"FR-09"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "measure", "verdict", "why"), [row[1:] for row in MUTATIONS],
    ids=[row[0] for row in MUTATIONS],
)  # fmt: skip
def test_a_mutation_of_the_lawful_example_is_caught(changes, measure, verdict, why):
    report = judged(*changes)
    assert report.verdict_of(measure) is verdict
    assert why <= rules(report, measure, verdict)
    assert report.verdict is verdict


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("automatic_action: none", "automatic_action: lock-doors", "none"),
        ("necessity: need", "necesity: need", "necessity"),
    ],
)
def test_what_the_schema_does_not_know_is_an_error_at_its_line(old, new, hint):
    text = (FOLDER / "lawful.yaml").read_text().replace(old, new, 1)
    with pytest.raises(Malformed) as caught:
        read(text, "m.yaml")
    line = 1 + text[: text.index(new)].count("\n")
    assert str(caught.value).startswith(f"m.yaml:{line}: ")
    assert hint in caught.value.hint


def test_the_experiment_runs_and_stops_by_its_dates():
    """21 May 2023 to 31 March 2025, then about 21 March 2026 to 31 December 2027."""
    for day, open_ in [
        (date(2025, 3, 31), True), (date(2025, 4, 1), False), (date(2026, 3, 20), False),
        (date(2026, 3, 21), True), (date(2027, 12, 31), True), (date(2028, 1, 1), False),
    ]:  # fmt: skip
        closed = {
            each.because.en for each in judged(on=day).of("evenement") if each.rule == "FR-18"
        }
        assert any("not open" in said for said in closed) is not open_


def test_a_document_that_was_changed_refuses_the_mandate():
    full = mandate(document("aipd", "dpia", sha256="c" * 64, dpo_opinion="favourable"))
    digests = {name: each.sha256 for name, each in full.documents.items()}
    assert check(full, date(2027, 2, 12), digests).verdict is A
    assert check(full, date(2027, 2, 12), {**digests, "aipd": "d" * 64}).verdict is R
    assert check(full, date(2027, 2, 12), {**digests, "aipd": None}).verdict is C
