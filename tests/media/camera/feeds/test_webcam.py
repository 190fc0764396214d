"""A webcam that is none, is gone, or never answers is an error."""

from __future__ import annotations

import threading

import pytest

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.camera.feeds.webcam import ReaderThread
from contrejour.media.camera.live import LiveStream


@pytest.mark.parametrize("place", ["/etc/passwd", "/dev/video", "/dev/video0/../sda", "video0", ""])
def test_only_a_video_device_is_opened(place):
    with pytest.raises(CameraRefused, match="is no camera address"):
        LiveStream(f"webcam:{place}")


def test_one_that_is_not_plugged_in_may_come_back():
    with pytest.raises(CameraError, match="webcam:/dev/video999 can't be reached") as caught:
        LiveStream("webcam:/dev/video999")
    assert caught.value.again


def test_a_driver_that_never_answers_is_noticed():
    asked, never = threading.Event(), threading.Event()

    def read():
        yield 1
        asked.set()
        never.wait()

    watched = ReaderThread(read, "webcam:/dev/video0", stall_s=0.05)
    found = iter(watched)
    assert next(found) == 1
    with pytest.raises(CameraError, match="went silent"):
        next(found)
    assert asked.is_set()
    assert not watched.stop()
    never.set()


def test_a_driver_that_gives_up_ends_the_stream():
    def read():
        yield 1
        raise OSError(19, "No such device")

    watched = ReaderThread(read, "webcam:/dev/video0")
    assert list(watched) == [1]
    assert watched.stop()


def test_nobody_who_takes_pictures_stops_the_reading():
    given = []

    def read():
        for number in range(1000):
            given.append(number)
            yield number

    watched = ReaderThread(read, "webcam:/dev/video0")
    assert watched.stop()
    assert len(given) < 10
