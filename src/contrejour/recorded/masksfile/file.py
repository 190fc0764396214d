"""The masks file on disk: written whole or not at all, read frame by frame."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from contrejour.base.errors import MasksError
from contrejour.base.files import replacing, writing
from contrejour.base.fixed import Source, path_of
from contrejour.base.pictures import Mask
from contrejour.recorded.masksfile.jsonstream import dump, members
from contrejour.recorded.masksfile.schema import (
    HINT,
    KEYS,
    MasksHeader,
    decode_frame,
    decode_header,
    encode_frame,
    encode_header,
)

Masks = Iterable[tuple[int, Mask]]
"""(pts, mask) of every frame, in order."""


def write(path: Path, header: MasksHeader, masks: Masks) -> None:
    """Write the masks file `path` from (pts, mask) pairs; it is durable once this returns.

    Equal content gives equal bytes. Nothing is at `path` before all is there. A box of no size
    hides nothing and is left out; scores keep three decimals. Raises OutputFailed, and MasksError
    where `read` would refuse what was given.
    """
    with Draft(path) as draft:
        for _ in draft.passing(masks):
            pass
        draft.finish(header)


class Draft:
    """A masks file that is being written, as a context manager; errors as in `write`.

    `passing` writes each frame to a file without a name as it hands it on; `finish` puts the
    header, which counts them, before the frames, and the whole at its name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._noted: IO[bytes] | None = None
        self.frames = 0

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        if self._noted:
            with suppress(OSError):
                self._noted.close()

    def passing(self, masks: Masks) -> Iterator[tuple[int, Mask]]:
        """The same (pts, mask) pairs, each noted before it is handed on."""
        order = _Order(self._path, None)
        with writing(self._path):
            file = self._noted = TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - closed by __exit__
        try:
            for pts, mask in masks:
                row = encode_frame(pts, mask)
                decode_frame(order.where, row)
                line = ("\n" if order.count == 0 else ",\n") + dump(row)
                with writing(self._path):
                    file.write(line.encode("utf-8", "replace"))
                order.next(pts, mask.index)
                self.frames = order.count
                yield pts, mask
        finally:
            if not file.closed:  # whoever read the pairs stopped, and the draft has ended
                with writing(self._path):
                    file.flush()

    def finish(self, header: MasksHeader) -> None:
        """Put the header before the frames, and the file at its name, durable."""
        head = encode_header(header)
        decode_header(f"{self._path}: header", head)  # what can't be read back is never written
        if header.frames != self.frames:
            raise _miscounted(self._path, header.frames, self.frames)
        with writing(self._path), replacing(self._path) as file:
            # a file name may not be Unicode
            file.write((dump(head)[:-1] + ',"frames":[').encode("utf-8", "replace"))
            if self._noted:
                self._noted.seek(0)
                shutil.copyfileobj(self._noted, file)
            file.write(b"\n]}\n")


def read(source: Source) -> tuple[MasksHeader, Iterator[tuple[int, Mask]]]:
    """The header of a masks file, and its (pts, mask) pairs, in order, as they are read.

    Raises MasksError at once for the header, and from the iterator for a frame, with its index and
    what was expected. Only an iterator that was read to its end has proven the file whole.
    """
    path = path_of(source)
    found: dict[str, object] = {}
    for key, value in members(source, "frames"):
        if key != "frames":
            found[key] = value
        elif found.keys() >= KEYS:
            break  # the usual order: the header came first
    header = decode_header(f"{path}: header", found)
    return header, _masks(source, header.frames)


def _masks(source: Source, frames: int) -> Iterator[tuple[int, Mask]]:
    path = path_of(source)
    order = _Order(path, frames)
    for key, value in members(source, "frames"):
        if key == "frames" and value is not None:
            pts, mask = decode_frame(order.where, value)
            order.next(pts, mask.index)
            yield pts, mask
        elif key not in KEYS and key != "frames":
            raise MasksError("masks-key-unknown", where=path, key=key, hint=HINT)
    order.end()


class _Order:
    """Frames 0, 1, 2, … in rising time, as many as the header says, if it does yet."""

    def __init__(self, path: Path, frames: int | None) -> None:
        self.path, self.frames, self.count = path, frames, 0
        self.last: int | None = None

    @property
    def where(self) -> str:
        return f"{self.path}: frame {self.count}"

    def next(self, pts: int, index: int) -> None:
        if index != self.count:
            raise MasksError(
                "masks-frame-out-of-order",
                where=self.where,
                expected=self.count,
                found=index,
                hint=HINT,
            )
        if self.frames is not None and self.count >= self.frames:
            raise MasksError(
                "masks-frames-too-many", where=self.where, expected=self.frames, hint=HINT
            )
        if self.last is not None and pts <= self.last:
            raise MasksError(
                "masks-pts-go-back", where=self.where, last=self.last, found=pts, hint=HINT
            )
        self.count, self.last = self.count + 1, pts

    def end(self) -> None:
        if self.frames is not None and self.count != self.frames:
            raise _miscounted(self.path, self.frames, self.count)


def _miscounted(path: Path, expected: int, found: int) -> MasksError:
    return MasksError(
        "masks-frames-miscounted", path=path, expected=expected, found=found, hint=HINT
    )
