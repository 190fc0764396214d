"""`scripts/bench relay`: what the process that connects to a camera costs.

Our own test camera sends 2 Mbit/s of 720p25 over RTSP. A decoder watches it as `watch` does, with
nothing looked at: CPU time of each of the camera's processes, the memory of the relay alone, and
how late pictures are by the camera's clock. Prints a line for bench/results/relay.md. On a source
without a relay it measures the rest: so that before and after are the same program.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fakes.cameras import camera
from fakes.runs import ffmpeg

from contrejour.media import Decoder

WARM_S = 5.0


def clip(path: Path) -> Path:
    """Ten seconds that move, in so many bits."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25,noise=alls=12:allf=t", "-t", 10,
           "-c:v", "libx264", "-preset", "veryfast", "-b:v", "2M", "-maxrate", "2M",
           "-bufsize", "1M", "-g", 25, "-bf", 0, "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def cpu_s(pid: int | None) -> float:
    used = psutil.Process(pid).cpu_times() if pid else None
    return used.user + used.system if used else 0.0


def measured(address: str, transport: str, seconds: float) -> str:
    with closing(Decoder(address, transport=transport)) as far:
        pids = far.pid, getattr(far, "relay_pid", None)
        late_ms, began_s, before = [], 0.0, (0.0, 0.0)
        warm_s = time.monotonic() + WARM_S
        for frame in far.frames():
            now_s = time.monotonic()
            if now_s < warm_s:
                continue
            if not began_s:
                began_s, before = now_s, (cpu_s(pids[0]), cpu_s(pids[1]))
            if frame.taken and frame.taken.camera_ns is not None:
                late_ms.append((frame.taken.wall_ns - frame.taken.camera_ns) / 1e6)
            if now_s - began_s > seconds:
                break
        ran_s = now_s - began_s
        decoder, relay = (
            100 * (cpu_s(pid) - then) / ran_s for pid, then in zip(pids, before, strict=True)
        )
        memory = psutil.Process(pids[1]).memory_info().rss / 2**20 if pids[1] else 0.0
    late = statistics.median(late_ms) if late_ms else float("nan")
    return (
        f"| {transport} | {decoder:.2f} % | {relay:.2f} % | {memory:.0f} MiB | {late:.1f} ms "
        f"| {len(late_ms)} |"
    )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=60)
    seconds = asked.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, camera(clip(Path(folder) / "a.mp4")) as shown:
        for transport in ("tcp", "udp"):
            print(measured(shown[0], transport, seconds), flush=True)


if __name__ == "__main__":
    main()
