"""`scripts/bench veil`: contrejour, deface and a bare transcode, in one run, on the same clips.

Speeds are ratios against the two others, taken minutes apart on the same cores, because machines
are shared. Leaks come from `contrejour eval`, by the same rule for both tools. The clips are made
here out of vtest.avi (a fixed camera; PETS 2009) and of the folder that CONTREJOUR_DATA names;
what is not there is left out, and said. Writes bench/results/veil.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
DATA = os.environ.get("CONTREJOUR_DATA", "")
DEFACE = ("deface==1.5.0", "onnx==1.20.0", "onnxruntime==1.23.2")
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Cost:
    """What one command took. `peak_mib` sums the whole process tree, sampled."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def measure(command: Sequence[str]) -> Cost:
    """Run a command to its end, with no earlier output to take from; a failure ends the bench."""
    if "-o" in command:
        out = Path(command[command.index("-o") + 1])
        for left in (out, Path(f"{out}.masks.json")):
            left.unlink(missing_ok=True)
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            try:
                top = psutil.Process(process.pid)
                tree = [top, *top.children(recursive=True)]
                peak[0] = max(peak[0], sum(p.memory_info().rss for p in tree))
            except psutil.Error:
                pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = os.times()
    _, errors = process.communicate()
    after = os.times()
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{errors}")
    cpu = (
        after.children_user - before.children_user + after.children_system - before.children_system
    )
    return Cost(time.monotonic() - started, cpu, peak[0] / 2**20)


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-nostdin", *arguments], check=True)


def crowd(source: Path) -> Path:
    """1920x1080, 25 fps, 12 s: six views of the path at once, each at another time, some 35 people.

    The pictures keep their size (0.94) and run at 2.5 times their speed, which is harder.
    """
    out = CACHE / "crowd-1080p.mp4"
    if not out.exists():
        views = [x for at in (0, 12, 24, 36, 48, 60) for x in ("-ss", str(at), "-i", str(source))]
        grid = "[0][1][2][3][4][5]xstack=inputs=6:layout=0_0|w0_0|w0+w1_0|0_h0|w0_h0|w0+w1_h0"
        chain = f"{grid},setpts=PTS*10/25,scale=2160:1080,crop=1920:1080,fps=25,setsar=1"
        ffmpeg(*views, "-filter_complex", chain, "-frames:v", "300", "-r", "25",
               "-c:v", "libx264", "-preset", "medium", "-crf", "19", "-g", "50", "-an",
               str(out))  # fmt: skip
    return out


def quiet(source: Path) -> Path:
    """1920x1080, 25 fps, 2 min: 100 s of a room with nobody, then one visitor for 20 s.

    The empty part repeats the clip's first 5 s to and fro: real pictures, with their noise.
    """
    out = CACHE / "quiet-1080p.mp4"
    if not out.exists():
        chain = (
            "[0]split[a][b];[b]reverse[r];[a][r]concat,loop=loop=-1:size=100:start=0,"
            "setpts=N/25/TB,trim=duration=100,scale=1920:1080[empty];"
            "[1]fps=25,scale=1920:1080,setpts=N/25/TB,trim=duration=20[visit];"
            "[empty][visit]concat,setsar=1"
        )
        ffmpeg("-t", "5", "-i", str(source), "-ss", "4", "-t", "20", "-i", str(source),
               "-filter_complex", chain, "-c:v", "libx264", "-preset", "medium", "-crf", "19",
               "-g", "50", "-r", "25", "-an", str(out))  # fmt: skip
    return out


def night(source: Path) -> Path:
    """1920x1080, 25 fps, 10 min: the same room; the same visitor, once (3 % of the time)."""
    out = CACHE / "night-1080p.mp4"
    if not out.exists():
        once = quiet(source)
        empty, visit, list_ = (CACHE / f"night-{part}" for part in ("e.mp4", "v.mp4", "list.txt"))
        ffmpeg("-i", str(once), "-t", "100", "-c", "copy", str(empty))
        ffmpeg("-ss", "100", "-i", str(once), "-c", "copy", str(visit))
        parts = [empty, empty, empty, visit, empty, empty, empty]
        list_.write_text("".join(f"file '{part}'\n" for part in parts))
        ffmpeg("-f", "concat", "-safe", "0", "-i", str(list_), "-t", "600", "-c", "copy",
               str(out))  # fmt: skip
    return out


def deface_command() -> str:
    """deface in its own environment."""
    home = CACHE / "deface"
    if not (home / "bin" / "deface").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", *DEFACE], check=True)
    return str(home / "bin" / "deface")


def transcode(source: str, out: str) -> None:
    """The floor: decode and encode again, the encoder set as `contrejour veil` sets it."""
    import av

    from contrejour import media

    with av.open(source) as reader, av.open(out, "w") as writer:
        stream = reader.streams.video[0]
        stream.thread_type = "AUTO"
        track = writer.add_stream("libx264", rate=stream.average_rate)
        track.width, track.height, track.pix_fmt = stream.width, stream.height, "yuv420p"
        track.time_base = track.codec_context.time_base = stream.time_base or Fraction(1, 1000)
        codec = "h264"
        track.options = {"preset": media.PRESET[codec], "crf": str(media.CRF[codec])}
        for frame in reader.decode(stream):
            frame.pict_type = 0
            writer.mux(track.encode(frame))
        writer.mux(track.encode(None))


def frames_of(path: Path) -> int:
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_entries",
         "stream=nb_read_frames", "-of", "csv=p=0", str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(shown.stdout.strip().strip(","))


def speed(name: str, tools: dict[str, tuple[Path, list[str]]]) -> list[str]:
    """Table rows for one clip: every tool, one after another. Ratios are of frames a second."""
    rates, costs, counts = {}, {}, {}
    for tool, (clip, command) in tools.items():
        print(f"{name}: {tool} …", file=sys.stderr, flush=True)
        counts[tool], costs[tool] = frames_of(clip), measure(command)
        rates[tool] = counts[tool] / costs[tool].seconds
    return [
        f"| {name} | {tool} | {rates[tool]:.1f} | "
        f"{1000 * cost.cpu_seconds / counts[tool]:.0f} | {cost.peak_mib:.0f} | "
        f"{rates[tool] / rates['bare transcode']:.2f} | "
        + (f"{rates[tool] / rates['deface']:.1f} |" if "deface" in rates else "- |")
        for tool, cost in costs.items()
    ]


def veil_command(clip: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "contrejour", "veil", str(clip), "-o", str(out), "--force",
            "-j", str(CORES), *more]  # fmt: skip


def tools_for(clip: Path, hide: str, with_deface: bool) -> dict[str, tuple[Path, list[str]]]:
    """Each tool, with the clip it is given: deface gets the first 3 s, because it takes minutes."""
    stem = CACHE / clip.stem
    bare = [sys.executable, __file__, "--transcode", str(clip), f"{stem}.bare.mp4"]
    veil = veil_command(clip, Path(f"{stem}.{hide}.mp4"), "--hide", hide)
    tools = {"bare transcode": (clip, bare), f"contrejour --hide {hide}": (clip, veil)}
    if with_deface:
        short = Path(f"{stem}.short.mp4")
        if not short.exists():
            ffmpeg("-i", str(clip), "-t", "3", "-c", "copy", str(short))
        command = [deface_command(), str(short), "-o", f"{stem}.deface.mp4"]
        tools["deface"] = (short, command)
    return tools


def evaluate(truth: Path, *arguments: str) -> dict[str, Any]:
    shown = subprocess.run(
        [sys.executable, "-m", "contrejour", "eval", "--truth", str(truth), *arguments, "--json"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(shown.stdout))


def leaks(name: str, clip: Path, truth: Path) -> list[str]:
    """Table rows: who still shows, by masks where there are masks, by pixels for both tools."""
    rows = []
    for hide in ("people", "faces", "unknown"):
        out = CACHE / f"{clip.stem}.{hide}.mp4"
        print(f"{name}: leaks of --hide {hide} …", file=sys.stderr, flush=True)
        measure(veil_command(clip, out, "--hide", hide))
        masks = evaluate(truth, "--masks", f"{out}.masks.json")
        rows.append(row(name, f"contrejour --hide {hide} (masks)", masks))
        if hide == "people":
            pixels = evaluate(truth, "--before", str(clip), "--after", str(out))
            rows.append(row(name, "contrejour --hide people (pixels)", pixels))
    out = CACHE / f"{clip.stem}.deface.mp4"
    print(f"{name}: leaks of deface …", file=sys.stderr, flush=True)
    measure([deface_command(), str(clip), "-o", str(out)])
    found = evaluate(truth, "--before", str(clip), "--after", str(out))
    return [*rows, row(name, "deface (pixels)", found)]


def row(name: str, tool: str, found: dict[str, Any]) -> str:
    bodies = "-" if found["body_cover"] is None else f"{100 * found['body_cover']:.1f}"
    return (
        f"| {name} | {tool} | {found['leaked_heads']} of {found['heads']} | "
        f"{found['leaked_tracks']} of {found['tracks']} | {found['longest_leak_ms']:.0f} | "
        f"{bodies} | {100 * found['person_free_hidden']:.1f} |"
    )


def vtest() -> Path | None:
    """vtest.avi, where `scripts/demo` keeps it or in the data folder."""
    places = [ROOT / ".cache" / "demo" / "vtest.avi", Path(DATA, "pets09", "vtest.avi")]
    return next((place for place in places if place.exists()), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transcode", nargs=2, metavar=("IN", "OUT"))
    parser.add_argument("--only", choices=("speed", "leaks"))
    args = parser.parse_args()
    if args.transcode:
        transcode(*args.transcode)
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    lines = [
        "# `scripts/bench veil`", "",
        f"{CORES} cores ({platform.processor() or platform.machine()}), Python "
        f"{platform.python_version()}, {time.strftime('%Y-%m-%d')}, load "
        f"{os.getloadavg()[0]:.1f} at the start. Figures of one run; compare within a clip.", "",
    ]  # fmt: skip
    if args.only != "leaks":
        lines += [
            "## Speed", "",
            "| clip | tool | frames/s | CPU ms a frame | peak MiB | x transcode | x deface |",
            "|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        if source := vtest():
            clip = crowd(source)
            lines += speed("1080p crowd", tools_for(clip, "people", True))
        room = Path(DATA, "intel-sample-videos", "one-by-one-person-detection.mp4")
        if DATA and room.exists():
            for name, clip in (("1080p, 17 % visited", quiet(room)), ("3 % visited", night(room))):
                lines += speed(name, tools_for(clip, "people", False))
    if args.only != "speed" and DATA:
        lines += [
            "", "## Leaks", "",
            "| clip | tool | leaked heads | leaked tracks | longest leak, ms | body cover, % | "
            "person-free hidden, % |",
            "|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        pets = Path(DATA, "pets09")
        lines += leaks("pets09", pets / "vtest.avi", pets / "gt_mot.txt")
        for name in ("synth1", "synth2"):
            made = Path(DATA, "synthetic")
            lines += leaks(name, made / f"{name}.mp4", made / f"{name}.csv")
    text = "\n".join(lines) + "\n"
    print(text)
    results = ROOT / "bench" / "results" / "veil.md"
    results.parent.mkdir(exist_ok=True)
    results.write_text(text)


if __name__ == "__main__":
    main()
