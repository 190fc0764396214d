"""Which path is what. Nothing else is there.

/                        every camera, its still and its state
/CAMERA/                 a player
/CAMERA/live.m3u8  …     what the player plays (live.py)
/healthz  /metrics       for machines
/-/FILE                  the pages' script and style
"""

from __future__ import annotations

import json
import time

from contrejour.base import times
from contrejour.live.pages import metrics, page
from contrejour.live.pages.answer import Answer, PageRequest, nothing
from contrejour.live.pages.health import CameraHealth, state
from contrejour.live.pages.live import WAIT_S, Live
from contrejour.live.watch import RunningCameras, Watcher


class SitePages:
    """Called by many threads at once; it changes nothing."""

    def __init__(
        self,
        cameras: RunningCameras,
        *,
        clock: times.Clock = times.now,
        wait_s: float = WAIT_S,
        log: str | None = None,
    ) -> None:
        """`log`: where the public log is served, for the pages to link to."""
        self._cameras, self._clock, self._wait_s, self._log = cameras, clock, wait_s, log
        self._metrics = metrics.registry(lambda: cameras.watchers.values(), self._state)

    def __call__(self, asked: PageRequest) -> Answer:
        """The answer to one GET."""
        watchers = self._cameras.watchers
        match asked.path.split("/"):
            case ["", ""]:
                states = {name: self._state(each) for name, each in watchers.items()}
                return page.overview(states, asked, self._log)
            case ["", "healthz"]:
                return self._health()
            case ["", "metrics"]:
                return Answer(200, metrics.text(self._metrics), metrics.KIND)
            case ["", "-", name]:
                return page.static(name)
            case ["", name] if name in watchers:
                return Answer(308, headers={"Location": f"/{name}/"})
            case ["", name, ""] if name in watchers:
                return page.player(name, asked, self._log)
            case ["", name, file] if name in watchers:
                return Live(watchers[name], self._clock, self._wait_s).answer(file, asked)
        return nothing(404)

    def _state(self, watcher: Watcher) -> CameraHealth:
        failed = self._cameras.failed.get(watcher.name)
        return state(watcher, failed, self._clock(), time.monotonic_ns())

    def _health(self) -> Answer:
        states = {name: self._state(each) for name, each in self._cameras.watchers.items()}
        ok = all(each.ok for each in states.values())
        told = {
            name: {"ok": each.ok, "state": each.name, "reason": each.reason}
            for name, each in states.items()
        }
        body = json.dumps({"ok": ok, "cameras": told}).encode()
        return Answer(200 if ok else 503, body, "application/json")
