"""What happened, for Prometheus: read from plain counters when it is asked for.

Documented in docs/reference/metrics.md, one by one; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from contrejour.live.pages.health import CameraHealth
from contrejour.live.watch import Watcher

KIND = "text/plain; version=0.0.4; charset=utf-8"
SANDBOXES = ("landlock", "seccomp", "limits")
Read = Callable[[Watcher], float]

COUNTERS: tuple[tuple[str, str, Read], ...] = (
    ("frames", "Frames that left, veiled.", lambda w: w.counters.frames),
    ("reconnects", "Connections that ended.", lambda w: w.counters.reconnects),
    ("clock_jumps", "Jumps of the camera's clock.", lambda w: w.counters.jumps),
    ("lost_pictures", "Pictures that the camera sent and that never came, as far as known.",
     lambda w: w.counters.lost),
    ("dropped_frames", "Frames that nobody had the time to take.", lambda w: w.counters.dropped),
    ("sealed_seconds", "What was sealed of the camera.", lambda w: w.counters.sealed_s),
    ("seal_gaps", "Stretches of time that were not sealed.", lambda w: w.counters.seal_gaps),
    ("looks", "Frames that detectors looked at.", lambda w: w.counters.looks),
)  # fmt: skip
GAUGES: tuple[tuple[str, str, Read], ...] = (
    ("sealing", "1 while the original is being sealed.", lambda w: w.counters.sealing),
    ("connected", "1 while pictures come.", lambda w: w.counters.connected),
    ("scene_known", "1 while an empty scene is known and fits.", lambda w: w.counters.scene_known),
    ("late_seconds", "From the arrival of the last frame to its part.",
     lambda w: w.counters.late_ns / 1e9),
    ("look_interval_seconds", "How far apart looks are now.", lambda w: w.load.interval_ns / 1e9),
)  # fmt: skip


class _Cameras(Collector):
    def __init__(
        self, watchers: Callable[[], Iterable[Watcher]], state: Callable[[Watcher], CameraHealth]
    ) -> None:
        self._watchers, self._state = watchers, state

    def collect(self) -> Iterator[Any]:
        watchers = list(self._watchers())
        for name, told, read in COUNTERS:
            family = CounterMetricFamily(f"contrejour_{name}", told, labels=["camera"])
            for watcher in watchers:
                family.add_metric([watcher.name], float(read(watcher)))
            yield family
        for name, told, read in GAUGES:
            gauge = GaugeMetricFamily(f"contrejour_{name}", told, labels=["camera"])
            for watcher in watchers:
                gauge.add_metric([watcher.name], float(read(watcher)))
            yield gauge
        whole = CounterMetricFamily("contrejour_veiled_whole", "Frames veiled whole, by reason.",
                                    labels=["camera", "reason"])  # fmt: skip
        held = GaugeMetricFamily("contrejour_sandbox", "1 for what holds the decoder now.",
                                 labels=["camera", "by"])  # fmt: skip
        up = GaugeMetricFamily("contrejour_up", "1 unless a picture is due and doesn't come.",
                               labels=["camera", "state"])  # fmt: skip
        for watcher in watchers:
            for reason, count in sorted(watcher.counters.reasons.copy().items()):
                whole.add_metric([watcher.name, reason], count)
            for by in SANDBOXES:
                held.add_metric([watcher.name, by], by == watcher.counters.sandbox)
            state = self._state(watcher)
            up.add_metric([watcher.name, state.name], state.ok)
        yield from (whole, held, up)


def registry(
    watchers: Callable[[], Iterable[Watcher]], state: Callable[[Watcher], CameraHealth]
) -> CollectorRegistry:
    """All there is to be read: of the cameras, and of this process."""
    made = CollectorRegistry()
    made.register(_Cameras(watchers, state))
    ProcessCollector(registry=made)
    return made


def text(known: CollectorRegistry) -> bytes:
    return generate_latest(known)
