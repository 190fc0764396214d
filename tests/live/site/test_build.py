"""The rules that run, and whether they alert: never beyond the plan, never unmeasured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.mandates import FESTIVAL, FULL, Change, mandate, only, to

from contrejour.base.errors import Malformed, Refused
from contrejour.base.messages import rendered
from contrejour.law.mandate.compile import compile_plan
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.sign import new_key, sign
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.site.build import (
    build,
    counts,
    may_alert,
    output,
    patience,
    settings_sha256,
    wanted,
)
from contrejour.live.site.rates import read_rates
from contrejour.live.site.rules import ZoneRule
from contrejour.vision.events.standing import Rates, standing, unmeasured

ZONE = ((0.1, 0.5), (0.9, 0.5), (0.5, 1.0))
NOW = datetime(2027, 2, 12, 12, tzinfo=UTC)


def rule(kind: str = "zone", **more: object) -> ZoneRule:
    return ZoneRule.model_validate({"kind": kind, "polygon": ZONE, **more})


ALL = {
    "voie": rule(),
    "sens": rule("wrong_way", direction_degrees=90, of=["vehicle"]),
    "quai": rule("density", most_per_m2=2, area_m2=40),
    "foule": rule("crowd_movement"),
    "compte": rule("count"),
}
ACTS = (Act.ZONE, Act.WRONG_WAY, Act.DENSITY, Act.CROWD_MOVEMENT, Act.COUNT)


def test_what_the_plan_grants_runs():
    assert wanted("q", ALL, ACTS) == tuple(ALL)
    assert [(each.kind, each.zone) for each in build("q", ALL)] == [
        ("zone", "voie"), ("wrong_way", "sens"), ("density", "quai"), ("crowd_movement", "foule"),
    ]  # fmt: skip
    [figures] = counts("q", ALL, timedelta(minutes=5), 5)
    assert figures.zone == "compte"


@pytest.mark.parametrize("act", ACTS)
def test_what_the_plan_does_not_name_is_refused_by_the_name_of_its_act(act):
    with pytest.raises(Refused, match=f"{act} is not in the plan"):
        wanted("q", ALL, set(ACTS) - {act})


def test_without_a_grant_nothing_runs_and_nothing_is_refused():
    assert wanted("q", {}, ()) == ()


def test_a_rule_that_is_not_built_is_refused():
    with pytest.raises(Refused, match="there is no rule for weapon"):
        build("q", {"z": rule("weapon")})


def test_a_sudden_event_is_judged_within_its_minimum_duration():
    assert patience(rule("crowd_movement")).window_ns == 1_000_000_000
    assert patience(rule(min_duration_s=30)).window_ns == 2_000_000_000


def plan(*changes: Change) -> Plan:
    voted = mandate(only("compter"), to("measures.compter.cameras.ids", ["q"]),
                    to("measures.compter.cameras.count", 1), *changes, of=FULL)  # fmt: skip
    key = new_key()
    return Plan(sign(compile_plan(voted, "0" * 64, FESTIVAL), key), [key.public_key()])


def test_the_plan_says_the_window_and_the_floor_of_figures():
    found = plan(to("measures.compter.output.window", "PT20M"))
    assert output(found, "q") == (timedelta(minutes=20), 10)
    with pytest.raises(Refused, match="r is not a camera"):
        output(found, "r")


# PR-04


def rates(of: ZoneRule, **more: object) -> Rates:
    good = Rates("q", "voie", "zone", settings_sha256(of), 168.0, 0.9, 0.95, 0.01)
    return replace(good, **more)  # type: ignore[arg-type]


ASKED = rule(alert=True, error_rates="voie.json")
LONG_AGO = NOW - timedelta(days=7)


def test_measured_here_and_after_the_days_of_shadow_it_alerts():
    assert not may_alert("q", "voie", ASKED, rates(ASKED), LONG_AGO, NOW).shadow


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "no error rate was measured here"),
        (rates(ASKED, camera="other"), "the error rate is of other voie"),
        (rates(ASKED, zone="other"), "the error rate is of q other"),
        (rates(rule(min_duration_s=3.0)), "the settings changed"),
        (rates(ASKED, hours=0.5), "of less than 1 h"),
        (rates(ASKED, hours=float("nan")), "of less than 1 h"),
        (rates(ASKED, recall=None), "nothing happened while"),
    ],
)
def test_an_alert_without_an_error_rate_of_this_very_zone_is_refused(found, why):
    with pytest.raises(Refused, match=f"PR-04: q voie may not alert: .*{why}"):
        may_alert("q", "voie", ASKED, found, LONG_AGO, NOW)
    assert may_alert("q", "voie", rule(confidence=0.3), found, LONG_AGO, NOW).shadow


def test_before_the_days_of_shadow_are_over_it_only_records():
    for since in (None, NOW, NOW - timedelta(days=6, hours=23)):
        said = may_alert("q", "voie", ASKED, rates(ASKED), since, NOW)
        assert said.shadow
        assert "the 7 days of shadow are not over" in str(said.because)


def test_every_reason_has_a_french_twin():
    why = [unmeasured(found, "q", "voie", "0") for found in (None, rates(ASKED), rates(rule()))]
    why += [unmeasured(replace(rates(ASKED), **more), "q", "voie", settings_sha256(ASKED))
            for more in ({"zone": "x"}, {"hours": 0.0}, {"recall": None})]  # fmt: skip
    asked = [(True, None, None), (False, None, None), (True, None, LONG_AGO)]
    asked += [(True, each, None) for each in why]
    told = [standing(*each, NOW, 7).because for each in asked]
    assert all(why)
    assert [text for text in (*why, *told) if rendered(text, "fr") == str(text)] == []


def test_what_nobody_asked_to_alert_runs_in_shadow():
    said = may_alert("q", "voie", rule(), rates(rule()), LONG_AGO, NOW)
    assert (said.shadow, str(said.because)) == (True, "the site file doesn't say alert: true")


def test_settings_are_bound_but_for_what_comes_after():
    same = rule(alert=True, error_rates="x.json", shadow_days=30, of=["vehicle", "person"])
    assert settings_sha256(same) == settings_sha256(rule())
    assert settings_sha256(rule(min_duration_s=2)) == settings_sha256(rule())
    others = (rule(of=["person"]), rule(confidence=0.6), rule(cool_down_s=1),
              rule(polygon=((0, 0), (1, 0), (0.5, 1))))  # fmt: skip
    assert len({settings_sha256(each) for each in (rule(), *others)}) == 5


RATES = """{"format": "contrejour.error-rates", "version": 1, "camera": "q", "zone": "voie",
"event": "zone", "settings": "00ff", "hours": 168.5, "happened": 3, "found": 3, "false": 1,
"again": 0, "precision": 0.75, "precision_interval": [0.3, 0.95], "recall": 1.0,
"recall_interval": [0.43, 1.0], "false_an_hour": 5.9e-3, "false_an_hour_interval": [0.0, 0.03],
"delay_s": null, "longest_delay_s": null}"""


def test_an_error_rate_is_read():
    assert read_rates(RATES, "r.json") == Rates(
        "q", "voie", "zone", "00ff", 168.5, 0.75, 1.0, 5.9e-3
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("168.5", "-1", "r.json:2: hours: -1 can't stand here"),
        ('"version": 1', '"version": 2', "r.json:1: version: 2 is not in the closed list"),
        ('"zone": "voie",', "", "r.json:1: zone: is missing"),
        ("0.75", "1.75", "precision: '1.75' can't stand here"),
    ],
)
def test_an_error_rate_is_read_strictly(old, new, said):
    with pytest.raises(Malformed, match=said.replace("(", r"\(")):
        read_rates(RATES.replace(old, new), "r.json")
