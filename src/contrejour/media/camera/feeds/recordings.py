"""What was recorded, played as it came: one file, or the folder of a vehicle's recorder.

    file:PATH                 once, at its own pace; file:PATH?loop again and again
    recorder:DIR              every recording in it, the oldest first, a second's gap after each
    recorder:DIR?only=CH1*    … of the camera whose files are called so

Every file is opened at once, and only read from then on. What can't be read, or has another picture
than the first, is left out and told; one that was cut off is played as far as it goes.
"""

from __future__ import annotations

import os
import re
import resource
import stat
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import av
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base import times
from contrejour.base.errors import (
    CameraEnded,
    CameraError,
    CameraRefused,
    ContrejourError,
    NotMedia,
)
from contrejour.media import codecs
from contrejour.media.camera.feeds.feed import NO_DECODER, Arrival, Feed, pictures_of
from contrejour.media.file.index import OPEN_OPTIONS

LOCAL = ("file", "recorder")
GAP_NS = 1_000_000_000
"""On the time line, between two recordings: nobody knows what happened there."""
LEAP_NS = 2_000_000_000
MOST_FILES, OTHER_FILES = 4096, 256
TYPES = re.compile(
    r"\.(264|265|asf|avi|flv|h26[45]|hevc|m4v|mkv|mov|mp4|mpe?g|mts|ps|ts|webm)", re.IGNORECASE
)
SAID_NS = 1_000_000_000
"""A recording says when it began in whole seconds."""
UNSAID_NS = 1 << 62
"""146 years: nobody knows when it was."""
_STEP_NS = 40_000_000
_TWO, _BETWEEN = "([0-9][0-9])", "[^0-9]?"
_STAMP = re.compile(
    rf"(?<![0-9])(20[0-9][0-9]){_BETWEEN}{_TWO}{_BETWEEN}{_TWO}[^0-9]{{0,2}}"
    rf"{_TWO}{_BETWEEN}{_TWO}{_BETWEEN}{_TWO}(?![0-9])"
)


class Recordings(Feed):
    lossy, gone = False, CameraEnded

    def __init__(
        self,
        address: str,
        clock: times.Monotonic = time.monotonic_ns,
        sleep: Callable[[float], object] = time.sleep,
        opened: Callable[[], object] = lambda: None,
    ) -> None:
        """Raises CameraRefused, NotMedia, Unsupported.

        `opened` is called when all files are open, and before FFmpeg looks into one.
        """
        self.name, self.notes = address, []
        self._clock, self._sleep = clock, sleep
        scheme, _, place = address.partition(":")
        self._loop = scheme == "file" and place.endswith("?loop")
        if scheme == "file":
            paths = [Path(place.removesuffix("?loop"))]
        else:
            folder, _, only = place.partition("?only=")
            paths = recorded(Path(folder), only or "*")
        self._files: list[tuple[Path, BinaryIO]] = []
        for path in paths:
            try:
                self._files.append((path, _opened(path)))
            except ContrejourError as error:
                self.notes.append(error)
        opened()
        self._waiting = iter(self._files)
        self._shape: tuple[int, int, str | None] | None = None
        self._now = self._next()
        if self._now is None:
            self.close()
            if len(self.notes) == 1:
                raise self.notes[0]
            raise NotMedia("no-readable-recording", address=address)
        self._first = self._now

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._first

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        self._began_ns, at_ns = self._clock(), 0
        while self._now is not None:
            container, stream = self._now
            start_ns, end_ns, said_ns = None, at_ns, _said(container)
            for packet in _coded(container, stream):
                came = Arrival(UNSAID_NS)
                if packet.size:
                    shown_ns, due_ns = _times(packet, end_ns)
                    start_ns = shown_ns if start_ns is None else start_ns
                    offset_ns, since_ns = at_ns - start_ns, shown_ns - start_ns
                    end_ns = max(end_ns, at_ns + since_ns + _STEP_NS)
                    self._wait(due_ns + offset_ns)
                    came = Arrival(UNSAID_NS, offset_ns)
                    if said_ns is not None:
                        came = Arrival(SAID_NS, offset_ns, said_ns + since_ns)
                yield packet, came
            container.close()
            if self._loop and start_ns is not None:
                self._files[0][1].seek(0)
                self._waiting = iter(self._files)
            at_ns = end_ns + (0 if self._loop else GAP_NS)
            self._now = self._next()
        raise CameraEnded("recording-over", recording=self.name)

    def _wait(self, due_ns: int) -> None:
        """Until it is due. A leap in a recording is a clock that was set: nobody waits it out."""
        left_ns = self._began_ns + due_ns - self._clock()
        if left_ns > LEAP_NS:
            self._began_ns -= left_ns
        elif left_ns > 0:
            self._sleep(left_ns / 1e9)

    def _next(self) -> tuple[InputContainer, VideoStream] | None:
        """The next recording that can be played; those that can't are noted."""
        for path, file in self._waiting:
            try:
                container = _container(path, file)
                stream = pictures_of(container, str(path), codecs.IN_FILES)
            except ContrejourError as error:
                self.notes.append(error)
                continue
            context = stream.codec_context
            shape = (context.width, context.height, context.codec.canonical_name)
            self._shape = self._shape or shape
            if shape == self._shape:
                return container, stream
            container.close()
            width, height, kind = shape
            self.notes.append(
                CameraError("recording-left-out", path=path, width=width, height=height, kind=kind)
            )
        return None

    def close(self) -> None:
        if self._now is not None:
            self._now[0].close()
        for _, file in self._files:
            file.close()


def recorded(folder: Path, only: str) -> list[Path]:
    """The recordings in a folder and below, the oldest first. Raises CameraRefused.

    By the date and time in their names where each has one, else by when they were written. So many
    files may then be open.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard - OTHER_FILES)
    try:
        found = (
            Path(where, name)
            for where, _, names in os.walk(folder, onerror=_raise)
            for name in names
            if TYPES.fullmatch(Path(name).suffix) and fnmatch(name, only)
        )
        paths = list(islice(found, most + 1))
        written = {path: path.lstat().st_mtime_ns for path in paths}
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not paths:
        raise CameraRefused("no-recording", folder=folder)
    if len(paths) > most:
        raise CameraRefused("too-many-recordings", folder=folder, most=most)
    if soft != resource.RLIM_INFINITY and soft < len(paths) + OTHER_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(paths) + OTHER_FILES, hard))
    stamps = {path: stamp.groups() for path in paths if (stamp := _STAMP.search(path.name))}
    if len(stamps) == len(paths):
        return sorted(paths, key=lambda path: (stamps[path], path))
    return sorted(paths, key=lambda path: (written[path], path))


def _raise(error: OSError) -> NoReturn:
    raise error


def _unreadable(path: Path, error: OSError) -> CameraRefused:
    return CameraRefused("recording-cannot-be-read", path=path, reason=error.strerror)


def _opened(path: Path) -> BinaryIO:
    """Raises CameraRefused, NotMedia."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except IsADirectoryError:
        raise NotMedia("not-a-regular-file", path=path) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotMedia("not-a-regular-file", path=path)
    return file


def _container(path: Path, file: BinaryIO) -> InputContainer:
    try:
        with av.logging.Capture():  # else it says that it has no decoder
            return av.open(
                file, "r", options={**OPEN_OPTIONS, **NO_DECODER}, metadata_errors="replace"
            )
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise NotMedia("not-a-video", path=path, reason=reason) from None


def _coded(container: InputContainer, stream: VideoStream) -> Iterator[Any]:
    """Every packet, and an empty one at the end, that a decoder gives what it held back for."""
    try:
        yield from container.demux(stream)
    except (av.FFmpegError, OSError):
        return  # as far as it goes


def _times(packet: Any, otherwise_ns: int) -> tuple[int, int]:
    """When a packet's picture is shown, and when the packet is due, by the file's own time line."""
    shown = packet.pts if packet.pts is not None else packet.dts
    due = packet.dts if packet.dts is not None else packet.pts
    if shown is None or due is None:
        return otherwise_ns, otherwise_ns
    unit_ns = packet.time_base * 1_000_000_000
    return int(shown * unit_ns), int(due * unit_ns)


def _said(container: InputContainer) -> int | None:
    """UNIX time, in ns, at which a recording says that it began."""
    try:
        began = datetime.fromisoformat(container.metadata["creation_time"])
        return int(began.timestamp()) * 1_000_000_000 if began.tzinfo else None
    except (KeyError, ValueError, OverflowError):
        return None
