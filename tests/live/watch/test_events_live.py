"""Cameras that may detect and not be seen: events come, and no picture leaves."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import detectors
from fakes.cameras import camera
from fakes.plans import event_plan
from fakes.runs import painted_clip

from contrejour.live.signals import Signals
from contrejour.live.signals.segment import read
from contrejour.live.site import read_site
from contrejour.live.watch import Events, Watcher
from contrejour.vision.detect import Detector

FESTIVAL = datetime(2027, 2, 12, 17, tzinfo=UTC)
SITE = {
    "kind": "zone", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "of": ["person"],
    "min_duration_s": 0.5,
}  # fmt: skip


ACROSS = [[0, 0.3], [1, 0.3], [1, 0.8], [0, 0.8]]
"""Whoever walks through the clip, all their way."""


def entries(folder: Path, make: Callable[..., Detector], homes: list) -> list:
    """What stands in the journal of a camera whose homes lie there, after sixty frames."""
    place = {"address": "rtsp://x", "hide": "people", "privacy": {"riverains-est": homes}}
    place["events"] = {"voie-1": copy.deepcopy(SITE)}
    text = json.dumps({"site": 1, "cameras": {"quais-01": place}})
    settings, plan = read_site(text, "s.yml").cameras["quais-01"], event_plan()
    out = folder / "out"

    def events() -> Events:
        signals = Signals(out / "signals")
        return Events(plan, "quais-01", settings.events, {}, signals, clock=lambda: FESTIVAL)

    with camera(painted_clip(folder / "a.mp4")) as (address,):
        watching = Watcher(
            plan, "quais-01", settings, address, out, make=make, events=events,
            clock=lambda: FESTIVAL,
        )  # fmt: skip
        watching.stopped = lambda: watching.counters.frames >= 60
        watching.run()
    assert {path.name for path in out.iterdir()} == {"signals"}
    return list(read(out / "signals"))


def test_events_come_and_no_picture_leaves(tmp_path):
    [said] = entries(tmp_path, detectors.painted, [])
    assert (said.kind.value, said.data["kind"], said.data["zone"]) == ("shadow", "zone", "voie-1")


@pytest.mark.parametrize(
    ("homes", "told"), [([ACROSS], 0), ([[[0, 0], [1, 0], [1, 0.1], [0, 0.1]]], 1)]
)
@pytest.mark.parametrize("make", [detectors.pictured, detectors.painted])
def test_attack_45_whoever_is_at_home_behind_a_mask_of_the_plan_raises_nothing(
    tmp_path, make, homes, told
):
    """The mask was painted on the planes, and detectors were given a picture made before that."""
    assert len(entries(tmp_path, make, homes)) == told
