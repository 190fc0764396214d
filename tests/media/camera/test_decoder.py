"""The process that decodes a camera: what it hands over, and what becomes of it in trouble."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import psutil
import pytest
from fakes.cameras import camera
from fakes.runs import clip
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import CameraError, CameraRefused, ContrejourError
from contrejour.base.pictures import Frame
from contrejour.base.times import Instant
from contrejour.media.camera import decoder, ends, wire
from contrejour.media.camera.decoder import Decoder
from contrejour.media.camera.live import LiveStream
from contrejour.media.camera.sandbox import Sandbox
from contrejour.media.format import Format

FMT = Format(
    "rtsp", "h264", "yuv420p", 98, 66, (1, 1), 8, False, Fraction(1, 90_000), Fraction(25),
    Fraction(1), 90, None, (1, 1, 1, 1), (), "", 0, 0,
)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with camera(clip(tmp_path_factory.mktemp("clips") / "a.mp4", frames=75)) as (address,):
        yield address


def test_it_hands_over_what_live_would_have(found):
    live, far = LiveStream(found), Decoder(found)
    try:
        for ours, theirs in zip(live.frames(), far.frames(), strict=False):
            assert (ours.width, ours.height) == (theirs.width, theirs.height) == (160, 96)
            assert [plane.shape for plane in ours.planes] == [p.shape for p in theirs.planes]
            if ours.index == 30:
                break
        assert far.sandbox in [*Sandbox]
        assert np.array_equal(theirs.rgb(80, 48).shape, (48, 80, 3))
    finally:
        live.close()
        far.close()


def test_the_password_is_in_no_command_line_and_no_environment(found):
    far = Decoder(found.replace("//", "//eve:secret@"))
    try:
        next(far.frames())
        process = psutil.Process(far.pid)
        assert "secret" not in " ".join([*process.cmdline(), *process.environ().values()])
    finally:
        far.close()


@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "")])
def test_one_that_dies_is_a_camera_error(found, number, name):
    far = Decoder(found)
    frames = far.frames()
    next(frames)
    os.kill(far.pid, number)
    with pytest.raises(CameraError, match=rf"its decoder died \({name}"):
        list(frames)
    far.close()


def test_one_that_hangs_is_noticed_and_ended(found, monkeypatch):
    monkeypatch.setattr(decoder, "STALL_S", 0.2)
    far = Decoder(found)
    frames = far.frames()
    next(frames)
    os.kill(far.pid, signal.SIGSTOP)
    with pytest.raises(CameraError, match="went silent"):
        list(frames)
    far.close()
    assert not psutil.pid_exists(far.pid)


def test_what_it_can_not_reach_is_said_as_live_would():
    far = Decoder("rtsp://127.0.0.1:9/cam0")
    with pytest.raises(CameraError, match="refuses connections"):
        list(far.frames())
    far.close()


@pytest.mark.parametrize(
    "said",
    [
        b"X\0\0\0\0",
        b"P\0\0\0\1a",
        b"F\xff\xff\xff\xff",
        b"F\0\0\0\2{}",
        b"E\0\0\0\2[]",
        wire.PREFIX.pack(b"F", 8) + b"\xff" * 8,
    ],
)
def test_one_that_talks_nonsense_is_not_believed(said, monkeypatch):
    script = f"import os; os.write(1, {said!r})"
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda args, **more: real([sys.executable, "-c", script], **more)
    )
    far = Decoder("rtsp://camera/x")
    with pytest.raises(CameraError, match="talks nonsense"):
        list(far.frames())
    far.close()


def test_a_format_arrives_as_it_left():
    assert wire.read_format(wire.told_format(FMT, "seccomp")) == (FMT, "seccomp")


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0}, {"width": 1 << 20, "height": 1 << 20}, {"width": "1e400"},
        {"pix_fmt": "rgb24"}, {"pix_fmt": "nothing"}, {"rate": "1/0"}, {"rate": "0"},
        {"rate": "1" * 50}, {"color": [1, 2]}, {"color": [1, 2, 3, 999]}, {"rotation": 45},
        {"time_base": "-1"}, {"width": 99},
    ],
)  # fmt: skip
def test_a_format_that_no_camera_has_is_refused(change):
    body = json.dumps(json.loads(wire.told_format(FMT, "")) | change).encode()
    with pytest.raises((ValueError, ZeroDivisionError, OverflowError, ContrejourError)):
        wire.read_format(body)


def test_an_error_keeps_its_kind_and_another_kind_is_a_camera_error():
    sent = CameraRefused("another-protocol", camera="rtsp://x", protocol="RTSP")
    refused = ends.read_error(ends.told_error(sent), "rtsp://x")
    assert (type(refused), refused.message, refused.advice) == (
        CameraRefused, sent.message, sent.advice,
    )  # fmt: skip
    other = ends.read_error(ends.told_error(ContrejourError("run-interrupted")), "rtsp://x")
    assert type(other) is CameraError


def test_a_login_refused_stays_so_under_a_long_address():
    """Else it would be tried again and again, until the camera locks the account."""
    sent = CameraRefused("login-refused", camera=f"rtsp://10.0.0.8/{'é' * 400}")
    told = ends.told_error(sent)
    assert len(told) <= ends.MOST_TEXT
    refused = ends.read_error(told, "rtsp://x")
    assert (type(refused), refused.hint) == (CameraRefused, sent.hint)


@pytest.mark.parametrize(
    "said",
    [
        "a sentence", {"id": "no-such-id", "values": {}}, {"id": "camera-hung-up", "values": {}},
        {"id": "camera-hung-up", "values": {"camera": ["x"]}}, {"id": 7}, None,
    ],
)  # fmt: skip
def test_an_error_that_no_decoder_of_ours_says_is_nonsense(said):
    told = {"kind": "CameraError", "said": said, "hint": None}
    found = ends.read_error(json.dumps(told).encode(), "rtsp://x")
    assert str(found) == "rtsp://x: its decoder talks nonsense"


@given(
    st.integers(0, 1 << 40), st.integers(0, 1 << 60), st.booleans(),
    st.none() | st.integers(-(1 << 60), 1 << 60), st.sampled_from(["yuv420p", "yuv444p10le"]),
)  # fmt: skip
def test_a_picture_arrives_as_it_left(index, time_ns, corrupt, camera_ns, pix_fmt):
    deep = pix_fmt.endswith("10le")
    steps = (0, 0) if deep else (1, 1)
    fmt = replace(FMT, pix_fmt=pix_fmt, depth=10 if deep else 8, subsampling=steps)
    rng, dtype = np.random.default_rng(0), np.uint16 if deep else np.uint8
    planes = tuple(rng.integers(0, 255, shape).astype(dtype) for shape in fmt.shapes)
    taken = Instant(1, 2, camera_ns, 3)
    frame = Frame(index, 7, time_ns, *fmt.upright, 90, planes, steps, fmt.depth,
                  lambda planes, w, h: planes[0], corrupt, taken=taken)  # fmt: skip
    body = memoryview(
        b"".join(bytes(part) for part in wire.told_picture(frame, wire.StreamCounts(4)))
    )
    assert len(body) == wire.picture_bytes(fmt)
    fields, counted = wire.read_picture(body, fmt)
    assert counted == wire.StreamCounts(4)
    assert (fields["index"], fields["time_ns"], fields["corrupt"]) == (index, time_ns, corrupt)
    assert fields["taken"] == taken
    assert all(np.array_equal(a, b) for a, b in zip(fields["planes"], planes, strict=True))
