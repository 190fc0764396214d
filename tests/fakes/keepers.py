"""A SegmentSink in memory, that minds its contract, and what it kept, taken apart and decoded."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import av


@dataclass(slots=True)
class Movie:
    """A segment. `how`: "end" or "cut"; "" while it is open."""

    t0: int
    data: bytearray = field(default_factory=bytearray)
    reached: int = 0
    t1: int = 0
    how: str = ""


@dataclass(slots=True)
class Kept:
    """`wrong`: what no sink may be told."""

    window_ms: int
    movies: list[Movie] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _t_ms: int = 0

    def begin(self, t_ms: int) -> None:
        self._is(t_ms, not self.movies or self.movies[-1].how != "", "begin")
        self.movies.append(Movie(t_ms, reached=t_ms))

    def write(self, data: bytes, t_ms: int) -> None:
        self._is(t_ms, bool(self.movies) and self.movies[-1].how == "", "write")
        self.movies[-1].data += data
        self.movies[-1].reached = t_ms

    def end(self, t_ms: int) -> None:
        self._over(t_ms, "end")

    def cut(self, t_ms: int) -> None:
        self._over(t_ms, "cut")

    def _over(self, t_ms: int, how: str) -> None:
        self._is(t_ms, bool(self.movies) and self.movies[-1].how == "", how)
        self.movies[-1].t1, self.movies[-1].how = t_ms, how
        if self.movies[-1].t0 // self.window_ms != max(t_ms - 1, 0) // self.window_ms:
            self.wrong.append(f"{how} in another window")

    def _is(self, t_ms: int, fits: bool, call: str) -> None:
        if not fits or t_ms < self._t_ms:
            self.wrong.append(f"{call} {t_ms} after {self._t_ms}")
        self._t_ms = t_ms

    @property
    def all(self) -> bytes:
        return b"".join(movie.data for movie in self.movies)


def boxes(data: bytes, name: bytes) -> Iterator[bytes]:
    """The bodies of the boxes of this name at the outermost level; a cut one is left out."""
    at = 0
    while at + 8 <= len(data):
        size, found = struct.unpack_from(">I4s", data, at)
        if found == name and at + size <= len(data):
            yield data[at + 8 : at + size]
        at += size


def payload(data: bytes) -> bytes:
    """What was copied, and nothing else."""
    return b"".join(boxes(data, b"mdat"))


def units(data: bytes) -> list[bytes]:
    """The NAL units of a movie, as they lie in it."""
    body, found, at = payload(data), [], 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4])
        found.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def packets(data: bytes) -> list[tuple[int, int, bool]]:
    """(dts, pts, key) of each picture in a movie."""
    with av.open(io.BytesIO(data)) as movie:
        found = [each for each in movie.demux(video=0) if each.size]
        return [(each.dts or 0, each.pts or 0, each.is_keyframe) for each in found]


def pictures(data: bytes) -> list[str]:
    """A hash of each picture that a movie decodes to, in order, as far as it goes."""
    with av.open(io.BytesIO(data)) as movie:
        return hashed(movie.decode(video=0))


def hashed(frames: Iterable[av.VideoFrame]) -> list[str]:
    found: list[str] = []
    with suppress(av.FFmpegError):
        found.extend(hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest() for frame in frames)
    return found
