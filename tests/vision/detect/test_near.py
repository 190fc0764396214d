"""When the person detector is asked a second time, on a coarser picture."""

from __future__ import annotations

import numpy as np
import pytest

from contrejour.base.pictures import Kind
from contrejour.vision.detect.near import in_doubt

HEIGHT = 500


def found(kind: Kind, x: int, y: int, w: int, h: int, score: float):
    return np.array([x, y, w, h], np.float32), kind, score


TALL = (100, 50, 200, 400)
FACE = (160, 60, 60, 70)


@pytest.mark.parametrize(
    ("seen", "doubt"),
    [
        ([], False),
        ([found(Kind.PERSON, *TALL, 0.9)], False),
        ([found(Kind.PERSON, *TALL, 0.3)], True),
        ([found(Kind.PERSON, 100, 50, 40, 100, 0.3)], False),
        ([found(Kind.VEHICLE, *TALL, 0.3)], False),
        ([found(Kind.FACE, *FACE, 0.9)], True),
        ([found(Kind.FACE, 160, 60, 20, 24, 0.9)], False),
        ([found(Kind.FACE, *FACE, 0.9), found(Kind.PERSON, *TALL, 0.9)], False),
        ([found(Kind.FACE, 400, 60, 60, 70, 0.9), found(Kind.PERSON, *TALL, 0.9)], True),
    ],
)
def test_somebody_may_be_near_where_a_large_box_is_unsure_or_a_large_face_has_no_body(
    seen: list, doubt: bool
) -> None:
    assert in_doubt(seen, HEIGHT) is doubt
