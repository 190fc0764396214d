"""Signed plans by which one camera may do this or that."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from fakes.mandates import FESTIVAL, FULL, mandate

from contrejour.law.mandate.compile import FORMAT, compile_plan
from contrejour.law.mandate.originals import PolicyHashes
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.sign import new_key, sign

KEY = new_key()
DAY = datetime.now(UTC).date()
POLICIES = PolicyHashes("a" * 64, "b" * 64)
"""That plans name where a test says no others."""
PRIVACY = {"poste-conducteur": ()}
"""The mask that these plans name is out of the picture."""


def envelope(
    *acts: str, day: date = DAY, until: str = "2029-06-30", name: str = "cam-a",
    place: dict[str, Any] | None = None, **originals: Any,
) -> bytes:  # fmt: skip
    """A plan by which one camera may do this; `originals`: what was voted of them; `place`: what
    is said of where it is."""

    def change(data: dict[str, Any]) -> None:
        data["originals"] = {**asdict(POLICIES), **originals}
        data["valid"] = {"from": "2026-01-01", "until": until}
        data["deliberation"]["date"] = "2026-01-01"
        for document in data["documents"].values():
            document["date"] = min(document["date"], "2026-01-01")
        data["documents"]["vsa"]["expires"] = "2027-02-21"
        data["measures"] = [each for each in data["measures"] if each["id"] == "car-enregistrer"]
        cameras = {"place": "car-t3", "ids": [name]}
        data["places"]["car-t3"] |= place or {}
        data["measures"][0] |= {"do": list(acts), "cameras": cameras, "articles": ["60-1"]}

    voted = mandate(change, of=copy.deepcopy(FULL))
    return sign(compile_plan(voted, "0" * 64, day), KEY)


def plan_for(*acts: str, **more: Any) -> Plan:
    return Plan(envelope(*acts, **more), [KEY.public_key()])


def event_plan(*more: str) -> Plan:
    """By which quais-01 may count, and detect what the example names, during its festival.

    `more`: acts that are named as well.
    """

    def change(data: dict[str, Any]) -> None:
        cameras = {"place": "quais", "ids": ["quais-01"]}
        data["measures"] = [each for each in data["measures"] if each["id"] != "car-enregistrer"]
        for measure in data["measures"]:
            measure["cameras"] = cameras
            if "detect.zone" in measure["do"]:
                measure["do"] += more

    voted = mandate(change, of=copy.deepcopy(FULL))
    return Plan(sign(compile_plan(voted, "0" * 64, FESTIVAL), KEY), [KEY.public_key()])


Hours = tuple[str, ...]
PARTS: dict[str, tuple[Hours, str]] = {
    "day": (("06:00-22:00",), "P28D"), "night": (("22:00-06:00",), "PT24H"),
}  # fmt: skip


def plan_in_parts(
    parts: Mapping[str, tuple[Hours, str]] = PARTS, since: str = "2026-01-01T00:00:00Z"
) -> Plan:
    """By which cam-a may record at all of these hours, kept for different times."""
    acts = ["record", "export.requisition"]
    ends = "2027-12-01T00:00:00Z"
    told: Any = {
        "format": FORMAT, "mandate": {"id": "m"}, "not_before": since, "expires": ends,
        "places": {"p": {"masks": []}},
        "measures": {
            name: {"acts": acts, "place": "p", "hours": [*hours], "window": None, "keep": {},
                   "limits": [kept], "access": [], "expires": ends}
            for name, (hours, kept) in parts.items()
        },
        "cameras": {"cam-a": {"place": "p", "measures": [*parts]}},
    }  # fmt: skip
    return Plan(sign(told, KEY), [KEY.public_key()])
