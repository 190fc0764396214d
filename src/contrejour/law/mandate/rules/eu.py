"""European rules: GDPR, directive 2016/680 (LED), AI Act. What each says is in rules.yaml."""

from __future__ import annotations

import re

from contrejour.law.mandate.law import limit, names
from contrejour.law.mandate.rules.register import (
    UNKNOWN,
    UNKNOWN_EVENT,
    Context,
    Objections,
    condition,
    refuse,
    rule,
    warn,
)
from contrejour.law.mandate.schema import Measure, Opinion
from contrejour.law.mandate.vocabulary import (
    CATEGORISE,
    EVENTS,
    FILM,
    IDENTIFY,
    POLICE,
    POSSIBLE,
    STAFFED,
    Access,
    Act,
    Basis,
    BodyKind,
    DocumentKind,
    PlaceKind,
)
from contrejour.law.mandate.words import number

ANY_EVENT = EVENTS | {Act.UNSPECIFIED, UNKNOWN_EVENT}
"""Detection, named well or not."""
SILENT = (
    frozenset({Act.BEHAVIOUR, Act.EMOTION, Act.PREDICT, Act.CROSS_CAMERA, Act.SEARCH_PERSON})
    | CATEGORISE
    | {Act.SCRAPE_FACES, Act.UNSPECIFIED, UNKNOWN, UNKNOWN_EVENT}
)
"""Analysis of images that no text names."""
_CATCH_ALL = re.compile(r"\betc\b|\bnotamment\b|…|\.\.\.|\bsuch as\b", re.IGNORECASE)


@rule("EU-01")
def a_legal_basis_that_this_body_may_use(m: Measure, c: Context) -> Objections:
    for act in m.do:
        if _analyses(act) and act not in c.permitted:
            yield refuse("no_text", act=names(act), day=c.as_of)
    if POSSIBLE.isdisjoint(m.do):
        return
    mandate, police = c.mandate, c.mandate.body.kind in POLICE
    if mandate.basis is None:
        yield condition("no_basis")
    elif mandate.basis in (Basis.CONSENT, Basis.INTERESTS):
        yield refuse("not_for_a_public_body", basis=mandate.basis.value)
    elif (mandate.basis is Basis.LED) != (mandate.regime == "led"):
        yield refuse("incoherent", basis=mandate.basis.value, regime=mandate.regime)
    elif mandate.basis is Basis.LEGAL_DUTY and c.lacks(m.qualification, DocumentKind.QUALIFICATION):
        yield condition("duty_without_text")
    if mandate.regime == "led" and not police:
        if mandate.body.kind is not BodyKind.SNCF_RATP_SECURITY:
            yield refuse("not_competent", body=mandate.body.kind)
        elif c.lacks(m.qualification, DocumentKind.QUALIFICATION):
            yield condition("perhaps_competent")


def _analyses(act: str) -> bool:
    return act in EVENTS or act in SILENT or act not in _KNOWN


_KNOWN = frozenset(Act)


@rule("EU-02", on=POSSIBLE | SILENT)
def one_purpose_from_a_closed_list(m: Measure, c: Context) -> Objections:
    if c.place(m).what is PlaceKind.UNSPECIFIED:
        yield (
            refuse("cameras_no_place", count=number(m.cameras.count))
            if (m.cameras.count)
            else refuse("no_place")
        )
    if m.purpose is None:
        vague = [act for act in m.do if _analyses(act)]
        if vague:
            yield refuse("undetermined", act=names(vague[0]))
        else:
            yield condition("no_purpose")
    if _CATCH_ALL.search(f"{m.title or ''} {m.quote or ''}"):
        yield warn("catch_all")


@rule("EU-03", on=POSSIBLE | SILENT)
def only_what_is_necessary(m: Measure, c: Context) -> Objections:
    place = c.place(m)
    if place.what is PlaceKind.UNSPECIFIED:
        yield refuse("no_place")
    if POSSIBLE.isdisjoint(m.do):
        return
    if place.what is PlaceKind.STATION_AND_TRAIN:
        yield condition("several_places")
    yield from c.wants(m.necessity, DocumentKind.NECESSITY)
    cameras = m.cameras
    if cameras.count is None and cameras.ids is None:
        yield condition("no_count")
    elif cameras.ids is not None:
        if cameras.count not in (None, len(cameras.ids)):
            yield refuse("count_differs", count=cameras.count, listed=len(cameras.ids))
        for name in cameras.ids:
            camera = c.mandate.cameras.get(name)
            if camera and camera.place != cameras.place:
                yield refuse("elsewhere", camera=name, place=camera.place)
    if m.hours is None and m.window is None and not FILM.isdisjoint(m.do):
        yield warn("all_day")


@rule("EU-04")
def nothing_lasts_longer_than_needed(m: Measure, c: Context) -> Objections:
    valid = c.mandate.valid
    if valid.until is None:
        yield condition("no_end")
    elif c.as_of > valid.until:
        yield refuse("over", day=valid.until)
    if c.as_of < valid.since:
        yield warn("not_yet", day=valid.since)
    if valid.since < c.mandate.deliberation.date:
        yield warn("before_the_vote", day=c.mandate.deliberation.date)
    if POSSIBLE.isdisjoint(m.do):
        return
    if m.keep.images is None:
        yield condition("no_duration")
    elif m.keep.images.at_most_s > limit("EU-04", "long").at_most_s:
        yield warn("beyond_72_hours", kept=m.keep.images)
    if Act.COUNT in m.do and m.keep.figures is None:
        yield condition("no_duration_of_figures")


@rule("EU-05", on=IDENTIFY)
def identifying_needs_strict_necessity_safeguards_and_a_text(m: Measure, c: Context) -> Objections:
    yield refuse("three_tests")


@rule("EU-06", on=IDENTIFY | {Act.CATEGORISE_SENSITIVE, Act.SCRAPE_FACES})
def biometric_data_are_forbidden_but_for_listed_exceptions(m: Measure, c: Context) -> Objections:
    yield refuse("no_exception")


@rule("EU-07", on={Act.FACE_LIVE, Act.BIOMETRIC_OTHER})
def no_remote_identification_in_real_time(m: Measure, c: Context) -> Objections:
    yield refuse("banned")


@rule("EU-08", on={Act.SCRAPE_FACES})
def no_scraping_of_faces(m: Measure, c: Context) -> Objections:
    yield refuse("banned")


@rule("EU-09", on={Act.EMOTION})
def no_emotions_at_work_or_at_school(m: Measure, c: Context) -> Objections:
    place = c.place(m)
    if place.what is PlaceKind.SCHOOL_BUS or place.access is Access.SCHOOL_ONLY:
        yield refuse("school")
    elif place.what in STAFFED or place.access is Access.STAFF_ONLY:
        yield refuse("staff", place=place.what)


@rule("EU-10", on={Act.CATEGORISE_SENSITIVE})
def no_sorting_of_people_by_sensitive_traits(m: Measure, c: Context) -> Objections:
    yield refuse("banned")


@rule("EU-11")
def no_predicting_that_a_person_will_offend(m: Measure, c: Context) -> Objections:
    if Act.PREDICT in m.do:
        yield refuse("predicts")
    elif m.scores_people:
        yield refuse("scores")


@rule("EU-12", on={Act.FACE_AFTER})
def identifying_afterwards_is_for_the_police_alone(m: Measure, c: Context) -> Objections:
    yield refuse("not_a_transport_body")


@rule("EU-13", on=EVENTS | CATEGORISE | {Act.COUNT, Act.EMOTION})
def duties_of_high_risk_systems(m: Measure, c: Context) -> Objections:
    for act in m.do:
        if act == Act.EMOTION or act in CATEGORISE:
            yield refuse("high_risk_without_text", act=names(act))
    if not (EVENTS | {Act.COUNT}).isdisjoint(m.do):
        yield from c.wants(m.classification, DocumentKind.AI_ACT_CLASSIFICATION)


@rule("EU-14", on=POSSIBLE)
def no_decision_by_machine_alone(m: Measure, c: Context) -> Objections:
    if m.transmit and m.transmit.opens == "automatically":
        yield refuse("feed_opens_alone")
    if m.human is None and not EVENTS.isdisjoint(m.do):
        yield condition("nobody_decides")


@rule("EU-15", on=EVENTS)
def a_person_can_stop_it(m: Measure, c: Context) -> Objections:
    if m.human and m.human.stop != "always":
        yield refuse("no_stop", stop=m.human.stop)


@rule("EU-16", on=POSSIBLE)
def people_are_told_who_to_ask(m: Measure, c: Context) -> Objections:
    if c.mandate.controller.contact is None:
        yield condition("no_contact")
    if c.mandate.controller.dpo is None:
        yield condition("no_dpo")


@rule("EU-17", on=POSSIBLE)
def access_is_answered_within_a_month(m: Measure, c: Context) -> Objections:
    answer = c.mandate.rights.answer
    if answer.at_most_s > limit("EU-17", "answer").at_most_s:
        yield refuse("too_slow", answer=answer)


@rule("EU-18", on=ANY_EVENT)
def only_a_text_sets_the_right_to_object_aside(m: Measure, c: Context) -> Objections:
    if c.mandate.regime == "gdpr" and any(act not in c.permitted for act in m.do):
        yield refuse("objection")


@rule("EU-19", on=POSSIBLE)
def processors_have_a_contract(m: Measure, c: Context) -> Objections:
    for processor in c.mandate.processors:
        if c.lacks(processor.contract, DocumentKind.CONTRACT):
            yield condition("no_contract", processor=processor.name)


@rule("EU-20", on=POSSIBLE)
def an_impact_assessment_comes_first(m: Measure, c: Context) -> Objections:
    held = c.lacks(m.dpia, DocumentKind.DPIA)
    found = c.document(m.dpia)
    if held or found is None:
        yield held or condition("missing", document=DocumentKind.DPIA)
        return
    if found.dpo_opinion is None:
        yield condition("no_opinion")
    elif found.dpo_opinion is Opinion.UNFAVOURABLE:
        yield warn("unfavourable")
    changes = (c.mandate.changed, c.place(m).changed, m.changed)
    if any(change and change > found.date for change in changes):
        yield condition("older_than_change", date=found.date)
    if found.residual_risk == "high" and c.lacks(
        c.mandate.prior_consultation, DocumentKind.PRIOR_CONSULTATION
    ):
        yield condition("consult_first")


@rule("EU-21", on=FILM | EVENTS)
def every_look_leaves_a_line(m: Measure, c: Context) -> Objections:
    if m.keep.journal is None or not m.keep.journal.at_most_s:
        yield condition("no_journal")


@rule("EU-22", on=POSSIBLE)
def images_are_encrypted(m: Measure, c: Context) -> Objections:
    if not c.mandate.security.encrypted_at_rest:
        yield refuse("at_rest")
    if not c.mandate.security.encrypted_in_transit:
        yield refuse("in_transit")
