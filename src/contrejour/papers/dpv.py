"""A1 for machines: the record in the W3C Data Privacy Vocabulary (DPV 2), as JSON-LD.

    {"@context": {"dpv": "https://w3id.org/dpv#", ...},
     "@type": "dpv:Process", "dpv:hasDataController": {...}, "dpv:hasProcess": [one per measure]}

What the mandate leaves out is left out here; the terms are those of DPV 2, none of our own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from contrejour.base.canonical import Json
from contrejour.law.mandate import Measure, Text, names
from contrejour.law.mandate.vocabulary import EVENTS, Act, Basis, Purpose
from contrejour.papers.document import split_marks
from contrejour.papers.facts import data, persons, recipients
from contrejour.papers.view import View, acts, cameras, kept, measure_title, place_title, when

CONTEXT: dict[str, Json] = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
BASES: Mapping[Basis, Json] = {
    Basis.CONSENT: {"@id": "eu-gdpr:A6-1-a"},
    Basis.LEGAL_DUTY: {"@id": "eu-gdpr:A6-1-c"},
    Basis.PUBLIC_TASK: {"@id": "eu-gdpr:A6-1-e"},
    Basis.INTERESTS: {"@id": "eu-gdpr:A6-1-f"},
    Basis.LED: {"@type": "dpv:LegalBasis", "dct:title": "directive (EU) 2016/680, art. 8"},
}
_TERRORISM = {Purpose.TERRORISM, Purpose.ROAD_TERRORISM}


def record(view: View) -> bytes:
    """The record as JSON-LD, UTF-8."""
    mandate = view.mandate
    told: dict[str, Json] = {
        "@context": CONTEXT,
        "@id": f"urn:contrejour:{mandate.id}",
        "@type": "dpv:Process",
        "dct:title": mandate.id,
        "dct:created": _day(view.as_of.isoformat()),
        "dct:temporal": _valid(view),
        "dpv:hasDataController": _controller(view),
        "dpv:hasProcess": [_measure(view, measure) for measure in mandate.measures],
        "dpv:hasTechnicalOrganisationalMeasure": _security(view),
    }
    if view.sha256 is not None:
        told["dct:source"] = f"urn:sha256:{view.sha256}"
    if mandate.processors:
        told["dpv:hasDataProcessor"] = [
            {"@type": "dpv:DataProcessor", "dpv:hasName": each.name} for each in mandate.processors
        ]
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _day(text: str) -> Json:
    return {"@value": text, "@type": "xsd:date"}


def _valid(view: View) -> Json:
    valid = view.mandate.valid
    return f"{valid.since.isoformat()}/{valid.until.isoformat() if valid.until else '..'}"


def _controller(view: View) -> Json:
    found = view.mandate.controller
    told: dict[str, Json] = {"@type": "dpv:DataController", "dpv:hasName": found.name}
    if found.contact:
        told["dpv:hasContact"] = found.contact
    if found.dpo:
        told["dpv:hasDataProtectionOfficer"] = {
            "@type": "dpv:DataProtectionOfficer",
            "dpv:hasContact": found.dpo,
        }
    return told


def _security(view: View) -> Json:
    security = view.mandate.security
    told: list[Json] = []
    if security.encrypted_at_rest:
        told.append({"@id": "dpv:EncryptionAtRest"})
    if security.encrypted_in_transit:
        told.append({"@id": "dpv:EncryptionInTransfer"})
    return told


def _measure(view: View, measure: Measure) -> Json:
    place = measure.cameras.place
    told: dict[str, Json] = {
        "@id": f"urn:contrejour:{view.mandate.id}:{measure.id}",
        "@type": "dpv:Process",
        "dct:title": _titled(measure_title(measure)),
        "dct:description": _titled(when(measure)),
        "dpv:hasProcessing": _processing(measure),
        "dpv:hasDataSubject": _described("dpv:DataSubject", persons(view.place(place))),
        "dpv:hasLocation": _described("dpv:Location", place_title(view, place)),
    }
    stated = (
        ("PersonalData", data(measure)),
        ("Scale", cameras(measure)),
        ("Recipient", recipients(view, measure)),
    )
    for term, said in stated:
        if not _has_gap(said):
            told[f"dpv:has{term}"] = _described(f"dpv:{term}", said)
    if measure.purpose is not None:
        kind = "dpv:Counterterrorism" if measure.purpose in _TERRORISM else "dpv:Purpose"
        told["dpv:hasPurpose"] = _described(kind, names(measure.purpose))
    if view.mandate.basis is not None:
        told["dpv:hasLegalBasis"] = BASES[view.mandate.basis]
    storage = [
        _storage(what, length) for what, length in kept(view, measure) if "⟦" not in length.fr
    ]
    if storage:
        told["dpv:hasStorageCondition"] = storage
    if not EVENTS.isdisjoint(measure.do) and measure.human and measure.human.confirms:
        told["dpv:hasHumanInvolvement"] = {"@id": "dpv:HumanInvolvementForVerification"}
    return told


def _storage(what: Text, length: Text) -> Json:
    said = Text(f"{what.fr} : {length.fr}", f"{what.en}: {length.en}")
    return _described("dpv:StorageCondition", said)


def _processing(measure: Measure) -> Json:
    told: list[Json] = [{"@id": "dpv:Collect"}]
    if Act.RECORD in measure.do:
        told += [{"@id": "dpv:Store"}, {"@id": "dpv:Erase"}]
    if Act.VIEW in measure.do:
        told.append({"@id": "dpv:Consult"})
    if Act.TRANSMIT in measure.do or Act.EXPORT in measure.do:
        told.append({"@id": "dpv:Disclose"})
    if Act.COUNT in measure.do or not EVENTS.isdisjoint(measure.do):
        told.append({"@id": "dpv:Analyse"})
    told.append(_described("dpv:Processing", acts(measure)))
    return told


def _described(kind: str, said: Text) -> Json:
    return {"@type": kind, "dct:title": _titled(said)}


def _titled(said: Text) -> Json:
    return [{"@value": said.fr, "@language": "fr"}, {"@value": said.en, "@language": "en"}]


def _has_gap(said: Text) -> bool:
    return any(marked for _, marked in split_marks(said.fr))
