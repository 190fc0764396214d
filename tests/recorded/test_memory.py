"""Memory stays flat however long the file: an hour of 1080p takes less than 1 GiB."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from fakes.runs import ffmpeg, start

from contrejour import media
from contrejour.base.files import sha256
from contrejour.base.pictures import Box, HiddenBox, Mask, Source
from contrejour.recorded import masksfile

GIB = 1 << 30


def a_long_file(folder: Path, seconds: int) -> Path:
    """1080p at 25 frames a second, ten seconds of it again and again."""
    once, source = folder / "once.mp4", folder / "in.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=1920x1080:rate=25", "-f", "lavfi",
           "-i", "testsrc2=size=320x180:rate=25", "-filter_complex", "overlay=40:40",
           "-t", 10, "-c:v", "libx264", "-preset", "veryfast", "-threads", 1, "-g", 50,
           "-flags", "+cgop", "-pix_fmt", "yuv420p", once)  # fmt: skip
    ffmpeg("-stream_loop", seconds // 10 - 1, "-i", once, "-c", "copy", source)
    return source


def masks_in_every_tenth_minute(source: Path, to: Path) -> Path:
    """One box is hidden, for a minute (or six seconds of a short file) in ten."""
    text = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts", "-of",
         "csv=p=0", str(source)], check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    pts = sorted(int(line.strip(",")) for line in text.split())
    fmt = media.probe(source)
    header = masksfile.MasksHeader(
        source.name, sha256(source), *fmt.upright, 0, fmt.time_base, len(pts)
    )
    step = max(10, len(pts) // 60)
    box = (HiddenBox(Box(300, 100, 400, 500), Source.HAND),)
    rows = ((at, Mask(i, box if i // step % 10 == 5 else ())) for i, at in enumerate(pts))
    masksfile.write(to, header, rows)
    return to


def peak_rss(process: subprocess.Popen[str]) -> int:
    """The most bytes it and its children held at once; shared pages count more than once."""
    most, parent = 0, psutil.Process(process.pid)
    while process.poll() is None:
        now = 0
        with suppress(psutil.NoSuchProcess):
            for one in (parent, *parent.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    now += one.memory_info().rss
        most = max(most, now)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    return most


def veiling(folder: Path, seconds: int, detector: str) -> int:
    source = a_long_file(folder, seconds)
    how: tuple[object, ...] = ()
    if not detector:
        how = ("--masks", masks_in_every_tenth_minute(source, folder / "m.json"))
    process = start("veil", source, "-o", folder / "out.mp4", "-j", 2, *how, detector=detector)
    most = peak_rss(process)
    assert process.returncode == 0, process.communicate()
    assert process.communicate() == ("", "")
    print(f"{seconds} s of 1080p, {detector or 'masks'}: {most / (1 << 20):.0f} MiB at most")
    return most


@pytest.mark.parametrize("detector", ["", "nothing"])
def test_a_short_1080p_file_takes_less_than_a_gibibyte(tmp_path: Path, detector: str) -> None:
    assert veiling(tmp_path, 20, detector) < GIB


@pytest.mark.soak
@pytest.mark.parametrize("detector", ["", "nothing"])
def test_an_hour_of_1080p_takes_less_than_a_gibibyte(tmp_path: Path, detector: str) -> None:
    assert veiling(tmp_path, 3600, detector) < GIB
