"""What was sealed in a window, and what was not: canonical JSON in a signed note, chained. Pure.

    {"clock", "edge", "onions", "prev", "segs", "since", "v", "window"} LF
    LF
    — <edge> <signature>

A segment is believed only where its hash stands in here: an age file doesn't say who wrote it.
`segs` cover all the time from the end of the window before to the end of this one; where nothing
was sealed, one of them is a gap. No hash is of anything clear but the veiled picture, which is
public.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.canonical import canonical
from contrejour.base.errors import SealError
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.onion import VERSION, Window

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEXT = re.compile(r"[\x20-\x7e]{1,200}")


class Status(StrEnum):
    """What became of a stretch of time."""

    OK = "ok"
    TRUNCATED = "truncated"  # sealed, and cut: an exact prefix is left
    GAP = "gap"  # nothing was sealed
    DROPPED = "dropped"  # sealed, and deleted for want of room


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """`<seq>.mp4.age`, from `t0` up to `t1` (ms since 1970, UTC). A gap has no file, and no hash.

    `ct_sha256`, `ct_len`: of the sealed file. `deid_sha256`: of the veiled segment, or "".
    """

    seq: int
    t0: int
    t1: int
    status: Status = Status.GAP
    ct_sha256: str = ""
    ct_len: int = 0
    deid_sha256: str = ""

    @property
    def name(self) -> str:
        return f"{self.seq:04}.mp4.age"


@dataclass(frozen=True, slots=True)
class ClockQuality:
    """The clock that times are from: its source, its uncertainty, the boot, and monotonic time."""

    src: str
    unc_ms: int
    boot_id: str
    mono_ms: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`since`: the end of the window before, from which nothing is left out.

    `onions`: SHA-256 of each, by name. `prev`: SHA-256 of the file before, "" for the first.
    """

    edge: str
    window: Window
    since: int
    onions: Mapping[str, str]
    segs: tuple[SealedSegment, ...]
    clock: ClockQuality
    prev: str

    def text(self) -> str:
        told = {**asdict(self), "segs": [asdict(each) for each in self.segs], "v": VERSION}
        return canonical({**told, "window": {"v": VERSION, **told["window"]}}).decode() + "\n"

    @classmethod
    def parse(cls, text: str) -> Manifest:
        """Raises SealError unless this is, byte for byte, the text of a valid manifest."""
        try:
            told: dict[str, Any] = json.loads(text)
            version, window = told.pop("v"), told.pop("window")
            segs = tuple(
                SealedSegment(**{**each, "status": Status(each["status"])})
                for each in told.pop("segs")
            )
            found = cls(**{
                **told, "segs": segs, "clock": ClockQuality(**told["clock"]),
                "window": Window.parse(canonical(window)),
            })  # fmt: skip
            found.check()
            exact = version == VERSION and found.text() == text
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            exact = False
        if not exact:
            raise SealError("not-a-manifest")
        return found

    def check(self) -> None:
        """Raises SealError where times are left out or overlap, or a value is invalid."""
        self.window.check()
        texts = (self.edge, self.clock.src, self.clock.boot_id)
        counts = [self.since, self.clock.unc_ms, self.clock.mono_ms]
        for seq, each in enumerate(self.segs):
            counts += [each.seq, each.t0, each.t1, each.ct_len]
            if each.seq != seq or each.t0 >= each.t1 or not _fits(each, self.window):
                raise SealError("manifest-segment-bad", segment=seq)
        if not all(isinstance(each, str) and _TEXT.fullmatch(each) for each in texts) or not all(
            type(each) is int and each >= 0 for each in counts
        ):
            raise SealError("not-a-manifest")
        hashes = [*self.onions.values(), *([self.prev] if self.prev != "" else [])]
        if not self.onions or not all(map(_SHA256.fullmatch, hashes)):
            raise SealError("manifest-without-onions")
        ends = [self.since, *(each.t1 for each in self.segs)]
        starts = [*(each.t0 for each in self.segs), self.window.t1]
        if ends != starts or self.since > self.window.t0:
            raise SealError("manifest-with-a-gap")


def _fits(segment: SealedSegment, window: Window) -> bool:
    hashes = segment.deid_sha256 == "" or bool(_SHA256.fullmatch(segment.deid_sha256))
    if segment.status is Status.GAP:
        return hashes and segment.ct_sha256 == "" and segment.ct_len == 0
    inside = window.t0 <= segment.t0 and segment.t1 <= window.t1
    return bool(inside and hashes and segment.ct_len and _SHA256.fullmatch(segment.ct_sha256))


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """W.json, signed with the edge's key. Raises SealError for an invalid manifest."""
    manifest.check()
    return keynotes.sign(manifest.text(), manifest.edge, key)


def verify(data: bytes, edge: keynotes.Verifier) -> Manifest:
    """A manifest that this edge signed. Raises SealError."""
    found = Manifest.parse(keynotes.verify(data, edge))
    if found.edge != edge.name:
        raise SealError("manifest-signed-by-another", edge=found.edge, signer=edge.name)
    return found


def follow(chain: list[bytes], edge: keynotes.Verifier) -> list[Manifest]:
    """The manifests of a camera, in order, none left out between them. Raises SealError."""
    found = [verify(data, edge) for data in chain]
    for (data, before), after in pairwise([*zip(chain, found, strict=True)]):
        if after[1].prev != digest(data) or after[1].since != before.window.t1:
            raise SealError("manifest-missing", at=after[1].window.t0)
        if after[1].window.cam != before.window.cam:
            raise SealError("manifest-of-another-camera", at=after[1].window.t0)
    return found


def digest(data: bytes) -> str:
    """SHA-256, in hex: what `prev` says of the file before."""
    return hashlib.sha256(data).hexdigest()
