"""A camera that goes away is an error, never a silent end; its clock can't turn time back."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from fractions import Fraction

import pytest
from fakes.cameras import camera
from fakes.runs import clip, ffmpeg
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import CameraError, CameraRefused, Unsupported
from contrejour.media.camera.live import LiveStream, without_login
from contrejour.media.camera.steady import LEAST_NS, Pace, Steady


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [
        clip(folder / "a.mp4", frames=50, size="320x192", more=("-bf", "0")),
        clip(folder / "b.mp4", frames=50, size="192x160", more=("-bf", "0")),
    ]


@pytest.fixture(scope="module")
def addresses(clips) -> Iterator[list[str]]:
    with camera(*clips) as found:
        yield found


def seen(address: str, most: int = 1000, transport: str = "tcp"):
    """The frames' times and sizes until it ends or `most` have come, and how it ended."""
    live = LiveStream(address, transport=transport)
    found = []
    try:
        found.extend(
            (frame.time_ns, frame.width, frame.corrupt)
            for frame in itertools.islice(live.frames(), most)
        )
    except CameraError as error:
        return found, error, live
    finally:
        live.close()
    return found, None, live


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_pictures_come_at_their_pace_and_time_goes_forward(addresses, transport):
    found, ended, live = seen(addresses[0], 60, transport)
    assert ended is None
    assert len(found) == 60
    first, *steps = [b[0] - a[0] for a, b in itertools.pairwise(found)]
    assert 0 < first < 2_000_000_000  # the first picture has no time stamp of its own
    assert set(steps) == {40_000_000}
    assert (live.fmt.width, live.fmt.height, live.fmt.codec) == (320, 192, "h264")
    assert live.steady.jumps == 0


def test_a_drop_is_an_error(addresses):
    found, ended, _ = seen(f"{addresses[0]}?drop=1")
    assert 10 < len(found) < 45
    assert str(ended) == f"{addresses[0]} hung up"
    assert ended.again


def test_a_stall_is_noticed_within_three_seconds(addresses):
    found, ended, _ = seen(f"{addresses[0]}?stall=1")
    assert found
    assert "went silent" in str(ended)


def test_a_clock_an_hour_ahead_makes_no_hour(addresses):
    found, ended, live = seen(f"{addresses[0]}?jump=1", 60)
    assert ended is None
    assert live.steady.jumps == 1
    assert all(0 < b[0] - a[0] < 2_000_000_000 for a, b in itertools.pairwise(found))


def test_another_picture_size_ends_the_connection(addresses):
    found, ended, _ = seen(f"{addresses[0]}?resize=1")
    assert {width for _, width, _ in found} == {320}
    assert "changed to 192x160 yuv420p" in str(ended)


def test_broken_pictures_are_said_to_be(addresses):
    found, _, _ = seen(f"{addresses[0]}?corrupt=0.2", 60)
    assert any(corrupt for _, _, corrupt in found)


def test_a_password_is_asked_for_and_never_shown(clips):
    with camera(clips[0], more=("--login", "eve:s3cret")) as (address,):
        for wrong in (address, address.replace("://", "://eve:wr0ng@")):
            with pytest.raises(CameraRefused, match="refuses the user or the password") as caught:
                LiveStream(wrong)
            assert "wr0ng" not in str(caught.value)
            assert not caught.value.again
        live = LiveStream(address.replace("://", "://eve:s3cret@"))
        assert next(live.frames()).width == 320
        live.close()


def test_a_wrong_path_is_no_stream(addresses):
    with pytest.raises(CameraRefused, match="has no such stream"):
        LiveStream(addresses[0].replace("cam0", "cam9"))


@pytest.mark.parametrize(
    "address",
    [
        "ftp://127.0.0.1/x",
        "x.mp4",
        "",
        "rtsp",
        "rtsp:",
        "http:/x",
        "webcam:/etc/passwd",
        "rtsp://[",
    ],
)
def test_what_is_no_camera_address_is_not_opened(address):
    with pytest.raises(CameraRefused, match="is no camera address"):
        LiveStream(address)


def test_a_port_that_nobody_listens_on_and_a_host_that_is_none():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(CameraError, match="refuses connections"):
            LiveStream(f"rtsp://127.0.0.1:{port}/cam0")
    with pytest.raises(CameraError, match="can't be reached"):
        LiveStream("rtsp://no-such-host.invalid/cam0")


@pytest.mark.parametrize("answer", [b"HTTP/1.0 200 OK\r\n\r\nhello", b"\0" * 4096, b""])
def test_what_listens_but_is_no_camera_is_an_error(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            talk, _ = server.accept()
            with talk:
                talk.recv(4096)
                talk.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(CameraError):
            LiveStream(f"rtsp://127.0.0.1:{server.getsockname()[1]}/cam0")
        thread.join(10)


def test_an_address_is_shown_without_its_login():
    shown = without_login("rtsp://eve:s3cret@10.0.0.8:554/cam?token=abc")
    assert shown == "rtsp://10.0.0.8:554/cam"


def test_a_picture_that_never_came_is_missed():
    pace = Pace()
    assert not any(pace.misses(stamp) for stamp in range(0, 36_000, 3600))
    assert pace.misses(36_000 + 3600)
    assert not pace.misses(36_000 + 7200)
    assert pace.misses(0)


STEPS = st.tuples(st.integers(-(10**13), 10**13), st.integers(0, 10**10), st.booleans())


@given(st.lists(STEPS, min_size=2))
def test_whatever_the_camera_says_time_goes_forward_and_never_leaps(steps):
    """It runs ahead of what was waited by no more than two seconds a step."""
    line, camera_ns, arrived_ns = Steady(), 0, 0
    before = line.at(camera_ns, arrived_ns)
    for step, waited, stamped in steps:
        camera_ns, arrived_ns = camera_ns + step, arrived_ns + waited
        now = line.at(camera_ns if stamped else None, arrived_ns)
        assert LEAST_NS <= now - before <= waited + 2_000_000_000
        before = now


def test_pixels_that_are_shown_too_long_are_told(tmp_path, monkeypatch):
    """`testing camera` shows none that are four times as wide: here two are too much."""
    monkeypatch.setattr("contrejour.media.format.LONGEST_PIXEL", Fraction(3, 2))
    long = clip(tmp_path / "long.mp4", frames=10, size="320x192", more=("-vf", "setsar=2"))
    with camera(long) as (address,), pytest.raises(Unsupported, match="2 times as wide"):
        seen(address)


@pytest.mark.parametrize("size", ["16x9000", "9000x16", "8x64"])
def test_attack_77_a_picture_that_no_encoder_takes_is_told_with_its_camera(size, tmp_path):
    """One ended the watch with FFmpeg's own error, and the camera for good."""
    odd = tmp_path / "odd.avi"
    ffmpeg("-f", "lavfi", "-i", f"color=size={size}", "-frames:v", 8, "-c:v", "mjpeg", odd)
    with pytest.raises(Unsupported, match=f"{size}: a camera's are 16 to 8192 pixels"):
        seen(f"file://{odd}")
