"""Makes an accepted mandate the plan: what each camera may do, when, and until when.

    {"format": "contrejour-plan/1",
     "mandate": {"id", "sha256", "body", "controller", "deliberation"},
     "rules_sha256", "as_of", "not_before", "expires",
     "documents": {name: sha256}, "roles": {name: {"list", "training"}},
     "places": {name: {"what", "masks", "title"?, "position"?}},
     "measures": {id: {"acts", "place", "hours", "window", "keep", "limits", "access",
                       "documents", "output", "transmit", "expires"}},
     "originals": {"v", "window", "horizon", "cooling_off", "order_lasts", "cosignature_age",
                   "hold_lasts", "camera_minutes", "open_policy", "witness_policy"},
     "cameras": {id: {"place", "measures", "position"?}}}

`position`: latitude and longitude, in millionths of a degree (WGS 84).

Times are UTC to the second. Nothing runs before the day that it was judged for, and a measure
expires on the first day on which it would no longer be accepted: when the mandate ends, a document
runs out, or the law itself changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from contrejour.base.canonical import Json
from contrejour.base.errors import Conditional, Refused
from contrejour.base.times import utc
from contrejour.law.mandate.cameras import cameras_of
from contrejour.law.mandate.check import Report, check
from contrejour.law.mandate.law import rulebook, sha256
from contrejour.law.mandate.originals import VERSION, Originals
from contrejour.law.mandate.rules import Verdict
from contrejour.law.mandate.rules.fr import EXPERIMENT
from contrejour.law.mandate.rules.register import end_of, start_of
from contrejour.law.mandate.schema import (
    DOCUMENTS_OF_A_MEASURE,
    Camera,
    Mandate,
    Measure,
    Place,
    TimeSpan,
)

FORMAT = "contrejour-plan/1"
DAY = timedelta(days=1)


def compile_plan(
    mandate: Mandate,
    text_sha256: str,
    as_of: date,
    digests: Mapping[str, str | None] | None = None,
) -> dict[str, Json]:
    """The plan of a mandate whose text has this SHA-256, by the law of `as_of`.

    Raises Refused or Conditional unless every measure is accepted.
    """
    demand_accepted(check(mandate, as_of, digests))
    short = [name for name, document in mandate.documents.items() if len(document.sha256) < 64]
    if short:
        raise Conditional("shortened-sha-256", names=", ".join(short))
    ends = _ends(mandate, as_of)
    documents = {name: document.sha256 for name, document in mandate.documents.items()}
    return {
        "format": FORMAT,
        "mandate": {
            "id": mandate.id,
            "sha256": text_sha256,
            "body": mandate.body.name,
            "controller": mandate.controller.name,
            "deliberation": f"{mandate.deliberation.ref}, {mandate.deliberation.date}",
        },
        "rules_sha256": sha256(),
        "as_of": as_of.isoformat(),
        "not_before": utc(start_of(max(mandate.valid.since, mandate.deliberation.date, as_of))),
        "expires": utc(max(ends.values())),
        "documents": dict(documents),
        "roles": {
            name: {"list": role.list, "training": role.training}
            for name, role in mandate.roles.items()
        },
        "places": {name: _place(place) for name, place in mandate.places.items()},
        "measures": {
            measure.id: _measure(measure, mandate, documents, ends[measure.id])
            for measure in mandate.measures
        },
        "originals": _originals(mandate),
        "cameras": _cameras(mandate),
    }


def demand_accepted(report: Report) -> None:
    """Raise Refused or Conditional unless every measure is accepted."""
    if refused := _rules(report, Verdict.REFUSE):
        raise Refused("mandate-refused", mandate=report.mandate, day=report.as_of, rules=refused)
    if lacking := _rules(report, Verdict.CONDITION):
        raise Conditional(
            "mandate-incomplete", mandate=report.mandate, day=report.as_of, rules=lacking
        )


def _rules(report: Report, verdict: Verdict) -> str:
    """Each measure and rule of that verdict, for an error; * is the whole mandate."""
    found = [each for each in report.findings if each.verdict is verdict]
    return ", ".join(dict.fromkeys(f"{each.measure or '*'} {each.rule}" for each in found))


def _measure(
    measure: Measure, mandate: Mandate, documents: Mapping[str, str], end: datetime
) -> dict[str, Json]:
    authorised = mandate.documents[measure.authorisation].keep if measure.authorisation else None
    keep = measure.keep.model_dump(mode="json", exclude={"hold"}, exclude_none=True)
    named = {key: getattr(measure, key) for key in DOCUMENTS_OF_A_MEASURE}
    return {
        "acts": [*sorted(measure.do)],
        "place": measure.cameras.place,
        "hours": list(measure.hours) if measure.hours else None,
        "window": _window(measure.window),
        "keep": keep,
        "limits": [str(limit) for limit in (measure.keep.images, authorised) if limit],
        "access": list(measure.access),
        "documents": {key: documents[name] for key, name in named.items() if name},
        "output": measure.output.model_dump(mode="json") if measure.output else None,
        "transmit": (
            measure.transmit.model_dump(mode="json", exclude={"convention"})
            if measure.transmit else None
        ),
        "expires": utc(end),
    }  # fmt: skip


def _originals(mandate: Mandate) -> Json:
    """All values, defaults too: a plan keeps what was voted. Raises Refused beyond the limits."""
    told = {"v": VERSION, **mandate.originals.model_dump(mode="json")}
    Originals.of(told)
    return told


def _window(window: TimeSpan | None) -> Json:
    return {"from": utc(window.since), "until": utc(window.until)} if window else None


def _cameras(mandate: Mandate) -> dict[str, Json]:
    """Every camera with its place and its measures."""
    measures: dict[str, list[Json]] = {}
    places: dict[str, str] = {}
    names = cameras_of(mandate)
    for measure in mandate.measures:
        for name in names[measure.id]:
            measures.setdefault(name, []).append(measure.id)
            places[name] = measure.cameras.place
    return {
        name: {"place": places[name], "measures": below, **_position(mandate.cameras.get(name))}
        for name, below in sorted(measures.items())
    }


def _place(place: Place) -> dict[str, Json]:
    told: dict[str, Json] = {"what": place.what.value, "masks": list(place.masks or ())}
    if place.title:
        told["title"] = place.title
    return {**told, **_position(place)}


def _position(of: Place | Camera | None) -> dict[str, Json]:
    if of is None or of.position is None:
        return {}
    at = of.position.latitude, of.position.longitude
    return {"position": [round(each * 1_000_000) for each in at]}


def _ends(mandate: Mandate, as_of: date) -> dict[str, datetime]:
    """When each measure stops being accepted, by this rulebook, or its window ends."""
    last = mandate.valid.until or as_of
    ends = {measure.id: end_of(last) for measure in mandate.measures}
    running = set(ends)
    for day in _turning_points(mandate):
        if not (as_of < day <= last and running):
            continue
        report = check(mandate, day)
        stopped = {name for name in running if report.verdict_of(name) is not Verdict.ACCEPT}
        ends |= dict.fromkeys(stopped, start_of(day))
        running -= stopped
    for measure in mandate.measures:
        if measure.window:
            ends[measure.id] = min(ends[measure.id], measure.window.until)
    return ends


def _turning_points(mandate: Mandate) -> list[date]:
    """Days on which a verdict can change: the law or a document begins or ends."""

    def found() -> Iterator[date]:
        for rule in rulebook().values():
            yield rule.valid_from
            if rule.valid_until:
                yield rule.valid_until + DAY
        for first, last in EXPERIMENT:
            yield from (first, last + DAY)
        for document in mandate.documents.values():
            if document.expires:
                yield document.expires + DAY

    return sorted(set(found()))
