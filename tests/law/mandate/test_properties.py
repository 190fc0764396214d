"""What no change to a mandate can bring about."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta

import pytest
from fakes.mandates import FESTIVAL, FULL, LAWFUL, judged, mandate
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Malformed
from contrejour.law.mandate import Verdict, check, read
from contrejour.law.mandate.compile import compile_plan
from contrejour.law.mandate.vocabulary import FORBIDDEN, POSSIBLE

MEASURES = [measure["id"] for measure in LAWFUL["measures"]]
REFERENCES = [
    (measure["id"], key)
    for measure in LAWFUL["measures"]
    for key, value in measure.items()
    if isinstance(value, str) and value in LAWFUL["documents"]
]
days = st.dates(date(2018, 5, 25), date(2040, 1, 1))


@given(st.sampled_from(sorted(FORBIDDEN)), st.sampled_from(MEASURES), days)
def test_adding_a_forbidden_act_refuses_the_mandate_on_any_day(act, measure, day):
    def change(changed):
        changed["valid"] = {"from": "2018-01-01", "until": "2041-01-01"}
        next(each for each in changed["measures"] if each["id"] == measure)["do"].append(act)

    report = judged(change, on=day)
    assert report.verdict is Verdict.REFUSE
    assert report.verdict_of(measure) is Verdict.REFUSE


@given(st.from_regex(r"[a-z]+(\.[a-z_]+){0,3}", fullmatch=True), st.sampled_from(MEASURES))
def test_an_act_that_nobody_has_heard_of_is_refused(act, measure):
    def change(changed):
        next(each for each in changed["measures"] if each["id"] == measure)["do"].append(act)

    if act not in POSSIBLE:
        assert judged(change).verdict_of(measure) is Verdict.REFUSE


@pytest.mark.parametrize(("measure", "key"), REFERENCES)
def test_a_mandate_that_no_longer_names_a_required_document_is_not_accepted(measure, key):
    def change(changed):
        del next(each for each in changed["measures"] if each["id"] == measure)[key]

    assert judged(change).verdict is not Verdict.ACCEPT


@pytest.mark.parametrize("name", list(LAWFUL["documents"]))
def test_a_document_that_is_taken_out_unsigned_or_of_another_kind_is_missed(name):
    for key, value in (("signed_by", None), ("date", "2030-01-01"), ("kind", "contract"),
                       ("expires", "2027-02-11")):  # fmt: skip

        def change(changed, key=key, value=value):
            changed["documents"][name][key] = value

        assert judged(change).verdict is not Verdict.ACCEPT, key


@given(st.sampled_from(sorted(LAWFUL["documents"])))
def test_a_document_that_is_named_but_not_described_is_an_error(name):
    changed = copy.deepcopy(LAWFUL)
    del changed["documents"][name]
    with pytest.raises(Malformed):
        read(json.dumps(changed), "m")


@given(days)
def test_no_day_accepts_what_another_day_compiled_for_longer(day):
    """A plan never runs on a day on which its mandate would not be accepted."""
    full = mandate(of=FULL)
    if check(full, FESTIVAL).verdict is not Verdict.ACCEPT or day < FESTIVAL:
        return
    plan = compile_plan(full, "0" * 64, FESTIVAL)
    report = check(full, day)
    for name, measure in plan["measures"].items():
        still = measure["expires"] > (day + timedelta(days=1)).isoformat()
        assert not still or report.verdict_of(name) is Verdict.ACCEPT
