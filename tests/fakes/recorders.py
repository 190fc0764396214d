"""A recorder whose clock is turned by hand; as a program: one that seals until it is killed.

Arguments of the program: the camera's folder, when to begin (ms), the parties' keys of that day.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.parties import T0, parties, policy
from fakes.seals import prefix

from contrejour.custody.seal import keynotes, store
from contrejour.custody.seal.chain import Chain, Edge
from contrejour.custody.seal.clock import Reading, TrustedTime, when
from contrejour.custody.seal.manifest import ClockQuality, Manifest, follow
from contrejour.custody.seal.onion import Keyset, keyset, unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.prepared import PreparedWindows
from contrejour.custody.seal.recipient import Recipient
from contrejour.custody.seal.retention import HORIZON, sealed_until
from contrejour.custody.seal.sealer import CameraSealer

EDGE = Edge("bus-041", Ed25519PrivateKey.from_private_bytes(bytes(32)))
VERIFIER = keynotes.Verifier.of(EDGE.name, EDGE.key)
WINDOW, SEGMENT = 60_000, 10_000
NEW = store.Head()
MAGIC = b"what the camera saw, in the clear"


@dataclass
class ByHand:
    """A machine's clocks."""

    wall_ms: int = T0
    mono_ms: int = 5_000
    src: str = "ntp"
    boot_id: str = "boot-1"

    def __call__(self) -> Reading:
        return Reading(self.wall_ms, ClockQuality(self.src, 20, self.boot_id, self.mono_ms))

    def wait(self, ms: int) -> None:
        self.wall_ms += ms
        self.mono_ms += ms


def keys(day: str) -> Keyset:
    return parties(day=day).keys


def clear(t_ms: int, size: int = 40_000) -> bytes:
    """What a camera sends from then on; none of it repeats but the magic in it."""
    source = random.Random(t_ms)
    return b"".join(MAGIC + source.randbytes(967) for _ in range(size // 1000))


class Bench:
    """One camera's recorder, its clock, and what it told the operator."""

    def __init__(
        self, camera: Path, clock: ByHand | None = None, *, of: Callable[[str], Keyset] = keys,
        may: Callable[[int], bool] = lambda t_ms: True, window_ms: int = WINDOW,
        filled: bool = True, head: store.Head = NEW, horizon: timedelta = HORIZON,
    ) -> None:  # fmt: skip
        self.camera, self.clock, self.said = camera, clock or ByHand(), []
        believed = TrustedTime(self.clock())
        self.ahead = PreparedWindows(
            camera.name, camera / store.AHEAD, of,
            lambda: sealed_until(when(believed.ms(self.clock())), horizon), window_ms,
        )  # fmt: skip
        self.recorder = CameraSealer(
            camera, Chain(camera, EDGE, head), self.ahead, may=may, read=self.clock,
            window_ms=window_ms, tell=lambda each: self.said.append(str(each)),
        )  # fmt: skip
        self.ahead.refresh = lambda now_ms: None  # no thread: `fill` is called where it is due
        if filled:
            self.ahead.fill(self.clock.wall_ms)

    def segment(self, data: bytes, ms: int = SEGMENT, *, veiled: bool = True) -> None:
        """One segment, while so much time goes by; the veil follows a second later."""
        t0 = self.clock.wall_ms
        self.recorder.begin(t0)
        step = len(data) // 10 + 1
        for at in range(0, len(data), step):
            self.recorder.write(data[at : at + step], self.clock.wall_ms)
            self.clock.wait(ms // 10)
        self.recorder.end(t0 + ms)
        if veiled:
            self.recorder.veiled(t0 + ms - 1000, *veil(t0 + ms - 1000))
        self.recorder.tick()

    def run(self, segments: int, **more: Any) -> list[int]:
        """As many segments as that; when each began. Keys are made as time goes by."""
        begun = []
        for _ in range(segments):
            if self.ahead.is_low(self.clock.wall_ms):
                self.ahead.fill(self.clock.wall_ms)
            begun.append(self.clock.wall_ms)
            self.segment(clear(begun[-1]), **more)
        return begun

    def later(self, ms: int) -> None:
        """Nothing comes, for so long."""
        self.clock.wait(ms)
        self.recorder.tick()


def veil(t_ms: int) -> tuple[str, str]:
    """SHA-256 and name of a veiled segment."""
    return hashlib.sha256(b"%d" % t_ms).hexdigest(), f"s-{t_ms}.m4s"


def chain(camera: Path, of: keynotes.Verifier = VERIFIER) -> list[Manifest]:
    """Every manifest of a camera, followed from the first to the last."""
    return follow([(each / "W.json").read_bytes() for each in store.windows(camera)], of)


def opened(
    camera: Path, *, names: tuple[str, ...] = ("vault", "prosecutor", "dpo")
) -> dict[int, tuple[bytes, bool]]:
    """What a quorum finds in each segment, by its beginning, and whether it was cut."""
    found = {}
    for told in chain(camera):
        folder = store.folder_of(camera, told.window.t0)
        onions = unpack((folder / "W.onions").read_bytes())
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in onions.items()}
        assert hashes == dict(told.onions)
        _, key = unwrap(onions.values(), parties(day=told.window.epoch).of(names), told.window)
        for each in told.segs:
            if store.was_sealed(each.status):
                data = (folder / each.name).read_bytes()
                assert hashlib.sha256(data).hexdigest() == each.ct_sha256
                found[each.t0] = prefix(data, key)
    return found


def nothing_clear(root: Path) -> bool:
    """No file holds what the camera sent."""
    files = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    return bool(files) and not any(MAGIC in data for data in files)


if __name__ == "__main__":
    given = {name: Recipient.parse(key) for name, key in json.loads(sys.argv[3]).items()}
    bench = Bench(
        Path(sys.argv[1]), ByHand(int(sys.argv[2])), of=lambda day: keyset(policy(), given, day)
    )
    while True:
        for begun in bench.run(1):
            print(begun, flush=True)
