"""Homes and the driver's seat: painted first, wherever they lie in the picture, on every plane."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Malformed, Refused
from contrejour.live.site import read_site
from contrejour.live.watch import privacy
from contrejour.media import Format

SQUARE = ((0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5))


def fmt_of(width: int, height: int, rotation: int = 0) -> Format:
    return Format(
        "rtsp", "h264", "yuv420p", width, height, (1, 1), 8, False, Fraction(1, 90_000),
        Fraction(25), Fraction(1), rotation, None, (1, 1, 1, 1), (), "", 0, 0,
    )  # fmt: skip


class Planned:
    """As much of a plan as is asked here."""

    def __init__(self, *masks: str) -> None:
        self.masks = masks

    def grants(self, camera: str) -> tuple:
        return (self,)


def test_a_mask_of_the_plan_that_nobody_drew_stops_the_camera():
    with pytest.raises(Refused, match="the plan masks homes, and the site file doesn't say where"):
        privacy.drawn(Planned("homes", "seat"), "cam-a", {"seat": (SQUARE,)})


def test_a_mask_that_is_out_of_view_is_said_to_be():
    assert privacy.drawn(Planned("homes"), "cam-a", {"homes": ()}) == ()
    drawn = privacy.drawn(Planned("homes"), "cam-a", {"homes": (), "more": (SQUARE,)})
    assert drawn == (SQUARE,)


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [(0, (0, -1)), (90, (0, 0)), (180, (-1, 0)), (270, (-1, -1))],
)
def test_it_lies_where_the_viewer_sees_it_whatever_the_camera_turns(rotation, corner):
    """The upper right quarter, as it is seen."""
    cells = privacy.cells([SQUARE], fmt_of(320, 320, rotation))
    assert cells[corner]
    assert 0.25 <= cells.mean() < 0.4
    assert cells.sum() == privacy.cells([SQUARE], fmt_of(320, 320)).sum()


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=6),
    st.integers(16, 200), st.integers(16, 200), st.sampled_from([0, 90, 180, 270]),
)  # fmt: skip
def test_every_corner_is_painted_in_every_picture(polygon, width, height, rotation):
    fmt = fmt_of(width, height, rotation)
    cells = privacy.cells([polygon], fmt)
    painted = cells.repeat(16, 0).repeat(16, 1)[:height, :width]
    upright = np.rot90(painted, -rotation // 90)
    rows, columns = upright.shape
    for x, y in polygon:
        assert upright[min(rows - 1, round(y * rows)), min(columns - 1, round(x * columns))]


@pytest.mark.parametrize(
    "drawn", ["[[0, 0], [1, 1]]", "[[0, 0], [1, 1], [2, 0]]", "[[0, 0], [1, 1], [.5, x]]", "3"]
)
def test_a_polygon_that_is_none_is_told_with_its_line(drawn):
    text = f"site: 1\ncameras:\n  a:\n    address: rtsp://x\n    privacy: {{homes: [{drawn}]}}\n"
    with pytest.raises(Malformed, match=r"s\.yml:5: cameras\.a\.privacy"):
        read_site(text, "s.yml")
