"""Network cameras, RTSP and HTTP, plain and over TLS: every end is an error in our words."""

from __future__ import annotations

import itertools
import socket
import threading

import pytest
from fakes.cameras import camera
from fakes.certificates import certificate
from fakes.runs import clip
from fakes.watching import seen

from contrejour.base.errors import CameraError, CameraRefused, NotMedia, Unsupported
from contrejour.media.camera.live import LiveStream

JPEG = ("-c:v", "mjpeg", "-q:v", "5", "-sc_threshold", "1000000000")


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [
        clip(folder / "a.mp4", frames=50, size="320x192", more=("-bf", "0")),
        clip(folder / "b.mkv", frames=50, codec=JPEG, more=("-pix_fmt", "yuvj420p")),
    ]


@pytest.fixture(scope="module")
def addresses(clips):
    with camera(*clips) as found:
        yield found


@pytest.fixture(scope="module")
def secure(clips, tmp_path_factory):
    """The addresses of a camera that speaks TLS, and its certificate."""
    paths = certificate(tmp_path_factory.mktemp("tls"))
    with camera(*clips, more=("--tls", *map(str, paths))) as found:
        yield found, str(paths[0])


def test_sound_alone_is_no_picture(addresses):
    with pytest.raises(NotMedia, match="sends no pictures") as caught:
        LiveStream(addresses[0].replace("cam0", "sound"))
    assert caught.value.exit_code == 5


def test_a_code_that_nobody_knows_is_unsupported(addresses):
    with pytest.raises(Unsupported, match="in a code that nobody here can read") as caught:
        LiveStream(addresses[0].replace("cam0", "strange"))
    assert caught.value.exit_code == 7


def test_packets_that_never_make_a_picture_are_given_up(addresses):
    live = LiveStream(addresses[0].replace("cam0", "broken"))
    live.patience_s = 0.2
    with pytest.raises(CameraError, match="sends no picture that can be decoded") as caught:
        next(live.frames())
    live.close()
    assert (caught.value.exit_code, caught.value.again) == (18, True)


def test_pictures_know_when_they_were_taken(addresses):
    frames, ended, live = seen(addresses[0], 60)
    assert ended is None
    known = [frame.taken for frame in frames if frame.taken.camera_ns is not None]
    assert len(known) > 50
    for before, after in itertools.pairwise(known):
        assert before.monotonic_ns < after.monotonic_ns
    # The camera is this machine: its clock is ours.
    assert all(abs(taken.camera_ns - taken.wall_ns) < 1_000_000_000 for taken in known)
    steps = {b.camera_ns - a.camera_ns for a, b in itertools.pairwise(known)}
    assert max(steps) < 80_000_000
    assert all(5_000_000 <= taken.uncertainty_ns < 8_000_000 for taken in known)
    assert (live.clock.jumps, live.lost) == (0, 0)


def test_a_camera_clock_an_hour_ahead_is_told_and_moves_no_picture(addresses):
    frames, ended, live = seen(f"{addresses[0]}?jump=1", 60)
    assert ended is None
    assert (live.clock.jumps, live.steady.jumps) == (1, 1)
    last = frames[-1].taken
    assert 3_599_000_000_000 < last.camera_ns - last.wall_ns < 3_601_000_000_000


def test_lost_pictures_are_counted(addresses):
    _, _, live = seen(f"{addresses[0]}?loss=0.3", 40)
    assert live.lost > 0


@pytest.mark.parametrize("kind", ["digest", "digest-sha256"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_password_is_given_as_it_is_asked_for_and_never_shown(clips, kind, number):
    with camera(*clips, more=("--login", "eve:s3cret", "--auth", kind)) as addresses:
        address = addresses[number]
        for wrong in (address, address.replace("://", "://eve:wr0ng@")):
            with pytest.raises(CameraRefused, match="refuses the user or the password") as caught:
                LiveStream(wrong)
            assert "wr0ng" not in str(caught.value)
        frames, ended, live = seen(address.replace("://", "://eve:s3cret@"), 3)
        assert (len(frames), ended, live.name) == (3, None, address)


@pytest.mark.parametrize("number", [0, 1])
def test_basic_is_for_tls_that_was_checked_or_for_whom_a_site_names(clips, tmp_path, number):
    paths = certificate(tmp_path)
    basic = ("--login", "eve:s3cret", "--auth", "basic")
    with camera(*clips, more=basic) as addresses:
        address = addresses[number].replace("://", "://eve:s3cret@")
        with pytest.raises(CameraRefused, match="asks for the password in clear"):
            LiveStream(address)
        assert len(seen(address, 3, login_in_clear=True)[0]) == 3
    with camera(*clips, more=(*basic, "--tls", *map(str, paths))) as addresses:
        address = addresses[number].replace("://", "://eve:s3cret@")
        with pytest.raises(CameraRefused, match="asks for the password in clear"):
            LiveStream(address, trust="anyone")
        assert len(seen(address, 3, trust=str(paths[0]))[0]) == 3


@pytest.mark.parametrize("number", [0, 1])
def test_over_tls_a_certificate_that_is_trusted_is_enough(secure, number):
    addresses, trust = secure
    frames, ended, _ = seen(addresses[number], 5, trust=trust)
    assert (len(frames), ended) == (5, None)


@pytest.mark.parametrize("number", [0, 1])
def test_over_tls_a_certificate_that_nobody_vouches_for_is_refused(secure, number):
    with pytest.raises(CameraRefused, match="that nobody trusted vouches for"):
        LiveStream(secure[0][number])


def test_a_certificate_for_another_host_is_refused(secure):
    addresses, trust = secure
    with pytest.raises(CameraRefused, match="that nobody trusted vouches for"):
        LiveStream(addresses[0].replace("127.0.0.1", "localhost"), trust=trust)


def test_whoever_asks_for_it_trusts_anyone(secure):
    assert len(seen(secure[0][0], 5, trust="anyone")[0]) == 5


def test_what_is_trusted_has_to_be_a_certificate(secure, clips):
    for trust in (str(clips[0]), "/no/such/file.pem"):
        with pytest.raises(CameraRefused, match="holds no certificate that can be read"):
            LiveStream(secure[0][0], trust=trust)


def test_jpeg_after_jpeg_comes_at_its_pace(addresses):
    frames, ended, live = seen(addresses[1], 40)
    assert ended is None
    assert {(frame.width, frame.corrupt) for frame in frames} == {(160, False)}
    assert live.fmt.codec == "mjpeg"
    assert all(frame.taken.camera_ns is None for frame in frames)
    for before, after in itertools.pairwise(frames):
        assert before.time_ns < after.time_ns


@pytest.mark.parametrize(("fault", "how"), [("drop=1", "hung up"), ("stall=1", "went silent")])
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("tls", [True, False])
def test_a_camera_that_hangs_up_or_stalls_is_an_error(addresses, secure, tls, number, fault, how):
    address = (secure[0] if tls else addresses)[number]
    frames, ended, _ = seen(f"{address}?{fault}", trust=secure[1])
    assert frames
    assert str(ended) == f"{address} {how}"
    assert ended.again


def test_a_page_that_is_no_camera_or_leads_elsewhere_is_refused(addresses):
    with pytest.raises(CameraRefused, match="has no such stream"):
        LiveStream(addresses[1].replace("cam1", "cam9"))
    page = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>" + b"hello " * 5000
    away = f"HTTP/1.0 302 Found\r\nLocation: {addresses[1]}\r\nContent-Length: 0\r\n\r\n".encode()
    for answer in (page, away):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def serve(server=server, answer=answer) -> None:
                talk, _ = server.accept()
                with talk:
                    talk.recv(4096)
                    talk.sendall(answer)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            with pytest.raises(CameraError):
                LiveStream(f"http://127.0.0.1:{server.getsockname()[1]}/")
            thread.join(10)
