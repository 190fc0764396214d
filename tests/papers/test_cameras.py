"""The map shows the cameras where the mandate says that they are, and nowhere else."""

from __future__ import annotations

import json

from fakes.looks import view
from fakes.mandates import data, only, to

from contrejour.papers.cameras import geojson

LYON = {"longitude": 4.8595, "latitude": 45.7605}


def features(*changes, **given):
    told = json.loads(geojson(view(*changes, **given)))
    assert told["type"] == "FeatureCollection"
    for feature in told["features"]:
        assert feature["type"] == "Feature"
        assert set(feature) == {"type", "id", "geometry", "properties"}
        if feature["geometry"] is not None:
            assert feature["geometry"]["type"] == "Point"
            longitude, latitude = feature["geometry"]["coordinates"]
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
    return told["features"]


def test_no_position_is_invented():
    for of in (data("lawful"), data("project")):
        found = features(of=of)
        assert found
        assert all(each["geometry"] is None for each in found)


def test_a_group_stands_where_its_place_does():
    quais, car = features(to("places.quais.position", LYON))
    assert quais["geometry"] == {"type": "Point", "coordinates": [4.8595, 45.7605]}
    assert quais["properties"]["contrejour:count"] == 24
    assert car["geometry"] is None


def test_each_camera_with_a_position_is_a_feature_and_the_rest_a_group():
    cameras = {
        "q1": {"place": "quais", "position": LYON, "direction": 90, "type": "dome",
               "mount": "pole"},
        "q2": {"place": "quais"},
    }  # fmt: skip
    first, second, rest, _ = features(to("cameras", cameras))
    assert first["geometry"]["coordinates"] == [4.8595, 45.7605]
    tags = first["properties"]
    assert tags["man_made"] == "surveillance"
    assert tags["surveillance"] == "public"
    assert tags["surveillance:type"] == "camera"
    assert tags["surveillance:zone"] == "public_transport_platform"
    assert tags["camera:type"] == "dome"
    assert tags["camera:mount"] == "pole"
    assert tags["camera:direction"] == 90
    assert tags["operator"] == "SNCF (exemple)"
    assert tags["ref"] == "q1"
    assert tags["contrejour:measure"] == ["compter", "evenement"]
    assert second["geometry"] is None
    assert rest["properties"]["contrejour:count"] == 22


def test_a_camera_bears_the_measures_that_name_it():
    cameras = {"q1": {"place": "quais"}, "q2": {"place": "quais"}}
    found = features(
        to("cameras", cameras),
        only("compter", "evenement"),
        to("measures.compter.cameras", {"place": "quais", "ids": ["q1"]}),
        to("measures.evenement.cameras", {"place": "quais", "ids": ["q1", "q2"]}),
    )
    assert {each["id"]: each["properties"]["contrejour:measure"] for each in found} == {
        "q1": ["compter", "evenement"],
        "q2": ["evenement"],
    }
