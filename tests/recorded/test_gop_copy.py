"""Copied GOPs are the input's own pictures, bit for bit, and share a track with encoded ones."""

from __future__ import annotations

import http.server
import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fakes import videos
from fakes.runs import LIMIT_S

from contrejour import media
from contrejour.base.pictures import Box
from contrejour.recorded import masksfile
from contrejour.recorded.request import masks_name

GOP, COUNT = 8, 48
CLEAR = {*range(16), *range(32, 48)}
"""Frames of GOPs in which nothing is hidden."""


def hide(index: int) -> list[Box]:
    return [Box(30, 20, 40, 50)] if index in (17, 25, 26, 27) else []


def nothing(index: int) -> list[Box]:
    return []


def clip(path: Path, codec: str, params: str = "open-gop=0", *more: object) -> Path:
    """A clip of six GOPs."""
    name, extra = ("x264", "") if codec == "h264" else ("x265", ":pools=none:log-level=none")
    settings = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=2:b-adapt=0:{params}{extra}"
    videos.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25", "-frames:v", COUNT,
                 "-pix_fmt", "yuv420p", "-c:v", f"lib{name}", "-preset", "veryfast",
                 f"-{name}-params", settings, *more, path)  # fmt: skip
    return path


def strictly(path: Path) -> list[videos.Planes]:
    """The pictures, decoded by ffmpeg with no error let pass."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-xerror", "-err_detect", "explode", "-noautorotate",
         "-i", str(path), "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
        capture_output=True, check=False, timeout=LIMIT_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"rror" not in done.stderr, done.stderr
    return videos.from_bytes(done.stdout, 160, 96, "yuv420p")


def same(one: videos.Planes, other: videos.Planes) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
def test_copied_pictures_are_bit_exact_beside_encoded_ones(
    suffix: str, codec: str, tmp_path: Path
) -> None:
    source, out = clip(tmp_path / f"in{suffix}", codec), tmp_path / f"out{suffix}"
    summary = videos.veil(source, out, hide)
    before, after = strictly(source), strictly(out)
    assert len(before) == len(after) == COUNT
    assert {at for at in range(COUNT) if same(before[at], after[at])} == CLEAR
    assert summary.frames_copied == len(CLEAR)
    header, _ = masksfile.read(masks_name(out))
    assert header.parameters["frames_copied"] == len(CLEAR)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_where_nothing_is_hidden_all_is_copied(codec: str, tmp_path: Path) -> None:
    source, out = clip(tmp_path / "in.mp4", codec), tmp_path / "out.mp4"
    summary = videos.veil(source, out, nothing)
    assert summary.frames_copied == summary.frames == COUNT
    assert all(map(same, strictly(source), strictly(out)))


def test_pictures_in_slices_are_encoded(tmp_path: Path) -> None:
    """One slice may lie beneath another: what of them was seen isn't known."""
    source = clip(tmp_path / "in.mp4", "h264", "slices=3")
    assert videos.veil(source, tmp_path / "out.mp4", hide).frames_copied == 0


@pytest.mark.parametrize("params", ["ref=4:b-pyramid=normal", "cabac=0", "keyint=1"])
def test_the_inputs_own_parameter_sets_go_with_its_gops(params: str, tmp_path: Path) -> None:
    source, out = clip(tmp_path / "in.mp4", "h264", params), tmp_path / "out.mp4"
    videos.veil(source, out, hide)
    before, after = strictly(source), strictly(out)
    assert all(same(before[at], after[at]) for at in CLEAR)


@pytest.mark.parametrize(("codec", "params"), [("h264", "open-gop=1"), ("hevc", "open-gop=1")])
@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
def test_an_open_gop_is_never_copied(codec: str, params: str, suffix: str, tmp_path: Path) -> None:
    source, out = clip(tmp_path / f"in{suffix}", codec, params), tmp_path / f"out{suffix}"
    gops = media.index(source, media.probe(source))
    idr = 1 if gops[0].copyable else 0
    assert not any(gop.copyable for gop in gops[idr:])
    summary = videos.veil(source, out, hide)
    assert summary.frames_copied == 0
    assert len(strictly(out)) == COUNT


def test_a_closed_gop_that_opens_with_a_cra_is_encoded(tmp_path: Path) -> None:
    """It would count its pictures on from those before it, which are others in the output."""
    source = clip(tmp_path / "in.mp4", "hevc", "open-gop=1:bframes=0")
    gops = media.index(source, media.probe(source))
    assert len(gops) == 6
    assert not any(gop.copyable for gop in gops[1:])
    summary = videos.veil(source, tmp_path / "out.mp4", hide)
    assert summary.frames_copied <= GOP
    assert len(strictly(tmp_path / "out.mp4")) == COUNT


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_gop_without_its_parameter_sets_is_encoded(codec: str, tmp_path: Path) -> None:
    """A stream may say them once, at its start: among others they would be lost."""
    whole = clip(tmp_path / "whole.mp4", codec)
    stream = tmp_path / f"in.{codec}"
    videos.ffmpeg("-i", whole, "-c", "copy", "-bsf:v", f"{codec}_mp4toannexb", "-f", codec, stream)
    sets = {"h264": (0x67, 0x68), "hevc": (0x40, 0x42, 0x44)}[codec]
    units, seen = stream.read_bytes().replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:], set()
    kept = []
    for unit in units:
        if unit[0] not in sets or unit[0] not in seen:
            kept.append(b"\0\0\0\1" + unit)
        seen.add(unit[0])
    stream.write_bytes(b"".join(kept))
    source, out = tmp_path / "in.ts", tmp_path / "out.ts"
    _as_ts(whole, stream, source, codec)
    gops = media.index(source, media.probe(source))
    assert [gop.copyable for gop in gops] == [True] + [False] * (len(gops) - 1)
    videos.veil(source, out, hide)
    before, after = strictly(source), strictly(out)
    assert len(before) == len(after) == COUNT


def _as_ts(whole: Path, stream: Path, to: Path, codec: str) -> None:
    """`stream` in MPEG-TS, at the times of `whole`, without ffmpeg putting sets back."""
    with av.open(str(whole)) as timed, av.open(str(to), "w", format="mpegts") as container:
        name = "libx264" if codec == "h264" else "libx265"
        track: Any = container.add_stream(name, rate=25)
        track.width, track.height, track.pix_fmt = 160, 96, "yuv420p"
        with av.open(str(stream), format=codec) as bare:
            pictures = [bytes(p) for p in bare.demux(video=0) if p.size]
        times = [p for p in timed.demux(video=0) if p.size]
        assert len(pictures) == len(times)
        for data, at in zip(pictures, times, strict=True):
            packet = av.Packet(data)
            packet.pts, packet.dts, packet.time_base = at.pts, at.dts, at.time_base
            packet.is_keyframe, packet.stream = at.is_keyframe, track
            container.mux(packet)


def test_a_damaged_gop_is_never_copied(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.ts", "h264")
    data = bytearray(source.read_bytes())
    at = len(data) // 188 // 2 * 188
    del data[at : at + 188]  # a packet was lost on the way: the counter jumps
    source.write_bytes(data)
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    reader = media.Reader(source, fmt, gops)
    damaged = [
        number for number in range(len(gops))
        if any(frame.corrupt for frame in reader.frames(number, number + 1))
    ]  # fmt: skip
    assert damaged
    assert not any(gops[number].copyable for number in damaged)


def test_a_frame_asked_of_a_gop_that_was_left_in_the_middle_is_there(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", "hevc")
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    reader, fresh = media.Reader(source, fmt, gops), media.Reader(source, fmt, gops)
    wanted = {number: [f.pts for f in fresh.frames(number, number + 1)] for number in range(6)}
    for skip in range(GOP):
        for gop in (0, 1, 2):
            found = [frame.pts for frame in reader.frames(gop, gop + 1, skip, 1)]
            assert found == wanted[gop][skip : skip + 1]


PAGE = """<video id=v muted autoplay src=clip.mp4></video><script>
const seen = [], v = document.getElementById("v");
const tell = what => fetch("/done", {method: "POST", body: JSON.stringify(
  {what, error: v.error && v.error.message, at: v.currentTime, length: v.duration,
   width: v.videoWidth, seen, dropped: v.getVideoPlaybackQuality().droppedVideoFrames,
   decoded: v.getVideoPlaybackQuality().totalVideoFrames})});
const note = (now, m) => { seen.push(m.mediaTime); v.requestVideoFrameCallback(note); };
v.requestVideoFrameCallback(note);
v.onended = () => tell("ended"); v.onerror = () => tell("error");
</script>"""


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine")


def played(folder: Path) -> dict[str, object]:
    """What Chromium says after playing clip.mp4 of `folder`."""
    told: queue.Queue[dict[str, object]] = queue.Queue()

    class Site(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    (folder / "page.html").write_text(PAGE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        browser = subprocess.Popen(
            [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={folder}/profile",
             "--disable-dev-shm-usage", f"http://127.0.0.1:{site.server_port}/page.html"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return told.get(timeout=LIMIT_S)
        finally:
            browser.kill()
            browser.wait()
            site.shutdown()


def test_chromium_plays_a_mixed_track_to_its_last_frame(tmp_path: Path) -> None:
    chromium()
    source = clip(tmp_path / "in.mp4", "h264")
    summary = videos.veil(source, tmp_path / "clip.mp4", hide)
    assert 0 < summary.frames_copied < summary.frames
    told = played(tmp_path)
    assert (told["what"], told["error"], told["width"]) == ("ended", None, 160)
    assert told["at"] == told["length"] == pytest.approx(COUNT / 25, abs=0.05)
    assert told["decoded"] == COUNT
