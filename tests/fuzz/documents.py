"""Readers of documents: what is voted, ordered, logged, measured, or written by people."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from fakes import ledgers, openings, orders
from fakes.kinds import docx, html, odt

from contrejour.base import http_head
from contrejour.base.errors import (
    CameraRefused,
    InputEmpty,
    InputMissing,
    LedgerError,
    Malformed,
    OrderError,
    SealError,
    SignatureError,
    Truncated,
    Unsupported,
    UsageError,
)
from contrejour.custody import openers
from contrejour.custody.cases import hold, order, private, records, signed
from contrejour.custody.ledger import checkpoint, entry, proof, tiles
from contrejour.custody.ledger.verify import read_trust
from contrejour.custody.seal.manifest import ClockQuality, Manifest, SealedSegment
from contrejour.custody.seal.onion import Window
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.law import mandate
from contrejour.law.mandate.plan import Plan
from contrejour.law.review.texts import passages
from contrejour.live.site.site import read_site
from contrejour.media.onvif import xml
from contrejour.recorded.evaluate import truth
from contrejour.vision.events import kept
from contrejour.vision.events.truth import read_said, read_truth

LINES = ["Article 1 : la Région installe douze caméras en gare.", "Du 1er mars 2027 au 2 mars."]
LAWFUL = Path(__file__).parents[1] / "law" / "mandate" / "lawful.yaml"


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def read_review(data: bytes) -> None:
    """A document of whatever kind: passages, each with something in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in"
        path.write_bytes(data)
        with suppress(InputEmpty, InputMissing, Truncated, Unsupported):
            found = passages(path)
            assert found
            assert all(each.text.strip() for each in found)


def review_seeds() -> list[bytes]:
    plain = "\n".join(LINES)
    pdf = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>"
    return [docx(LINES, [["a", "b"]]), odt(LINES), html(LINES), plain.encode(),
            plain.encode("cp1252"), pdf]  # fmt: skip


def read_voted(data: bytes) -> None:
    """A mandate, a site file, and a plan that nobody signed."""
    for read in (mandate.read, read_site):
        with suppress(Malformed):
            read(text_of(data), "x")
    with suppress(SignatureError):
        Plan(data, [])
        raise AssertionError("a plan that nobody signed was taken")


def voted_seeds() -> list[bytes]:
    return [LAWFUL.read_bytes(), b"cameras:\n  a:\n    address: rtsp://10.0.0.8/x\n"]


def read_policies(data: bytes) -> None:
    """Who opens, and who witnesses."""
    with suppress(LedgerError, Malformed, SealError):
        found = openers.read(data)
        assert all(found.met(way) for way in found.ways())
    with suppress(LedgerError, Malformed):
        read_trust(text_of(data))


def policies_seeds() -> list[bytes]:
    return [openings.POLICY.encode(), ledgers.POLICY.encode(), orders.DEFAULT.encode()]


def read_case(data: bytes) -> None:
    """What lies in a case: orders, words, records, keys of holds. Each is taken as it was."""
    with suppress(Malformed, OrderError):
        assert order.read(data).bytes == data
    with suppress(Malformed, OrderError):
        assert private.read(data, ()).bytes == data
    with suppress(Malformed, OrderError):
        assert hold.read_key(data).bytes == data
    for act in signed.SignedAct:
        with suppress(Malformed, OrderError):
            assert signed.read(data, act).bytes == data
    with suppress(Malformed, OrderError, SignatureError):
        records.read(data, "a" * 64, {})


def case_seeds() -> list[bytes]:
    return [orders.order().bytes, orders.hold().bytes, openings.APPROVED, openings.PEELED,
            openings.REFUSED]  # fmt: skip


def read_log(data: bytes) -> None:
    """Entries, proofs, checkpoints and bundles. What is taken has one way to be written."""
    with suppress(LedgerError):
        assert entry.read(data).bytes == data
    with suppress(LedgerError):
        assert str(proof.parse(data)).encode() == data
    with suppress(LedgerError):
        checkpoint.parse(text_of(data))
    for width in (1, 2, 256):
        with suppress(LedgerError):
            assert tiles.bundle(tiles.unbundle(data, tiles.Tile(tiles.ENTRIES, 0, width))) == data


def log_seeds() -> list[bytes]:
    tree = ledgers.Tree([openings.ORDER, openings.APPROVED])
    told = proof.Proof(0, (bytes(32),), tree.witnessed(2, time_s=0))
    return [openings.ORDER, openings.APPROVED, str(told).encode(), tiles.bundle([b"a", b"bc"])]


def read_manifest(data: bytes) -> None:
    """What a recorder says of a window: its text, byte for byte."""
    with suppress(SealError):
        assert Manifest.parse(text_of(data)).text() == text_of(data)


def manifest_seeds() -> list[bytes]:
    with Identity.generate(RecipientKind.X25519) as identity:
        window = Window("car-1", 0, 60_000, "1970-01-01", "ab" * 32, str(identity.recipient()))
    clock, onions = ClockQuality("ntp", 20, "boot-1", 5000), {"vault.age": "ab" * 32}
    segments = (SealedSegment(0, 0, 10_000), SealedSegment(1, 10_000, 60_000))
    return [Manifest("edge", window, 0, onions, segments, clock, "").text().encode()]


def read_measured(data: bytes) -> None:
    """Where people were, what happened, what was said, and moments that were kept."""
    text = text_of(data)
    for box in ("face", "head"):
        with suppress(UsageError):
            truth.parse("x", text, box)
    for read in (read_truth, read_said):
        with suppress(Malformed):
            read(text, "x")
    with suppress(Malformed):
        list(kept.read(io.StringIO(text), "x")[1])


def measured_seeds() -> list[bytes]:
    moment = {"t": 1, "at": "2027-02-12T16:00:01+00:00", "size": [64, 48],
              "things": [[3, "person", 1, 2, 6, 8, 0.9, 0]]}  # fmt: skip
    said = [{"event": "zone", "zone": "a", "time": 14.9, "from": 1, "to": "2027-02-12T16:00:01Z"}]
    return [
        b"1,1,1,1,10,10,1,-1,-1,-1\n2,1,1,1,10,10,1,1,1\n",
        b'frame,id,face_x1,face_y1,face_x2,face_y2,visible_fraction\n0,1,1,1,9,9,"1"\n',
        json.dumps(said).encode(),
        f"{kept.head('a')}\n{json.dumps(moment)}\n".encode(),
    ]


def read_asked(data: bytes) -> None:
    """The head of a request, and what a camera answers."""
    with suppress(ValueError):
        http_head.fault(data[: http_head.ends(data)])
    with suppress(CameraRefused):
        xml.text_of(xml.parsed(data, "x"), "Body/Fault/Code")


def asked_seeds() -> list[bytes]:
    return [b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            xml.envelope("<a>b</a>")]  # fmt: skip


READERS: dict[str, tuple[Callable[[bytes], None], Callable[[], Sequence[bytes]]]] = {
    "asked": (read_asked, asked_seeds),
    "case": (read_case, case_seeds),
    "log": (read_log, log_seeds),
    "manifest": (read_manifest, manifest_seeds),
    "measured": (read_measured, measured_seeds),
    "policies": (read_policies, policies_seeds),
    "review": (read_review, review_seeds),
    "voted": (read_voted, voted_seeds),
}
"""By name: what reads, and good inputs."""
