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
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.errors import CameraEnded, CameraError, CameraRefused, ContrejourError, NotMedia
from contrejour.video.feeds.feed import Came, Feed, pictures_of
from contrejour.video.source import OPEN_OPTIONS

LOCAL = ("file", "recorder")
GAP_NS = 1_000_000_000
"""On the time line, between two recordings: nobody knows what happened there."""
MOST_FILES = 4096
TYPES = re.compile(
    r"\.(264|265|asf|avi|flv|h26[45]|hevc|m4v|mkv|mov|mp4|mpe?g|mts|ps|ts|webm)", re.IGNORECASE
)
SAID_NS = 1_000_000_000
"""A recording says when it began in whole seconds."""
UNSAID_NS = 1 << 62
"""146 years: nobody knows when it was."""
_STEP_NS = 40_000_000
_STAMP = re.compile(r"(?<!\d)(20\d\d)\D?(\d\d)\D?(\d\d)\D{0,2}(\d\d)\D?(\d\d)\D?(\d\d)(?!\d)")


class Recordings(Feed):
    lossy, gone = False, CameraEnded

    def __init__(
        self,
        address: str,
        clock: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Raises CameraRefused, NotMedia, Unsupported."""
        self.name, self.notes = address, []
        self._clock, self._sleep = clock, sleep
        scheme, _, rest = address.partition(":")
        place, _, asked = rest.partition("?")
        self._loop = (scheme, asked) == ("file", "loop")
        only = asked.removeprefix("only=") if scheme == "recorder" else ""
        if asked and not self._loop and (not only or only == asked):
            raise CameraRefused(
                f"{address}: {asked} is no such wish", "file:PATH?loop, recorder:DIR?only=CH1*"
            )
        try:
            paths = [Path(place)] if scheme == "file" else recorded(Path(place), only or "*")
            self._files = _opened(paths)
        except OSError as error:
            raise CameraRefused(
                f"{address} can't be read: {error.strerror}", "check the path and its permissions"
            ) from error
        self._waiting = iter(self._files)
        self._shape: tuple[int, int, str | None] | None = None
        self._now = self._next()
        if self._now is None:
            if len(self.notes) == 1:
                raise self.notes[0]
            raise NotMedia(f"{address} holds no recording that can be read", "check the folder")
        self._first = self._now

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._first

    def packets(self) -> Iterator[tuple[Any, Came]]:
        began_ns, at_ns = self._clock(), 0
        while self._now is not None:
            container, stream = self._now
            start_ns, end_ns, said_ns = None, at_ns, _said(container)
            for packet in _coded(container, stream):
                came = Came(UNSAID_NS)
                if packet.size:
                    shown_ns, due_ns = _times(packet, end_ns)
                    start_ns = shown_ns if start_ns is None else start_ns
                    offset_ns, since_ns = at_ns - start_ns, shown_ns - start_ns
                    end_ns = max(end_ns, at_ns + since_ns + _STEP_NS)
                    self._wait(began_ns + due_ns + offset_ns)
                    came = Came(UNSAID_NS, offset_ns)
                    if said_ns is not None:
                        came = Came(SAID_NS, offset_ns, said_ns + since_ns)
                yield packet, came
            container.close()
            if self._loop and start_ns is not None:
                self._files[0][1].seek(0)
                self._waiting = iter(self._files)
            at_ns = end_ns + (0 if self._loop else GAP_NS)
            self._now = self._next()
        raise CameraEnded(f"{self.name} is over")

    def _wait(self, until_ns: int) -> None:
        left_ns = until_ns - self._clock()
        if left_ns > 0:
            self._sleep(min(left_ns, GAP_NS) / 1e9)

    def _next(self) -> tuple[InputContainer, VideoStream] | None:
        """The next recording that can be played; those that can't are noted."""
        for path, file in self._waiting:
            try:
                container = _container(path, file)
                stream = pictures_of(container, str(path))
            except ContrejourError as error:
                self.notes.append(error)
                continue
            context = stream.codec_context
            shape = (context.width, context.height, context.pix_fmt)
            self._shape = self._shape or shape
            if shape == self._shape:
                return container, stream
            container.close()
            width, height, kind = shape
            self.notes.append(CameraError(
                f"{path} is left out: its pictures are {width}x{height} {kind}",
                "?only= chooses the files of one camera",
            ))  # fmt: skip
        return None

    def close(self) -> None:
        if self._now is not None:
            self._now[0].close()
        for _, file in self._files:
            file.close()


def recorded(folder: Path, only: str) -> list[Path]:
    """The recordings in a folder and below, the oldest first. Raises OSError, CameraRefused.

    By the date and time in their names where each has one, else by when they were written.
    """
    folder.stat()
    found = (
        Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if TYPES.fullmatch(Path(name).suffix) and fnmatch(name, only)
    )
    paths = list(islice(found, MOST_FILES + 1))
    if not paths:
        raise CameraRefused(f"{folder} holds no recording", "check the folder, and ?only=")
    if len(paths) > MOST_FILES:
        raise CameraRefused(
            f"{folder} holds more than {MOST_FILES} recordings", "choose some: ?only=CH1-2027-02-*"
        )
    stamps = {path: _STAMP.search(path.name) for path in paths}
    if all(stamps.values()):
        return sorted(paths, key=lambda path: (stamps[path].groups(), path))  # type: ignore[union-attr]
    return sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path))


def _opened(paths: list[Path]) -> list[tuple[Path, BinaryIO]]:
    """All of them at once. Raises OSError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < len(paths) + 256 <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(paths) + 256, hard))
    files: list[tuple[Path, BinaryIO]] = []
    try:
        for path in paths:
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            files.append((path, os.fdopen(number, "rb")))
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise NotMedia(f"{path} is not a regular file")
    except BaseException:
        for _, file in files:
            file.close()
        raise
    return files


def _container(path: Path, file: BinaryIO) -> InputContainer:
    try:
        return av.open(file, "r", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NotMedia(
            f"{path} is not a video or is cut before its index: {reason}",
            "a file whose copy was interrupted may lack its index: copy it again",
        ) from None


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
