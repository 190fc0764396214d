"""Cameras that may detect and not be seen: events come, and no picture leaves."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

from fakes import detectors
from fakes.cameras import camera
from fakes.plans import event_plan
from fakes.runs import painted_clip

from contrejour.live.signals import Signals
from contrejour.live.signals.segment import read
from contrejour.live.site import read_site
from contrejour.live.watch import Events, Watcher

FESTIVAL = datetime(2027, 2, 12, 17, tzinfo=UTC)
SITE = {
    "kind": "zone", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "of": ["person"],
    "min_duration_s": 0.5,
}  # fmt: skip


def test_events_come_and_no_picture_leaves(tmp_path):
    place = {"address": "rtsp://x", "hide": "people", "privacy": {"riverains-est": []}}
    place["events"] = {"voie-1": copy.deepcopy(SITE)}
    text = json.dumps({"site": 1, "cameras": {"quais-01": place}})
    settings, plan = read_site(text, "s.yml").cameras["quais-01"], event_plan()
    out = tmp_path / "out"

    def events() -> Events:
        signals = Signals(out / "signals")
        return Events(plan, "quais-01", settings.events, {}, signals, clock=lambda: FESTIVAL)

    with camera(painted_clip(tmp_path / "a.mp4")) as (address,):
        watching = Watcher(
            plan, "quais-01", settings, address, out, make=detectors.painted, events=events,
            clock=lambda: FESTIVAL,
        )  # fmt: skip
        watching.stopped = lambda: watching.counters.frames >= 60
        watching.run()
    [said] = list(read(out / "signals"))
    assert (said.kind.value, said.data["kind"], said.data["zone"]) == ("shadow", "zone", "voie-1")
    assert {path.name for path in out.iterdir()} == {"signals"}
