"""`scripts/bench events`: what the rules say of scripted scenes whose truth is exact.

Scenes of each kind, from the same camera, with boxes that jitter, detections that are missed
and ghosts of one moment. They test the rules, not the detectors: real clips are another table
(event_clips.py).
Writes bench/results/events.md.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import cv2
import event_clips
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from fakes.scenes import NOON, SIZE, Faults, Scene, drawn  # noqa: E402
from fakes.stories import CORNER, STORIES, Story, density, still_life, walkers, zone  # noqa: E402

from contrejour.base.pictures import Box, Kind, Thing  # noqa: E402
from contrejour.live.site.build import build  # noqa: E402
from contrejour.vision.events.ground import area, counted_in  # noqa: E402
from contrejour.vision.events.intervals import rate, wilson  # noqa: E402
from contrejour.vision.events.moment import Moment  # noqa: E402
from contrejour.vision.events.perspective import calibrate  # noqa: E402
from contrejour.vision.events.replay import replay  # noqa: E402
from contrejour.vision.events.score import Occurrence, RaisedEvent, Score, score  # noqa: E402

SEEDS = range(20)
ROUGH = Faults(jitter=0.06, missed=0.3, ghosts=0.1)
Make = Callable[..., Story]


def cases() -> Iterator[tuple[str, Iterable[Story]]]:
    """What is measured, and its scenes."""
    for kind, make in STORIES.items():
        yield f"{kind}", (make(seed, flow=True) for seed in SEEDS)
        if kind in ("wrong_way", "crowd_movement"):
            yield f"{kind}, no flow", (make(seed) for seed in SEEDS)
        occluded = kind == "density"
        yield (
            f"{kind}, rough",
            (make(seed, replace(ROUGH, occlusion=occluded), flow=True) for seed in SEEDS),
        )
    yield "zone, who cuts a corner", (zone(seed, corners=10) for seed in SEEDS)
    yield "density, 1.5 a m²", (partial(density, most=1.5)(seed) for seed in SEEDS)
    for place, story in enumerate(still_life(0)):
        still = (list(still_life(seed))[place] for seed in SEEDS)
        yield f"{story.rule.kind}, who sits or lies", still


def measure(stories: Iterable[Story]) -> tuple[Score, float]:
    """All scenes of a case as one score, and the moments that were judged in a second."""
    truth: list[Occurrence] = []
    said: list[RaisedEvent] = []
    watched_s = took_s = start_s = 0.0
    moments, kind = 0, ""
    for story in stories:
        kind, rules = story.rule.kind, build("bench", {"z": story.rule})
        seen = list(story.scene.moments())
        started = time.perf_counter()
        done = replay([seen], rules)
        took_s += time.perf_counter() - started
        first = seen[0].at
        truth += [replace(each, from_s=each.from_s + start_s, to_s=each.to_s + start_s)
                  for each in story.truth]  # fmt: skip
        said += [RaisedEvent(e.kind, e.zone, (e.time - first).total_seconds() + start_s)
                 for _, e in done.said]  # fmt: skip
        watched_s += story.scene.seconds
        start_s += story.scene.seconds + 60  # so that none is taken for one of the next
        moments += len(seen)
    hours = watched_s / 3600
    found = score(truth, said, hours)
    return found[0] if found else Score(kind, 0, 0, 0, 0, hours, ()), moments / took_s


def row(name: str, found: Score, speed: float) -> str:
    """One line of the table."""

    def percent(hits: int, of: int) -> str:
        low, high = wilson(hits, of)
        return f"{100 * hits / of:.0f} % ({100 * low:.0f}-{100 * high:.0f})" if of else "-"

    low, high = rate(found.false, found.hours)
    delays = found.delays_s
    told = f"{statistics.median(delays):.1f} / {max(delays):.1f}" if delays else "-"
    return (
        f"| {name} | {found.found}/{found.happened} | {percent(found.found, found.happened)} | "
        f"{percent(found.found, found.found + found.false)} | "
        f"{found.false / found.hours:.2f} ({low:.2f}-{high:.2f}) | {told} | {speed:,.0f} |"
    )


def hidden() -> Iterator[str]:
    """How many of those in the zone are seen at all, by how many there are."""
    lots: dict[int, list[float]] = {}
    for seed in range(5):
        story = density(seed)
        for moment in story.scene.moments():
            true = len(story.scene.inside(story.rule.polygon, moment.time_ns / 1e9))
            seen = len(list(counted_in(story.rule.polygon, moment, frozenset({Kind.PERSON}))))
            if true:
                lots.setdefault(true // 15, []).append(seen / true)
    area = story.rule.area_m2 or 0.0
    for lot, shares in sorted(lots.items()):
        low, high = lot * 15 / area, (lot * 15 + 15) / area
        yield f"| {low:.1f} to {high:.1f} | {100 * statistics.mean(shares):.0f} % |"


def calibrated() -> Iterator[str]:
    """How far off the ground's area is, by what calibrates it."""
    for name, lens in (("its lens is known", 70.0), ("60 is said for its 70 degrees", 60.0),
                       ("90 is said for its 70 degrees", 90.0)):  # fmt: skip
        off = []
        for seed in range(8):
            scene = Scene(walkers(40, seed), 130, Faults(jitter=0.05), seed)
            found = calibrate(scene.moments(), lens).perspective
            if found:
                off.append(found.area_m2(drawn(*CORNER), SIZE) / 30 - 1)
        yield f"| scenes, {name} | {min(off):+.0%} to {max(off):+.0%} |"
    yield from pets(Path(os.environ.get("CONTREJOUR_DATA", "")) / "pets09" / "gt_mot.txt")


def pets(path: Path) -> Iterator[str]:
    """PETS 2009, S2.L1, view 1: drawn boxes, and where each person truly stood, in metres.

    The lens comes from the same file: a homography of the ground gives it (Zhang, 2000).
    """
    if not path.is_file():
        yield "| PETS 2009: not there | |"
        return
    rows = np.loadtxt(path, delimiter=",")
    size = (768, 576)
    boxes = rows[:, 2:6]
    feet = np.column_stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]])
    feet -= np.array(size) / 2
    ground, _ = cv2.findHomography(feet, rows[:, 7:9], cv2.RANSAC, 0.5)
    (a, b) = np.linalg.inv(ground)[:, :2].T
    apart = (a[0] ** 2 + a[1] ** 2) - (b[0] ** 2 + b[1] ** 2)
    lens = 2 * math.degrees(math.atan(size[0] / 2 / math.sqrt(-apart / (a[2] ** 2 - b[2] ** 2))))
    moments = []
    for frame in np.unique(rows[:, 0]):
        seen = rows[rows[:, 0] == frame]
        things = (Thing(int(row[1]), Kind.PERSON, Box(*(round(side) for side in row[2:6])), 1.0, 0)
                  for row in seen)  # fmt: skip
        moments.append(Moment(int(frame * 1e8), NOON, size, tuple(things)))
    for said in (lens, 70.0):
        found = calibrate(moments, said).perspective
        assert found is not None
        off = []
        for top, bottom in ((0.25, 0.4), (0.4, 0.7), (0.6, 0.95)):
            zone = ((0.3, top), (0.7, top), (0.7, bottom), (0.3, bottom))
            corners = (np.array([zone]) - 0.5) * size
            true = area(tuple(map(tuple, cv2.perspectiveTransform(corners, ground)[0])))
            off.append(found.area_m2(zone, size) / true - 1)
        name = "its lens is known" if said == lens else f"{said:.0f} is said for its {lens:.0f}"
        yield f"| PETS 2009, real people, {name} | {min(off):+.0%} to {max(off):+.0%} |"


def page() -> str:
    """The results, as they are published."""
    table = [row(name, *measure(stories)) for name, stories in cases()]
    cores = len(os.sched_getaffinity(0))
    return f"""# `scripts/bench events`

{cores} cores ({platform.machine()}), Python {platform.python_version()}, {date.today()}. \
Intervals are of 95 % (Wilson; exact Poisson).

## Scripted scenes

{len(SEEDS)} scenes a line, 6.7 moments a second, one camera 5 m high that looks down by 25°.
Boxes jitter by 3 % of their height and 10 % of detections are missed (rough: 6 % and 30 %), one
moment in 20 has a ghost (rough: in 10). The truth is exact. **These scenes test the rules, not the
detectors, and were written by those who wrote the rules**: it is the most that they can find.

| scenes | found | recall | precision | false an hour | delay s, median / worst | moments/s |
|---|---|---|---|---|---|---|
{chr(10).join(table)}

A corner is cut 15 cm deep in 1.6 s, ten times a scene, where an event takes 2 s: a box that jitters
doesn't tell the one from the other. Half of the crowds run apart, half all one way; those that are
missed run apart, which a camera sees for a second.

## Density: who is seen at all

A person of whom one nearer hides 60 % counts as not detected, which is kind to detectors.

| people a m² | seen |
|---|---|
{chr(10).join(hidden())}

So `most_per_m2` is to be set to what is *seen* of the density that is meant: at this angle more
than about one a square metre is never seen.

## Perspective: the ground's area

In the scenes, people of 1.55 to 1.9 m who walk by for two minutes, eight times. In PETS 2009
(S2.L1, view 1), the drawn boxes of 80 s and the true ground of three zones.

| | area is off by |
|---|---|
{chr(10).join(calibrated())}

## abandoned_object, fallen_person, fire

In these scenes each that falls is detected anew as somebody else, and 60 % of the detections of who
lies are missed. Luggage is known in 30 % of the moments; beside it sit people, one lies under a
blanket, is taken for luggage and known as a person in 5 % of the moments with a score under 0.3;
the empty scene is known exactly, but for the margin above what is there. Fires flicker (70 % of
their cells at once) among a sign, a beacon and lamps that go by. What the pixels say of real scenes
is another matter.

## Real clips

{event_clips.section(Path(os.environ.get("CONTREJOUR_DATA", "")))}
"""


if __name__ == "__main__":
    (ROOT / "bench" / "results" / "events.md").write_text(page())
