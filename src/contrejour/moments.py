"""From frames and what the detectors said of them to moments, of which the rules are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from contrejour import deny, detect, scene, track, veil, video
from contrejour.errors import InputEmpty
from contrejour.events import Moment
from contrejour.senses import Senses
from contrejour.track import Tracker
from contrejour.track.tracker import LOST_NS, Track
from contrejour.types import Cells, Frame, Look, Sight, Thing
from contrejour.worker import Guarded

Step = Callable[[str, int, int], object]
"""Told what is done, so many frames more of it, of how many."""


class Moments:
    """One stream's. Tracks are made anew here, by place and motion, and die with it.

    The masks wait for what comes; the rules can't, so nothing is looked ahead of.
    """

    def __init__(self, needs: Collection[str] = ()) -> None:
        """`needs`: what the rules need of a Moment (`Rule.needs`); no more is computed."""
        self._needs = frozenset(needs)
        self._tracker, self._senses = Tracker(), Senses(self._needs)

    def update(self, frame: Frame, look: Look, unlike: Cells | None) -> Moment | None:
        """The moment of a frame that was looked at, or is as the last one; None of another.

        `unlike`: the proven cells, coded, in which it isn't the empty scene; None: not known.
        """
        if look.cut:
            self._tracker.cut()
            self._senses = Senses(self._needs)
        if look.sight not in (Sight.SEEN, Sight.SAME):
            return None
        self._tracker.update(look.index, look.time_ns, look.detections)
        self._tracker.forget(look.time_ns - LOST_NS)
        wall_ns = frame.taken.wall_ns if frame.taken else look.time_ns
        if unlike is not None:
            wanted = "unlike" in self._needs
            unlike = np.rot90(unlike, -frame.rotation // 90) if wanted else None
        seen = [each for each in self._tracker.tracks if each.last.time_ns == look.time_ns]
        return Moment(
            look.time_ns,
            datetime.fromtimestamp(wall_ns / 1e9, UTC),
            (frame.width, frame.height),
            tuple(_thing(track) for track in seen if track.sure_count),
            unlike=unlike,
            doubted=tuple(_thing(track) for track in seen if not track.sure_count)
            if "doubted" in self._needs else None,
            **self._senses.update(frame, same=look.sight is Sight.SAME),
        )  # fmt: skip


def detector_for(
    needs: Collection[str], make: Callable[..., detect.Detector], size: tuple[int, int],
    *, offline: bool,
) -> detect.Detector:  # fmt: skip
    """The detector that `make` builds, of luggage too where a rule needs `objects`."""
    more = {"objects": True} if "objects" in needs else {}
    return make(size, offline=offline, **more)


def again_ns(needs: Collection[str]) -> int | None:
    """From when on a still picture is looked at again: where a rule asks who is doubted, who lies
    still has to be found by chance, and each look is one."""
    return 1_000_000_000 if "doubted" in needs else None


def of_file(
    path: Path,
    needs: Collection[str] = (),
    *,
    make: Callable[..., detect.Detector] | None = None,
    offline: bool = False,
    step: Step = lambda *_: None,
) -> Iterator[Moment]:
    """The moments of a recorded video, whose `at` counts from 1970. Memory is bounded.

    For `unlike` the empty scene is learned first, from frames of the whole video. Raises what
    video and detect raise; `make` is `detect.build` where it is left out.
    """
    fmt = video.probe(path)
    gops = video.index(path, fmt)
    if not gops:
        raise InputEmpty(f"{path} holds no pictures")
    reader = video.Reader(path, fmt, gops)
    detector = Guarded(detector_for(needs, make or detect.build, fmt.upright, offline=offline))
    empty = _empty(reader, detector, step) if "unlike" in needs else None
    moments, total = Moments(needs), sum(gop.packets for gop in gops)
    seen: list[Frame] = []

    def noted() -> Iterator[Frame]:
        for frame in reader.frames(0, len(gops)):
            step("look", 1, total)
            if not seen or frame.time_ns > seen[0].time_ns:  # a broken file may step back
                seen[:] = [frame]
                yield frame

    for look in detect.look_at(noted(), detector, again_ns=again_ns(needs)):
        looked = look.sight in (Sight.SEEN, Sight.SAME)
        unlike = scene.changed(empty, seen[0].planes) if empty and looked else None
        if moment := moments.update(seen[0], look, unlike):
            yield moment


def _thing(track: Track) -> Thing:
    return Thing(track.number, track.kind, track.last.box, track.last.score, track.begun_ns)


def _empty(reader: video.Reader, detector: detect.Detector, step: Step) -> scene.Scene:
    """The empty scene, from evenly spaced frames and only where no person was seen in them."""
    fmt = reader.fmt
    learner = scene.Learner(fmt.height, fmt.width, fmt.subsampling, fmt.depth, pictures=False)
    places = deny.spaced(sum(gop.packets for gop in reader.gops))
    for gop, skip in _found(reader.gops, places):
        step("sample", 1, len(places))
        for frame in reader.frames(gop, gop + 1, skip, 1):
            mask = next(track.masks(detect.look_at([frame], detector), fmt.upright))
            if not mask.whole:
                learner.add(frame.planes, veil.cells(mask, fmt.width, fmt.height, fmt.rotation))
    return learner.learn()


def _found(gops: Sequence[video.Gop], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """In which GOP a frame is, and how many of it come before."""
    gop, before = 0, 0
    for place in places:
        while place >= before + gops[gop].packets:
            before += gops[gop].packets
            gop += 1
        yield gop, place - before
