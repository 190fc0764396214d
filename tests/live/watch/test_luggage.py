"""Luggage left alone before a live camera, in simulated time, from its pictures to its journal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.detectors import Fake
from fakes.plans import event_plan
from fakes.stage import HEIGHT, WIDTH, Stage
from fakes.streams import fmt_of
from fakes.watching import at_once

from contrejour.base.pictures import Box, Detection, Frame, Kind
from contrejour.base.times import Instant
from contrejour.live.signals import Signals
from contrejour.live.signals.segment import read
from contrejour.live.site import read_site
from contrejour.live.watch import Events, Watcher
from contrejour.live.watch.empty import Empty
from contrejour.vision.events import kept

FESTIVAL = datetime(2027, 2, 12, 17, tzinfo=UTC)
RATE, SECONDS = 5, 120
SITE = {
    "kind": "abandoned_object", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "min_duration_s": 20,
    "cool_down_s": 1,
}  # fmt: skip
STANDS, OWNER = Box(20, 32, 32, 96), Box(90, 32, 32, 96)
CASE, CURLED = Box(130, 100, 24, 24), Box(48, 92, 24, 32)
DOUBT_S = 88.0
"""When a detector has a doubt, for a second, about somebody who curled up. Nothing moves there."""
DOUBT = Detection(CURLED, Kind.PERSON, 0.2)


def there(at_s: float, doubt: bool) -> list[Detection]:
    """What is in the picture, as the detector has it: somebody curled up passes for a bag."""

    def during(from_s: float, to_s: float, box: Box, kind: Kind, score: float) -> list[Detection]:
        return [Detection(box, kind, score)] * (from_s <= at_s < to_s)

    curled = during(75, 120, CURLED, Kind.OBJECT, 0.5)
    if doubt and DOUBT_S <= at_s < DOUBT_S + 1:
        curled = [DOUBT]
    return [
        *during(21, 25, STANDS, Kind.PERSON, 0.8),
        *during(28, 30, OWNER, Kind.PERSON, 0.8),
        *during(29, 65, CASE, Kind.OBJECT, 0.5),
        *curled,
    ]


class Decoder:
    """Sends pictures of all that is there, and ends."""

    def __init__(self) -> None:
        self.fmt = replace(fmt_of(RATE), width=WIDTH, height=HEIGHT)
        self.counted = SimpleNamespace(jumps=0, lost=0, dropped=0)
        self.sandbox, self.ended, self.unkept = "none", False, False

    def frames(self) -> Iterator[Frame]:
        stage = Stage()
        for number in range(round(SECONDS * RATE)):
            at_s, luma = number / RATE, stage.empty()
            for x, y, w, h in (each.box for each in there(at_s, doubt=False)):
                shown = stage.with_person(Box(x, y, w, h))
                luma[y : y + h, x : x + w] = shown[y : y + h, x : x + w]
            wall_ns = int((FESTIVAL + timedelta(seconds=at_s)).timestamp() * 1e9)
            taken = Instant(time.monotonic_ns(), wall_ns, None, 0)
            yield Frame(number, 0, int(at_s * 1e9), WIDTH, HEIGHT, 0, stage.picture(luma), (1, 1),
                        8, lambda _, w, h: np.zeros((h, w, 3), np.uint8), taken=taken)  # fmt: skip
        self.ended = True

    def close(self) -> None:
        pass


@pytest.mark.parametrize("doubt", [True, False])
def test_a_suitcase_left_alone_is_told_and_who_was_doubted_once_is_not(tmp_path, doubt):
    place = {"address": "rtsp://x", "privacy": {"riverains-est": []}, "events": {"hall": SITE}}
    text = json.dumps({"site": 1, "cameras": {"quais-01": place}})
    settings = read_site(text, "s.yml").cameras["quais-01"]
    plan, decoder, out = event_plan("detect.abandoned_object"), Decoder(), tmp_path / "out"
    built: list[bool] = []

    def make(size: tuple[int, int], *, offline: bool, objects: bool = False) -> Fake:
        built.append(objects)
        return Fake(lambda frame: tuple(there(frame.time_ns / 1e9, doubt)))

    def events() -> Events:
        signals = Signals(out / "signals")
        return Events(plan, "quais-01", settings.events, {}, signals, out=tmp_path,
                      clock=lambda: FESTIVAL)  # fmt: skip

    Watcher(
        plan, "quais-01", settings, "rtsp://x", out, make=make, connect=lambda *_, **__: decoder,
        empty=Empty(tmp_path / "scene.npz", samples=16, every_ns=10**9, submit=at_once),
        events=events, clock=lambda: FESTIVAL, sleep=lambda _: None,
        stopped=lambda: decoder.ended,
    ).run()  # fmt: skip
    said = [datetime.fromisoformat(each.data["time"]) for each in read(out / "signals")]
    at_s = [(each - FESTIVAL).total_seconds() for each in said]
    assert built == [True]
    assert 48 < at_s[0] < 52
    # without the doubt it would be: of what the pictures alone show it can't be told from a bag
    assert [each > 75 for each in at_s] == ([False] if doubt else [False, True])
    [path] = tmp_path.glob("*.moments")
    _, moments = kept.read(path.read_text().splitlines(), path.name)
    assert any(DOUBT.box == each.box for moment in moments for each in moment.doubted) == doubt
