"""A week of one camera in some minutes: by day and by night, with its breaks, and nothing grows.

`scripts/test -m soak tests/live/watch/test_week.py`; WEEK_DAYS says how many (default 7). Time is
made: a picture comes each two seconds of it, and the watcher's clock is the camera's.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
from fakes import detectors
from fakes.plans import PRIVACY, event_plan, plan_for

from contrejour.base.errors import CameraError
from contrejour.base.pictures import Frame
from contrejour.base.times import Instant
from contrejour.live.signals import Signals
from contrejour.live.site import SiteCamera, read_site
from contrejour.live.watch import Watcher
from contrejour.live.watch.empty import Empty
from contrejour.live.watch.events import Events
from contrejour.media import Format
from contrejour.media.camera import wire
from contrejour.media.camera.decoder import rgb_of

DAYS = float(os.environ.get("WEEK_DAYS", "7"))
BEGUN = datetime(2027, 2, 8, tzinfo=UTC)
EVERY = timedelta(seconds=2)
SIZE = (320, 192)
MAGENTA_UV = (202, 222)
SITE = """
site: 1
cameras:
  quais-01:
    address: rtsp://x
    events:
      voie-1: {kind: zone, of: [person], polygon: [[0, 0], [1, 0], [1, 1], [0, 1]],
               min_duration_s: 4, cool_down_s: 60}
"""


class Week:
    """The time, and a camera that goes away once in every three hours of it."""

    def __init__(self) -> None:
        self.passed = timedelta()
        self.made = np.random.default_rng(7)
        self.scene = self.made.integers(40, 200, (SIZE[1] // 8, SIZE[0] // 8)).repeat(8, 0)
        self.scene = self.scene.repeat(8, 1)
        self.noise = [self.made.normal(0, 1.5, self.scene.shape) for _ in range(16)]
        self.fmt = Format(
            "rtsp", "h264", "yuv420p", *SIZE, (1, 1), 8, False, Fraction(1, 90_000),
            Fraction(1, 2), Fraction(1), 0, None, (1, 1, 1, 1), (), "", 0, 0,
        )  # fmt: skip
        self.sandbox, self.counted, self.name = "none", wire.StreamCounts(), "week"

    def now(self) -> datetime:
        return BEGUN + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += timedelta(seconds=seconds)

    def connect(self, address: str, **_: str) -> Week:
        return self

    def close(self) -> None:
        pass

    def frames(self) -> Iterator[Frame]:
        begun = self.passed
        for index in range(round(timedelta(hours=3) / EVERY)):
            self.passed += EVERY
            yield self._frame(index, self.passed - begun)
        raise CameraError("the camera went away")

    def _frame(self, index: int, since: timedelta) -> Frame:
        """A scene in the light of the hour; for a minute in each ten, somebody goes through it."""
        hours = self.passed / timedelta(hours=1)
        light = 0.65 + 0.35 * math.sin(hours / 24 * 2 * math.pi)
        luma = self.scene * light + self.noise[self.made.integers(16)]
        chroma = [np.full((SIZE[1] // 2, SIZE[0] // 2), 128, np.uint8) for _ in "uv"]
        minute = self.passed.total_seconds() / 60 % 10
        if minute < 1:
            x = 8 + int(minute * 120) * 2
            luma[40:160, x : x + 40] = 100
            for plane, level in zip(chroma, MAGENTA_UV, strict=True):
                plane[20:80, x // 2 : x // 2 + 20] = level
        planes = (luma.clip(0, 255).astype(np.uint8), *chroma)
        time_ns = since // timedelta(microseconds=1) * 1000
        wall_ns = int(self.now().timestamp() * 1e9)
        taken = Instant(time.monotonic_ns(), wall_ns, wall_ns, 0)
        return Frame(
            index, time_ns * 9 // 100_000, time_ns, *SIZE, 0, planes, (1, 1), 8,
            partial(rgb_of, self.fmt), taken=taken,
        )  # fmt: skip


def held_kib(me: psutil.Process) -> int:
    """What the process holds, without what the allocator keeps of what was freed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    return me.memory_info().rss >> 10


@pytest.mark.soak
def test_a_week_of_one_camera_leaves_it_as_it_was(tmp_path):
    week, out, me = Week(), tmp_path / "out", psutil.Process()
    samples: list[tuple[int, int, int, int]] = []

    def stopped() -> bool:
        if len(samples) <= week.passed / timedelta(hours=1):
            files = sum(1 for _ in out.rglob("*"))
            samples.append((held_kib(me), me.num_fds(), me.num_threads(), files))
        return week.passed >= timedelta(days=DAYS)

    signals = Signals(tmp_path / "signals", clock=week.now)
    zones = read_site(SITE, "s.yml").cameras["quais-01"].events
    watcher = Watcher(
        plan_for("view.live"), "cam-a",
        SiteCamera(address="rtsp://x", hide="unknown", privacy=PRIVACY),
        "rtsp://x", out, make=detectors.painted, connect=week.connect, clock=week.now,
        sleep=week.sleep, stopped=stopped,
        empty=Empty(out / "scene.npz", samples=32, every_ns=20_000_000_000),
        events=lambda: Events(event_plan(), "quais-01", zones, {}, signals, out=tmp_path,
                              clock=week.now),
    )  # fmt: skip
    watcher.run()
    day, counted = 24, watcher.counters
    told = {
        "days": DAYS, "pictures": counted.frames, "reconnects": counted.reconnects,
        "whole": counted.reasons, "looks": counted.looks, "shadowed": watcher._events.shadowed,
        **{name: [each[place] for each in samples[::day]]
           for place, name in enumerate(("rss_kib", "handles", "threads", "files"))},
    }  # fmt: skip
    print(json.dumps(told, indent=1))
    Path(os.environ.get("WEEK_REPORT", tmp_path / "week.json")).write_text(json.dumps(told))
    assert counted.frames > 0.95 * timedelta(days=DAYS) / EVERY
    assert counted.reconnects >= 7 * DAYS - 1
    assert told["shadowed"] > 10
    early, late = samples[day : 2 * day], samples[-day:]
    for place in (1, 2, 3):
        assert max(each[place] for each in late) <= max(each[place] for each in early)
    grown_kib = np.median([each[0] for each in late]) - np.median([each[0] for each in early])
    assert grown_kib < 2048
