"""What burns, and what only looks like it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby

import cv2
import numpy as np
import pytest
from fakes.fire import HEIGHT, LOOK_NS, WIDTH, Fire, noisy, painted, screened, street

from contrejour.base.pictures import Box, Rgb
from contrejour.vision.senses import Flames

Shown = Callable[[float, np.random.Generator], Rgb]
"""The picture at a time, in seconds."""
AMBER, RED, SUN, VEST = (255, 150, 20), (255, 40, 20), (255, 190, 90), (250, 110, 30)
EVENING = street(level=0.5)


def burnt(shown: Shown, seconds: float = 12.0, look_ns: int = LOOK_NS) -> list[float]:
    """How much of the picture burns at each look, in cells."""
    flames, rng = Flames(), np.random.default_rng(3)
    looks = range(0, int(seconds * 1e9), look_ns)
    return [float(flames.update(t, noisy(shown(t / 1e9, rng), rng)).sum()) for t in looks]


def glow(picture: Rgb, x: float, y: float, size: float, colour: tuple[int, int, int]) -> Rgb:
    """A lamp with its halo."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    near = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * size * size))[..., None]
    light = np.clip(near * 1.6, 0, 1) * np.array(colour)
    return (255 - (255 - picture.astype(float)) * (255 - light) / 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(20, 30), (40, 60), (90, 70)])
@pytest.mark.parametrize("level", [0.15, 0.5, 1.0])
def test_a_fire_burns_by_day_and_by_night(size: tuple[int, int], level: float) -> None:
    fire, place = Fire(*size), street(level=level)

    def shown(time_s: float, rng: np.random.Generator) -> Rgb:
        for _ in range(4):
            fire.step()
        return screened(place, fire.picture(), 140, 170 - size[1])

    later = burnt(shown)[20:]
    assert np.mean([cells > 0 for cells in later]) > 0.9


def steady_sign(time_s: float, rng: np.random.Generator) -> Rgb:
    return painted(EVENING, Box(100, 50, 60, 20), AMBER)


def blinking_sign(time_s: float, rng: np.random.Generator) -> Rgb:
    return painted(EVENING, Box(100, 50, 60, 20), AMBER) if time_s % 1.1 < 0.55 else EVENING


def trembling_sign(time_s: float, rng: np.random.Generator) -> Rgb:
    """A tube about to fail, at random."""
    return painted(EVENING, Box(100, 50, 60, 20), AMBER) if rng.uniform() < 0.6 else EVENING


def chasing_lights(time_s: float, rng: np.random.Generator) -> Rgb:
    picture = EVENING
    for lamp in range(10):
        if (lamp + int(time_s / 0.15)) % 3:
            picture = painted(picture, Box(90 + 12 * lamp, 50, 8, 8), AMBER)
    return picture


def moving_letters(time_s: float, rng: np.random.Generator) -> Rgb:
    """A display whose orange text moves on."""
    text = EVENING.copy()
    x = 200 - int(time_s * 60) % 260
    cv2.putText(text, "RETARD 5 MIN", (x, 66), cv2.FONT_HERSHEY_SIMPLEX, 0.6, AMBER, 2)
    picture = EVENING.copy()
    picture[48:72, 90:220] = text[48:72, 90:220]
    return picture


def beacon(time_s: float, rng: np.random.Generator) -> Rgb:
    """A rotating beacon on a parked lorry; its beam sweeps the wall."""
    turn = 2 * math.pi * time_s * 1.7
    facing = max(0.0, math.cos(turn)) ** 3
    picture = glow(EVENING, 160, 90, 4 + 6 * facing, AMBER)
    return glow(picture, 160 + 120 * math.sin(turn), 110, 14, tuple(int(c * 0.7) for c in AMBER))


def two_indicators(time_s: float, rng: np.random.Generator) -> Rgb:
    """Hazard lights of a car and of another, out of step."""
    picture = EVENING
    for x, period in ((100, 0.72), (124, 0.72), (180, 0.81), (204, 0.81)):
        if time_s % period < period / 2:
            picture = glow(picture, x, 120, 3, AMBER)
    return picture


def brake_lights(time_s: float, rng: np.random.Generator) -> Rgb:
    """A queue at night that moves up now and then."""
    picture, on = street(level=0.15), int(time_s / 3) % 2
    for car in range(5):
        x = 40 + 50 * car + time_s * 6
        for side in (0, 14):
            picture = glow(picture, x + side, 120, 3 if on else 2, RED)
    return picture


def headlights(time_s: float, rng: np.random.Generator) -> Rgb:
    """Yellowish lamps that come along one after another, and their light on the road."""
    picture = street(level=0.15)
    for car in range(4):
        x = (time_s * 90 + 110 * car) % 440 - 60
        for side in (0, 16):
            picture = glow(picture, x + side, 110, 5, (255, 225, 160))
        picture = glow(picture, x + 40, 135, 16, (120, 100, 60))
    return picture


def wet_road(time_s: float, rng: np.random.Generator) -> Rgb:
    """The reflection of an amber lamp in a puddle that rain stirs."""
    picture = street(level=0.2).astype(float)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    bent = columns - 160 - 5 * np.sin(rows * 0.5 + time_s * 4) - 3 * np.sin(rows * 0.9 - time_s * 7)
    streak = np.exp(-(bent**2) / 60) * np.clip((rows - 100) / 20, 0, 1)
    return np.clip(picture + streak[..., None] * np.array(AMBER) * 0.55, 0, 255).astype(np.uint8)


def sunset(time_s: float, rng: np.random.Generator) -> Rgb:
    picture = street(level=0.6).astype(float)
    sky = np.linspace(1, 0, 90)[:, None, None] * np.array(SUN) + np.linspace(0, 1, 90)[
        :, None, None] * np.array((255, 140, 60))  # fmt: skip
    picture[:90] = sky
    return np.clip(glow(picture.astype(np.uint8), 200, 60 + time_s, 12, SUN), 0, 255)


def orange_vest(time_s: float, rng: np.random.Generator) -> Rgb:
    """Somebody in an orange vest who walks to and fro, their body swaying."""
    x = int(160 + 80 * math.sin(time_s * 0.4))
    y = int(60 + 2 * math.sin(time_s * 9))
    picture = painted(street(), Box(x - 9, y, 18, 14), (60, 50, 45))
    picture = painted(picture, Box(x - 12, y + 14, 24, 34), VEST)
    for stripe in (y + 24, y + 36):
        picture = painted(picture, Box(x - 12, stripe, 24, 3), (225, 225, 215))
    picture = painted(picture, Box(x - 10, y + 48, 8, 40), (40, 45, 60))
    swing = int(5 * math.sin(time_s * 9))
    return painted(picture, Box(x + 1 + swing, y + 48, 8, 40), (40, 45, 60))


def working_vest(time_s: float, rng: np.random.Generator) -> Rgb:
    """The same, at work in one place, with both arms."""
    picture = painted(street(), Box(150, 60, 24, 40), VEST)
    for arm, phase in ((-14, 0.0), (24, 1.3)):
        lifted = int(12 * math.sin(time_s * 4 + phase))
        picture = painted(picture, Box(150 + arm, 64 + lifted, 12, 22), VEST)
    return painted(picture, Box(150, 78 + int(time_s * 3) % 3, 24, 3), (225, 225, 215))


def flag(time_s: float, rng: np.random.Generator) -> Rgb:
    """An orange flag that waves."""
    picture = street().astype(float)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    wave = np.sin((columns - 150) * 0.2 - time_s * 8)
    cloth = (columns > 150) & (columns < 190) & (np.abs(rows - 70 - 3 * wave) < 14)
    lit = np.array(VEST) * (0.85 + 0.15 * wave[..., None])
    return np.where(cloth[..., None], lit, picture).astype(np.uint8)


def orange_bus(time_s: float, rng: np.random.Generator) -> Rgb:
    """An orange bus with windows that passes close by, slowly."""
    x = int(time_s * 25) - 160
    picture = painted(street(), Box(x, 60, 220, 80), (240, 130, 30))
    for window in range(7):
        picture = painted(picture, Box(x + 8 + 30 * window, 68, 22, 26), (50, 60, 70))
    return picture


def screen(time_s: float, rng: np.random.Generator) -> Rgb:
    """A large display that changes its advertisements, warm ones among them."""
    colours = [(255, 170, 60), (40, 90, 200), (250, 120, 40), (230, 230, 230)]
    return painted(EVENING, Box(90, 40, 90, 50), colours[int(time_s / 0.8) % 4])


def light_switched(time_s: float, rng: np.random.Generator) -> Rgb:
    return street(level=0.3 if int(time_s) % 2 else 1.0)


@pytest.mark.parametrize(
    "shown",
    [steady_sign, blinking_sign, trembling_sign, chasing_lights, moving_letters, beacon,
     two_indicators, brake_lights, headlights, wet_road, sunset, orange_vest, working_vest, flag,
     orange_bus, screen, light_switched],
    ids=lambda shown: shown.__name__,
)  # fmt: skip
@pytest.mark.parametrize("look_ns", [LOOK_NS, 200_000_000, 320_000_000])
def test_what_only_looks_like_fire_does_not_burn_for_long(shown: Shown, look_ns: int) -> None:
    burns = [cells > 0 for cells in burnt(shown, look_ns=look_ns)]
    longest = max(len(list(run)) * burning for burning, run in groupby(burns))
    assert longest * look_ns <= 1_500_000_000
