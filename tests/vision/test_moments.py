"""What the rules are told of a frame: what somebody needs, upright, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fakes.detectors import Fake, painted
from fakes.fire import Fire, screened, street
from fakes.runs import painted_clip, run

from contrejour.base.errors import InputMissing
from contrejour.base.pictures import Box, Detection, Frame, Kind, Look, Planes, Rgb, Sight
from contrejour.recorded.moments import of_file
from contrejour.vision.events import Moment
from contrejour.vision.moments import Moments

MS = 1_000_000
STREET = street()


def frame_of(picture: Rgb, rotation: int = 0) -> Frame:
    """A frame that shows this picture once it is turned upright."""
    coded = np.ascontiguousarray(np.rot90(picture, rotation // 90))
    luma: Any = cv2.cvtColor(coded, cv2.COLOR_RGB2GRAY)
    height, width = picture.shape[:2]
    return Frame(
        0, 0, 0, width, height, rotation, (luma,), (1, 1), 8,
        lambda _, w, h: np.asarray(cv2.resize(picture, (w, h)), np.uint8),
    )  # fmt: skip


def unreadable(frame: Frame) -> Frame:
    """The same; who looks at its picture fails."""

    def rgb_of(planes: Planes, width: int, height: int) -> Rgb:
        raise AssertionError("the picture was read")

    return replace(frame, planes=(), rgb_of=rgb_of)


class Stream:
    """Frames that are told one after the other."""

    def __init__(self, *needs: str) -> None:
        self.moments, self.ms = Moments(needs), 0

    def after(
        self, ms: int, frame: Frame, sight: Sight = Sight.SEEN, *found: Detection,
        cut: bool = False, unlike=None,
    ) -> Moment:  # fmt: skip
        self.ms += ms
        look = Look(0, self.ms * MS, sight, found, cut)
        moment = self.moments.update(replace(frame, time_ns=self.ms * MS), look, unlike)
        assert moment is not None
        return moment


def moved(px: int) -> Frame:
    """The street, its right half moved to the right by so many pixels."""
    picture = STREET.copy()
    picture[:, 160 + px :] = STREET[:, 160 : 320 - px]
    return frame_of(picture)


def test_without_needs_no_pixel_is_read_and_no_grid_is_there() -> None:
    moment = Stream().after(0, unreadable(moved(0)), unlike=np.ones((12, 20), np.bool_))
    assert [moment.flow, moment.flames, moment.smoke, moment.unlike] == [None] * 4


PERSON, BAG = Box(40, 20, 30, 90), Box(200, 90, 30, 25)


def test_who_is_doubted_counts_for_nobody_until_their_track_is_sure() -> None:
    stream = Stream("doubted")
    told = []
    for score in (0.2, 0.2, 0.5, 0.2):
        found = Detection(PERSON, Kind.PERSON, score), Detection(BAG, Kind.OBJECT, 0.3)
        moment = stream.after(150, moved(0), Sight.SEEN, *found)
        assert moment.doubted is not None
        told.append(([each.kind for each in moment.things], [each.kind for each in moment.doubted]))
    doubted, sure = ([], ["person", "object"]), (["person"], ["object"])
    assert told == [doubted, doubted, sure, sure]


def test_nobody_who_is_doubted_is_told_where_no_rule_needs_it() -> None:
    moment = Stream().after(0, moved(0), Sight.SEEN, Detection(PERSON, Kind.PERSON, 0.2))
    assert (moment.things, moment.doubted) == ((), None)


def test_luggage_changes_nothing_of_people() -> None:
    """Though all of it lies where somebody walks."""
    alone, among = Stream(), Stream()
    for step in range(12):
        walks = Detection(PERSON._replace(x=20 * step), Kind.PERSON, 0.3 + 0.1 * (step % 4))
        bags = [Detection(PERSON._replace(x=20 * n), Kind.OBJECT, 0.5) for n in (11 - step, step)]
        [thing] = alone.after(150, moved(0), Sight.SEEN, walks).things or [None]
        people = [
            each for each in among.after(150, moved(0), Sight.SEEN, *bags, walks, *bags).things
            if each.kind is Kind.PERSON
        ]  # fmt: skip
        assert [(each.box, each.since_ns) for each in people] == (
            [(thing.box, thing.since_ns)] if thing else []
        )


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_flow_is_the_motion_since_the_last_look_upright(rotation: int) -> None:
    stream = Stream("flow")
    still, gone = (frame_of(moved(px).rgb(320, 180), rotation) for px in (0, 6))
    assert stream.after(0, still).flow is None
    flow = stream.after(150, gone).flow
    assert flow is not None
    right = flow[2:-2, 15:22].mean(axis=(0, 1))
    assert right == pytest.approx([6 / 320 / 0.15, 0], abs=0.03)
    assert not flow[:, :9].any()


@pytest.mark.parametrize(("ms", "told"), [(40, False), (80, True), (200, True), (400, False)])
def test_flow_is_of_pictures_neither_too_near_nor_too_far_apart(ms: int, told: bool) -> None:
    stream = Stream("flow")
    stream.after(0, moved(0))
    assert (stream.after(ms, moved(3)).flow is not None) == told


def test_a_picture_as_the_last_one_has_no_motion_and_is_not_read() -> None:
    stream = Stream("flow", "flames", "smoke")
    stream.after(0, moved(0))
    for _ in range(20):
        moment = stream.after(40, unreadable(moved(0)), Sight.SAME)
        assert moment.flow is not None
        assert not moment.flow.any()
        assert moment.flames is not None
    flow = stream.after(40, moved(3)).flow
    assert flow is not None, "the last picture was like this until 40 ms ago"
    assert flow.any()


def test_there_is_no_motion_over_a_cut() -> None:
    stream = Stream("flow")
    stream.after(0, moved(0))
    assert stream.after(150, moved(6), cut=True).flow is None


def test_flames_and_smoke_are_told_of_look_after_look() -> None:
    stream, fire = Stream("flames", "smoke"), Fire(40, 60)
    burnt = []
    for _ in range(30):
        for _ in range(4):
            fire.step()
        moment = stream.after(150, frame_of(screened(STREET, fire.picture(), 100, 60)))
        assert moment.flames is not None
        assert moment.smoke is not None
        burnt.append(float(moment.flames.sum()))
    assert max(burnt) > 1
    assert moment.flow is None


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_what_is_unlike_the_scene_is_turned_upright(rotation: int) -> None:
    upright = np.zeros((12, 20), np.bool_)
    upright[1, 17:] = True
    coded = np.rot90(upright, rotation // 90)
    moment = Stream("unlike").after(0, frame_of(STREET, rotation), unlike=coded)
    assert moment.unlike is not None
    assert (moment.unlike == upright).all()
    assert Stream("unlike").after(0, frame_of(STREET)).unlike is None


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return painted_clip(tmp_path_factory.mktemp("moments") / "clip.mp4")


def test_a_video_gives_moments_of_all_that_is_needed(clip: Path) -> None:
    steps: dict[str, int] = {}

    def step(name: str, more: int, total: int) -> None:
        steps[name] = steps.get(name, 0) + more
        assert steps[name] <= total

    moments = list(of_file(clip, ("unlike", "flow"), make=painted, step=step))
    assert steps == {"sample": 64, "look": 300}
    times = [moment.time_ns for moment in moments]
    assert times == sorted(set(times))
    for moment in moments[5:-5]:
        assert moment.unlike is not None
        assert moment.flow is not None
        [thing] = [each for each in moment.things if each.box.x < 290] or [None]
        if thing:
            over = cells_of(thing.box)
            assert moment.unlike[over].all()
            assert moment.unlike.sum() < 4 * moment.unlike[over].size


def cells_of(box: Box) -> tuple[slice, slice]:
    x, y, w, h = box
    return slice(y // 16, -(-(y + h) // 16)), slice(x // 16, -(-(x + w) // 16))


@pytest.mark.parametrize("needs", [("unlike", "doubted", "objects"), ("flow",)])
def test_luggage_is_looked_for_in_a_video_where_a_rule_needs_it(clip: Path, needs) -> None:
    built: list[bool] = []

    def make(size: tuple[int, int], *, offline: bool, objects: bool = False) -> Fake:
        built.append(objects)
        return painted(size)

    moment = next(of_file(clip, needs, make=make))
    assert built == ["objects" in needs]
    assert (moment.doubted is not None) == ("doubted" in needs)


def test_of_a_video_no_more_is_decoded_than_is_asked_for(clip: Path) -> None:
    taken: list[int] = []
    moments = of_file(clip, make=painted, step=lambda name, more, total: taken.append(more))
    next(moments)
    assert sum(taken) <= 2


def site_and_truth(folder: Path, start_s: object) -> tuple[Path, Path]:
    zone = {"kind": "zone", "polygon": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]], "cool_down_s": 1}
    camera = {"address": "rtsp://x", "events": {"z": zone}}
    (folder / "site.json").write_text(json.dumps({"site": 1, "cameras": {"c": camera}}))
    rows = [{"event": "zone", "zone": "z", "from": start_s, "to": start_s}]
    (folder / "truth.json").write_text(json.dumps(rows))
    return folder / "site.json", folder / "truth.json"


def test_events_are_measured_and_tuned_on_a_video(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from contrejour.cli import main
    from contrejour.vision import detect

    monkeypatch.setattr(detect, "build", painted, raising=False)
    site, truth = site_and_truth(tmp_path, 4.5)  # the figure is half way after 2.5 s, again at 7.4
    where = [str(clip), "--site", str(site), "--camera", "c", "--json"]
    assert main.main(["events", "eval", "--truth", str(truth), *where]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert (found["happened"], found["found"]) == (1, 1)
    assert found["hours"] == pytest.approx(12 / 3600, rel=0.05)
    assert main.main(["events", "tune", *where]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["said"] >= 2


@pytest.mark.parametrize("again", [0, 1])
def test_a_video_has_no_date_to_measure_by(clip: Path, tmp_path: Path, again: int) -> None:
    site, truth = site_and_truth(tmp_path, 3.0 if again else "2027-02-12T16:00:00Z")
    done = run("events", "eval", *[clip] * (1 + again), "--site", site, "--camera", "c",
               "--truth", truth)  # fmt: skip
    assert (done.returncode, "doesn't tell the date" in done.stderr) == (2, True)


def test_a_video_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        next(of_file(tmp_path / "none.mp4", make=painted))
