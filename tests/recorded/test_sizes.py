"""Small files that unpack to large pictures are refused before anything is unpacked."""

from __future__ import annotations

import resource
import struct
import zlib
from pathlib import Path

import pytest
from fakes.runs import clip, ffmpeg, run
from fakes.veiled import veil_it
from PIL import Image

from contrejour.base.errors import InputEmpty, Unsupported
from contrejour.base.pictures import MOST_PX
from contrejour.cli import veil
from contrejour.cli.main import main
from contrejour.recorded import picture_file

SIDE = 24_000


def part(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG (W3C PNG §5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def large_png(path: Path) -> Path:
    """Two colours, one of them clear, 24,000 pixels either way."""
    packed = zlib.compressobj()
    rows = b"".join(packed.compress(bytes(1 + SIDE // 8)) for _ in range(SIDE)) + packed.flush()
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", bytes(6)),
        (b"tRNS", b"\0"),
        (b"IDAT", rows),
        (b"IEND", b""),
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(part(*each) for each in parts))
    return path


def test_attack_35_a_picture_that_unpacks_to_gigabytes_is_refused_packed(tmp_path: Path) -> None:
    large = large_png(tmp_path / "big.png")
    assert large.stat().st_size < 200_000
    bound = 4 << 30, 4 << 30
    done = run("veil", large, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, bound))
    assert done.returncode == 7, done.stderr
    assert f"has {SIDE}x{SIDE} pixels" in done.stderr
    assert "hint: scale it down" in done.stderr
    assert "Traceback" not in done.stderr


def test_attack_35_a_recording_with_larger_frames_is_refused_undecoded(tmp_path: Path) -> None:
    path, side = tmp_path / "big.mkv", 8_200
    ffmpeg("-f", "lavfi", "-i", f"color=gray:size={side}x{side}:rate=1", "-frames:v", 1,
           "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", path)  # fmt: skip
    with pytest.raises(InputEmpty) as told:  # FFmpeg, which may not decode it, says no size either
        veil_it(path, tmp_path / "out.mp4", detector="fakes.detectors:nothing")
    assert f"or larger than the {MOST_PX} pixels that are read" in told.value.hint


def test_a_picture_at_the_bound_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_file, "MOST_PX", 64 * 32)
    Image.new("L", (64, 32)).save(path := tmp_path / "a.png")
    assert picture_file._opened(path, path.read_bytes()).size == (64, 32)
    Image.new("L", (64, 33)).save(path := tmp_path / "b.png")
    with pytest.raises(Unsupported, match="has 64x33 pixels"):
        picture_file._opened(path, path.read_bytes())


@pytest.mark.parametrize("aspect", ["8/1", "1/8"])
def test_attack_44_pixels_that_no_detector_sees_as_a_player_shows_them_are_refused(
    aspect: str, tmp_path: Path
) -> None:
    plain = clip(tmp_path / "plain.mp4", frames=8)
    ffmpeg("-i", plain, "-vf", f"setsar={aspect}", source := tmp_path / "in.mp4")
    with pytest.raises(Unsupported, match="times as wide") as told:
        veil_it(source, tmp_path / "out.mp4")
    assert "setsar=1" in told.value.hint
    assert not (tmp_path / "out.mp4").exists()


def test_what_nobody_thought_of_is_the_error_of_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.mp4", "b.mp4"):
        clip(tmp_path / "in" / name, frames=8)
    tried = []

    def broken(target: object, *_: object) -> None:
        tried.append(target)
        raise ZeroDivisionError("Fraction(1, 0)")

    monkeypatch.setattr(veil, "_one", broken)
    assert main(["veil", str(tmp_path / "in")]) == 5
    assert len(tried) == 2
    told = capsys.readouterr().err
    assert "a.mp4 can't be veiled: ZeroDivisionError: Fraction(1, 0)" in told
    assert "Traceback" not in told
