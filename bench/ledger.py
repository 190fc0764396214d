"""`scripts/bench ledger`: a log of a million entries on a real disk, beside its floors.

Floors: what the disk takes to sync one small file, and a bare SHA-256 of a node (65 bytes). The
entries are `segment.batch`, as an edge's are. Writes bench/results/ledger.md.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.canonical import Json
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, tiles, tree
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import prove, read_checkpoint, read_entry, reader
from contrejour.custody.ledger.verify import check_entry, read_trust
from contrejour.custody.ledger.witness import CheckpointRequest, Witness
from contrejour.custody.note import Signer

ROOT = Path(__file__).parents[1]
ENTRIES, BATCH, PROOFS = 1_000_000, 1000, 2000
DISTINCT = 50_000
"""Entries that differ; a log of more begins again (its leaves need not differ)."""


def entry(number: int) -> bytes:
    at = f"2027-02-{1 + number // 8640 % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    root = hashlib.sha256(str(number).encode()).hexdigest()
    data: dict[str, Json] = {
        "edge": f"bus-{number % 900:03}", "from": number, "to": number + 144, "n": 144,
        "root": root,
    }  # fmt: skip
    return Entry("segment.batch", at, data).bytes


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def quantiles(took: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    ordered = sorted(took)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]


def sync_floor(folder: Path) -> float:
    """Seconds to write and sync one small file, the median of many."""
    fd = os.open(folder / "floor", os.O_RDWR | os.O_CREAT)

    def write() -> None:
        os.pwrite(fd, os.urandom(4096), 0)
        os.fsync(fd)

    took = [timed(write) for _ in range(300)]
    os.close(fd)
    return statistics.median(took)


def hash_floor() -> float:
    """Seconds for one SHA-256 of 65 bytes."""
    left, right = os.urandom(32), os.urandom(32)

    def many() -> None:
        for _ in range(100_000):
            hashlib.sha256(b"\x01" + left + right).digest()

    return min(timed(many) for _ in range(5)) / 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    size = parser.parse_args().entries
    signer = Signer("log.example/bench", Ed25519PrivateKey.generate())
    told = [entry(number) for number in range(DISTINCT)]
    with tempfile.TemporaryDirectory(dir=ROOT / "bench") as name:
        folder = Path(name)
        sync, sha = sync_floor(folder), hash_floor()
        create(folder / "log", signer)
        appending = publishing = 0.0
        with Log(folder / "log", signer) as log:
            singles = [timed(partial(log.append, [told[at]])) for at in range(300)]
            for first in range(300, size, BATCH):
                batch = [told[at % DISTINCT] for at in range(first, min(first + BATCH, size))]
                appending += timed(partial(log.append, batch))
                publishing += timed(log.publish)
        count = size - 300
        rows = [
            ("durable append, one entry a batch", 1 / statistics.median(singles), "/s",
             statistics.median(singles) / sync, "sync"),
            (f"durable append, {BATCH:,} a batch", count / appending, "/s",
             appending / (count / BATCH) / sync, "sync"),
            (f"… and its tiles and checkpoint published, each {BATCH:,}",
             count / (appending + publishing), "/s",
             (appending + publishing) / (count / BATCH) / sync, "sync"),
        ]  # fmt: skip
        rows += proofs(folder, signer, told, size, sha)
        used = sum(each.stat().st_size for each in (folder / "log").rglob("*") if each.is_file())
        files = sum(each.is_file() for each in (folder / "log").rglob("*"))
    write(size, sync, sha, used, files, rows)


def proofs(
    folder: Path, signer: Signer, told: Sequence[bytes], size: int, sha: float
) -> list[tuple[str, float, str, float, str]]:
    """Made out of files by a reader that remembers nothing; checked; and witnessed."""
    read = reader(folder / "log")
    draw = random.Random(1)
    picked = [draw.randrange(size) for _ in range(PROOFS)]
    signed = read_checkpoint(read)
    root = checkpoint.parse(signed.text).root
    found = []
    for what, act in (
        ("inclusion proof", lambda at: prove(at, read, signed)),
        ("consistency proof", lambda at: tree.consistency(at, size, tiles.nodes(size, read))),
    ):
        median, worst = quantiles([timed(partial(act, at)) for at in picked])
        for named, took in (("median", median), ("99th percentile", worst)):
            found.append((f"{what}, {named}", took * 1e3, " ms", took / sha, "SHA-256"))
    trust = read_trust(f"log {signer.key}\nquorum none")
    shown = [(read_entry(at, size, read), str(prove(at, read, signed)).encode())
             for at in picked[:500]]  # fmt: skip
    checked = [timed(partial(check_entry, data, proof, trust)) for data, proof in shown]
    median = statistics.median(checked)
    found.append(("entry verified by its proof file", 1 / median, "/s", median / sha, "SHA-256"))
    nodes, sizes = tiles.nodes(size, read), sorted(draw.sample(range(1, size), 300))
    asked = []
    for old, new in zip([0, *sizes], sizes, strict=False):
        text = checkpoint.Checkpoint(signer.name, new, tree.root(new, nodes)).text
        one = note.Note(text, (signer.sign(text),))
        asked.append(
            str(CheckpointRequest(old, tuple(tree.consistency(old, new, nodes)), one)).encode()
        )
    key = Signer("w.example", Ed25519PrivateKey.generate(), note.COSIGNATURE)
    with Witness(folder / "seen", key, [signer.key]) as witness:
        median = statistics.median(timed(partial(witness.add, each)) for each in asked)
    found.append(("checkpoint witnessed, durably", 1 / median, "/s", median / sha, "SHA-256"))
    if tree.root(size, nodes) != root:
        raise AssertionError("the log is not what was signed")
    return found


def write(
    size: int, sync: float, sha: float, used: int, files: int,
    rows: Sequence[tuple[str, float, str, float, str]],
) -> None:  # fmt: skip
    lines = [
        "# `scripts/bench ledger`", "",
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}. A log of {size:,} entries of "
        f"{len(entry(0))} bytes: {files:,} files, {used / 1e6:.0f} MB. Floors: a sync of 4 KiB, "
        f"{sync * 1e3:.2f} ms; a SHA-256 of 65 bytes in Python, {sha * 1e6:.2f} µs. A batch is "
        "compared with one sync, a proof with one hash.", "",
        "| what | | x floor | floor |", "|---|---|---|---|",
        *(f"| {what} | {value:,.{0 if unit == '/s' else 2}f}{unit} | {ratio:,.1f} | {floor} |"
          for what, value, unit, ratio, floor in rows),
    ]  # fmt: skip
    told = "\n".join(lines) + "\n"
    print(told)
    (ROOT / "bench" / "results" / "ledger.md").write_text(told)


if __name__ == "__main__":
    main()
