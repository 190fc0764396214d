"""`scripts/bench seal`: what sealing a camera costs, and recovering half an hour, beside a floor.

The floor is `cryptography`'s ChaCha20-Poly1305 over the same bytes in the same pieces, in memory.
What comes before it, packets made segments and their messages read again, is measured in memory.
CPU time of this process and its children, median of some runs; the disk's own time is told beside.
Writes bench/results/seal.md.
"""

from __future__ import annotations

import io
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from contrejour.custody.quorum import parse
from contrejour.custody.seal.age import CHUNK_BYTES, Writer, decrypt
from contrejour.custody.seal.manifest import ClockQuality
from contrejour.custody.seal.onion import Keyset, keyset, unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.segment import WindowWriter
from contrejour.custody.seal.window import PreparedWindow, WindowRequest, make
from contrejour.media.camera.feeds.recordings import Recordings
from contrejour.media.camera.originals.remux import CameraPacket, Remuxer
from contrejour.media.camera.originals.sink import HEAD, MessageCheck, told
from contrejour.media.out.fmp4 import copied_init

ROOT = Path(__file__).parents[1]
POLICY = (
    "party vault -\nparty prosecutor -\nparty dpo -\nparty operator -\n"
    "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"
)
BYTES_S, WINDOW_S, SEGMENT_S, PACKET_S = 250_000, 60, 10, 0.1
"""A camera of 2 Mbit/s, that hands over a packet ten times a second."""
WINDOWS, RUNS, T0 = 30, 5, 1802390400000
PACKET = os.urandom(int(BYTES_S * PACKET_S))


def parties(kind: RecipientKind) -> tuple[dict[str, Identity], Keyset]:
    """Four parties with new keys."""
    who = parse(POLICY, "party")
    secrets = {party: Identity.generate(kind) for party in who.members}
    public = {party: secret.recipient() for party, secret in secrets.items()}
    return secrets, keyset(who, public, "2027-02-12")


def cpu_s() -> float:
    """Of this process and of its children that ended."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each)


def taken(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """CPU and wall seconds, medians."""
    cpu, wall = [], []
    for _ in range(runs):
        began_cpu, began = cpu_s(), time.monotonic()
        work()
        cpu.append(cpu_s() - began_cpu)
        wall.append(time.monotonic() - began)
    return statistics.median(cpu), statistics.median(wall)


def wanted(folder: Path, first: int, count: int, length_s: int) -> list[WindowRequest]:
    """Windows one after the other, a folder for each."""
    found = []
    for number in range(first, first + count):
        (folder / str(number)).mkdir(parents=True)
        t0 = T0 + number * length_s * 1000
        found.append(
            WindowRequest("car-1", t0, t0 + length_s * 1000, folder / str(number) / "W.onions")
        )
    return found


def seal_window(made: PreparedWindow, folder: Path, signer: Ed25519PrivateKey) -> None:
    """All packets of a window."""
    sealing, window = WindowWriter(made, folder), made.window
    for t0 in range(window.t0, window.t1, SEGMENT_S * 1000):
        sealing.begin(t0)
        for _ in range(int(SEGMENT_S / PACKET_S)):
            sealing.write(PACKET)
        sealing.end(t0 + SEGMENT_S * 1000)
    sealing.close("bus-7", ClockQuality("ntp", 20, "boot", 1), "", signer)


def seal_minutes(
    folder: Path, kind: RecipientKind, length_s: int, ahead: int
) -> tuple[float, float]:
    """CPU and wall seconds to seal a minute, in windows of this length, keys made some ahead."""
    _, keys = parties(kind)
    signer, runs = Ed25519PrivateKey.generate(), iter(range(RUNS))
    count = max(WINDOW_S // length_s, ahead)

    def work() -> None:
        place = folder / f"{kind}-{length_s}-{ahead}-{next(runs)}"
        for first in range(0, count, ahead):
            these = wanted(place, first, ahead, length_s)
            for each, made in zip(these, make(these, keys), strict=True):
                seal_window(made, each.path.parent, signer)

    cpu, wall = taken(work)
    minutes = count * length_s / WINDOW_S
    return cpu / minutes, wall / minutes


def floor(seconds: int) -> tuple[float, float]:
    """The cipher alone, over what the camera sends in so long."""
    cipher, nonce, chunk = ChaCha20Poly1305(bytes(32)), bytes(12), os.urandom(CHUNK_BYTES)
    out = bytearray(CHUNK_BYTES + 16)

    def work() -> None:
        for _ in range(seconds * BYTES_S // CHUNK_BYTES):
            cipher.encrypt_into(nonce, chunk, None, out)

    return taken(work)


class Nobody:
    """A sink that keeps nothing."""

    def begin(self, t_ms: int) -> None: ...
    def write(self, data: bytes, t_ms: int) -> None: ...
    def end(self, t_ms: int) -> None: ...
    def cut(self, t_ms: int) -> None: ...


def tee(folder: Path) -> tuple[tuple[float, float], float]:
    """What a minute of packets costs until a sink has them; and Mbit/s of what was sent."""
    path = folder / "camera.mp4"
    command = (
        f"ffmpeg -v error -y -f lavfi -i testsrc2=size=1280x720:rate=25 -t {WINDOW_S} -c:v libx264 "
        "-preset veryfast -b:v 2M -minrate 2M -maxrate 2M -bufsize 1M -bf 0 -g 50 "
        f"-x264-params nal-hrd=cbr -pix_fmt yuv420p -bsf:v h264_mp4toannexb {path}.ts"
    )
    subprocess.run(command.split(), check=True)
    feed = Recordings(f"file:{path}.ts", sleep=lambda _: None)
    container, stream = feed.first()
    coded = [
        CameraPacket(bytes(each), each.is_keyframe, T0 + number * 40, each.dts, each.pts)
        for number, each in enumerate(container.demux(stream))
        if each.size
    ]
    codec, sets = stream.codec_context.codec.canonical_name, stream.codec_context.extradata or b""

    def work() -> None:
        remux, heard = (
            Remuxer(WINDOW_S * 1000, SEGMENT_S * 1000),
            MessageCheck(Nobody(), WINDOW_S * 1000),
        )
        remux.source(codec, sets, partial(copied_init, stream, codec))
        for each in coded:
            for said in remux.packet(each):
                for message in told(said, each.t_ms):
                    kind, t_ms, _ = HEAD.unpack(message[: HEAD.size])
                    assert heard.says(kind, t_ms, message[HEAD.size :], each.t_ms, 0)

    cost, size = taken(work), sum(len(each.data) for each in coded)
    feed.close()
    return cost, size * 8 / WINDOW_S / 1e6


def recovery(folder: Path, kind: RecipientKind, *, keys_only: bool) -> tuple[float, float]:
    """Half an hour that three parties open: every onion, every segment."""
    secrets, keys = parties(kind)
    signer, place = Ed25519PrivateKey.generate(), folder / f"back-{kind}-{keys_only}"
    made = make(wanted(place, 0, WINDOWS, WINDOW_S), keys)
    for number, each in enumerate(made):
        if not keys_only:
            seal_window(each, place / str(number), signer)
    enough = [secrets[party] for party in ("dpo", "prosecutor", "vault")]

    def work() -> None:
        for number, each in enumerate(made):
            onions = unpack((place / str(number) / "W.onions").read_bytes())
            with unwrap(onions.values(), enough, each.window)[1] as key:
                for path in sorted((place / str(number)).glob("*.mp4.age")):
                    with path.open("rb") as source:
                        for _ in decrypt(source, [key]):
                            pass

    return taken(work, 3)


def rate(kind: RecipientKind) -> float:
    """GB/s of the writer in memory."""
    recipient, data = Identity.generate(kind).recipient(), os.urandom(32 << 20)

    def work() -> None:
        writer = Writer(io.BytesIO(), [recipient])
        writer.write(data)
        writer.close()

    return len(data) / taken(work)[0] / 1e9


def onion_bytes(folder: Path, kind: RecipientKind) -> int:
    [each] = wanted(folder / f"size-{kind}", 0, 1, WINDOW_S)
    make([each], parties(kind)[1])
    return each.path.stat().st_size


def main() -> None:
    minute, half_hour = floor(WINDOW_S), floor(WINDOWS * WINDOW_S)
    lines = []

    def row(what: str, cost: tuple[float, float], against: tuple[float, float], s: int) -> None:
        share = f"{cost[0] / s:.3%}" if s == WINDOW_S else ""
        lines.append(
            f"| {what} | {cost[0] * 1000:.0f} | {share} | {cost[0] / against[0]:.1f} "
            f"| {cost[1] * 1000:.0f} |"
        )

    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as temporary:
        folder = Path(temporary)
        row("a minute, floor: the cipher alone", minute, minute, WINDOW_S)
        cost, sent = tee(folder)
        row(f"a minute, packets of {sent:.1f} Mbit/s made segments", cost, minute, WINDOW_S)
        for kind in RecipientKind:
            for length_s, ahead in ((60, 1), (60, 10), (10, 6)):
                told = f"a minute, {kind}, windows of {length_s} s, {ahead} made at a time"
                row(told, seal_minutes(folder, kind, length_s, ahead), minute, WINDOW_S)
        row("half an hour, floor: the cipher alone", half_hour, half_hour, 0)
        for kind in RecipientKind:
            keys = recovery(folder, kind, keys_only=True)
            row(f"half an hour, {kind}, its {WINDOWS} keys", keys, half_hour, 0)
            whole = recovery(folder, kind, keys_only=False)
            row(f"half an hour, {kind}, keys and {WINDOWS * 6} segments", whole, half_hour, 0)
        sizes = {kind: onion_bytes(folder, kind) for kind in RecipientKind}
        rates = {kind: rate(kind) for kind in RecipientKind}
    told = "\n".join(
        [
            "# `scripts/bench seal`", "",
            f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
            f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}. A camera of 2 Mbit/s, "
            f"segments of {SEGMENT_S} s, each durable (fsync) and signed for in its window's "
            f"manifest; vault, prosecutor and one of two others. CPU of all processes, median of "
            f"{RUNS} runs (3 for half an hour).", "",
            "| what | CPU ms | of a core | x floor | wall ms |", "|---|---|---|---|---|",
            *lines, "",
            "Onions of a window: " + ", ".join(
                f"{size:,} bytes ({kind})" for kind, size in sizes.items()
            ) + ". The writer alone: " + ", ".join(
                f"{each:.2f} GB/s ({kind})" for kind, each in rates.items()
            ) + ".", "",
            "Most of a minute is the process that makes the key, and in it Python starting: "
            "windows made together share it.", "",
            "Aimed at: under 1 % of a core for a camera, under 2 s of machine time for half an "
            "hour.",
            "",
        ]
    )  # fmt: skip
    print(told)
    (ROOT / "bench" / "results" / "seal.md").write_text(told)


if __name__ == "__main__":
    main()
