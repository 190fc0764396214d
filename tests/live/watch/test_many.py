"""Many cameras in one process: one set of models, and what befalls one touches no other."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from fakes import detectors
from fakes.cameras import camera, run_all
from fakes.plans import PRIVACY, plan_for
from fakes.runs import painted_clip, until

from contrejour.base.errors import CameraRefused, DetectorError
from contrejour.base.pictures import Frame
from contrejour.live.site import SiteCamera
from contrejour.live.watch import Models, RunningCameras, Watcher
from contrejour.media import Decoder


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    clip = painted_clip(tmp_path_factory.mktemp("clips") / "a.mp4")
    with camera(clip, clip) as addresses:
        yield addresses


def watcher(address: str, out: Path, frames: int, **more) -> Watcher:
    place = SiteCamera(address=address, hide="people", privacy=PRIVACY)
    more = {"make": detectors.painted, **more}
    made = Watcher(plan_for("view.live", "record"), "cam-a", place, address, out, **more)
    made.stopped = lambda: made.counters.frames >= frames
    return made


def test_cameras_of_one_size_share_a_detector_and_it_is_asked_by_one_at_a_time():
    busy = threading.Lock()
    built = []

    def make(size, *, offline, objects=False):
        built.append(size)

        def answer(frame):
            assert busy.acquire(blocking=False)
            try:
                return ()
            finally:
                busy.release()

        return detectors.Fake(answer)

    models = Models(make)
    shared = [models((320, 192), offline=True) for _ in range(8)]
    models((640, 360))
    assert built == [(320, 192), (640, 360)]
    luggage = [models((320, 192), objects=True) for _ in range(2)]
    assert luggage[0] is luggage[1] is not shared[0]
    assert built[2:] == [(320, 192)]
    assert len(set(map(id, shared))) == 1
    frame: Frame = None  # type: ignore[assignment]
    threads = [
        threading.Thread(target=lambda one=one: [one.detect(frame) for _ in range(200)])
        for one in shared
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_decoder_that_is_killed_costs_its_camera_alone_a_moment(found, tmp_path):
    decoders: dict[str, Decoder] = {}

    def connect(name):
        def made(address: str, **more) -> Decoder:
            decoders[name] = Decoder(address, **more)
            return decoders[name]

        return made

    watchers = [
        watcher(address, tmp_path / name, 120, connect=connect(name))
        for name, address in zip("ab", found, strict=True)
    ]
    running = threading.Thread(target=run_all, args=(watchers,))
    running.start()
    assert until(lambda: watchers[0].counters.frames > 20)
    os.kill(decoders["a"].pid, signal.SIGSEGV)
    running.join()
    assert [each.counters.reconnects for each in watchers] == [1, 0]
    assert [each.counters.frames for each in watchers] == [120, 120]


def test_one_camera_that_can_not_be_stops_and_the_others_go_on(found, tmp_path):
    def broken(size, *, offline):
        raise ZeroDivisionError("a fault of ours")

    wrong = watcher(found[0].replace("cam0", "cam9"), tmp_path / "wrong", 10)
    good, faulty = (watcher(found[n], tmp_path / str(n), 30) for n in range(2))
    faulty.make, refused = broken, watcher(found[0], tmp_path / "refused", 10, connect=_refused)
    names = {"wrong": wrong, "good": good, "faulty": faulty, "refused": refused}
    over: set[str] = set()
    cameras = RunningCameras(over.add)
    for name, each in names.items():
        each.name, each.plan = name, plan_for("view.live", name=name)
        cameras.start(each)
    assert until(lambda: {"wrong", "faulty", "refused"} <= over)
    assert until(lambda: good.counters.frames >= 30)
    assert {name: type(error) for name, error in cameras.failed.items()} == {
        "wrong": CameraRefused,
        "faulty": ZeroDivisionError,
        "refused": CameraRefused,
    }
    assert cameras.running("good")
    cameras.stop()
    assert not cameras.running("good")


def _refused(address: str, **more: object) -> Decoder:
    raise CameraRefused("no")


def test_a_detector_that_fails_for_one_camera_fails_for_it_alone(found, tmp_path):
    def seeing_first(size, *, offline):
        seeing = detectors.painted(size)

        def answer(frame):
            if threading.current_thread().name == "camera 0":
                raise DetectorError("blind")
            return seeing.detect(frame)

        return detectors.Fake(answer)

    models = Models(seeing_first)
    ones = [watcher(found[n], tmp_path / str(n), 40, make=models) for n in range(2)]
    run_all(ones)
    whole = sorted(each.counters.reasons.get("detector-failed", 0) for each in ones)
    assert whole[0] == 0
    assert whole[1] == 40


def test_the_cameras_of_a_process_share_one_load(found, tmp_path):
    cameras = RunningCameras()
    for number in range(2):
        made = watcher(found[number], tmp_path / str(number), 10)
        made.name, made.plan = str(number), plan_for("view.live", name=str(number))
        cameras.start(made)
    cameras.stop()
    assert {id(each.load) for each in cameras.watchers.values()} == {id(cameras.load)}
