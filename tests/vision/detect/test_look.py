"""The gate saves looks where nothing moves, and never where something does."""

from collections.abc import Iterator

import numpy as np

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Box, Detection, Frame, Kind, Look, Planes, Rgb, Sight
from contrejour.vision.detect import look_at

FRAME_NS = 40_000_000
PERSON = Detection(Box(10, 10, 20, 40), Kind.PERSON, 0.9)


class Counting:
    """Finds one person; fails on the frames it is told to."""

    def __init__(self, *failing: int) -> None:
        self.asked: list[int] = []
        self.failing = failing

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        self.asked.append(frame.index)
        if frame.index in self.failing:
            raise DetectorError("asked to fail")
        return (PERSON,)


def none(planes: Planes, width: int, height: int) -> Rgb:
    raise AssertionError("nobody scales this picture")


def frame(index: int, luma: np.ndarray, corrupt: bool = False) -> Frame:
    height, width = luma.shape
    planes = (luma.astype(np.uint8),)
    time_ns = index * FRAME_NS
    return Frame(index, index, time_ns, width, height, 0, planes, (0, 0), 8, none, corrupt)


def still(count: int, noise: float = 2.0) -> Iterator[Frame]:
    random = np.random.default_rng(1)
    scene = random.integers(40, 200, (240, 320))
    for index in range(count):
        yield frame(index, np.clip(scene + random.normal(0, noise, scene.shape), 0, 255))


def sights(looks: Iterator[Look]) -> list[Sight]:
    return [look.sight for look in looks]


def test_the_first_frame_is_looked_at_and_noise_is_no_reason_for_another() -> None:
    detector = Counting()
    looks = list(look_at(still(60), detector))
    assert detector.asked == [0]
    assert [look.sight for look in looks[1:]] == [Sight.SAME] * 59
    assert all(look.detections == (PERSON,) for look in looks)


def test_what_is_still_is_looked_at_again_where_that_is_asked_for() -> None:
    detector = Counting()
    looks = list(look_at(still(60), detector, relook_ns=1_000_000_000))
    assert detector.asked == [0, 25, 50]
    assert {look.sight for look in looks} == {Sight.SEEN, Sight.SAME}


def test_it_is_looked_at_no_more_often_than_there_is_time_for() -> None:
    detector = Counting()
    every = {"relook_ns": 200_000_000, "interval_ns": lambda: 1_000_000_000}
    looks = list(look_at(still(60), detector, **every))  # type: ignore[arg-type]
    assert detector.asked == [0, 25, 50]
    assert {look.sight for look in looks} == {Sight.SEEN, Sight.SAME}


def walking(count: int, contrast: int, speed_px: float) -> Iterator[Frame]:
    for one in still(count):
        luma = one.planes[0].astype(int)
        left = int(20 + speed_px * one.index)
        luma[100:140, left : left + 16] = 100 + contrast
        yield frame(one.index, luma)


def test_a_small_walker_is_looked_at_at_least_every_150_ms() -> None:
    detector = Counting()
    list(look_at(walking(100, 40, 2.0), detector))
    assert max(np.diff(detector.asked)) * FRAME_NS <= 160_000_000


def test_a_slow_walker_is_not_missed() -> None:
    detector = Counting()
    list(look_at(walking(100, 40, 0.25), detector))
    assert max(np.diff(detector.asked)) * FRAME_NS <= 2_000_000_000


def test_a_cut_is_looked_at_on_the_spot() -> None:
    dark = np.full((240, 320), 30)
    frames = [*still(3), *(frame(3 + n, dark) for n in range(2))]
    detector = Counting()
    looks = list(look_at(frames, detector))
    assert looks[3].cut
    assert looks[3].sight is Sight.SEEN
    assert detector.asked == [0, 3]


def test_a_detector_that_raises_is_asked_again_on_the_next_frame() -> None:
    detector = Counting(0, 1)
    assert sights(look_at(still(4), detector)) == [
        Sight.FAILED, Sight.FAILED, Sight.SEEN, Sight.SAME,
    ]  # fmt: skip


def test_a_frame_the_decoder_flagged_is_corrupt_and_the_next_is_looked_at() -> None:
    frames = [frame(n, one.planes[0], corrupt=n == 1) for n, one in enumerate(still(3))]
    detector = Counting()
    assert sights(look_at(frames, detector)) == [Sight.SEEN, Sight.CORRUPT, Sight.SEEN]


def coloured(index: int, luma: np.ndarray, blue: np.ndarray) -> Frame:
    """With chroma of half the size."""
    height, width = luma.shape
    planes = tuple(each.astype(np.uint8) for each in (luma, blue, np.full_like(blue, 128)))
    return Frame(index, index, index * FRAME_NS, width, height, 0, planes, (1, 1), 8, none, False)


GREY, PALE = np.full((240, 320), 110), np.full((120, 160), 128)


def fine() -> np.ndarray:
    """A figure whose mean is the background's in any square of 2 samples and more."""
    luma = GREY.copy()
    luma[60:180, 100:160] += np.where(np.indices((120, 60)).sum(0) % 2, 24, -24)
    return luma


def test_attack_41_what_changes_no_mean_of_a_block_is_looked_at() -> None:
    tinted = PALE.copy()
    tinted[30:90, 50:80] = 150
    for after in (coloured(1, fine(), PALE), coloured(1, GREY, tinted)):
        detector = Counting()
        looks = list(look_at([coloured(0, GREY, PALE), after], detector, interval_ns=lambda: 1))
        assert detector.asked == [0, 1]
        assert looks[1].sight is Sight.SEEN


def test_attack_43_somebody_who_is_away_whenever_it_is_time_to_look_is_looked_at() -> None:
    """In three of four frames, while a mark in the corner moves in the fourth."""
    there = GREY.copy()
    there[60:180, 100:160] = 200
    frames = []
    for index in range(24):
        luma = (GREY if index % 4 == 0 else there).copy()
        luma[:16, :16] = 40 if index // 4 % 2 else 160
        frames.append(frame(index, luma))
    detector = Counting()
    looks = list(look_at(frames, detector))
    assert all(index in detector.asked for index in range(1, 24, 4))
    assert all(look.sight is not Sight.SKIPPED for look in looks)
