"""What veils the scene behind it, and what hides, darkens or lights it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from fakes.fire import HEIGHT, LOOK_NS, WIDTH, noisy, painted, smoked, street

from contrejour.base.pictures import Box, Rgb
from contrejour.vision.senses import Smoke

BEGINS_S = 6.0
PLACE = street()


def veiled(shown: Callable[[float], Rgb], seconds: float = 20.0) -> list[float]:
    """How much smoke at each look after the quiet of the first six seconds, in cells."""
    smoke, rng, found = Smoke(), np.random.default_rng(3), []
    for time_ns in range(0, int(seconds * 1e9), LOOK_NS):
        time_s = time_ns / 1e9 - BEGINS_S
        picture = shown(time_s) if time_s >= 0 else PLACE
        found.append(float((smoke.update(time_ns, noisy(picture, rng)) > 0).sum()))
    return found[int(BEGINS_S * 1e9) // LOOK_NS :]


@pytest.mark.parametrize("grey", [60, 120, 200])
def test_smoke_that_rises_is_seen_whatever_its_grey(grey: int) -> None:
    found = veiled(lambda time_s: smoked(PLACE, time_s, 160, 150, 120, grey))
    assert np.mean([cells >= 3 for cells in found[40:]]) > 0.9


def bus(time_s: float) -> Rgb:
    x = int(time_s * 40) - 150
    picture = painted(PLACE, Box(x, 50, 150, 90), (200, 200, 205))
    return painted(picture, Box(x + 10, 60, 130, 30), (60, 70, 80))


def person(time_s: float) -> Rgb:
    return painted(PLACE, Box(40 + int(time_s * 12), 60, 26, 80), (90, 95, 110))


def shadow(time_s: float) -> Rgb:
    dark = PLACE.copy()
    dark[:, : min(WIDTH // 2, int(40 + time_s * 10))] = (
        dark[:, : min(WIDTH // 2, int(40 + time_s * 10))] * 0.5
    ).astype(np.uint8)
    return dark


def dusk(time_s: float) -> Rgb:
    return (PLACE * max(0.3, 1 - time_s / 20)).astype(np.uint8)


def sun_comes_out(time_s: float) -> Rgb:
    return np.clip(PLACE * 1.4, 0, 255).astype(np.uint8)


def fog(time_s: float) -> Rgb:
    through = max(0.4, 1 - time_s / 10)
    return (PLACE * through + 170 * (1 - through)).astype(np.uint8)


def out_of_focus(time_s: float) -> Rgb:
    return np.asarray(cv2.GaussianBlur(PLACE, (0, 0), 1.5), np.uint8)


def headlight(time_s: float) -> Rgb:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    glow = np.exp(-((columns - 20 - time_s * 25) ** 2 + (rows - 100) ** 2) / 900)
    return np.clip(PLACE + 120 * glow[..., None], 0, 255).astype(np.uint8)


def nothing(time_s: float) -> Rgb:
    return PLACE


@pytest.mark.parametrize(
    "shown",
    [bus, person, shadow, dusk, sun_comes_out, fog, out_of_focus, headlight, nothing],
    ids=lambda shown: shown.__name__,
)
def test_what_hides_darkens_or_lights_is_no_smoke_for_longer_than_it_passes(
    shown: Callable[[float], Rgb],
) -> None:
    assert np.mean([cells >= 3 for cells in veiled(shown)]) < 0.1
