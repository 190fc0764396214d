"""A file that only grows, as a journal or a list does."""

from __future__ import annotations

import os
from contextlib import suppress


class GrowingFile:
    """A file that only grows: what `append` has returned for is durable, and nothing else counts.

    `size`: bytes that count; what lies beyond is of a write that failed, or was killed.
    """

    def __init__(self, fd: int = -1, size: int = 0) -> None:
        """Takes over `fd`, open for reading and writing; without one it is closed."""
        self.fd, self.size = fd, size
        self._is_whole = True

    @property
    def is_open(self) -> bool:
        return self.fd >= 0

    def append(self, data: bytes) -> None:
        """Add `data`, durably. Raises OSError, and then none of it counts."""
        if not self._is_whole:
            self.cut()
        self._is_whole = False
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self.fd, data[written:], self.size + written)
            os.fsync(self.fd)
        except OSError:
            with suppress(OSError):  # else before the next one, or when it is opened again
                self.cut()
            raise
        self.size, self._is_whole = self.size + len(data), True

    def rest(self) -> bytes:
        """What doesn't count. Raises OSError."""
        return os.pread(self.fd, os.fstat(self.fd).st_size - self.size, self.size)

    def cut(self) -> None:
        """Cut off what doesn't count. Raises OSError."""
        os.ftruncate(self.fd, self.size)
        os.fsync(self.fd)
        self._is_whole = True

    def close(self) -> None:
        if self.is_open:
            os.close(self.fd)
            self.fd = -1
