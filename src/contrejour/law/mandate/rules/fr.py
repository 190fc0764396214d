"""French rules: code de la sécurité intérieure, the experiment of 2023, transport, procedure."""

from __future__ import annotations

from datetime import date, timedelta
from difflib import get_close_matches

from contrejour.law.mandate.law import limit, names
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.rules.eu import ANY_EVENT, SILENT
from contrejour.law.mandate.rules.register import (
    Context,
    Objections,
    condition,
    end_of,
    refuse,
    rule,
    start_of,
    warn,
)
from contrejour.law.mandate.schema import Measure
from contrejour.law.mandate.vocabulary import (
    EVENTS,
    FILM,
    IDENTIFY,
    MAY_DETECT,
    MAY_FILM_ROADS,
    POSSIBLE,
    Access,
    Act,
    Article,
    BodyKind,
    DocumentKind,
    PlaceKind,
    Purpose,
)

INSTALLS = EVENTS | {Act.VIEW, Act.RECORD, Act.TRANSMIT}
"""What needs the prefect's authorisation."""
EXPERIMENT = (
    (date(2023, 5, 21), date(2025, 3, 31)),
    (date(2026, 3, 21), date(2027, 12, 31)),
)
"""When article 10 of law 2023-380 lets an algorithm signal an event; in between, nothing ran.

The `spans` of FR-18 in rules.yaml; a test compares them.
"""
SOON_DAYS = 183
"""Half a year before an authorisation ends its renewal is recalled. Ours: no text says when."""
FINEST_WINDOW_S, LEAST_FLOOR = 300, 5
"""Figures over less time, or of fewer people, point at somebody. Ours: the CNIL's position of 19
July 2022 asks for figures that are anonymous and gives no number."""
EXPOSED = (DocumentKind.EXPOSURE, DocumentKind.NECESSITY)


@rule("FR-01", on=POSSIBLE)
def who_may_film_what(m: Measure, c: Context) -> Objections:
    place, kind = c.place(m), c.mandate.body.kind
    if kind not in MAY_FILM_ROADS:
        if place.what is PlaceKind.PUBLIC_ROAD:
            yield refuse("road", body=kind)
        elif place.what is PlaceKind.STATION_SURROUNDINGS and m.purpose is not Purpose.TERRORISM:
            yield refuse("surroundings", body=kind)
    if place.what is PlaceKind.SCHOOL_BUS or place.access is Access.SCHOOL_ONLY:
        if c.lacks(m.qualification, DocumentKind.QUALIFICATION):
            yield condition("pupils_only")
    elif place.access is Access.STAFF_ONLY:
        yield warn("not_open")


@rule("FR-02", on=FILM | EVENTS, permits={Act.VIEW, Act.RECORD})
def purposes_are_a_closed_list(m: Measure, c: Context) -> Objections:
    if m.purpose is None:
        return  # EU-02 asks for one
    road = c.place(m).what is PlaceKind.PUBLIC_ROAD
    if m.purpose is Purpose.STATISTICS:
        yield refuse("statistics")
    elif m.purpose is Purpose.REQUISITION:
        if set(m.do) != {Act.EXPORT}:
            yield refuse("requisition")
    elif m.purpose.startswith("road.") != road:
        yield refuse("other_place", purpose=m.purpose, place=c.place(m).what)


@rule("FR-03", on=INSTALLS)
def the_prefect_authorises_first(m: Measure, c: Context) -> Objections:
    place = c.place(m)
    if not place.departments and place.what is not PlaceKind.UNSPECIFIED:
        yield condition("no_department", place=m.cameras.place)
    found = c.document(m.authorisation)
    held = c.lacks(m.authorisation, DocumentKind.PREFECT_AUTHORISATION)
    if held or found is None:
        yield held or condition("missing", document=DocumentKind.PREFECT_AUTHORISATION)
        return
    outside = sorted(set(place.departments) - set(found.departments))
    if outside:
        yield refuse("departments", name=m.authorisation, departments=", ".join(outside))
    if found.cameras and c.under[m.authorisation or ""] > found.cameras:
        yield refuse("too_many", count=c.under[m.authorisation or ""], authorised=found.cameras)


@rule("FR-04", on=INSTALLS)
def an_authorisation_lasts_five_years(m: Measure, c: Context) -> Objections:
    found = c.document(m.authorisation)
    if found is None or c.lacks(m.authorisation, DocumentKind.PREFECT_AUTHORISATION):
        return  # FR-03 asks for one
    if found.expires is None:
        yield condition("no_expiry", name=m.authorisation)
    elif found.expires > _after(found.date, limit("FR-04", "authorisation")):
        yield refuse("too_long", name=m.authorisation, date=found.expires)
    elif (found.expires - c.as_of).days < SOON_DAYS:
        yield warn("soon", name=m.authorisation, date=found.expires)


def _after(day: date, years: Period) -> date:
    """The same day of the calendar, whole years later; the day after where that year has none."""
    year = day.year + years.months // 12
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


@rule("FR-05", on=INSTALLS - {Act.TRANSMIT})
def the_place_is_particularly_exposed(m: Measure, c: Context) -> Objections:
    place = c.place(m)
    if place.what is PlaceKind.UNSPECIFIED:
        yield refuse("everywhere")
    elif c.lacks(place.exposed, *EXPOSED):
        yield condition("not_shown", place=m.cameras.place)


@rule("FR-06", on=POSSIBLE)
def never_the_inside_of_homes(m: Measure, c: Context) -> Objections:
    place = c.place(m)
    if place.dwellings_masked is False:
        yield refuse("homes_in_view", place=m.cameras.place)
    elif place.dwellings_masked is None or place.masks is None:
        yield condition("no_masks", place=m.cameras.place)


@rule("FR-07", on=POSSIBLE)
def a_recording_lasts_a_month_at_most(m: Measure, c: Context) -> Objections:
    if m.keep.images and m.keep.images.at_most_s > limit("FR-07", "recording").at_most_s:
        yield refuse("too_long", kept=m.keep.images)


@rule("FR-08", on=POSSIBLE | {Act.SOUND})
def no_sound(m: Measure, c: Context) -> Objections:
    if c.place(m).audio or Act.SOUND in m.do:
        yield refuse("sound")


@rule("FR-09", on=FILM | EVENTS)
def viewers_are_designated_one_by_one(m: Measure, c: Context) -> Objections:
    if not m.access:
        yield condition("nobody")
    for name in m.access:
        role = c.mandate.roles[name]
        if role.designated != "individually":
            yield condition("by_service", role=name)
        if role.list is None:
            yield condition("no_list", role=name)
        if role.training is None:
            yield condition("untrained", role=name)


@rule("FR-10", on=POSSIBLE)
def the_public_is_told(m: Measure, c: Context) -> Objections:
    yield from c.wants(m.notice, DocumentKind.NOTICE_PROOF)


@rule("FR-11", on=FILM | EVENTS)
def the_journal_is_kept(m: Measure, c: Context) -> Objections:
    journal = m.keep.journal
    if journal is None:
        return  # EU-21 asks for one
    if not EVENTS.isdisjoint(m.do):
        if journal.at_most_s < limit("FR-11", "algorithm").at_most_s:
            yield refuse("algorithm", kept=journal)
    elif journal.at_most_s < limit("FR-11", "viewing").at_most_s:
        if c.mandate.body.kind is BodyKind.SNCF_RATP_SECURITY:
            yield refuse("viewing", kept=journal)
        else:
            yield warn("short", kept=journal)


@rule("FR-12", on=SILENT)
def silence_is_not_authorisation(m: Measure, c: Context) -> Objections:
    for act in m.do:
        if act in _KNOWN:
            if act in SILENT:
                yield refuse("silence", act=names(act))
        elif near := get_close_matches(act, POSSIBLE, 1, 0.85):
            yield refuse("unknown_near", act=act, near=names(near[0]))
        else:
            yield refuse("unknown", act=act)


_KNOWN = frozenset(Act)


@rule("FR-13", on=ANY_EVENT | {Act.BEHAVIOUR}, permits=EVENTS, during=EXPERIMENT)
def only_the_eight_events(m: Measure, c: Context) -> Objections:
    for act in m.do:
        if act == Act.UNSPECIFIED:
            yield refuse("undefined")
        elif act == Act.BEHAVIOUR:
            yield refuse("behaviour")
        elif act.startswith("detect.") and act not in EVENTS:
            yield refuse("not_an_event", act=act)


@rule("FR-14", on=EVENTS)
def only_a_signal_to_a_person_who_decides(m: Measure, c: Context) -> Objections:
    if m.human is None:
        yield condition("nobody_confirms")
    elif not m.human.confirms:
        yield refuse("unconfirmed")
    if m.link_other_files:
        yield refuse("linked")


@rule("FR-15", on=ANY_EVENT)
def only_the_listed_services(m: Measure, c: Context) -> Objections:
    if c.mandate.body.kind not in MAY_DETECT:
        yield refuse("not_listed", body=c.mandate.body.kind)


@rule("FR-16", on=EVENTS)
def a_prefects_order_for_each_use(m: Measure, c: Context) -> Objections:
    yield from c.wants(m.attestation, DocumentKind.MINISTER_ATTESTATION)
    if m.window is None:
        yield condition("no_window")
    order = c.document(m.vsa_order)
    held = c.lacks(m.vsa_order, DocumentKind.PREFECT_VSA_ORDER)
    if held:
        yield held
    if order is None or m.window is None or order.kind is not DocumentKind.PREFECT_VSA_ORDER:
        return
    if order.expires is None:
        yield condition("endless_order", name=m.vsa_order)
    elif m.window.since < start_of(order.date) or m.window.until > end_of(order.expires):
        yield refuse("window_outside", name=m.vsa_order, first=order.date, last=order.expires)
    elif order.expires - order.date > timedelta(seconds=limit("FR-16", "order").at_most_s):
        yield warn("long_order", name=m.vsa_order)


@rule("FR-17", on=ANY_EVENT)
def only_for_an_exposed_event(m: Measure, c: Context) -> Objections:
    if m.event is None:
        yield refuse("no_event")
    elif c.lacks(m.event.exposed_because, *EXPOSED):
        yield condition("not_shown", event=m.event.name)


@rule("FR-18", on=EVENTS)
def only_while_the_experiment_lasts(m: Measure, c: Context) -> Objections:
    span = next((span for span in EXPERIMENT if span[0] <= c.as_of <= span[1]), None)
    if span is None:
        yield refuse("closed", day=c.as_of)
        return
    if span is EXPERIMENT[1]:
        yield warn("extension_unseen")
    if m.window and (m.window.since < start_of(span[0]) or m.window.until > end_of(span[1])):
        yield refuse("window_outside", first=span[0], last=span[1])


@rule("FR-19", on=EVENTS)
def the_software_is_attested(m: Measure, c: Context) -> Objections:
    if c.lacks(m.attestation, DocumentKind.MINISTER_ATTESTATION):
        yield condition("not_attested")


@rule("FR-20", on={Act.COUNT}, permits={Act.COUNT})
def counting_gives_figures_and_nothing_else(m: Measure, c: Context) -> Objections:
    if m.output is None:
        yield condition("no_output")
    else:
        if m.output.alerts:
            yield refuse("alerts")
        if m.output.window.at_most_s < FINEST_WINDOW_S:
            yield refuse("too_fine", window=m.output.window)
        if m.output.floor < LEAST_FLOOR:
            yield refuse("too_few", floor=m.output.floor)
    if m.keep.images and m.keep.images.at_most_s:
        yield refuse("images_kept", kept=m.keep.images)
    if m.purpose not in (None, Purpose.STATISTICS):
        yield refuse("other_purpose", purpose=m.purpose)
    yield from c.wants(m.qualification, DocumentKind.QUALIFICATION)
    yield warn("tension")


@rule("FR-21", on=IDENTIFY | {Act.CATEGORISE_SENSITIVE})
def sensitive_data_need_a_text(m: Measure, c: Context) -> Objections:
    yield refuse("no_text")


@rule("FR-22", on={Act.SEARCH_PERSON, Act.CROSS_CAMERA})
def searching_for_a_person_is_for_judicial_police(m: Measure, c: Context) -> Objections:
    yield refuse("judicial")


@rule("FR-23", on={Act.EXPORT}, permits={Act.EXPORT})
def images_are_handed_over_on_requisition(m: Measure, c: Context) -> Objections:
    if not m.articles:
        yield condition("no_article")
    if Article.GEOLOCATION in m.articles:
        yield refuse("geolocation")


@rule("FR-24", on={Act.RECORD, Act.EXPORT})
def an_inquiry_suspends_destruction_for_those_images_only(m: Measure, c: Context) -> Objections:
    if m.keep.hold == "everything":
        yield refuse("holds_everything")


@rule("FR-25", on={Act.TRANSMIT}, permits={Act.TRANSMIT})
def the_police_see_an_incident_while_it_lasts(m: Measure, c: Context) -> Objections:
    if c.place(m).what is PlaceKind.PUBLIC_ROAD:
        yield refuse("road")
    if m.transmit is None:
        yield condition("not_described")
        return
    if m.transmit.opens == "permanent" or m.transmit.closes == "never":
        yield refuse("permanent")
    yield from c.wants(m.transmit.convention, DocumentKind.CONVENTION)


@rule("FR-26", on=POSSIBLE)
def agents_in_a_state_control_room_only_look(m: Measure, c: Context) -> Objections:
    if m.room != "state-control-room":
        return
    if c.mandate.body.kind is not BodyKind.SNCF_RATP_SECURITY:
        yield refuse("not_listed", body=c.mandate.body.kind)
    if set(m.do) != {Act.VIEW}:
        yield refuse("more_than_looking")
    yield from c.wants(m.designation, DocumentKind.PREFECT_DESIGNATION)


@rule("FR-27", on={Act.PLATE})
def number_plates_are_for_state_services(m: Measure, c: Context) -> Objections:
    yield refuse("plates")


@rule("FR-28")
def special_cameras_have_texts_of_their_own(m: Measure, c: Context) -> Objections:
    if m.device != "fixed":
        yield refuse("special", device=m.device)


@rule("FR-29", on=POSSIBLE)
def a_region_has_only_its_own_powers(m: Measure, c: Context) -> Objections:
    if c.mandate.body.kind is not BodyKind.REGION:
        return
    if m.purpose and m.purpose.startswith("road."):
        yield refuse("road", purpose=m.purpose)
    elif c.lacks(c.mandate.competence, DocumentKind.COMPETENCE):
        yield condition("no_competence")
