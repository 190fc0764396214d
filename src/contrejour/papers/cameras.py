"""A12, the cameras on a map: GeoJSON (RFC 7946) with the tags of OpenStreetMap.

    {"type": "FeatureCollection", "features": [
      {"type": "Feature", "id": "q1", "geometry": {"type": "Point", "coordinates": [4.86, 45.76]},
       "properties": {"man_made": "surveillance", "surveillance:type": "camera", ...}}]}

A position is the mandate's or null: none is ever guessed. Cameras of which only the number is
known make one feature, at the place's own position where it has one. Coordinates are
[longitude, latitude] (RFC 7946, 3.1.1).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from contrejour.base.canonical import Json
from contrejour.law.mandate import Measure
from contrejour.law.mandate.schema import Camera, Position
from contrejour.law.mandate.vocabulary import Access, PlaceKind
from contrejour.papers.view import View, algorithmic

ZONES: Mapping[PlaceKind, str] = {
    PlaceKind.STATION_HALL: "building",
    PlaceKind.STATION_PLATFORM: "public_transport_platform",
    PlaceKind.STATION_SURROUNDINGS: "town",
    PlaceKind.LIFT: "building",
    PlaceKind.UNDERPASS: "corridor",
    PlaceKind.FOOTBRIDGE: "corridor",
    PlaceKind.BIKE_PARK: "parking",
    PlaceKind.CAR_PARK: "parking",
    PlaceKind.PUBLIC_ROAD: "traffic",
}
"""Values in use for surveillance:zone; the other kinds of place have none, and get none."""


def geojson(view: View) -> bytes:
    """Every camera of every place with a measure, UTF-8."""
    features: list[Json] = [feature for name in view.places for feature in _features(view, name)]
    told: dict[str, Json] = {
        "type": "FeatureCollection",
        "features": features,
        "contrejour:mandate": view.mandate.id,
        "contrejour:as_of": view.as_of.isoformat(),
        "contrejour:draft": view.draft,
    }
    if view.sha256 is not None:
        told["contrejour:mandate_sha256"] = view.sha256
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _features(view: View, place: str) -> Iterator[Json]:
    known = {name: each for name, each in view.mandate.cameras.items() if each.place == place}
    measures = view.measures_at(place)
    for name, camera in known.items():
        using = [measure for measure in measures if _uses(measure, name)]
        tags = _tags(view, place, using) | _of_camera(name, camera)
        yield _feature(name, camera.position, tags)
    named = [measure for measure in measures if measure.cameras.ids is not None]
    for name in dict.fromkeys(id_ for each in named for id_ in each.cameras.ids or ()):
        if name not in view.mandate.cameras:
            using = [measure for measure in measures if _uses(measure, name)]
            yield _feature(name, None, _tags(view, place, using) | {"ref": name})
    rest = _rest(measures, len(known))
    if rest != 0:
        using = [measure for measure in measures if measure.cameras.ids is None]
        tags = _tags(view, place, using) | {"ref": place}
        if rest is not None:
            tags["contrejour:count"] = rest
        yield _feature(place, view.place(place).position, tags)


def _uses(measure: Measure, camera: str) -> bool:
    return measure.cameras.ids is None or camera in measure.cameras.ids


def _rest(measures: tuple[Measure, ...], known: int) -> int | None:
    """How many cameras of a place are not listed one by one; None where nobody said."""
    loose = [each.cameras.count for each in measures if each.cameras.ids is None]
    if not loose:
        return 0
    counts = [count for count in loose if count is not None]
    if len(counts) < len(loose):
        return 0 if known else None
    return max(0, max(counts) - known)


def _tags(view: View, place: str, measures: list[Measure]) -> dict[str, Json]:
    kind = view.place(place)
    tags: dict[str, Json] = {
        "man_made": "surveillance",
        "surveillance": "indoor" if kind.access is Access.STAFF_ONLY else "public",
        "surveillance:type": "camera",
        "operator": view.mandate.controller.name,
        "contrejour:place": place,
        "contrejour:measure": [measure.id for measure in measures],
        "contrejour:algorithm": any(algorithmic(measure) for measure in measures),
    }
    if kind.what in ZONES:
        tags["surveillance:zone"] = ZONES[kind.what]
    return tags


def _of_camera(name: str, camera: Camera) -> dict[str, Json]:
    tags: dict[str, Json] = {"ref": name, "camera:type": camera.type}
    if camera.mount is not None:
        tags["camera:mount"] = camera.mount
    if camera.direction is not None:
        tags["camera:direction"] = camera.direction
    return tags


def _feature(name: str, position: Position | None, tags: dict[str, Json]) -> Json:
    point: Json = None
    if position is not None:
        point = {"type": "Point", "coordinates": [position.longitude, position.latitude]}
    return {"type": "Feature", "id": name, "geometry": point, "properties": tags}
