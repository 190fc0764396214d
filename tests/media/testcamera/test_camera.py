"""The test camera is a camera: any RTSP client plays it, and it goes wrong as asked."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import struct
import subprocess
import sys
from urllib.parse import urlsplit

import av
import pytest
from fakes.cameras import camera
from fakes.runs import PATHS, clip, run

from contrejour.base.errors import UsageError
from contrejour.media.testcamera.clips import load
from contrejour.media.testcamera.faults import Faults
from contrejour.media.testcamera.rtp import NTP_EPOCH_S, Sender, payloads, units

OPTIONS = {"analyzeduration": "200000", "probesize": "65536"}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    hevc = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
            "log-level=none:bframes=0")  # fmt: skip
    return [
        clip(folder / "a.mp4", frames=50, size="320x192"),
        clip(folder / "b.mp4", frames=50, size="192x160", codec=hevc),
    ]


@pytest.fixture(scope="module")
def addresses(clips):
    with camera(*clips) as found:
        yield found


def watched(address, transport="tcp", packets=60, seconds=(5, 3)):
    """The packets of a stream: (pts, size, corrupt) of each, and its (codec, width)."""
    options = OPTIONS | {"rtsp_transport": transport}
    with av.open(address, options=options, timeout=seconds) as stream:
        context = stream.streams.video[0].codec_context
        found = itertools.islice(stream.demux(video=0), packets)
        return [(p.pts, p.size) for p in found if p.size], (context.name, context.width)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(("number", "codec", "width"), [(0, "h264", 320), (1, "hevc", 192)])
def test_ffmpeg_plays_it_past_the_clips_end(addresses, transport, number, codec, width):
    packets, told = watched(addresses[number], transport)
    assert told == (codec, width)
    times = [pts for pts, _ in packets if pts is not None]
    assert len(times) >= 55
    assert times == sorted(times)


def test_pictures_decode_without_an_error_and_are_those_of_the_clip(addresses, clips):
    with av.open(addresses[0], options=OPTIONS | {"rtsp_transport": "tcp"}, timeout=(5, 3)) as got:
        picture = next(got.decode(video=0)).to_ndarray(format="gray")
    with av.open(str(clips[0])) as own:
        pictures = [frame.to_ndarray(format="gray") for frame in own.decode(video=0)]
    assert any((picture == each).all() for each in pictures)


def test_a_drop_ends_the_stream_without_an_exception(addresses):
    packets, _ = watched(f"{addresses[0]}?drop=1", packets=1000)
    assert 10 < len(packets) < 45


def test_a_stall_is_a_timeout(addresses):
    with pytest.raises(av.error.ExitError if hasattr(av.error, "ExitError") else OSError):
        watched(f"{addresses[0]}?stall=1", packets=1000, seconds=(5, 1))


def test_a_jump_is_an_hour_in_the_time_stamps(addresses):
    packets, _ = watched(f"{addresses[0]}?jump=1")
    times = [pts for pts, _ in packets if pts is not None]
    steps = [(b - a) / 90_000 for a, b in itertools.pairwise(times)]
    assert 3599 < max(steps) < 3602


def steps(packets):
    times = [pts for pts, _ in packets if pts is not None]
    return [b - a for a, b in itertools.pairwise(times)]


def test_loss_makes_pictures_incomplete_or_missing(addresses):
    whole, _ = watched(addresses[0])
    lossy, _ = watched(f"{addresses[0]}?loss=0.3")
    assert set(steps(whole)) == {3600}
    of_a_clip = {size for _, size in whole[:50]}
    assert set(steps(lossy)) - {3600} or {size for _, size in lossy} - of_a_clip


def test_corruption_keeps_the_pace_and_breaks_pictures(addresses):
    broken, _ = watched(f"{addresses[0]}?corrupt=0.3")
    assert len(broken) >= 55
    with av.open(f"{addresses[0]}?corrupt=0.5", options=OPTIONS, timeout=(5, 3)) as stream:
        decoded = 0
        for packet in itertools.islice(stream.demux(video=0), 40):
            try:
                decoded += sum(not picture.is_corrupt for picture in packet.decode())
            except av.FFmpegError:
                continue
    assert decoded < 38


def test_a_wrong_path_fault_or_password_is_refused(addresses, clips):
    for address in (addresses[0].replace("cam0", "cam7"), f"{addresses[0]}?melt=1"):
        with pytest.raises(av.FFmpegError):
            watched(address)
    with camera(clips[0], more=("--login", "eve:secret")) as (locked,):
        with pytest.raises(av.FFmpegError):
            watched(locked)
        with pytest.raises(av.FFmpegError):
            watched(locked.replace("rtsp://", "rtsp://eve:wrong@"))
        assert watched(locked.replace("rtsp://", "rtsp://eve:secret@"), packets=5)[0]


def test_the_command_says_what_it_cannot_send(tmp_path):
    other = clip(
        tmp_path / "v.mkv", frames=10, codec=("-c:v", "mpeg2video", "-sc_threshold", "1000000000")
    )
    done = run("testing", "camera", other, "--port", "0")
    assert (done.returncode, "a test camera can't send" in done.stderr) == (7, True)
    assert run("testing", "camera", tmp_path / "no.mp4").returncode == 3
    no_key = run("testing", "camera", other, "--tls", other, other)
    assert (no_key.returncode, "as a certificate and its key" in no_key.stderr) == (3, True)
    wrong = run("testing", "camera", other, "--fault", "melt=3")
    assert (wrong.returncode, "melt is not a fault" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("size", [1, 3, 99, 100, 101, 250, 1000])
def test_fragments_put_together_are_the_unit(codec, size):
    head = b"\x65" if codec == "h264" else b"\x26\x01"
    unit = head + bytes(n % 251 for n in range(size))
    cut = list(payloads(codec, unit, most=100))
    assert all(len(each) <= 100 for each in cut)
    if len(cut) > 1:
        skip, flag = (2, 1) if codec == "h264" else (3, 2)
        assert [each[flag] >> 6 for each in cut] == [2, *[0] * (len(cut) - 2), 1]
        assert head + b"".join(each[skip:] for each in cut) == unit
    else:
        assert cut == [unit]


def test_packets_are_numbered_and_reports_tell_the_wall_clock():
    sender = Sender(ssrc=7, sequence=0xFFFF)
    first, second = (sender.packet(b"ab", 90_000, marker=each) for each in (False, True))
    assert struct.unpack(">BBHII", first[:12]) == (0x80, 96, 0xFFFF, 90_000, 7)
    assert struct.unpack(">BBH", second[:4]) == (0x80, 0x80 | 96, 0)
    report = struct.unpack(">BBHIIIIII", sender.report(1_500_000_000, 5))
    assert report[4:] == (NTP_EPOCH_S + 1, 1 << 31, 5, 2, 4)


def test_units_are_cut_at_their_start_codes():
    assert list(units(b"\0\0\0\1\x67ab\0\0\1\x68\0\0\0\1\x65cd")) == [b"\x67ab", b"\x68", b"\x65cd"]


def test_a_clip_goes_on_for_ever(clips):
    loaded = load(clips[0])
    times = [picture.time_ns for picture in itertools.islice(loaded.endlessly(), 120)]
    assert times == sorted(times)
    assert {b - a for a, b in itertools.pairwise(times)} == {40_000_000}


@pytest.mark.parametrize("asked", ["drop", "drop=x", "loss=", "=3"])
def test_a_fault_that_is_none_is_said_so(asked):
    with pytest.raises(UsageError):
        Faults().and_(asked)


STOPPED = """
import asyncio, os, signal, sys
from asyncio.events import Handle
from contrejour.cli.main import main
from contrejour.media.testcamera.camera import CameraServer

step, serve = Handle._run, CameraServer._serve

def run(self):  # a step of some task is due when the signal comes
    Handle._run = step
    os.kill(os.getpid(), int(sys.argv[1]))
    step(self)

async def served(self, *ends):
    Handle._run = run
    await serve(self, *ends)

CameraServer._serve = served
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)
def test_the_command_ends_though_the_signal_comes_in_a_step_of_its_loop(clips, number, code, said):
    words = [str(int(number)), "testing", "camera", clips[0], "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
    )  # fmt: skip
    try:
        host, port = urlsplit(process.stdout.readline().strip()).netloc.split(":")
        with socket.create_connection((host, int(port))) as link:
            link.sendall(b"OPTIONS * RTSP/1.0\r\n")
            _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (code, f"contrejour: error: {said}\n")
