"""Under the mask nothing of the input is left, on any plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import CELL_PX, Cells, Frame
from contrejour.vision.veil import COSMETIC, SAFE, apply, grid

shapes = st.sampled_from(
    [
        ((1, 1), 8, 3),
        ((1, 0), 8, 3),
        ((0, 0), 8, 3),
        ((1, 1), 10, 3),
        ((0, 0), 12, 3),
        ((0, 0), 8, 1),
    ]
)


def picture(width: int, height: int, shape: tuple[tuple[int, int], int, int], seed: int) -> Frame:
    (step_x, step_y), depth, count = shape
    random = np.random.default_rng(seed)
    kind = np.uint8 if depth == 8 else np.uint16
    planes = [random.integers(0, 1 << depth, (height, width)).astype(kind)]
    small = (-(-height // (1 << step_y)), -(-width // (1 << step_x)))
    planes += [random.integers(0, 1 << depth, small).astype(kind) for _ in range(count - 1)]
    return Frame(
        0, 0, 0, width, height, 0, tuple(planes), (step_x, step_y), depth, lambda _, w, h: None
    )  # type: ignore[arg-type, return-value]


def under(plane: np.ndarray, hidden: Cells, frame: Frame, number: int) -> np.ndarray:
    """Where this plane lies under the mask, pixel by pixel."""
    x, y = frame.subsampling if number else (0, 0)
    return hidden.repeat(CELL_PX >> y, 0).repeat(CELL_PX >> x, 1)[
        : plane.shape[0], : plane.shape[1]
    ]


@pytest.mark.parametrize("fill", SAFE)
@given(st.integers(1, 90), st.integers(1, 90), shapes, st.integers(0, 2**32 - 1), st.data())
def test_a_safe_fill_depends_on_no_hidden_pixel(
    fill: str, width: int, height: int, shape: tuple[tuple[int, int], int, int], seed: int,
    data: st.DataObject,
) -> None:  # fmt: skip
    rows, columns = grid(width, height)
    hidden = np.random.default_rng(seed).random((rows, columns)) < data.draw(st.floats(0, 1))
    one, other = picture(width, height, shape, seed), picture(width, height, shape, seed + 1)
    scene = picture(width, height, shape, seed + 2).planes
    mixed = []
    for number, (a, b) in enumerate(zip(one.planes, other.planes, strict=True)):
        mixed.append(np.where(under(a, hidden, one, number), b, a))
    swapped = Frame(0, 0, 0, width, height, 0, tuple(mixed), one.subsampling, one.depth, one.rgb_of)
    first, second = apply(one, hidden, fill, scene), apply(swapped, hidden, fill, scene)
    for number, (a, b) in enumerate(zip(first.planes, second.planes, strict=True)):
        assert (a == b).all()
        seen = ~under(a, hidden, one, number)
        assert (a[seen] == one.planes[number][seen]).all()


@pytest.mark.parametrize("fill", COSMETIC)
def test_a_cosmetic_fill_does_depend_on_hidden_pixels(fill: str) -> None:
    shape = ((1, 1), 8, 3)
    one, other = picture(64, 64, shape, 1), picture(64, 64, shape, 2)
    hidden = np.ones((4, 4), bool)
    first, second = apply(one, hidden, fill), apply(other, hidden, fill)
    assert any((a != b).any() for a, b in zip(first.planes, second.planes, strict=True))


def test_the_input_picture_is_left_alone() -> None:
    one = picture(64, 48, ((1, 1), 8, 3), 3)
    before = [plane.copy() for plane in one.planes]
    apply(one, np.ones((3, 4), bool))
    assert all((a == b).all() for a, b in zip(before, one.planes, strict=True))
