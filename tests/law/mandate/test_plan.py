"""The plan is the only thing that a camera runs by, and it runs by nothing more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.mandates import FESTIVAL, FULL, Change, document, mandate, only, to
from fakes.runs import clip
from hypothesis import given
from hypothesis import strategies as st

from contrejour import media
from contrejour.base.canonical import canonical
from contrejour.base.errors import Conditional, PlanExpired, Refused, SignatureError
from contrejour.law.gate import watch
from contrejour.law.mandate.cameras import cameras_of
from contrejour.law.mandate.compile import compile_plan
from contrejour.law.mandate.originals import Originals
from contrejour.law.mandate.plan import CameraPlace, Plan, _clock_s, _within
from contrejour.law.mandate.sign import new_key, sign

KEY = new_key()


def compiled(*changes: Change, on: date = FESTIVAL):
    return compile_plan(mandate(*changes, of=FULL), "0" * 64, on)


def plan_of(*changes: Change, on: date = FESTIVAL) -> Plan:
    return Plan(sign(compiled(*changes, on=on), KEY), [KEY.public_key()])


ENVELOPE = sign(compiled(), KEY)
PLAN = plan_of()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_each_camera_has_its_acts_window_masks_retention_roles_and_documents():
    data = json.loads(ENVELOPE)["signed"]
    assert len(data["cameras"]) == 28
    assert data["cameras"]["quais-01"] == {"measures": ["compter", "evenement"], "place": "quais"}
    event = data["measures"]["evenement"]
    assert event["acts"] == ["detect.density", "detect.fallen_person", "detect.zone"]
    assert event["window"] == {"from": "2027-02-12T15:00:00Z", "until": "2027-02-14T01:00:00Z"}
    assert event["access"] == ["operateur"]
    assert event["documents"]["vsa_order"] == FULL["documents"]["vsa"]["sha256"]
    assert event["limits"] == ["P30D"]
    (coach,) = PLAN.grants("car-t3-01")
    assert coach.masks == ("poste-conducteur",)
    assert coach.roles == ("operateur", "dpo")


def test_where_a_camera_is_is_in_the_plan_as_the_mandate_has_it():
    lyon = {"longitude": 4.8591234, "latitude": 45.7605}
    plan = plan_of(
        to("places.quais.title", "Part-Dieu, voies A à K"),
        to("places.quais.position", lyon),
        to("cameras", {"porte-3": {"place": "quais", "position": {**lyon, "latitude": -45.0}}}),
    )
    named = CameraPlace("quais", "station-platform", "Part-Dieu, voies A à K", None)
    assert plan.place("porte-3") == replace(named, position_udeg=(-45_000_000, 4_859_123))
    assert plan.place("quais-02") == replace(named, position_udeg=(45_760_500, 4_859_123))
    assert plan.place("car-t3-01") == CameraPlace("car-t3", "bus-interior", "", None)
    with pytest.raises(Refused):
        plan.place("porte-4")


def test_the_numbers_for_originals_are_those_voted_and_the_defaults_where_none_were():
    data = json.loads(ENVELOPE)["signed"]
    assert data["originals"] == {
        "window": "PT1M", "horizon": "P1D", "cooling_off": "P1D", "order_lasts": "P7D",
        "cosignature_age": "PT1H", "hold_lasts": "P365D", "camera_minutes": 240,
        "v": 2, "open_policy": None, "witness_policy": None,
    }  # fmt: skip
    assert PLAN.originals("quais-01") == Originals()
    voted = plan_of(to("originals", {"window": "PT10S", "camera_minutes": 60}))
    told = voted.originals("car-t3-01")
    assert (told.window, told.camera_minutes) == (timedelta(seconds=10), 60)
    assert told.cooling_off == timedelta(days=1)
    with pytest.raises(Refused, match="not a camera"):
        voted.originals("quais-99")


def test_a_plan_from_before_there_were_numbers_has_the_defaults():
    old = compiled()
    del old["originals"]
    plan = Plan(sign(old, KEY), [KEY.public_key()])
    assert plan.originals("quais-01") == Originals()


@pytest.mark.parametrize(
    "laxer",
    [
        {"window": "PT1H"}, {"horizon": "PT0S"}, {"cooling_off": "PT1H"}, {"order_lasts": "P30D"},
        {"cosignature_age": "P1D"}, {"hold_lasts": "P2Y"},
        {"camera_minutes": 100_000}, {"camera_minutes": "240"},
        {"camera_minutes": True}, {"witnesses": 0}, {"window": None}, "x", None, 7,
    ],
)  # fmt: skip
def test_a_signature_makes_no_plan_laxer_than_any_mandate_may_be(laxer):
    data = compiled()
    data["originals"] = laxer
    with pytest.raises(Refused):
        Plan(sign(data, KEY), [KEY.public_key()])


def test_numbers_beyond_the_limits_are_not_compiled():
    with pytest.raises(Refused, match="cooling_off: PT1H is beyond"):
        compiled(to("originals", {"cooling_off": "PT1H"}))


def test_cameras_are_those_listed_or_the_first_of_their_place():
    measures = cameras_of(
        mandate(to("measures.car-enregistrer.cameras.ids", ["a", "b", "c", "d"]),
                to("measures.compter.cameras.count", 3),
                to("cameras", {"q": {"place": "quais"}, "c": {"place": "car-t3"}}))
    )  # fmt: skip
    assert measures["compter"] == ("q", "quais-02", "quais-03")
    assert measures["evenement"][:3] == measures["compter"]
    assert len(measures["evenement"]) == 24
    assert measures["car-enregistrer"] == ("a", "b", "c", "d")


def test_only_an_accepted_mandate_compiles():
    with pytest.raises(Conditional, match="evenement FR-16"):
        compiled(on=date(2027, 2, 1))
    with pytest.raises(Refused, match="compter EU-04"):
        compiled(on=date(2028, 1, 2))


def test_a_shortened_hash_does_not_compile():
    with pytest.raises(Conditional, match="shortened SHA-256: aipd"):
        compiled(to("documents.aipd.sha256", "c4"))


def test_the_same_mandate_gives_the_same_bytes():
    assert canonical(compiled()) == canonical(compiled())


@given(place=st.integers(0, len(ENVELOPE) - 1), byte=st.integers(0, 255))
def test_one_changed_byte_breaks_the_signature(place, byte):
    changed = ENVELOPE[:place] + bytes([byte]) + ENVELOPE[place + 1 :]
    if changed != ENVELOPE:
        with pytest.raises(SignatureError):
            Plan(changed, [KEY.public_key()])


@pytest.mark.parametrize(
    "envelope",
    [b"", b"{}", b"null", b"[]", b"\xff\x00", ENVELOPE + b"\n", ENVELOPE[:-1], b"[" * 100_000,
     b'{"signatures":[],"signed":{}}', ENVELOPE.replace(b'"signed":', b'"signed":{},"signed":')],
)  # fmt: skip
def test_rubbish_is_no_plan(envelope):
    with pytest.raises(SignatureError):
        Plan(envelope, [KEY.public_key()])


def test_a_plan_signed_by_somebody_else_is_no_plan():
    with pytest.raises(SignatureError, match="none of the trusted keys"):
        Plan(sign(compiled(), new_key()), [KEY.public_key()])


def test_something_else_signed_by_the_same_key_is_no_plan():
    with pytest.raises(SignatureError, match="format"):
        Plan(sign({"format": "contrejour-plan/0"}, KEY), [KEY.public_key()])


def test_an_act_or_a_camera_that_the_plan_does_not_name_is_refused():
    now = at("2027-02-12T20:00:00+01:00")
    PLAN.demand("quais-01", "detect.density", now)
    for camera, act in [("quais-01", "record"), ("quais-01", "identify.face.live"),
                        ("quais-25", "statistics.count"), ("car-t3-01", "view.live")]:  # fmt: skip
        with pytest.raises(Refused):
            PLAN.demand(camera, act, now)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2027-02-12T15:59:59+01:00", False),
        ("2027-02-12T16:00:00+01:00", True),
        ("2027-02-14T01:59:59+01:00", True),
    ],
)
def test_a_window_opens_and_closes_to_the_second(moment, is_open):
    assert PLAN.is_open("quais-01", "detect.zone", at(moment)) is is_open


def test_after_its_window_an_act_has_ended():
    with pytest.raises(PlanExpired, match=r"detect\.zone ended on 2027-02-14T01:00:00Z"):
        PLAN.is_open("quais-01", "detect.zone", at("2027-02-14T02:00:00+01:00"))
    assert PLAN.is_open("quais-01", "statistics.count", at("2027-02-14T02:00:00+01:00"))


def test_hours_are_those_of_paris_and_may_pass_midnight():
    plan = plan_of(to("measures.car-enregistrer.hours", ["22:00-02:00", "05:00-09:30"]))
    for moment, is_open in [
        ("2027-06-01T19:59:59Z", False), ("2027-06-01T20:00:00Z", True),
        ("2027-06-01T23:59:59Z", True), ("2027-06-02T00:00:00Z", False),
        ("2027-06-02T07:29:59Z", True), ("2027-06-02T07:30:00Z", False),
        ("2027-12-01T20:30:00Z", False), ("2027-12-01T21:00:00Z", True),
    ]:  # fmt: skip
        assert plan.is_open("car-t3-01", "record", at(moment)) is is_open, moment


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        ("18:00-24:30", "2027-12-01T18:00:00+01:00", True),
        ("18:00-24:30", "2027-12-01T23:59:59+01:00", True),
        ("18:00-24:30", "2027-12-02T00:29:59+01:00", True),
        ("18:00-24:30", "2027-12-02T00:30:00+01:00", False),
        ("18:00-24:30", "2027-12-01T17:59:59+01:00", False),
        ("00:00-24:00", "2027-12-01T23:59:59+01:00", True),
        ("12:00-12:00", "2027-12-01T12:00:00+01:00", False),
    ],
)
def test_hours_are_compared_as_times_and_go_on_after_midnight_as_in_a_timetable(
    hours, moment, is_open
):
    """As texts, "00:10:00" came before "18:00", and what ends at 24:30 ended at midnight."""
    plan = plan_of(to("measures.car-enregistrer.hours", [hours]))
    assert plan.is_open("car-t3-01", "record", at(moment)) is is_open


@given(st.integers(0, 24 * 60 - 1), st.integers(0, 25 * 60 - 1), st.integers(0, 86_399))
def test_hours_are_open_for_as_long_as_they_last_whatever_the_clock(first, last, clock_s):
    """Counted on from the first minute, and around midnight once."""
    text = [f"{each // 60:02}:{each % 60:02}" for each in (first, last)]
    lasts_s = (last - first + (24 * 60 if last < first else 0)) * 60
    is_open = (clock_s - first * 60) % 86_400 < lasts_s
    assert _within(clock_s, *map(_clock_s, text)) is is_open


def test_a_measure_ends_when_its_authorisation_does():
    plan = plan_of(to("documents.busauth.expires", "2027-09-30"))
    assert plan.is_open("car-t3-01", "record", at("2027-09-30T23:59:59+02:00"))
    with pytest.raises(PlanExpired):
        plan.is_open("car-t3-01", "record", at("2027-10-01T00:00:00+02:00"))


def test_a_measure_ends_when_the_law_changes():
    """From 2 December 2027 counting needs a classification under the AI Act: none is supplied."""
    with pytest.raises(PlanExpired):
        PLAN.is_open("quais-01", "statistics.count", at("2027-12-02T00:00:00+01:00"))
    classed = plan_of(document("ai", "ai-act-classification", sha256="e" * 64),
                      to("measures.compter.classification", "ai"))  # fmt: skip
    assert classed.is_open("quais-01", "statistics.count", at("2027-12-02T00:00:00+01:00"))


def test_nothing_runs_before_the_mandate_does():
    plan = plan_of(only("compter"), on=date(2027, 1, 14))
    assert not plan.is_open("quais-01", "statistics.count", at("2027-01-14T22:59:59Z"))
    assert plan.is_open("quais-01", "statistics.count", at("2027-01-14T23:00:00Z"))


def test_nothing_runs_before_the_vote():
    vote = (to("deliberation.date", "2027-02-20"), to("valid.from", "2027-01-01"))
    plan = plan_of(only("compter"), *vote)
    assert not plan.is_open("quais-01", "statistics.count", at("2027-02-19T22:59:59Z"))
    assert plan.is_open("quais-01", "statistics.count", at("2027-02-19T23:00:00Z"))


def test_nothing_runs_before_the_day_that_it_was_judged_for():
    """Compiled for a day on which every document exists, a plan starts on that day."""
    plan = plan_of(only("car-enregistrer"))
    assert not plan.is_open("car-t3-01", "record", at("2027-02-11T22:59:59Z"))
    assert plan.is_open("car-t3-01", "record", at("2027-02-11T23:00:00Z"))


def test_retention_is_the_shortest_of_mandate_authorisation_and_month():
    recorded = at("2027-02-12T20:00:00+01:00")
    assert PLAN.destroy_by("car-t3-01", recorded) == at("2027-03-12T20:00:00+01:00")
    shorter = plan_of(to("documents.busauth.keep", "P15D"))
    assert shorter.destroy_by("car-t3-01", recorded) == recorded + timedelta(days=15)
    counting = at("2027-03-01T12:00:00Z")
    assert PLAN.destroy_by("quais-01", counting) == counting  # figures only: no image is kept


def test_a_day_s_keys_live_as_long_as_any_camera_keeps_what_it_records_and_no_longer():
    recorded = at("2027-02-12T20:00:00+01:00")
    assert PLAN.kept_until(recorded) == at("2027-03-12T20:00:00+01:00")
    shorter = plan_of(to("documents.busauth.keep", "P15D"))
    assert shorter.kept_until(recorded) == recorded + timedelta(days=15)
    counting = plan_of(only("compter"))
    assert counting.kept_until(recorded) == recorded  # nothing is recorded: there is no key to keep


def test_a_new_plan_does_not_destroy_what_an_earlier_one_let_record():
    earlier = at("2027-02-01T12:00:00Z")  # before the day that this plan was judged for
    assert PLAN.destroy_by("car-t3-01", earlier) == at("2027-03-01T12:00:00Z")


def ticking(start: str, step: timedelta):
    """A clock that moves on at each look."""
    now = at(start) - step

    def clock() -> datetime:
        nonlocal now
        now += step
        return now

    return clock


def test_an_expired_plan_stops_the_camera_and_says_so():
    clock = ticking("2027-12-31T23:59:57+01:00", timedelta(seconds=1))
    seen = []
    with pytest.raises(PlanExpired, match="car-t3-01: record ended on 2027-12-31T23:00:00Z"):
        seen.extend(watch(PLAN, "car-t3-01", ["record"], range(100), clock))
    assert seen == [0, 1, 2]


def test_frames_outside_the_window_are_let_go_unseen():
    clock = ticking("2027-02-12T15:59:58+01:00", timedelta(seconds=1))
    assert list(watch(PLAN, "quais-01", ["detect.zone"], range(4), clock)) == [2, 3]


def test_pictures_of_a_real_video_pass_while_the_plan_is_open(tmp_path):
    path = clip(tmp_path / "in.mp4", frames=50)
    fmt = media.probe(path)
    gops = media.index(path, fmt)
    pictures = media.Reader(path, fmt, gops).frames(0, len(gops))
    clock = ticking("2027-02-14T01:59:59+01:00", timedelta(milliseconds=100))
    seen = []
    with pytest.raises(PlanExpired):
        seen.extend(
            frame.index for frame in watch(PLAN, "quais-24", ["detect.zone"], pictures, clock)
        )
    assert seen == list(range(10))


def test_a_camera_does_not_start_for_an_act_outside_the_plan():
    def frames():
        pytest.fail("a frame was taken")
        yield

    def clock():
        return datetime(2027, 2, 12, 20, tzinfo=UTC)

    for acts in (["record"], ["statistics.count", "infer.emotion"], []):
        with pytest.raises(Refused):
            watch(PLAN, "quais-01", acts, frames(), clock)


@pytest.mark.parametrize("no_plan", [None, {}, ENVELOPE, json.loads(ENVELOPE)["signed"]])
def test_no_plan_no_camera(no_plan):
    with pytest.raises(TypeError):
        watch(no_plan, "quais-01", ["statistics.count"], [], lambda: datetime.now(UTC))


def test_no_plan_can_be_made_but_from_a_signature():
    with pytest.raises(SignatureError):
        Plan(b'{"signatures":[],"signed":{"format":"contrejour-plan/1"}}', [KEY.public_key()])
    with pytest.raises((AttributeError, TypeError)):
        PLAN.data["cameras"] = {}
