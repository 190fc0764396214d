"""Whoever comes is seen while their first frames wait, whatever a camera's stamps say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from fakes.detectors import Fake
from fakes.streams import fmt_of

from contrejour.base.pictures import Box, Detection, Frame, Kind
from contrejour.base.times import Instant
from contrejour.live.watch.hiding import MOST_AHEAD_NS, Masks
from contrejour.media.camera.live import _rate
from contrejour.vision.detect.look import INTERVAL_NS

MS = 1_000_000
FMT = replace(fmt_of(), width=640, height=352)
COMES, HIGH, WIDE, PACE = 60, 140, 40, 6


def place(number: int) -> Box | None:
    """Where somebody is who walks in from the left, in whole pixels of the picture."""
    x = PACE * (number - COMES) - WIDE
    left, right = max(0, x), min(FMT.width, x + WIDE)
    return Box(left, 120, right - left, HIGH) if number >= COMES and right > left else None


def frames(stamps_ns: list[int]) -> Iterator[Frame]:
    behind = np.kron(np.random.default_rng(0).integers(60, 190, (44, 80)), np.ones((8, 8)))
    grey = np.full((176, 320), 128, np.uint8)
    for number, at_ns in enumerate(stamps_ns):
        light = behind.astype(np.uint8)
        if box := place(number):
            light[box.y : box.y + box.h, box.x : box.x + box.w] = 230
        yield Frame(
            number, at_ns, at_ns, FMT.width, FMT.height, 0, (light, grey, grey), (1, 1), 8,
            lambda planes, w, h: planes[0].astype(np.uint8),
            taken=Instant(number * 40 * MS, 0, None, 0),
        )  # fmt: skip


def found(frame: Frame) -> tuple[Detection, ...]:
    """All that a detector can see: not the first eight columns of a person."""
    box = place(frame.index)
    return (Detection(box, Kind.PERSON, 0.9),) if box and box.w >= 8 else ()


@pytest.mark.parametrize("first_ms", [1, 2, 5, 40, 400, 9000])
@pytest.mark.parametrize("step_ms", [1, 5, 16, 40])
def test_attack_70_no_stamps_show_anybody_who_walks_in(first_ms: int, step_ms: int) -> None:
    """They made a rate of 1,000: frames waited for 7.5 ms, and looks were 150 ms apart."""
    stamps = [0, *(first_ms * MS + number * step_ms * MS for number in range(160))]
    made = Masks(
        replace(FMT, rate=_rate(stamps[:2]) or Fraction(25)),
        Fake(found),
        "people",
        None,
        lambda: INTERVAL_NS,
    )
    shown = []
    for frame, hidden, reason in made.of(frames(stamps)):
        box = place(frame.index)
        if box and not reason:
            right = -(-(box.x + box.w) // 16)
            over = hidden[box.y // 16 : (box.y + box.h) // 16, box.x // 16 : right]
            shown += [frame.index] if over.mean() < 0.9 else []
    assert shown == []


@pytest.mark.parametrize("rate", ["1/100", "1", "5", "12", "25", "50", "1000"])
def test_frames_wait_for_two_looks_and_never_for_long(rate: str) -> None:
    made = Masks(replace(FMT, rate=Fraction(rate)), Fake(found), "people", None, lambda: 10**12)
    assert 2 * made._interval() <= made.lookahead_ns <= MOST_AHEAD_NS


def test_one_burst_and_one_loss_leave_the_rate() -> None:
    for steps in ([2, 40, 40], [40, 1, 40], [40, 80, 40]):
        stamps = [sum(steps[:n]) * MS for n in range(4)]
        assert _rate(stamps) == 25
