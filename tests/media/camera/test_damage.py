"""Flipped bytes: whatever picture they reach is corrupt, and the ones after it to the next key."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

import pytest
from fakes.runs import ffmpeg, painted_clip

from contrejour.base.errors import CameraError
from contrejour.media.camera.live import LiveStream

PPS, SLICE = b"\0\0\0\1\x68", b"\0\0\1\x41"


@pytest.fixture
def stream(tmp_path) -> Path:
    """Three seconds, a key picture in each, as a camera sends them: Annex B."""
    painted_clip(tmp_path / "a.mp4")
    ffmpeg("-i", tmp_path / "a.mp4", "-t", "3", "-c", "copy", tmp_path / "a.ts")
    return tmp_path / "a.ts"


def flipped(path: Path, start: bytes, number: int, offset: int, bits: int) -> Path:
    """`path` with these bits flipped, so far after the start of that unit (from 0)."""
    data, at = bytearray(path.read_bytes()), -1
    for _ in range(number + 1):
        at = data.index(start, at + 1)
    data[at + len(start) + offset] ^= bits
    path.write_bytes(data)
    return path


def corrupt(path: Path) -> str:
    """A letter for each picture; a space for one that didn't come."""
    live, found = LiveStream(f"file:{path}"), {}
    with suppress(CameraError), closing(live):
        found.update((frame.time_ns // 40_000_000, frame.corrupt) for frame in live.frames())
    return "".join({True: "x", False: ".", None: " "}[found.get(n)] for n in range(75))


def test_a_stream_that_is_whole_has_no_corrupt_picture(stream):
    assert corrupt(stream) == 75 * "."


def test_a_flipped_bit_that_no_decoder_notices_makes_a_second_corrupt(stream):
    assert corrupt(flipped(stream, PPS, 1, 1, 4)) == 25 * "." + 25 * "x" + 25 * "."


def test_a_picture_that_is_held_back_past_the_next_key_stays_corrupt(tmp_path):
    graph = "testsrc2=size=320x192:rate=25"
    how = ("-t", "3", "-c:v", "libx264", "-bf", "2", "-g", "25", "-sc_threshold", "0")
    ffmpeg("-f", "lavfi", "-i", graph, *how, "-x264-params", "b-adapt=0", tmp_path / "b.ts")
    broken = corrupt(flipped(tmp_path / "b.ts", SLICE, 3, 9, 0xFF))
    assert "x" in broken[:25]
    assert "." not in broken[broken.index("x") : 25]
