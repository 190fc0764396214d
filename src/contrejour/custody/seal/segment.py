"""The segments of a window, sealed as they arrive: no byte of them is ever on a disk in the clear.

    W.onions        there before the first segment (window.py)
    W.open          which segments there are so far, canonical JSON, until the manifest is signed
    0000.mp4.age    a segment, durable; 0001.mp4.age.part the one that is being written
    W.json          the signed manifest, which ends it

After a kill, `recover` goes on from W.open: what was being written is kept as truncated. A kill
loses what was not sealed yet, 64 KiB at most; a power cut, what the system had not written yet too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from io import FileIO, RawIOBase
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base import files
from contrejour.base.canonical import canonical
from contrejour.base.errors import InputMissing, SealError
from contrejour.base.files import opened_own, sync
from contrejour.base.foreign import opened, read_file
from contrejour.custody.seal import manifest
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.manifest import ClockQuality, Manifest, SealedSegment, Status
from contrejour.custody.seal.new_files import part_of, write_new
from contrejour.custody.seal.onion import Window
from contrejour.custody.seal.recipient import Recipient
from contrejour.custody.seal.window import PreparedWindow

OPEN, MANIFEST, ONIONS = "W.open", "W.json", "W.onions"


class WindowWriter:
    """Seals one window. One caller; `begin`, `write` …, `end`, and again; then `close`.

    What raises (OSError for a full disk) leaves the segment to `cut`. Nothing waits in the clear.
    """

    def __init__(
        self,
        made: PreparedWindow,
        folder: Path,
        since: int | None = None,
        found: Sequence[SealedSegment] | None = None,
    ) -> None:
        """`folder` holds the onions; `since`: the end of the window before; `found`: recovered."""
        if not (folder / ONIONS).exists():
            raise SealError("window-without-onions", folder=folder)
        if (folder / MANIFEST).exists():
            raise SealError("window-sealed-already", folder=folder)
        if (folder / OPEN).exists() and found is None:
            raise SealError("window-left-half-sealed", folder=folder)
        self._made, self._folder = made, folder
        self._recipient = made.recipient
        self.since = made.window.t0 if since is None else since
        self.segments = list(found or ())
        self._open: _SegmentFile | None = None
        self._note()

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def window(self) -> Window:
        return self._made.window

    @property
    def writing(self) -> bool:
        """Whether a segment has begun, and neither `end` nor `cut` was heard out."""
        return self._open is not None

    @property
    def end_ms(self) -> int:
        """The end of the last segment, or where the first may begin."""
        return self.segments[-1].t1 if self.segments else self.since

    def begin(self, t0: int) -> None:
        """A segment starts. What lies between the one before and it is a gap, and is said."""
        if self._open or not self.end_ms <= t0 < self._made.window.t1:
            raise SealError("segment-cannot-start", at=t0)
        if t0 > self.end_ms:
            self.segments.append(SealedSegment(len(self.segments), self.end_ms, t0))
        segment = SealedSegment(len(self.segments), t0, self._made.window.t1, Status.TRUNCATED)
        self._note(segment)
        self._open = _SegmentFile(self._folder / segment.name, segment, self._recipient)

    def write(self, data: bytes) -> None:
        """The next bytes of the segment."""
        self._current().write(data)

    def end(self, t1: int, deid_sha256: str = "") -> SealedSegment:
        """The segment is whole: durable, under its name, once this returns."""
        return self._keep(self._current().end(t1), deid_sha256)

    def cut(self, t1: int, deid_sha256: str = "") -> SealedSegment:
        """Something failed: keep what is sealed of it, as truncated. Raises OSError."""
        return self._keep(self._current().cut(t1), deid_sha256)

    def bind(self, seq: int, deid_sha256: str) -> None:
        """Set the hash of a segment's veiled pictures, which is known later; before `close`."""
        self.segments[seq] = replace(self.segments[seq], deid_sha256=deid_sha256)

    def _keep(self, segment: SealedSegment, deid_sha256: str) -> SealedSegment:
        self._open = None
        self.segments.append(replace(segment, deid_sha256=deid_sha256))
        self._note()
        return self.segments[-1]

    def _current(self) -> _SegmentFile:
        if self._open is None:
            raise SealError("no-segment-begun")
        return self._open

    def close(self, edge: str, clock: ClockQuality, prev: str, key: Ed25519PrivateKey) -> bytes:
        """Sign the manifest of the window, and write it: what comes after it can only be another.

        Gives W.json back, whose SHA-256 is the `prev` of the next.
        """
        if self._open is not None:
            raise SealError("segment-still-open")
        rest = SealedSegment(len(self.segments), self.end_ms, self._made.window.t1)
        segs = (*self.segments, rest) if rest.t0 < rest.t1 else tuple(self.segments)
        told = Manifest(
            edge, self._made.window, self.since, self._made.onions, segs, clock, prev
        )  # fmt: skip
        signed = manifest.sign(told, key)
        write_new(self._folder / MANIFEST, signed)
        (self._folder / OPEN).unlink()
        return signed

    def _note(self, begun: SealedSegment | None = None) -> None:
        """Write W.open: the segments so far, and the one that begins. Nothing in it is secret."""
        told: dict[str, Any] = {
            "onions": dict(self._made.onions),
            "segs": [asdict(each) for each in (*self.segments, *([begun] if begun else []))],
            "since": self.since,
            "window": asdict(self._made.window),
        }
        files.replace(self._folder / OPEN, canonical(told))


def recover(folder: Path, now_ms: int | None = None) -> WindowWriter:
    """The sealing of a window that was killed: what was being written is truncated.

    It ended by `now_ms` at the latest; a window whose time it still is can go on. Raises SealError
    where there is none.
    """
    try:
        told = json.loads(read_file(folder / OPEN))
        segs = [
            SealedSegment(**{**each, "status": Status(each["status"])}) for each in told["segs"]
        ]
        made, since = PreparedWindow(Window(**told["window"]), told["onions"]), int(told["since"])
    except (OSError, InputMissing, ValueError, TypeError, KeyError) as error:
        raise SealError("no-window-to-recover", folder=folder) from error
    return WindowWriter(
        made, folder, since, [_found(folder, _ended(each, now_ms)) for each in segs]
    )


def _ended(segment: SealedSegment, now_ms: int | None) -> SealedSegment:
    """The segment, ended at `now_ms` at the latest where a kill left it without an end."""
    if now_ms is None or segment.ct_len or segment.status is Status.GAP:
        return segment
    return replace(segment, t1=min(segment.t1, max(now_ms, segment.t0 + 1)))


def _found(folder: Path, segment: SealedSegment) -> SealedSegment:
    """The segment as its file is on the disk; a `.part` that a kill left takes its name."""
    path = folder / segment.name
    if segment.ct_len or segment.status is Status.GAP:
        return segment
    part = part_of(path)
    if not path.exists() and part.is_file() and not part.is_symlink():
        os.replace(part, path)
        sync(folder)
    if not path.exists() or not path.stat().st_size:
        path.unlink(missing_ok=True)
        return replace(segment, status=Status.GAP)
    with opened(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(segment, ct_sha256=digest, ct_len=path.stat().st_size)


class _SegmentFile:
    """One segment's file, hashed as it is written, with no buffer between it and the system."""

    def __init__(self, path: Path, segment: SealedSegment, recipient: Recipient) -> None:
        if path.exists():
            raise SealError("sealed-already-there", path=path)
        self._path, self._segment = path, segment
        part = part_of(path)
        part.unlink(missing_ok=True)  # `recover` has taken what a kill left
        self._sink = _HashingFile(FileIO(opened_own(part, 0o666), "wb"))
        try:
            self._writer = Writer(self._sink, [recipient])
        except BaseException:
            self._sink.file.close()
            raise

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def end(self, t1: int) -> SealedSegment:
        self._writer.close()
        self._name()
        return replace(
            self._segment, t1=t1, status=Status.OK,
            ct_sha256=self._sink.hash.hexdigest(), ct_len=self._sink.size,
        )  # fmt: skip

    def cut(self, t1: int) -> SealedSegment:
        self._writer.wipe()
        self._name()
        return _found(self._path.parent, replace(self._segment, t1=t1))

    def _name(self) -> None:
        """Durable and under its name; may be called again after it failed."""
        if not self._sink.file.closed:
            os.fsync(self._sink.file.fileno())
            self._sink.file.close()
        if not self._path.exists():
            os.replace(part_of(self._path), self._path)
        sync(self._path.parent)


class _HashingFile:
    def __init__(self, file: RawIOBase) -> None:
        self.file, self.hash, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """All of it, or OSError."""
        rest = memoryview(data)
        while rest:
            written = self.file.write(rest) or 0
            self.hash.update(rest[:written])
            self.size += written
            rest = rest[written:]
