"""The moments of a recorded video, for whoever tunes rules on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from contrejour import media
from contrejour.base.errors import InputEmpty
from contrejour.base.pictures import Frame, Sight
from contrejour.recorded.request import Step
from contrejour.vision import detect, scene, track, veil
from contrejour.vision.detect.guard import GuardedDetector
from contrejour.vision.events import Moment
from contrejour.vision.moments import Moments, detector_for, relook_ns
from contrejour.vision.scene.sampling import spaced


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
    with media.recording(path) as video:
        yield from _of_video(path, video, needs, make or detect.build, offline, step)


def _of_video(
    path: Path, video: media.Recording, needs: Collection[str],
    make: Callable[..., detect.Detector], offline: bool, step: Step,
) -> Iterator[Moment]:  # fmt: skip
    fmt, gops = video.fmt, video.gops
    if not gops:
        raise InputEmpty("no-pictures-inside", path=path)
    detector = GuardedDetector(detector_for(needs, make, fmt.shown, offline=offline))
    empty = _empty(video, detector, step) if "unlike" in needs else None
    moments, total = Moments(needs), sum(gop.packets for gop in gops)
    seen: list[Frame] = []

    def noted() -> Iterator[Frame]:
        for frame in video.frames(0, len(gops)):
            step("look", 1, total)
            if not seen or frame.time_ns > seen[0].time_ns:  # a broken file may step back
                seen[:] = [frame]
                yield frame

    for look in detect.look_at(noted(), detector, relook_ns=relook_ns(needs)):
        looked = look.sight in (Sight.SEEN, Sight.SAME)
        unlike = scene.changed(empty, seen[0].planes) if empty and looked else None
        if moment := moments.update(seen[0], look, unlike):
            yield moment


def _empty(video: media.Recording, detector: detect.Detector, step: Step) -> scene.Scene:
    """The empty scene, from evenly spaced frames and only where no person was seen in them."""
    fmt = video.fmt
    learner = scene.Learner(fmt.height, fmt.width, fmt.subsampling, fmt.depth, pictures=False)
    places = spaced(sum(gop.packets for gop in video.gops))
    for gop, skip in _in_gops(video.gops, places):
        step("sample", 1, len(places))
        for frame in video.frames(gop, gop + 1, skip, 1):
            mask = next(track.masks(detect.look_at([frame], detector), fmt.upright))
            if not mask.whole:
                learner.add(frame.planes, veil.cells(mask, fmt.width, fmt.height, fmt.rotation))
    return learner.learn()


def _in_gops(gops: Sequence[media.Gop], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Of the frame at each place: the GOP that it is in, and how many of it come before."""
    gop, before = 0, 0
    for place in places:
        while place >= before + gops[gop].packets:
            before += gops[gop].packets
            gop += 1
        yield gop, place - before
