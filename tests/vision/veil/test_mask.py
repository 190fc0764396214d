"""Boxes become whole cells, never fewer, under any rotation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import CELL_PX, Box, HiddenBox, Mask, Source
from contrejour.vision.veil import boxes, cells, grid
from contrejour.vision.veil.mask import to_coded, to_upright

sizes = st.integers(1, 200)
spans = st.integers(-40, 260)
rotations = st.sampled_from([0, 90, 180, 270])


def upright(width: int, height: int, rotation: int) -> tuple[int, int]:
    return (height, width) if rotation % 180 else (width, height)


@given(sizes, sizes, rotations, spans, spans, st.integers(0, 120), st.integers(0, 120))
def test_every_pixel_of_a_box_is_hidden_and_nothing_beyond_its_cells(
    width: int, height: int, rotation: int, x: int, y: int, w: int, h: int
) -> None:
    wide, high = upright(width, height, rotation)
    pixels = np.zeros((high, wide), bool)
    pixels[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True
    coded = np.rot90(pixels, rotation // 90)
    mask = Mask(0, (HiddenBox(Box(x, y, w, h), Source.DETECTOR),))
    hidden = cells(mask, width, height, rotation)
    assert hidden.shape == grid(width, height)
    spread = hidden.repeat(CELL_PX, 0).repeat(CELL_PX, 1)[:height, :width]
    assert not (coded & ~spread).any()
    for row, column in np.argwhere(hidden):
        cell = coded[row * CELL_PX :, column * CELL_PX :][:CELL_PX, :CELL_PX]
        assert cell.any()


@given(sizes, sizes, rotations, st.data())
def test_cells_come_back_from_their_boxes_exactly(
    width: int, height: int, rotation: int, data: st.DataObject
) -> None:
    rows, columns = grid(width, height)
    count = rows * columns
    drawn = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    hidden = np.array(drawn).reshape(rows, columns)
    found = tuple(HiddenBox(b, Source.SCENE) for b in boxes(hidden, width, height, rotation))
    assert (cells(Mask(0, found), width, height, rotation) == hidden).all()


@given(sizes, sizes, rotations, spans, spans, sizes, sizes)
def test_rotating_a_box_there_and_back_changes_nothing(
    width: int, height: int, rotation: int, x: int, y: int, w: int, h: int
) -> None:
    box = Box(x, y, w, h)
    there = to_coded(box, width, height, rotation)
    assert to_upright(there, width, height, rotation) == box


def test_a_frame_veiled_whole_hides_every_cell() -> None:
    assert cells(Mask(0, whole="corrupt"), 100, 50).all()
