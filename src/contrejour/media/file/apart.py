"""A recorded file, read in a process that can touch nothing else (child.py): our end of it.

The process that runs a command holds the user's files, keys and network. It never has FFmpeg look
at what a stranger made: it gets numbers and planes of samples, checked on arrival (wire.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from contrejour.base import children
from contrejour.base.answers import heard, read_error
from contrejour.base.errors import ContrejourError
from contrejour.base.files import sync
from contrejour.base.fixed import FixedFile, Source
from contrejour.base.pictures import Frame, Rgb
from contrejour.media.file import chunks, wire
from contrejour.media.file.index import Gop
from contrejour.media.format import Format
from contrejour.media.out.encode import CodedPicture

_PIPE_BYTES, _SET_PIPE_SIZE = 1 << 20, 1031
_MOST_ERROR = 1 << 16
_GRACE_S = 2.0


class _ReadingProcess:
    """The process, and what it says. It ends with the thread that made it, or when it is closed."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._child = children.begin(
            "contrejour.media.file.child", cwd=os.curdir,  # the path may be relative
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.to, self._from = (cast(BinaryIO, pipe) for pipe in (
            self._child.stdin, self._child.stdout))  # fmt: skip
        for pipe in (self.to, self._from):
            _widen(pipe)
        self.ask(asked)

    def ask(self, asked: object) -> None:
        with suppress(BrokenPipeError):  # it died, or has said why it ends: `answer` tells
            self.to.write(json.dumps(asked).encode() + b"\n")
            self.to.flush()

    def answer(self, *kinds: tuple[bytes, int]) -> tuple[bytes, memoryview]:
        """The next answer, of one of these kinds, each with the most bytes it has, or a D.

        Raises the error that it ended with, and ContrejourError where it died or talks nonsense.
        """
        try:
            kind, body = heard(self._from, [*kinds, (b"D", 0), (b"E", _MOST_ERROR)])
            if kind != b"E":
                return kind, body
            error = read_error(body)
        except EOFError:
            raise ContrejourError("worker-died", exit_code=self._exit_code()) from None
        except ValueError as why:
            raise talks_nonsense() from why
        raise error

    def _exit_code(self) -> int:
        with suppress(subprocess.TimeoutExpired):
            return self._child.wait(_GRACE_S)
        self._child.kill()  # it said that it ends, and doesn't
        return self._child.wait()

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self.to, self._from):
            with suppress(OSError):
                pipe.close()


def _told(source: Source) -> dict[str, object]:
    """What child.py is to open, as JSON."""
    return source.told() if isinstance(source, FixedFile) else {"path": str(source)}


def talks_nonsense() -> ContrejourError:
    """What a process says that reads the input, no file could have it say."""
    return ContrejourError("worker-talks-nonsense")


def _widen(pipe: BinaryIO) -> None:
    with suppress(OSError, ImportError):
        import fcntl

        fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE_BYTES)


class Recording:
    """A recorded file: what it is, where its closed GOPs begin, and frames of them, as `Reader`.

    Raises what the file is at fault for: InputMissing, InputEmpty, NotMedia, Unsupported.
    """

    def __init__(self, source: Source) -> None:
        self._process, self._owed = _ReadingProcess({"read": _told(source)}), False
        try:
            kind, body = self._process.answer((b"F", wire.MOST_TEXT))
            if kind != b"F":
                raise talks_nonsense()
            self.fmt, self.gops = _checked(wire.read_file, body)
        except BaseException:
            self.close()
            raise

    def frames(
        self, first: int, last: int, skip: int = 0, count: int | None = None
    ) -> Iterator[Frame]:
        """As `Reader.frames`."""
        while self._owed:  # what was asked before, and not read to its end
            self._answer()
        self._process.ask([first, last, skip, count])
        self._owed = True
        while (body := self._answer()) is not None:
            yield _checked(lambda told: wire.read_picture(told, self.fmt), body)

    def _answer(self) -> memoryview | None:
        kind, body = self._process.answer((b"P", wire.HEAD.size + self.fmt.picture_bytes))
        self._owed = kind == b"P"
        return body if self._owed else None

    def close(self) -> None:
        self._process.close()


@contextmanager
def recording(source: Source) -> Iterator[Recording]:
    """A recorded file, until the end of the block."""
    with closing(Recording(source)) as found:
        yield found


def examine(source: Source) -> tuple[Format, tuple[Gop, ...]]:
    """What a file is, and where its closed GOPs begin. Raises as `Recording`."""
    with recording(source) as found:
        return found.fmt, found.gops


def stills(path: Path, indices: Sequence[int], width: int) -> Iterator[tuple[int, Rgb]]:
    """Some frames of a file that `mux` wrote, upright, at most `width` px wide, in ascending order.

    Only their GOPs are decoded: such a file has one packet a frame.
    """
    with recording(path) as video:
        starts = np.cumsum([0, *(gop.packets for gop in video.gops)])
        for wanted in sorted(set(indices)):
            gop = int(np.searchsorted(starts, wanted, side="right")) - 1
            for frame in video.frames(gop, gop + 1, wanted - int(starts[gop]), 1):
                wide = min(width, frame.width)
                yield wanted, frame.rgb(wide, max(1, frame.height * wide // frame.width))


def lumas(path: Path) -> Iterator[tuple[int, Any]]:
    """(time in ns, upright luma plane scaled to 8 bits) of every frame: for measuring."""
    with recording(path) as video:
        fmt = video.fmt
        for frame in video.frames(0, len(video.gops)):
            luma = (frame.planes[0] >> (fmt.depth - 8)).astype(np.uint8)
            yield frame.time_ns, np.rot90(luma, -fmt.rotation // 90)


def repack(path: Path, codec: str, time_base: Fraction) -> Iterator[CodedPicture]:
    """The packets of a file that `mux` wrote, as they were handed to it."""
    asked = {"repack": _told(path), "codec": codec, "time_base": str(time_base)}
    with closing(_ReadingProcess(asked)) as process:
        while (told := process.answer((b"C", wire.MOST_CODED)))[0] == b"C":
            yield _checked(wire.read_coded, told[1])


def mux(out: Path, suffix: str, fmt: Format, parts: Sequence[Path], sound: Source | None) -> None:
    """Write `out`, of chunks and the sound of `sound`, and make it durable (fsync).

    Raises OutputFailed, Unsupported.
    """
    times: list[int] = []
    for part in parts:
        with part.open("rb") as file:
            times += chunks.head_times(file)
    asked = {
        "mux": str(out), "suffix": suffix, "format": wire.told_format(fmt), "times": times,
        "sound": _told(sound) if sound else None, "chunks": len(parts),
        "bytes": sum(part.stat().st_size for part in parts),
    }  # fmt: skip
    with closing(_ReadingProcess(asked)) as process:
        with suppress(BrokenPipeError):  # `answer` says why
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, process.to, 1 << 20)
            process.to.close()
        process.answer()
    sync(out)


def _checked(read: Any, body: memoryview) -> Any:
    try:
        return read(body)
    except ValueError as error:
        raise talks_nonsense() from error
