"""The empty scene of a live camera, lived through in simulated time: nobody is absorbed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from fakes.stage import HEIGHT, WIDTH, Stage, cells_of
from fakes.watching import at_once

from contrejour.base.pictures import Box, Cells, Frame
from contrejour.live.watch.empty import LOST_NS, Empty
from contrejour.vision.scene import Scene

S = 1_000_000_000
NOBODY = cells_of()


class Life:
    """A camera that is asked once a second; the detectors see what `seen` says."""

    def __init__(self, kept: Path, **more) -> None:
        self.stage, self.told = Stage(), []
        self.empty = Empty(
            kept, samples=16, submit=at_once, tell=lambda each: self.told.append(str(each)), **more
        )
        self.now_ns = 0

    def second(self, luma=None, seen: Cells = NOBODY, gain=1.0, shift=0.0, planes=None) -> Cells:
        """What is hidden in the next picture, by the scene alone."""
        planes = planes or self.stage.picture(luma, gain, shift)
        height, width = planes[0].shape
        frame = Frame(0, 0, self.now_ns, width, height, 0, planes, (1, 1), 8, lambda _, w, h: None)
        unknown = self.empty.unknown(frame)
        self.empty.sample(frame, seen)
        self.now_ns += S
        return unknown

    def seconds(self, count: int, *args, **more) -> list[Cells]:
        return [self.second(*args, **more) for _ in range(count)]


@pytest.fixture
def life(tmp_path):
    """A life whose scene has just become known."""
    made = Life(tmp_path / "scene.npz")
    assert all(cells.all() for cells in made.seconds(76))
    assert not made.second().all()
    return made


PERSON = Box(64, 32, 32, 96)


def test_all_is_hidden_until_the_scene_is_known_and_little_afterwards(life):
    assert life.empty.known
    assert sum(cells.mean() for cells in life.seconds(30)) / 30 < 0.02


def test_somebody_who_sits_there_for_thirty_minutes_stays_hidden(life):
    """Whether the detectors see them or not: here they never do."""
    seated = life.stage.with_person(PERSON)
    under = cells_of(PERSON)
    for cells in life.seconds(1800, seated):
        assert cells[under].all()
    assert not life.second()[under].any()  # and once they have left, the place shows again


def test_a_light_that_is_switched_on_hides_all_or_fits(life):
    person = life.stage.with_person(PERSON)
    for gain, shift in ((1.3, 0), (1.0, 25), (0.7, 0)):
        for cells in life.seconds(5, person, gain=gain, shift=shift):
            assert cells[cells_of(PERSON)].all()


def test_a_light_that_nothing_explains_hides_all_until_it_is_learned(life):
    dark = life.stage.room.copy()
    dark[:, ::2] = 255 - dark[:, ::2]  # another scene altogether, for the camera
    seconds = life.seconds(10 + 80 + 5, dark)
    assert all(cells.all() for cells in seconds[: LOST_NS // S])
    assert life.told[-2:] == [
        "the scene fits no more: it is learned again, and all is veiled meanwhile",
        "the empty scene is known: 100 % of the picture",
    ]
    assert seconds[-1].mean() < 0.05


def test_headlights_that_sweep_the_picture_hide_what_they_touch(life):
    for at in range(0, WIDTH - 48, 16):
        lit = life.stage.empty()
        lit[40:104, at : at + 48] += 70
        cells = life.second(lit)
        assert cells[cells_of(Box(at, 48, 48, 48))].all()
    assert life.second().mean() < 0.02


def test_a_door_that_opens_is_hidden_while_it_is_open(life):
    opened = life.stage.empty()
    opened[:96, 128:176] = 30
    for cells in life.seconds(120, opened):
        assert cells[cells_of(Box(128, 0, 48, 96))].all()
        assert cells.mean() < 0.6
    assert life.second().mean() < 0.02


def test_an_escalator_proves_nothing_and_stays_hidden(tmp_path):
    life = Life(tmp_path / "scene.npz")
    rng = np.random.default_rng(3)
    stairs = cells_of(Box(0, 96, WIDTH, 48))

    def running() -> np.ndarray:
        luma = life.stage.empty()
        luma[96:] = (60 + 120 * rng.random((6, 1))).repeat(8, 0)
        return luma

    for _ in range(80):
        life.second(running())
    assert all(life.second(running())[stairs].all() for _ in range(20))
    assert life.second(running())[~stairs].mean() < 0.5


def test_a_knocked_camera_hides_all_until_it_has_learned_again(life):
    knocked = np.roll(life.stage.room, 21, axis=1)
    person = knocked.copy()
    person[40:120, 20:44] = 30
    for _ in range(100):
        cells = life.second(person)
        if not life.empty.known:
            assert cells.all()
    rest = life.seconds(40, knocked)
    assert life.empty.known or all(cells.all() for cells in rest)


def test_something_that_covers_the_lens_for_a_while_costs_no_scene(life):
    assert all(cells.all() for cells in life.seconds(30, np.full((HEIGHT, WIDTH), 20.0)))
    assert life.second().mean() < 0.02
    assert not [said for said in life.told if "known" in said][1:]


def test_compression_noise_like_rain_is_not_a_crowd(tmp_path):
    life = Life(tmp_path / "scene.npz")
    life.stage.noise = 4.0
    life.seconds(80)
    assert life.empty.known
    assert np.mean([cells.mean() for cells in life.seconds(60)]) < 0.1


def test_another_size_of_picture_is_another_scene(life):
    small = tuple(plane[: plane.shape[0] // 2 // 8 * 8] for plane in life.stage.picture())
    assert life.second(planes=small).all()
    assert not life.empty.known


def test_the_scene_outlives_a_restart_and_nobody_is_in_what_is_kept(tmp_path, life):
    again = Life(life.empty._kept)
    assert again.second().mean() < 0.02
    seated = Life(tmp_path / "seated.npz")
    under = cells_of(PERSON)
    for _ in range(80):
        seated.second(seated.stage.with_person(PERSON), seen=under)
    kept = Scene.load(tmp_path / "seated.npz")
    spread = (~kept.proven).repeat(16 // kept.side, 0).repeat(16 // kept.side, 1)
    assert not kept.proven[under].any()
    assert not kept.blocks[:, spread].any()
    assert not kept.planes


def test_attack_38_a_scene_that_somebody_put_there_is_not_believed(tmp_path, life):
    planted, other = tmp_path / "planted", tmp_path / "other-camera"
    for folder in (planted, other):
        folder.mkdir()
        shutil.copy(life.empty._kept, folder / "scene.npz")
    shutil.copy(life.empty._code, other / "scene.code")  # vouched for, of another camera
    for folder in (planted, other):
        believing = Life(folder / "scene.npz")
        assert believing.second().all()
        assert "is not believed" in believing.told[-1]


def test_attack_45_a_scene_learned_before_a_mask_was_drawn_is_deleted(life):
    """It has what the mask hides: coarse, but in colour, and on the disk."""
    drawn = cells_of()
    drawn[0, 0] = True
    again = Life(life.empty._kept)
    again.empty.begin(drawn)
    assert again.second().all()
    assert "is not believed" in again.told[-1]
    assert not life.empty._kept.exists()
    again.seconds(80)
    kept = Life(life.empty._kept)
    kept.empty.begin(drawn)
    assert kept.second().mean() < 0.02
    without = Life(life.empty._kept)
    assert without.second().all()


def test_attack_45_a_mask_that_is_drawn_later_ends_the_scene_in_use(life):
    drawn = cells_of()
    drawn[0, 0] = True
    life.empty.begin(drawn)
    assert life.second().all()


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04 rubbish", b"\x93NUMPY"])
def test_a_kept_scene_that_is_broken_is_learned_again(tmp_path, rubbish):
    (tmp_path / "scene.npz").write_bytes(rubbish)
    life = Life(tmp_path / "scene.npz")
    assert life.second().all()
    assert not life.empty.known


def test_a_full_disk_costs_the_kept_scene_and_nothing_else(tmp_path):
    (tmp_path / "scene.npz").mkdir()
    life = Life(tmp_path / "scene.npz")
    life.seconds(80)
    assert life.empty.known
    assert "can't be kept" in life.told[-1]


def test_a_new_connection_does_not_forget_the_scene(life):
    life.now_ns = 0
    life.empty.begin()
    assert life.second().mean() < 0.02
