"""`scripts/bench watch`: live cameras on one core: how many, how late, how much memory.

Our own test cameras send a clip over RTSP from one core; the watch (its decoders too) has another
to itself. A frame's lateness runs from the camera's clock (RTCP) to the moment at which the part
that holds it can be played, the look-ahead included. The scene is learned before the clock starts.
The floor is the same cameras decoded and encoded again, with nothing looked at and nothing hidden.
Writes bench/results/watch.md, below the line that is there. CONTREJOUR_DATA names the clips.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fakes.cameras import run_all
from fakes.plans import PRIVACY, plan_for

from contrejour import media
from contrejour.base.errors import CameraError
from contrejour.base.pictures import Frame
from contrejour.live.site import SiteCamera
from contrejour.live.watch import Models, Watcher
from contrejour.live.watch.empty import Empty
from contrejour.live.watch.load import Load
from contrejour.media import Decoder

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "watch.md"
SHAPES = {"720p12": ("1280:720", 12), "1080p25": ("1920:1080", 25)}
SAMPLES, SAMPLE_EACH_NS = 32, 400_000_000
WARM_S = 40.0


def clip(folder: Path, shape: str) -> Path:
    """PETS 2009 at this size, its pictures shown at this rate; a test picture where it isn't."""
    size, rate = SHAPES[shape]
    path = folder / f"{shape}.mp4"
    real = Path(os.environ.get("CONTREJOUR_DATA", "")) / "pets09" / "vtest.avi"
    source = (
        ["-i", str(real), "-vf", f"setpts=N/{rate}/TB,scale={size}", "-r", str(rate)]
        if real.exists()
        else ["-f", "lavfi", "-i", f"testsrc2=size={size.replace(':', 'x')}:rate={rate}"]
    )
    coded = [
        "-t",
        "30",
        "-an",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-b:v",
        "2M",
        "-bf",
        "0",
        "-pix_fmt",
        "yuv420p",
        "-g",
    ]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *source, *coded, str(2 * rate), str(path)], check=True
    )
    return path


@contextmanager
def cameras(path: Path, count: int, core: int) -> Iterator[list[str]]:
    """So many test cameras, on a core of their own."""
    command = [sys.executable, "-m", "contrejour", "testing", "camera", *[str(path)] * count]
    process = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    try:
        assert process.stdout
        yield [process.stdout.readline().strip() for _ in range(count)]
    finally:
        process.terminate()
        process.wait()


@dataclass(slots=True)
class Timed(Watcher):
    """A watcher that notes how late every frame can be played."""

    late_ms: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    played: tuple[int, int] = (0, 0)

    def _count(self, frame: Frame, whole: str, decoder: Decoder) -> None:
        Watcher._count(self, frame, whole, decoder)
        assert frame.taken
        assert self._playlist
        self.waiting.append(frame.taken.camera_ns or frame.taken.wall_ns)
        if self._playlist.published[:2] != self.played:
            self.played = self._playlist.published[:2]
            now_ns = time.time_ns()
            self.late_ms += [(now_ns - taken_ns) / 1e6 for taken_ns in self.waiting]
            self.waiting.clear()


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run gave."""

    shape: str
    hide: str
    count: int
    rate: float
    dropped: int
    whole: int
    late_ms: tuple[float, float]
    interval_ms: float
    cpu: float
    memory_mib: float

    def row(self) -> str:
        p50, p99 = self.late_ms
        return (
            f"| {self.shape} | `{self.hide}` | {self.count} | {self.rate:.1f} | {self.dropped} | "
            f"{self.whole} | {p50:.0f} / {p99:.0f} ms | {self.interval_ms:.0f} ms | "
            f"{self.cpu:.2f} | {self.memory_mib:.0f} |"
        )


def family() -> list[psutil.Process]:
    """This process and its decoders; not the cameras, which aren't of the product."""
    children = psutil.Process().children(recursive=True)
    ours = [
        each for each in children if "contrejour.media.camera.child" in " ".join(each.cmdline())
    ]
    return [psutil.Process(), *ours]


def cpu_s() -> float:
    spent = 0.0
    for process in family():
        with suppress(psutil.Error):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


def watched(shape: str, hide: str, count: int, seconds: float, folder: Path) -> Measured:
    """So many cameras for so long, once their scenes are known."""
    load, models = Load(), Models()
    begins = time.monotonic() + WARM_S
    ends = begins + seconds
    with cameras(clip(folder, shape), count, 0) as found:
        watchers = [
            Timed(
                plan_for("view.live"), "cam-a",
                SiteCamera(address=address, hide=hide, privacy=PRIVACY),  # type: ignore[arg-type]
                address, folder / f"{shape}-{hide}-{count}" / str(number), make=models,
                load=load, stopped=lambda: time.monotonic() > ends,
            )
            for number, address in enumerate(found)
        ]  # fmt: skip
        for each in watchers:
            if hide == "unknown":
                kept = each.out / "scene.npz"
                each.empty = Empty(kept, samples=SAMPLES, every_ns=SAMPLE_EACH_NS, tell=print)
        running = threading.Thread(target=run_all, args=(watchers,))
        running.start()
        time.sleep(max(0.0, begins - time.monotonic()))
        before = [
            (w.counters.frames, w.counters.dropped, w.counters.veiled_whole) for w in watchers
        ]
        for each in watchers:
            each.late_ms.clear()
        spent = cpu_s()
        time.sleep(seconds - 1)
        spent, memory = cpu_s() - spent, sum(p.memory_full_info().pss for p in family()) / 2**20
        after = [(w.counters.frames, w.counters.dropped, w.counters.veiled_whole) for w in watchers]
        running.join()
    frames, dropped, whole = (
        sum(b[n] - a[n] for a, b in zip(before, after, strict=True)) for n in range(3)
    )
    late = statistics.quantiles((ms for w in watchers for ms in w.late_ms), n=100)
    return Measured(
        shape, hide, count, frames / (seconds - 1) / count, dropped, whole, (late[49], late[98]),
        load.interval_ns / 1e6, spent / (seconds - 1), memory,
    )  # fmt: skip


def floor(shape: str, folder: Path, frames: int = 300) -> float:
    """Seconds of a core for a frame that is decoded in a process of its own and encoded again."""
    with cameras(clip(folder, shape), 1, 0) as found:
        decoder = Decoder(found[0])
        encoder, spent, count = None, 0.0, 0
        with suppress(CameraError):
            for frame in decoder.frames():
                assert decoder.fmt
                encoder = encoder or media.Encoder(decoder.fmt, live=True)
                encoder.write(frame)
                count += 1
                spent = cpu_s() if count == 50 else spent
                if count == frames:
                    break
        spent = cpu_s() - spent
        decoder.close()
    return spent / (frames - 50)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", default="720p12:unknown:1,720p12:unknown:4,720p12:unknown:8,"
                        "720p12:people:4,1080p25:unknown:1,1080p25:unknown:2")  # fmt: skip
    asked = parser.parse_args(arguments)
    os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        floors = {shape: floor(shape, folder) for shape in SHAPES}
        rows = []
        for each in asked.runs.split(","):
            shape, hide, count = each.split(":")
            rows.append(watched(shape, hide, int(count), asked.seconds, folder))
            print(rows[-1].row(), flush=True)
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    told = [
        f"One core of {cpu}; Python {platform.python_version()}; {asked.seconds:.0f} s a line.",
        "",
        "| pictures | hide | cameras | frames/s each | dropped | veiled whole | late p50 / p99 |"
        " a look each | cores | MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(row.row() for row in rows),
        "",
        "Floor, decoded and encoded again with nothing looked at: "
        + ", ".join(f"{shape} {1000 * cost:.1f} ms a frame" for shape, cost in floors.items())
        + ".",
        "",
    ]
    kept = RESULTS.read_text().partition("<!-- measured -->")[0] if RESULTS.exists() else ""
    RESULTS.write_text(f"{kept or '# watch'}<!-- measured -->\n" + "\n".join(told))


if __name__ == "__main__":
    main()
