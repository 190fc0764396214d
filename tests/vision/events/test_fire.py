"""What lasts and spreads, and lights that do neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from fakes.scenes import GRID, Scene

from contrejour.vision.events.fire import Fire

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
Glow = Callable[[float, np.ndarray], None]


def held(glow: Glow, seconds: float = 90, polygon=WHOLE, grid: str = "flames") -> list[float]:
    """The seconds that hold, of a grid that `glow` lights."""
    rule, found = Fire(polygon), []
    for moment in Scene([], seconds).moments():
        lit, at_s = np.zeros(GRID, np.float32), moment.time_ns / 1e9
        glow(at_s, lit)
        if rule.update(replace(moment, **{grid: lit})).holds:
            found.append(at_s)
    return found


def spreads(at_s: float, lit: np.ndarray) -> None:
    """From two cells at 10 s, a cell wider each 4 s; half of the time a cell is dark."""
    if at_s >= 10:
        reach = 1 + int((at_s - 10) / 4)
        flicker = np.random.default_rng(int(at_s * 100)).random((reach, 2 * reach)) < 0.7
        lit[10 : 10 + reach, 8 : 8 + 2 * reach] = flicker[: len(lit) - 10, : GRID[1] - 8]


@pytest.mark.parametrize("grid", ["flames", "smoke"])
def test_what_lasts_and_spreads_is_held(grid):
    seconds = held(spreads, 40, grid=grid)
    assert 15 < seconds[0] < 30
    assert len(seconds) > 50


def test_what_spreads_outside_the_zone_is_not_told():
    assert held(spreads, 40, ((0, 0), (0.2, 0), (0.2, 1), (0, 1))) == []


def lamp(at_s: float, lit: np.ndarray) -> None:
    if at_s >= 10:
        lit[5:8, 5:8] = 0.9


def beacon(at_s: float, lit: np.ndarray) -> None:
    if at_s >= 10 and at_s % 1 < 0.6:
        lit[5:8, 5:8] = 1


def goes_by(at_s: float, lit: np.ndarray) -> None:
    x = int(at_s) % 28
    lit[8:12, x : x + 4] = 1


def two_lamps(at_s: float, lit: np.ndarray) -> None:
    lamp(at_s, lit)
    if at_s >= 40:
        lit[12:16, 12:16] = 0.8


def uneven(at_s: float, lit: np.ndarray) -> None:
    """A sign: bright in the middle, dim at its rim, with noise."""
    lit[4:12, 4:12] = 0.35
    lit[6:10, 6:10] = 0.9
    lit += np.random.default_rng(int(at_s * 100)).normal(0, 0.05, GRID).astype(np.float32)


def dies(at_s: float, lit: np.ndarray) -> None:
    spreads(at_s, lit) if at_s < 30 else None


@pytest.mark.parametrize("glow", [lamp, beacon, goes_by, two_lamps, uneven])
def test_a_light_is_no_fire(glow):
    assert held(glow) == []


def test_a_fire_that_is_out_is_out():
    assert held(dies)[-1] < 35


def test_nothing_is_said_without_grids_and_nothing_known_after_a_reset():
    rule = Fire(WHOLE)
    moments = list(Scene([], 40).moments())
    assert not any(rule.update(each).holds for each in moments)
    for each in moments:
        lit = np.zeros(GRID, np.float32)
        spreads(each.time_ns / 1e9, lit)
        last = rule.update(replace(each, flames=lit))
    assert last.holds
    rule.reset()
    assert not rule.update(replace(moments[-1], flames=lit)).holds
