"""A file that is read several times and is the same file each time, whoever else can write to it.

A size and the time of a change prove nothing: who owns a file sets both. So it is read once from
end to end, for its SHA-256 and that of each block of it, and from then on a byte of it is given out
only from a block that still has its hash. What is looked at, copied and sealed is one recording,
then, and the SHA-256 that is written beside the output is of that one.

    fixed(path)     the file at `path`, as it is now
    fixed.open()    that file once more, from its beginning; as often as wanted, in any process
    fixed.held()    … for a process that will be able to open nothing: `open` as often as it wants
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from contrejour.base.errors import InputMissing
from contrejour.base.foreign import opened

BLOCK_BYTES = 1 << 18
"""A hash is an eight-thousandth of it: 12 MB for a recording of 100 GB. It is read whole, where a
reader wants one byte of it."""
KEPT = 4
"""Blocks that a reader keeps: pictures and sound are read by turns, and may lie far apart."""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """What was at `path`: its SHA-256 in hexadecimal, its size, and the hashes of its blocks."""

    path: Path
    sha256: str
    size: int
    blocks: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """Its bytes and no others; `read` and `readinto` raise InputMissing where they changed.

        Raises OSError where it is gone.
        """
        return self.held().open()

    def held(self) -> HeldFile:
        """It, opened. Raises OSError where it is gone."""
        return HeldFile(self, opened(self.path, follow=True))

    def told(self) -> dict[str, object]:
        """What it is, as JSON, for another process."""
        blocks = base64.b64encode(self.blocks).decode()
        return {"path": str(self.path), "sha256": self.sha256, "size": self.size, "blocks": blocks}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> FixedFile:
        """The one that was told."""
        blocks = base64.b64decode(told["blocks"])
        return cls(Path(told["path"]), told["sha256"], told["size"], blocks)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A fixed file that stays open: it can be read from its beginning as often as wanted."""

    what: FixedFile
    file: BinaryIO

    def open(self) -> BinaryIO:
        """As `FixedFile.open`; what closes it leaves the file to the others."""
        return cast(BinaryIO, io.BufferedReader(_BlockReader(self.what, self.file), BLOCK_BYTES))


Source = Path | FixedFile
"""A file that is read once, by name; or one that is read several times."""


def path_of(source: Source) -> Path:
    """Where it lies."""
    return source.path if isinstance(source, FixedFile) else source


def open_source(source: Source) -> BinaryIO:
    """It, from its beginning. Raises OSError."""
    return source.open() if isinstance(source, FixedFile) else opened(source, follow=True)


def fixed(path: Path) -> FixedFile:
    """The file that is at `path` now, or where a link there leads. Raises OSError."""
    whole, blocks, size = hashlib.sha256(), bytearray(), 0
    with opened(path, follow=True) as file:
        while block := file.read(BLOCK_BYTES):
            whole.update(block)
            blocks += hashlib.sha256(block).digest()
            size += len(block)
    return FixedFile(path, whole.hexdigest(), size, bytes(blocks))


class _BlockReader(io.RawIOBase):
    """Gives out the blocks that have their hash. FFmpeg goes by the suffix of its name."""

    def __init__(self, what: FixedFile, file: BinaryIO) -> None:
        super().__init__()
        self._what, self._at = what, 0
        self._file = file  # it closes when nobody holds it
        self._kept: dict[int, bytes] = {}
        suffix = what.path.suffix
        self.name = f"file{suffix}" if suffix.isascii() and suffix.isprintable() else "file"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._what.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        into = memoryview(cast(bytearray, buffer)).cast("B")
        if not len(into) or self._at >= self._what.size:
            return 0
        number, start = divmod(self._at, BLOCK_BYTES)
        piece = self._block(number)[start : start + len(into)]
        into[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if (block := self._kept.get(number)) is not None:
            return block
        path = self._what.path
        try:
            block = os.pread(self._file.fileno(), BLOCK_BYTES, number * BLOCK_BYTES)
        except OSError as error:
            raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error
        if hashlib.sha256(block).digest() != self._what.blocks[32 * number : 32 * number + 32]:
            raise InputMissing("input-changed", source=path)
        if len(self._kept) == KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[number] = block
        return block
