"""The events of one camera, in the site file: which kind, where in the picture, how patient.

    cameras:
      quais-01:
        address: rtsp://10.0.0.8/stream1
        events:
          voie-1: {kind: zone, polygon: [[0.1, 0.6], [0.9, 0.6], [1, 1], [0, 1]], of: [person]}

Corners are shares of the upright picture, so that another resolution changes nothing. Which kinds
may run is the plan's to say (`wanted` in build.py).
"""

# No `from __future__ import annotations`: pydantic would compile each of them again from its text.

from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from contrejour.base.errors import Malformed
from contrejour.base.messages import Message
from contrejour.law.mandate.parse import Path
from contrejour.law.mandate.schema import Name
from contrejour.law.mandate.typed import Problem, wrong
from contrejour.live.site.closed import ClosedModel
from contrejour.vision.events import ground, perspective

Kind = Literal[
    "zone", "wrong_way", "density", "crowd_movement", "abandoned_object", "fallen_person", "fire",
    "weapon", "count",
]  # fmt: skip
"""The eight events of decree 2023-828, article 3, and figures."""
Share = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Share, Share]
Seconds = Annotated[float, Field(ge=0, le=86_400)]

MIN_DURATION_S = {
    "zone": 2.0, "wrong_way": 1.0, "density": 10.0, "crowd_movement": 1.0,
    "abandoned_object": 120.0, "fallen_person": 10.0, "fire": 5.0,
}  # fmt: skip
OF: Mapping[str, frozenset[str]] = {
    "zone": frozenset({"person", "vehicle"}),
    "wrong_way": frozenset({"person", "vehicle"}),
    "count": frozenset({"person", "vehicle"}),
}
ONLY: Mapping[str, frozenset[str]] = {
    "of": frozenset(OF),
    "direction": frozenset({"wrong_way"}),
    "direction_degrees": frozenset({"wrong_way"}),
    "most_per_m2": frozenset({"density"}),
    "area_m2": frozenset({"density"}),
    "standing": frozenset({"density"}),
    "lens_degrees": frozenset({"density"}),
    "least": frozenset({"crowd_movement"}),
}
"""Which kinds read a setting that not all do."""


class ZoneRule(ClosedModel):
    """One kind of event in one zone of one camera. What is left out is as its kind has it."""

    kind: Kind
    polygon: tuple[Point, ...]
    of: Annotated[tuple[Literal["person", "vehicle"], ...], Field(min_length=1)] | None = None
    direction: tuple[Point, Point] | None = None
    """The right way, from a point to another."""
    direction_degrees: Annotated[float, Field(ge=0, lt=360)] | None = None
    """The right way, clockwise from the top of the picture."""
    most_per_m2: Annotated[float, Field(gt=0, le=20)] | None = None
    area_m2: Annotated[float, Field(gt=0, le=100_000)] | None = None
    standing: tuple[tuple[float, Share], ...] | None = None
    """People who stand: the row of the foot, and the height, in shares of the picture's height."""
    lens_degrees: Annotated[float, Field(ge=20, le=120)] | None = None
    """The width of view, which `standing` needs."""
    least: Annotated[int, Field(ge=3, le=1000)] = 5
    min_duration_s: Annotated[float, Field(ge=0.5, le=86_400)] | None = None
    cool_down_s: Seconds = 60.0
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.45
    alert: StrictBool = False
    shadow_days: Annotated[int, Field(ge=1, le=365)] = 7
    error_rates: File | None = None
    """What `events eval -o` wrote."""

    @property
    def kinds(self) -> frozenset[str]:
        """Of which things."""
        return frozenset(self.of) if self.of else OF.get(self.kind, frozenset())

    @property
    def min_duration(self) -> float:
        """In seconds."""
        return self.min_duration_s or MIN_DURATION_S.get(self.kind, 2.0)


def faults(camera: str, zones: Mapping[Name, ZoneRule]) -> Iterable[Problem]:
    """What is wrong with a camera's events that the model alone can't see."""
    for name, zone in zones.items():
        path = ("cameras", camera, "events", name)
        if zone.kind == "weapon":
            yield wrong((*path, "kind"), "no-weapon-rule")
        yield from _polygon((*path, "polygon"), zone.polygon)
        yield from _strangers(path, zone)
        if zone.kind == "wrong_way":
            yield from _direction(path, zone)
        if zone.kind == "density":
            yield from _density(path, zone)
        if zone.alert and zone.error_rates is None:
            yield wrong((*path, "alert"), "alert-without-error-rate")


def _polygon(path: Path, polygon: ground.Polygon) -> Iterable[Problem]:
    if len(polygon) < 3:
        yield wrong(path, "zone-of-few-corners", corners=len(polygon))
    elif ground.is_crossing(polygon):
        yield wrong(path, "zone-crosses-itself")
    elif ground.area(polygon) < ground.LEAST_SHARE:
        yield wrong(path, "zone-of-no-size")


def _strangers(path: Path, zone: ZoneRule) -> Iterable[Problem]:
    for key in sorted(zone.model_fields_set & set(ONLY)):
        if zone.kind not in ONLY[key]:
            yield wrong((*path, key), "setting-of-another-kind", kind=zone.kind)


def _direction(path: Path, zone: ZoneRule) -> Iterable[Problem]:
    if (zone.direction is None) == (zone.direction_degrees is None):
        yield wrong(path, "which-way-is-right")
    elif zone.direction and zone.direction[0] == zone.direction[1]:
        yield wrong((*path, "direction"), "direction-to-itself")


def _density(path: Path, zone: ZoneRule) -> Iterable[Problem]:
    if zone.most_per_m2 is None:
        yield wrong(path, "how-many-are-too-many")
    if (zone.area_m2 is None) == (zone.standing is None):
        yield wrong(path, "how-large-is-the-ground")
    elif zone.standing is not None:
        if zone.lens_degrees is None:
            yield wrong(path, "how-wide-is-the-view")
        else:
            yield from _standing((*path, "standing"), zone)


def _standing(path: Path, zone: ZoneRule) -> Iterable[Problem]:
    pairs = zone.standing or ()
    if len(pairs) < 2 or any(not 0 < row <= 1.5 or height <= 0 for row, height in pairs):
        yield wrong(path, "standing-not-pairs")
        return
    found = seen_from(zone, (16, 9))
    why = perspective.doubt(pairs, found)
    if why:
        yield path, Malformed(why, hint=Message("or-measure-the-ground"))
    elif zone.polygon and found.area_m2(zone.polygon, (16, 9)) == float("inf"):
        yield wrong(path, "zone-reaches-the-horizon")


def seen_from(zone: ZoneRule, size: tuple[int, int]) -> perspective.Perspective:
    """The perspective that `standing` gives for pictures of that size."""
    assert zone.lens_degrees is not None
    return perspective.fit(zone.standing or (), perspective.focal(zone.lens_degrees, size))
