"""What is learned of a scene, and above all what is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes.examples import at_most
from fakes.stage import HEIGHT, SAMPLES, WIDTH, Stage, cells_of, learned
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import Box
from contrejour.vision.scene import Learner, Scene, load, unknown

SEAT = Box(64, 48, 32, 64)
NOBODY = cells_of()


def test_an_empty_room_is_proven_and_learned_as_it_is() -> None:
    stage = Stage()
    scene = learned(stage, lambda _: (None, NOBODY))
    assert scene.proven.all()
    assert np.abs(scene.planes[0].astype(float) - stage.room).max() < 3
    assert [plane.shape for plane in scene.planes] == [(144, 208), (72, 104), (72, 104)]


def test_too_few_samples_prove_nothing() -> None:
    stage, learner = Stage(), Learner(HEIGHT, WIDTH, (1, 1), 8)
    assert not learner.learn().proven.any()
    for _ in range(7):
        learner.add(stage.picture(), NOBODY)
    assert not learner.learn().proven.any()


@pytest.mark.parametrize("seen_share", [0.7, 0.4])
def test_a_person_who_sits_for_the_whole_recording_is_never_absorbed(seen_share: float) -> None:
    """Lost in 20 % of it at a stretch, and now and then for the rest of what is missed."""
    stage = Stage()
    sitting = stage.with_person(SEAT)
    lost_now_and_then = np.random.default_rng(3).random(SAMPLES) < (0.8 - seen_share) / 0.8

    def script(number: int):
        lost = 20 <= number < 20 + SAMPLES // 5 or lost_now_and_then[number]
        return sitting, NOBODY if lost else cells_of(SEAT)

    scene = learned(stage, script)
    assert not scene.proven[cells_of(SEAT)].any()
    assert unknown(scene, stage.picture(sitting))[cells_of(SEAT)].all()


def test_a_sitter_who_slumps_while_the_detector_has_lost_them_is_not_absorbed() -> None:
    stage = Stage()
    upright, slumped = stage.with_person(SEAT, coat=3), stage.with_person(SEAT, level=200, coat=4)

    def script(number: int):
        lost = 30 <= number < 30 + SAMPLES // 5
        return (slumped, NOBODY) if lost else (upright, cells_of(SEAT))

    scene = learned(stage, script)
    assert not scene.proven[cells_of(SEAT)].any()


def test_a_sitter_next_to_a_restless_neighbour_is_not_absorbed() -> None:
    """The neighbour explains the mask that both are under; the sitter stays refused."""
    stage, neighbour = Stage(), Box(96, 48, 32, 64)
    coats = np.random.default_rng(5).integers(20, 220, SAMPLES)

    def script(number: int):
        luma = stage.with_person(SEAT)
        luma[48:112, 96:128] = coats[number]
        return luma, NOBODY if number % 10 < 3 else cells_of(SEAT, neighbour)

    assert not learned(stage, script).proven[cells_of(SEAT)].any()


def test_a_sitter_seen_only_when_others_pass_in_front_is_not_absorbed() -> None:
    """Each mask on the sitter is one with a passer's, who explains it; but there are too many."""
    stage, passer = Stage(), Box(96, 48, 32, 64)

    def script(number: int):
        luma = stage.with_person(SEAT)
        if number % 5 < 2:
            return luma, NOBODY
        luma[48:112, 96:128] = 230
        return luma, cells_of(SEAT, passer)

    scene = learned(stage, script)
    assert not scene.proven[cells_of(SEAT)].any()


def test_an_island_among_refused_cells_is_refused() -> None:
    """One cell of the sitter's, with luck, is never under a mask."""
    stage = Stage()
    mask = cells_of(SEAT)
    mask[4, 5] = False
    scene = learned(stage, lambda n: (stage.with_person(SEAT), NOBODY if n % 3 == 0 else mask))
    assert not scene.proven[cells_of(SEAT)].any()


def test_the_place_of_someone_who_left_after_twenty_of_thirty_minutes_is_never_them() -> None:
    stage = Stage()
    sitting = stage.with_person(SEAT)
    lost = np.random.default_rng(3).random(SAMPLES) < 0.3

    def script(number: int):
        if number >= SAMPLES * 2 // 3:
            return None, NOBODY
        return sitting, NOBODY if lost[number] else cells_of(SEAT)

    scene = learned(stage, script)
    assert unknown(scene, stage.picture(sitting))[cells_of(SEAT)].all()
    shown = ~cells_of(SEAT)
    assert scene.proven[shown].all(), "around the seat everything was always empty"


def test_the_place_of_someone_who_left_early_is_proven_again() -> None:
    stage = Stage()
    sitting, wide = stage.with_person(SEAT), Box(48, 32, 64, 96)

    def script(number: int):
        if number >= SAMPLES // 4:
            return None, NOBODY
        return sitting, NOBODY if number % 3 == 0 else cells_of(wide)

    scene = learned(stage, script)
    assert scene.proven.all()
    assert not unknown(scene, stage.picture()).any()
    assert unknown(scene, stage.picture(sitting))[cells_of(SEAT)].all()


def test_walkers_under_their_masks_leave_the_ground_proven() -> None:
    stage = Stage()

    def script(number: int):
        walker = Box(number * 3 % 160, 64, 24, 64)
        return stage.with_person(walker), cells_of(walker)

    assert learned(stage, script).proven.all()


def test_a_screen_that_never_stands_still_is_not_proven() -> None:
    stage, flicker = Stage(), np.random.default_rng(9)

    def script(_: int):
        luma = stage.empty()
        luma[32:64, 32:64] = flicker.uniform(0, 255)
        return luma, NOBODY

    scene = learned(stage, script)
    assert not scene.proven[2:4, 2:4].any()
    assert scene.proven[5:].all()


def test_a_slow_drift_of_light_over_the_recording_is_no_noise() -> None:
    stage, learner = Stage(), Learner(HEIGHT, WIDTH, (1, 1), 8)
    for number in range(SAMPLES):
        learner.add(stage.picture(gain=0.8 + 0.4 * number / SAMPLES), NOBODY)
    scene = learner.learn()
    assert scene.proven.all()
    assert np.median(scene.noise[0]) < 1.5


def _random_life(seed: int, under: int, watch_hidden: bool) -> Scene:
    """A scene learned under random masks; what is under them depends on `under`."""
    masks, dirt = np.random.default_rng(seed), np.random.default_rng(under)
    stage = Stage(rng=np.random.default_rng(seed))
    learner = Learner(HEIGHT, WIDTH, (1, 1), 8, watch_hidden=watch_hidden)
    for _ in range(12):
        hidden = masks.random((HEIGHT // 16, WIDTH // 16)) < 0.3
        planes = stage.picture()
        for plane, side in zip(planes, (16, 8, 8), strict=True):
            pixels = hidden.repeat(side, 0).repeat(side, 1)
            plane[pixels] = dirt.integers(0, 256, int(pixels.sum()))
        learner.add(planes, hidden)
    return learner.learn()


@at_most(15)
@given(st.integers(0, 2**16), st.integers(1, 2**16), st.integers(1, 2**16))
def test_hidden_pixels_have_no_say_in_the_fill(seed: int, one: int, other: int) -> None:
    first, second = (_random_life(seed, under, watch_hidden=False) for under in (one, other))
    assert all(np.array_equal(a, b) for a, b in zip(first.planes, second.planes, strict=True))
    for name in ("blocks", "noise", "proven"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@at_most(5)
@given(st.integers(0, 2**16), st.integers(1, 2**16))
def test_hidden_pixels_can_only_refuse_a_cell(seed: int, under: int) -> None:
    blind, watching = (_random_life(seed, under, watch_hidden=watch) for watch in (False, True))
    assert not (watching.proven & ~blind.proven).any()


def test_where_nothing_was_ever_seen_the_fill_is_flat() -> None:
    stage = Stage()
    scene = learned(stage, lambda _: (stage.with_person(SEAT), cells_of(SEAT)))
    assert not scene.proven[cells_of(SEAT)].any()
    assert (scene.planes[0][48:112, 64:96] == 72).all()
    assert (scene.planes[1][24:56, 32:48] == 128).all()


def test_the_picture_takes_no_person_who_stood_there_unmasked_for_a_while() -> None:
    stage = Stage()
    scene = learned(stage, lambda n: (stage.with_person(SEAT) if n % 3 == 0 else None, NOBODY))
    assert np.abs(scene.planes[0].astype(float) - stage.room).max() < 3


def test_memory_is_bounded_and_samples_stay_evenly_spread() -> None:
    stage, learner = Stage(), Learner(HEIGHT, WIDTH, (1, 1), 8, capacity=10)
    for _ in range(95):
        learner.add(stage.picture(), NOBODY)
        assert len(learner._samples.items) <= 10
        assert len(learner._pictures.items) <= 10
    assert len(learner._samples.items) >= 5
    assert learner.learn().proven.any() == (len(learner._samples.items) >= 8)


def test_a_scene_is_the_same_once_saved_and_loaded(tmp_path: Path) -> None:
    scene = learned(Stage(), lambda _: (None, NOBODY))
    scene.save(tmp_path / "scene.npz")
    again = load(tmp_path / "scene.npz")
    assert all(np.array_equal(a, b) for a, b in zip(scene.planes, again.planes, strict=True))
    assert np.array_equal(scene.blocks, again.blocks)
    assert np.array_equal(scene.noise, again.noise)
    assert np.array_equal(scene.proven, again.proven)
    assert (scene.subsampling, scene.depth) == (again.subsampling, again.depth)


def test_a_scene_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scene.npz"
    np.savez(path, numbers=np.array([99, 1, 1, 8]))
    with pytest.raises(ValueError, match="version 99, expected 1"):
        load(path)


@pytest.mark.parametrize("shape", [(241, 321), (16, 16), (33, 47), (1080 // 8, 240)])
@pytest.mark.parametrize("subsampling", [(1, 1), (0, 0), (1, 0), (2, 0), None])
@pytest.mark.parametrize("depth", [8, 10])
def test_odd_sizes_subsamplings_and_depths_are_learned(
    shape: tuple[int, int], subsampling: tuple[int, int] | None, depth: int
) -> None:
    height, width = shape
    across, down = subsampling or (0, 0)
    rng = np.random.default_rng(2)
    sizes = [(height, width)]
    if subsampling:
        sizes += [(-(-height // (1 << down)), -(-width // (1 << across)))] * 2
    kind = np.uint8 if depth == 8 else np.uint16
    planes = tuple((rng.integers(60, 180, size) << (depth - 8)).astype(kind) for size in sizes)
    hidden = np.zeros((-(-height // 16), -(-width // 16)), np.bool_)
    learner = Learner(height, width, (across, down), depth)
    for _ in range(10):
        learner.add(planes, hidden)
    scene = learner.learn()
    assert scene.proven.all()
    assert scene.proven.shape == hidden.shape
    assert all(np.array_equal(a, b) for a, b in zip(scene.planes, planes, strict=True))
    assert not unknown(scene, planes).any()
