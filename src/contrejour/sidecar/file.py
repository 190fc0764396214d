"""The masks file on disk: written whole or not at all, read frame by frame."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from contrejour.errors import MasksError, OutputFailed
from contrejour.sidecar.jsonstream import dump, members
from contrejour.sidecar.schema import (
    HINT,
    KEYS,
    Header,
    decode_frame,
    decode_header,
    encode_frame,
    encode_header,
)
from contrejour.types import Mask


def write(path: Path, header: Header, masks: Iterable[tuple[int, Mask]]) -> None:
    """Write the masks file `path` from (pts, mask) pairs; it is durable once this returns.

    Equal content gives equal bytes. Nothing is at `path` before all is there. A box of no size
    hides nothing and is left out; scores keep three decimals. Raises OutputFailed, and MasksError
    where `read` would refuse what was given.
    """
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            for text in _lines(path, header, masks):
                file.write(text.encode("utf-8", "replace"))  # a file name may not be Unicode
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputFailed(
            f"can't write {path}: {error.strerror}", "free some space, or choose -o elsewhere"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path: Path, header: Header, masks: Iterable[tuple[int, Mask]]) -> Iterator[str]:
    head = encode_header(header)
    decode_header(f"{path}: header", head)  # what can't be read back is never written
    yield dump(head)[:-1] + ',"frames":['
    order = _Order(path, header.frames)
    for pts, mask in masks:
        row = encode_frame(pts, mask)
        decode_frame(f"{path}: frame {order.count}", row)
        yield ("\n" if order.count == 0 else ",\n") + dump(row)
        order.next(pts, mask.index)
    order.end()
    yield "\n]}\n"


def read(path: Path) -> tuple[Header, Iterator[tuple[int, Mask]]]:
    """The header of the masks file `path`, and its (pts, mask) pairs, in order, as they are read.

    Raises MasksError at once for the header, and from the iterator for a frame, with its index and
    what was expected. Only an iterator that was read to its end has proven the file whole.
    """
    found: dict[str, object] = {}
    for key, value in members(path, "frames"):
        if key != "frames":
            found[key] = value
        elif found.keys() >= KEYS:
            break  # the usual order: the header came first
    header = decode_header(f"{path}: header", found)
    return header, _masks(path, header.frames)


def _masks(path: Path, frames: int) -> Iterator[tuple[int, Mask]]:
    order = _Order(path, frames)
    for key, value in members(path, "frames"):
        if key == "frames" and value is not None:
            pts, mask = decode_frame(f"{path}: frame {order.count}", value)
            order.next(pts, mask.index)
            yield pts, mask
        elif key not in KEYS and key != "frames":
            raise MasksError(f"{path}: unknown key {key!r}", HINT)
    order.end()


class _Order:
    """Frames 0, 1, 2, … in rising time, as many as the header says."""

    def __init__(self, path: Path, frames: int) -> None:
        self.path, self.frames, self.count = path, frames, 0
        self.last: int | None = None

    def next(self, pts: int, index: int) -> None:
        where = f"{self.path}: frame {self.count}"
        if index != self.count:
            raise MasksError(f'{where}: expected "i" to be {self.count}, found {index}', HINT)
        if self.count >= self.frames:
            raise MasksError(f"{where}: expected {self.frames} frames, found more", HINT)
        if self.last is not None and pts <= self.last:
            raise MasksError(f'{where}: expected "pts" past {self.last}, found {pts}', HINT)
        self.count, self.last = self.count + 1, pts

    def end(self) -> None:
        if self.count != self.frames:
            raise MasksError(
                f"{self.path}: expected {self.frames} frames, found {self.count}", HINT
            )
