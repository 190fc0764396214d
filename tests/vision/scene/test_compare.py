"""What of a picture is hidden, given a learned scene."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.stage import HEIGHT, WIDTH, Stage, cells_of, learned
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import Box
from contrejour.vision.scene import Learner, Scene, changed, denied, hold, unknown

NOBODY = cells_of()
PERSON = Box(80, 40, 32, 72)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return learned(Stage(), lambda _: (None, NOBODY))


@pytest.fixture
def stage() -> Stage:
    return Stage(rng=np.random.default_rng(11))


def test_until_the_scene_is_learned_everything_is_unknown(stage: Stage) -> None:
    assert unknown(Learner(HEIGHT, WIDTH, (1, 1), 8).learn(), stage.picture()).all()


def test_the_empty_room_is_shown_whole_despite_its_noise(scene: Scene, stage: Stage) -> None:
    assert not any(unknown(scene, stage.picture()).any() for _ in range(50))


def test_a_person_is_hidden_with_a_margin_and_the_rest_is_shown(scene: Scene, stage: Stage) -> None:
    hidden = unknown(scene, stage.picture(stage.with_person(PERSON)))
    assert hidden[cells_of(PERSON)].all()
    assert hidden[1, 5:7].all(), "the row of cells above the head"
    assert not hidden[:, :3].any()
    assert not hidden[:, 10:].any()


def test_a_very_dim_person_on_a_dim_ground_is_hidden() -> None:
    night = Stage()
    night.room = night.room / 8 + 10
    scene = learned(night, lambda _: (None, NOBODY))
    x, y, w, h = PERSON
    luma = night.room.copy()
    luma[y : y + h, x : x + w] -= 8
    for _ in range(20):
        assert unknown(scene, night.picture(luma))[cells_of(PERSON)].all()


def test_a_person_as_bright_as_the_wall_is_seen_by_colour(scene: Scene, stage: Stage) -> None:
    luma, first, second = stage.picture()
    x, y, w, h = (side // 2 for side in PERSON)
    first[y : y + h, x : x + w] -= 12
    assert unknown(scene, (luma, first, second))[cells_of(PERSON)].all()


def test_a_body_that_looks_like_the_wall_in_its_middle_is_closed(
    scene: Scene, stage: Stage
) -> None:
    luma = stage.with_person(PERSON)
    luma[56:100, 88:104] = stage.room[56:100, 88:104]
    assert unknown(scene, stage.picture(luma))[cells_of(PERSON)].all()


def test_a_side_that_looks_like_the_wall_is_closed_too(scene: Scene, stage: Stage) -> None:
    """Of the body only the back, the hat and the shoes differ: an open shape."""
    box = Box(64, 16, 64, 112)
    luma = stage.with_person(box)
    luma[32:112, 80:128] = stage.room[32:112, 80:128]
    assert unknown(scene, stage.picture(luma))[2:7, 5:7].all()


def test_someone_so_near_that_they_fill_the_picture_hides_everything(
    scene: Scene, stage: Stage
) -> None:
    near = Box(0, 0, 144, HEIGHT)
    assert unknown(scene, stage.picture(stage.with_person(near))).all()


def test_changes_in_most_of_the_picture_hide_all_of_it(scene: Scene, stage: Stage) -> None:
    """A small patch in nine of thirteen columns of cells: no light, no body, but not the scene."""
    luma = stage.empty()
    for row, column in np.ndindex(HEIGHT // 16, 9):
        y, x = row * 16 + 4, column * 16 + 4
        luma[y : y + 8, x : x + 8] = 250 - luma[y : y + 8, x : x + 8] / 4
    assert unknown(scene, stage.picture(luma)).all()


@pytest.mark.parametrize(("gain", "shift"), [(0.8, 0), (1.25, 0), (1, 18), (0.9, 12)])
def test_another_light_on_the_same_room_is_no_change_but_a_person_in_it_is(
    scene: Scene, stage: Stage, gain: float, shift: float
) -> None:
    assert unknown(scene, stage.picture(gain=gain, shift=shift)).mean() < 0.02
    person = stage.picture(stage.with_person(PERSON), gain, shift)
    assert unknown(scene, person)[cells_of(PERSON)].all()


def test_a_light_step_that_no_gain_explains_hides_everything(scene: Scene, stage: Stage) -> None:
    assert unknown(scene, stage.picture(255 - stage.room)).all()
    assert unknown(scene, stage.picture(np.zeros_like(stage.room))).all()


def test_a_knocked_camera_hides_everything(scene: Scene, stage: Stage) -> None:
    assert unknown(scene, stage.picture(np.roll(stage.room, (11, 9), (0, 1)))).all()


def test_headlights_hide_where_they_sweep_and_no_more_than_that(scene: Scene, stage: Stage) -> None:
    columns = np.arange(WIDTH)
    for centre in range(0, WIDTH, 16):
        sweep = 90 * np.exp(-(((columns - centre) / 12) ** 2))
        hidden = unknown(scene, stage.picture(np.clip(stage.room + sweep, 0, 255)))
        assert hidden[:, centre // 16].all()
        assert not hidden[:, np.abs(np.arange(WIDTH // 16) * 16 + 8 - centre) > 72].any()


def test_an_open_door_is_hidden_until_it_is_shut(scene: Scene, stage: Stage) -> None:
    door = Box(16, 32, 32, 80)
    assert unknown(scene, stage.picture(stage.with_person(door, level=230)))[cells_of(door)].all()
    assert not unknown(scene, stage.picture()).any()


def test_an_unproven_cell_is_hidden_whatever_it_shows(stage: Stage) -> None:
    scene = learned(Stage(), lambda _: (None, cells_of(PERSON)))
    assert unknown(scene, stage.picture())[cells_of(PERSON)].all()


def test_one_wrong_block_is_flicker_and_two_are_not(scene: Scene, stage: Stage) -> None:
    luma = stage.room.copy()
    luma[64:68, 64:68] += 60
    assert not unknown(scene, stage.picture(luma)).any()
    luma[64:68, 68:72] += 60
    assert unknown(scene, stage.picture(luma))[4, 4]


def test_a_person_at_the_edge_is_hidden_up_to_the_edge(scene: Scene, stage: Stage) -> None:
    corner = Box(176, 96, 32, 48)
    hidden = unknown(scene, stage.picture(stage.with_person(corner)))
    assert hidden[cells_of(corner)].all()


@given(st.lists(st.tuples(st.integers(1, 90), st.booleans()), max_size=12), st.integers(0, 200))
def test_held_cells_are_those_of_the_frames_near_in_time(
    steps: list[tuple[int, bool]], hold_ns: int
) -> None:
    times = np.cumsum([step for step, _ in steps]).tolist()
    changed = [on for _, on in steps]
    frames = [(at, np.full((1, 1), on)) for at, on in zip(times, changed, strict=True)]
    assert [bool(cells[0, 0]) for cells in hold(iter(frames), hold_ns)] == [
        any(on for near, on in zip(times, changed, strict=True) if abs(near - at) <= hold_ns)
        for at in times
    ]


def test_hold_reads_one_frame_further_ahead_than_it_holds() -> None:
    taken: list[int] = []

    def frames():
        for number in range(10):
            taken.append(number)
            yield 40 * number, np.zeros((1, 1), np.bool_)

    next(hold(frames(), 80))
    assert taken == [0, 1, 2, 3]


@pytest.mark.parametrize(("height", "margin_px"), [(288, 16), (576, 16), (1152, 32), (2304, 64)])
def test_the_margin_above_a_body_grows_with_the_picture(height: int, margin_px: int) -> None:
    rng = np.random.default_rng(5)

    def picture() -> tuple[np.ndarray, ...]:
        return (rng.normal(100, 2, (height, 128)).round().astype(np.uint8),)

    learner = Learner(height, 128, (0, 0), 8)
    for _ in range(16):
        learner.add(picture(), np.zeros((height // 16, 8), np.bool_))
    (luma,) = picture()
    luma[height // 2 : height // 2 + 64, 48:80] = 20
    hidden = unknown(learner.learn(), (luma,))
    top_px = int(hidden.any(axis=1).argmax()) * 16
    assert margin_px <= height // 2 - top_px <= margin_px + 16


def test_what_was_never_learned_is_hidden_without_the_cells_around_it(stage: Stage) -> None:
    car = Box(80, 48, 48, 48)  # dark, where what was never learned is grey
    scene = learned(stage, lambda _: (stage.with_person(car, level=20.0), cells_of(car)))
    for _ in range(20):
        hidden = unknown(scene, stage.picture(stage.with_person(car, level=20.0)))
        assert (hidden == cells_of(car)).all()


def test_a_person_beside_what_was_never_learned_is_hidden(stage: Stage) -> None:
    car = Box(80, 48, 48, 48)
    scene = learned(stage, lambda _: (stage.with_person(car, level=20.0), cells_of(car)))
    for at in range(0, 17, 4):
        beside = Box(128 + at, 40, 16, 72)
        hidden = unknown(scene, stage.picture(stage.with_person(beside)))
        assert hidden[cells_of(beside)].all()


def test_what_changed_leaves_out_what_is_not_proven(stage: Stage) -> None:
    scene = learned(Stage(), lambda _: (None, cells_of(Box(0, 0, 64, 144))))
    assert 0 < np.count_nonzero(~scene.proven) < scene.proven.size
    planes = stage.picture(stage.with_person(PERSON))
    differs = changed(scene, planes)
    assert differs is not None
    assert differs[cells_of(PERSON)].all()
    assert not differs[~scene.proven].any()
    assert (denied(scene, differs) == unknown(scene, planes)).all()
    assert (unknown(scene, planes) == differs | ~scene.proven).all()


def test_nothing_is_said_to_have_changed_where_no_scene_fits(scene: Scene, stage: Stage) -> None:
    nowhere = Learner(HEIGHT, WIDTH, (1, 1), 8).learn()
    assert changed(nowhere, stage.picture()) is None
    assert changed(scene, stage.picture(255 - stage.empty())) is None
    assert denied(scene, None).all()


def test_a_scene_that_was_kept_without_its_unproven_cells_hides_the_same(stage: Stage) -> None:
    someone = cells_of(Box(0, 0, 48, 48))
    scene = learned(Stage(), lambda _: (None, someone))
    dark = tuple(np.zeros_like(plane) for plane in stage.picture())
    with np.errstate(all="raise"):
        for picture in (stage.picture(), stage.picture(stage.with_person(PERSON)), dark):
            assert (unknown(scene.bare, picture) == unknown(scene, picture)).all()
