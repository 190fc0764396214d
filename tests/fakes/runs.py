"""The real command in a process of its own, and clips for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

import contrejour
from contrejour import media
from contrejour.base.files import sha256
from contrejour.base.pictures import Box, HiddenBox, Mask, Source
from contrejour.recorded import masksfile

LIMIT_S = 300
"""How long a test waits for a fact before it gives up: long enough for a machine that is busy."""
PATHS = [str(Path(contrejour.__file__).parents[1]), str(Path(__file__).parents[1])]


def start(
    *args: object, detector: str = "", env: Mapping[str, object] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """Start `contrejour ARGS`, in a session of its own; `detector` is one of fakes.detectors."""
    module = ["fakes.veil_with", f"fakes.detectors:{detector}"] if detector else ["contrejour"]
    known = {**os.environ, **{name: str(value) for name, value in (env or {}).items()}}
    known["PYTHONPATH"] = os.pathsep.join([*PATHS, *filter(None, [known.get("PYTHONPATH")])])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(
        [sys.executable, "-m", *module, *map(os.fspath, map(_text, args))],
        env=known, text=True, errors="replace", start_new_session=True, **{**pipes, **more},
    )  # fmt: skip


def _text(value: object) -> Any:
    return value if isinstance(value, os.PathLike | bytes) else str(value)


def run(*args: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    process = start(*args, **more)
    try:
        out, err = process.communicate(timeout=LIMIT_S)
    except BaseException:
        process.kill()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def until(fact: Callable[[], bool]) -> bool:
    """Wait for a fact: whether it came true before `LIMIT_S`."""
    end = time.monotonic() + LIMIT_S
    while not (true := fact()) and time.monotonic() < end:
        time.sleep(0.01)
    return true


def family(pid: int) -> list[psutil.Process]:
    """The processes that this one started, and theirs."""
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ffmpeg(*args: object) -> None:
    """Run the ffmpeg command."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, args)], check=True, timeout=LIMIT_S
    )


def clip(
    path: Path, *, frames: int = 120, rate: int = 25, size: str = "160x96", gop: int = 24,
    codec: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast", "-threads", "1"),
    more: tuple[str, ...] = (),
) -> Path:  # fmt: skip
    """A moving test picture, one closed GOP every `gop` frames."""
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}", "-frames:v", frames,
           *codec, "-g", gop, "-flags", "+cgop", "-pix_fmt", "yuv420p", "-fflags", "+bitexact",
           *more, path)  # fmt: skip
    return path


def painted_clip(path: Path, *, codec: str = "h264", size: str = "320x192") -> Path:
    """A magenta figure that crosses a grey picture, twelve seconds at 25 a second."""
    wide, high = map(int, size.split("x"))
    graph = (
        f"color=gray:size={size}:rate=25[bg];color=magenta:size=24x56:rate=25[fg];"
        f"[bg][fg]overlay=x='mod(60*t,{wide - 24})':y={high // 2 - 16}"
    )
    how = {
        "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "25"),
        "hevc": ("-c:v", "libx265", "-preset", "ultrafast",
                 "-x265-params", "log-level=none:keyint=25:bframes=0"),
    }  # fmt: skip
    ffmpeg("-f", "lavfi", "-i", graph, "-t", "12", *how[codec], "-pix_fmt", "yuv420p", path)
    return path


def times(path: Path) -> list[int]:
    """The pts of every picture that can be decoded."""
    fmt = media.probe(path)
    gops = media.index(path, fmt)
    return [frame.pts for frame in media.Reader(path, fmt, gops).frames(0, len(gops))]


def masks_for(path: Path, to: Path, hidden: Callable[[int], Sequence[Box] | str]) -> Path:
    """A masks file for a clip: `hidden(frame)` says its boxes, or why it is veiled whole."""
    fmt, pts = media.probe(path), times(path)
    header = masksfile.MasksHeader(
        path.name, sha256(path), *fmt.upright, fmt.rotation, fmt.time_base, len(pts)
    )
    rows = []
    for index, time_ in enumerate(pts):
        what = hidden(index)
        boxes = () if isinstance(what, str) else tuple(HiddenBox(box, Source.HAND) for box in what)
        rows.append((time_, Mask(index, boxes, what if isinstance(what, str) else "")))
    masksfile.write(to, header, rows)
    return to


def walking(frame: int) -> tuple[Box, ...]:
    """A box that crosses the picture, and is gone in every other second."""
    return (Box(frame % 120, 20, 40, 50),) if frame // 48 % 2 == 0 else ()


def check(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    """It ended with this code, and said so in lines of errors and hints alone."""
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    for line in done.stderr.splitlines():
        assert line.startswith(("contrejour: error: ", "contrejour: hint: ")), done.stderr
