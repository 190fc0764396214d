"""Motion is seen where something moves, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.fire import noisy, street
from numpy.typing import NDArray

from contrejour.vision.senses import flow, luma, small_size

PLACE = street()
BODY = street(60, 80, seed=9)
ELAPSED_NS = 120_000_000
RNG = np.random.default_rng(5)


def seen(picture: NDArray[np.uint8], sigma: float = 1.5) -> NDArray[np.uint8]:
    return luma(noisy(picture, RNG, sigma))


def with_body(x: int, y: int) -> NDArray[np.uint8]:
    picture = PLACE.copy()
    picture[y : y + 80, x : x + 60] = BODY
    return picture


@pytest.mark.parametrize(("right", "down"), [(6, 0), (-6, 0), (0, 5), (3, -4)])
def test_a_body_moves_as_it_moves_in_picture_widths_a_second(right: int, down: int) -> None:
    before, after = with_body(120, 50), with_body(120 + right, 50 + down)
    grid = flow(seen(before), seen(after), ELAPSED_NS)
    expected = np.array([right, down]) / 320 / 0.12
    inside = grid[5:9, 10:13].reshape(-1, 2)
    assert np.abs(np.median(inside, axis=0) - expected).max() < 0.2 * np.abs(expected).max()
    assert not grid[:, :6].any()
    assert not grid[:, 18:].any()


def test_a_still_picture_is_exactly_still() -> None:
    same = seen(PLACE)
    assert not flow(same, same, ELAPSED_NS).any()


@pytest.mark.parametrize("sigma", [1.0, 3.0, 6.0])
@pytest.mark.parametrize("level", [0.15, 1.0])
def test_noise_does_not_move(sigma: float, level: float) -> None:
    place = street(level=level)
    for _ in range(10):
        grid = flow(seen(place, sigma), seen(place, sigma), ELAPSED_NS)
        assert np.abs(grid).sum() < 0.05


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.3])
def test_a_light_step_does_not_move(gain: float) -> None:
    lit = np.clip(PLACE * gain, 0, 255).astype(np.uint8)
    assert np.abs(flow(seen(PLACE), seen(lit), ELAPSED_NS)).sum() < 0.05


def test_a_lamp_that_blinks_does_not_move() -> None:
    lamp = PLACE.copy()
    lamp[60:80, 100:160] = 250
    grid = flow(seen(PLACE), seen(lamp), ELAPSED_NS)
    assert np.hypot(*grid.reshape(-1, 2).T).max() < 0.1


def test_a_picture_of_any_shape_has_a_grid() -> None:
    assert small_size(720, 1280) == (320, 569)
    tall = np.zeros((569, 320), np.uint8)
    assert flow(tall, tall, 1).shape == (43, 24, 2)
    wide = np.zeros((16, 320), np.uint8)
    assert flow(wide, wide, 1).shape == (4, 24, 2)


def test_no_time_between_two_pictures_is_an_error() -> None:
    with pytest.raises(ValueError, match="elapsed_ns"):
        flow(seen(PLACE), seen(PLACE), 0)
