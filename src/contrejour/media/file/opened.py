"""Files as FFmpeg reads and writes them: by descriptors that were open before, never by a name.

So whoever has opened what it needs can shut itself in (base/sandbox.py), and then open as many
containers on it as it likes. FFmpeg is told the suffix of the name and no more: raw streams have
nothing else by which their kind is known.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from contrejour.base.errors import InputEmpty, InputMissing, NotMedia
from contrejour.base.fixed import FixedFile, HeldFile, Source, path_of
from contrejour.base.foreign import opened


class Cursor:
    """A place in a file, as PyAV asks for one; cursors of one file know nothing of each other."""

    def __init__(self, file: BinaryIO, suffix: str) -> None:
        self.name = f"file{suffix}" if suffix.isascii() and suffix.isprintable() else "file"
        self._file, self._at = file, 0  # held: it closes when nobody does
        self._fd = file.fileno()

    def read(self, size: int) -> bytes:
        data = os.pread(self._fd, size, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = (0, self._at, 0)[whence] if whence != os.SEEK_END else os.fstat(self._fd).st_size
        if base + offset < 0:
            raise OSError(22, "before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at


class WritingCursor(Cursor):
    """… that also writes; FFmpeg closes nothing of ours."""

    def write(self, data: bytes) -> int:
        done = os.pwrite(self._fd, data, self._at)
        self._at += done
        return done

    def again(self, *_: object) -> ReadingAgain:
        """Another place in the same file, for FFmpeg, which moves what it has written."""
        return ReadingAgain(self._file, "")


class ReadingAgain(Cursor):
    """PyAV closes what it was given to open."""

    def close(self) -> None:
        pass


class InputFile:
    """A recorded file, opened. Raises InputMissing, InputEmpty, NotMedia.

    Of a FixedFile no byte is read but what it was; a file that is only named is read as it is.
    """

    def __init__(self, source: Source) -> None:
        self.path = path_of(source)
        try:
            if isinstance(source, FixedFile):
                self._held: HeldFile | None = source.held()
                self._file = self._held.file
            else:
                self._held, self._file = None, opened(source, follow=True)
        except (FileNotFoundError, NotADirectoryError):
            raise InputMissing("input-missing", path=self.path) from None
        except PermissionError:
            raise InputMissing("input-may-not-be-read", path=self.path) from None
        except OSError as error:
            raise NotMedia("not-a-video", path=self.path, reason=error.strerror) from None
        self.size = os.fstat(self._file.fileno()).st_size
        if self.size == 0:
            raise InputEmpty("input-empty", path=self.path)

    def cursor(self) -> Cursor | BinaryIO:
        """A place at its beginning."""
        return self._held.open() if self._held else Cursor(self._file, self.path.suffix)


Input = Source | InputFile


def input_file(source: Input) -> InputFile:
    """The file at a path, or the one that is open already."""
    return source if isinstance(source, InputFile) else InputFile(source)
