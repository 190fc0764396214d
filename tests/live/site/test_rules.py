"""The events of a site file: read strictly, each error with its line and what to do."""

from __future__ import annotations

import pytest

from contrejour.base.errors import Malformed
from contrejour.live.site import read_site
from contrejour.live.site.rules import ZoneRule

ZONE = "[[0.1, 0.5], [0.9, 0.5], [0.5, 1]]"


def site(rule: str) -> str:
    return f"site: 1\ncameras:\n  q:\n    address: rtsp://x\n    events:\n      voie: {{{rule}}}\n"


def read(rule: str) -> ZoneRule:
    return read_site(site(rule), "s.yml").cameras["q"].events["voie"]


def test_a_zone_with_its_defaults():
    rule = read(f"kind: zone, polygon: {ZONE}")
    assert rule.polygon == ((0.1, 0.5), (0.9, 0.5), (0.5, 1.0))
    assert rule.kinds == {"person", "vehicle"}
    assert (rule.min_duration, rule.cool_down_s, rule.shadow_days) == (2.0, 60.0, 7)
    assert not rule.alert


def test_a_camera_without_events_has_none():
    assert (
        read_site("site: 1\ncameras: {q: {address: rtsp://x}}", "s.yml").cameras["q"].events == {}
    )


WAY = f"kind: wrong_way, polygon: {ZONE}"
DENSE = f"kind: density, most_per_m2: 2, polygon: {ZONE}"
SEEN = f"{DENSE}, lens_degrees: 70"


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ("kind: zone, polygon: []", "0 corners are no zone", "three at least"),
        ("kind: zone, polygon: [[0, 0], [1, 1]]", "2 corners are no zone", "three at least"),
        ("kind: zone, polygon: [[0,0],[1,1],[1,0],[0,1]]", "its sides cross", "in turn"),
        ("kind: zone, polygon: [[0,0],[0,0],[1,0],[0,1]]", "its sides cross or touch", "once"),
        ("kind: zone, polygon: [[0,0],[0.01,0],[0,0.001]]", "a zone of no size", "shares"),
        ("kind: zone, polygon: [[0,0],[1280,0],[0,720]]", "polygon.1.0: 1280 can't", "shares"),
        ("kind: zone, polygon: [[0,nan],[1,0],[0,1]]", "'nan' can't stand here", "shares"),
        ("kind: zone, polygon: [[0,a],[1,0],[0,1]]", "expected a number, found 'a'", ""),
        ("kind: zone, polygon: [[0,0,0],[1,0],[0,1]]", "polygon.0: [0, 0, 0] can't", "shares"),
        (f"kind: zone, polygn: {ZONE}", "polygn: unknown key", "did you mean polygon?"),
        (f"kind: running, polygon: {ZONE}", "kind: 'running' is not in the closed list", ""),
        (f"kind: weapon, polygon: {ZONE}", "no model with a clean licence", "this stays off"),
        (f"kind: zone, polygon: {ZONE}, of: []", "of: [] can't stand here", ""),
        (f"kind: zone, polygon: {ZONE}, of: [face]", "'face' is not in the closed list", "person"),
        (f"kind: zone, polygon: {ZONE}, least: 4", "least: not a setting of zone", "take it out"),
        (f"kind: density, of: [vehicle], polygon: {ZONE}", "of: not a setting of density", ""),
        (f"kind: zone, polygon: {ZONE}, alert: true", "PR-04: no alert without", "events eval"),
        (f"kind: zone, polygon: {ZONE}, alert: 1", "alert: expected true or false", ""),
        (f"kind: zone, polygon: {ZONE}, min_duration_s: 0", "min_duration_s: 0 can't", "0.5"),
        (f"kind: zone, polygon: {ZONE}, shadow_days: 0", "shadow_days: 0 can't stand", "1 to 365"),
        (f"kind: zone, polygon: {ZONE}, cool_down_s: inf", "cool_down_s: 'inf' can't", ""),
        (WAY, "which way is right?", "direction_degrees"),
        (f"{WAY}, direction_degrees: 360", "direction_degrees: 360 can't stand here", ""),
        (f"{WAY}, direction_degrees: 9, direction: [[0,0],[1,1]]", "which way is right?", "both"),
        (f"{WAY}, direction: [[0.5,0.5],[0.5,0.5]]", "from a point to itself", "apart"),
        (f"{DENSE}, standing: [[0.9, 0.4], [0.5, 0.2]]", "how wide is the view?", "lens_degrees"),
        (DENSE, "how large is the ground?", "area_m2, or standing"),
        (f"{DENSE}, area_m2: 0", "area_m2: 0 can't stand here", ""),
        (f"kind: density, area_m2: 40, polygon: {ZONE}", "how many are too many?", "most_per_m2"),
        (f"{SEEN}, standing: [[0.9, 0.4]]", "not pairs of a foot's row", "two at least"),
        (f"{SEEN}, standing: [[0.9, 0.4], [0.85, 0.4]]", "one distance only", "area_m2"),
        (f"{SEEN}, standing: [[0.9, 0.1], [0.7, 0.2], [0.5, 0.5]]", "fit no flat ground", ""),
        (f"{SEEN.replace('0.1, 0.5', '0.1, 0.02')}, standing: [[0.9, 0.4], [0.5, 0.2]]",
         "the zone reaches the horizon", "on the ground alone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(rule, message, hint):
    with pytest.raises(Malformed) as refused:
        read(rule)
    told = [refused.value, *refused.value.others]
    [found] = [each for each in told if message in str(each)]
    assert str(found).startswith("s.yml:6: cameras.q.events.voie")
    assert hint in found.hint


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(Malformed) as refused:
        read("kind: zone, polygon: [], alert: true, least: 9")
    assert len(refused.value.others) == 2


LUGGAGE = f"events: {{hall: {{kind: abandoned_object, polygon: {ZONE}}}}}"


@pytest.mark.parametrize("more", ["hide: people", "hide: faces", "kind: moving"])
def test_luggage_is_refused_where_the_empty_scene_is_not_learned(more):
    with pytest.raises(Malformed, match="needs the empty scene") as raised:
        read_site(f"site: 1\ncameras: {{q: {{address: 'rtsp://x', {more}, {LUGGAGE}}}}}", "s.yml")
    assert str(raised.value).startswith("s.yml:2: cameras.q.events.hall.kind: abandoned_object")
    assert "hide: unknown" in raised.value.hint


@pytest.mark.parametrize("more", ["kind: fixed", "kind: moving, hide: unknown"])
def test_luggage_is_looked_for_where_it_is(more):
    site = read_site(f"site: 1\ncameras: {{q: {{address: 'rtsp://x', {more}, {LUGGAGE}}}}}", "s")
    assert site.cameras["q"].hidden == "unknown"
