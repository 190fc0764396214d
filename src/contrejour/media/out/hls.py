"""Veiled pictures as HTTP Live Streaming (RFC 8216bis): fMP4 segments, their parts, a playlist.

    live.m3u8                 segments that are complete, and the parts of the newest ones
    20270212T16/…             segments that left the list and may be kept, by the hour they began
    SESSION-init.mp4          one for each connection to the camera
    SESSION-00000042.m4s      a segment, which grows part by part: parts are ranges of its bytes

A part is written, then the playlist that names it. After a break of the stream the playlist goes
on, with a discontinuity; no number of a segment is used twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from contrejour.base import files
from contrejour.base.errors import InputMissing, OutputFailed
from contrejour.base.files import opened_own
from contrejour.base.foreign import folder_below, read_file
from contrejour.media.format import Format
from contrejour.media.out.encode import CodedPicture
from contrejour.media.out.fmp4 import fragment, init_segment

PART_S, HOLE_S = Fraction(1, 8), Fraction(1, 2)
"""PART_S: a part has as many pictures as this time holds, one at least; each waits for the last.
HOLE_S: a hole between parts that is shorter than this is closed."""
TREMBLE = Fraction(11, 10)
"""A part may last longer than its pictures should by this factor: their times jitter."""
HOLD_BACK_S = 0.6
"""Players are told to stay this far behind the newest part, lest an uneven network stall them."""
LISTED = 6
"""Segments in the playlist; where nothing may be recorded no other stays on disk: 12 seconds."""
PARTS_OF = 3
"""Segments whose parts are listed."""
TARGET_S = 3
"""No segment is longer by half a second or more than this (EXT-X-TARGETDURATION)."""


SegmentListener: TypeAlias = "Callable[[datetime, str, str], object]"
"""Called with when its first picture was taken, SHA-256 of its file (hex), and its name."""
ENTIRE_FILE = 1 << 62
"""Bytes of a file that never grows: all there are."""


@dataclass(slots=True)
class MediaSegment:
    """One segment: its file, when it began, its parts as lines of the playlist."""

    name: str
    init: str
    begun: datetime
    new_stream: bool
    parts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    size: int = 0
    is_complete: bool = False
    """It gets no more parts."""
    sha256: Any = field(default_factory=hashlib.sha256)

    def grow(self, seconds: float, data: bytes, key: bool) -> None:
        """One part more."""
        size = len(data)
        at = f'URI="{self.name}",BYTERANGE="{size}@{self.size}"' + ",INDEPENDENT=YES" * key
        self.parts.append(f"#EXT-X-PART:DURATION={seconds:.5f},{at}")
        self.seconds, self.size = self.seconds + seconds, self.size + size
        self.sha256.update(data)


class PlaylistState(NamedTuple):
    """The playlist as it is now, and what it names; each change makes a new one."""

    number: int = 0
    """Of the newest segment."""
    parts: int = 0
    """Of that segment, that can be played."""
    is_complete: bool = False
    """That segment gets no more parts."""
    text: str = ""
    files: Mapping[str, int] = {}
    """The files that the playlist names, and how many bytes of each are written parts."""
    at_ns: int = 0
    """When this was published, by the monotonic clock."""

    def has(self, number: int, part: int | None) -> bool:
        """Whether the playlist names that part, or all of that segment, or what comes later."""
        if self.number != number or self.is_complete:
            return self.number >= number
        return part is not None and self.parts > part


class Playlist:
    """`FOLDER/live.m3u8` and its segments, over all connections to one camera."""

    def __init__(
        self, folder: Path, *, keep: bool, completed: SegmentListener = lambda *_: None
    ) -> None:
        """`keep`: segments stay on disk (retention is the caller's); else only the newest do.

        `completed` is called for each segment that gets no more parts, in order.
        """
        self._folder, self._keep, self._completed = folder, keep, completed
        self._first, self._breaks = _numbers(folder / "live.m3u8")
        self._segments: deque[MediaSegment] = deque()
        self._fmt: Format | None = None
        self._part: list[CodedPicture] = []
        self._fragments = 0
        self._end_pts: int | None = None
        self._shift = 0
        self._part_target = PART_S * TREMBLE
        self._init = self._session = ""
        self._joins = self._ended = False
        self.published = PlaylistState()
        self.changed = threading.Condition()
        """Notified of each new `published`."""

    def begin(self, fmt: Format, session: str) -> None:
        """A new stream, whose first picture is a key. `session`: a name not used before.

        Raises OutputFailed, as `write`, `end` and `close` do.
        """
        self.end()
        self._fmt, self._session, self._part = fmt, session, []
        self._init, self._joins = f"{session}-init.mp4", True
        self._fragments, self._shift, self._end_pts = 0, self._shift + (self._end_pts or 0), None
        self._part_target = TREMBLE * max(1, int(PART_S * fmt.rate)) / fmt.rate
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            files.replace(self._folder / self._init, init_segment(fmt), durable=False)
        except OSError as error:
            raise self._failed(error) from error

    def write(self, packets: Iterable[CodedPicture], taken: datetime) -> bool:
        """Add coded pictures, of which the first was taken then; whether a new part can be played.

        A part ends where one more picture would make it too long, without waiting for that picture.
        """
        assert self._fmt
        done = False
        for packed in packets:
            if packed.key:
                done |= self._flush()
                self._open(taken)
            self._part.append(packed)
            with_next = packed.pts + 2 * self._usual - self._part[0].pts
            if with_next * self._fmt.time_base > self._part_target:
                done |= self._flush()
        return done

    @property
    def _usual(self) -> int:
        """How long a picture lasts by the rate, in pts: when the next one comes isn't known."""
        assert self._fmt
        return max(1, round(1 / (self._fmt.rate * self._fmt.time_base)))

    def _open(self, taken: datetime) -> None:
        self._finish()
        number = self._first + len(self._segments)
        self._segments.append(
            MediaSegment(f"{self._session}-{number:08d}.m4s", self._init, taken, self._joins)
        )
        self._joins = False
        while len(self._segments) > LISTED + 1:
            gone = self._segments.popleft()
            self._first += 1
            self._breaks += gone.new_stream
            self._leave(gone)

    def _leave(self, gone: MediaSegment) -> None:
        """Move what left the list to its hour's folder, or delete it. Raises OutputFailed."""
        path = self._folder / gone.name
        try:
            if self._keep:
                with folder_below(self._folder, f"{gone.begun.astimezone(UTC):%Y%m%dT%H}") as hour:
                    path.replace(hour / gone.name)
                return
            path.unlink(missing_ok=True)
            if all(segment.init != gone.init for segment in self._segments):
                (self._folder / gone.init).unlink(missing_ok=True)
        except FileNotFoundError:
            pass  # retention destroyed it already
        except OSError as error:
            raise self._failed(error) from error

    def _flush(self) -> bool:
        """Write the part that is waiting, and publish it."""
        if not self._part:
            return False
        assert self._fmt
        pts = [packed.pts for packed in self._part]
        if self._end_pts is not None and (pts[0] - self._end_pts) * self._fmt.time_base < HOLE_S:
            pts[0] = self._end_pts  # the first picture lasts longer: players stall at a hole
        ends = [*pts[1:], pts[-1] + self._usual]
        lasting = [max(1, end - at) for at, end in zip(pts, ends, strict=True)]
        self._fragments += 1
        self._end_pts = pts[0] + sum(lasting)
        pictures = list(zip(self._part, lasting, strict=True))
        # Times go on after a break too: some players drop pictures whose times they had before.
        data = fragment(self._fmt, self._fragments, self._shift + pts[0], pictures)
        segment = self._segments[-1]
        try:
            _append(self._folder / segment.name, segment.size, data)
            seconds = float(sum(lasting) * self._fmt.time_base)
            segment.grow(seconds, data, self._part[0].key)
            self._part = []
            self._publish()
        except OSError as error:
            raise self._failed(error) from error
        return True

    def end(self) -> None:
        """The stream broke off: write what waits, and complete the segment."""
        if self._part:
            self._flush()
        if self._finish():
            with suppress(OSError):
                self._publish()

    def _finish(self) -> bool:
        """Complete the newest segment; False where it was complete, or there is none."""
        newest = self._segments[-1] if self._segments else None
        if newest is None or newest.is_complete:
            return False
        newest.is_complete = True
        if newest.parts:
            self._completed(newest.begun, newest.sha256.hexdigest(), newest.name)
        return True

    def close(self) -> None:
        """Complete the segment, and tell players that nothing more comes."""
        self._ended = True
        self.end()
        if self._segments:
            with suppress(OSError):
                self._publish()

    def _publish(self) -> None:
        path = self._folder / "live.m3u8"
        text = "\n".join(self._lines()) + "\n"
        files.replace(path, text.encode(), durable=False)
        newest, number = self._segments[-1], self._first + len(self._segments) - 1
        sizes = {segment.name: segment.size for segment in self._segments}
        sizes |= dict.fromkeys((segment.init for segment in self._segments), ENTIRE_FILE)
        with self.changed:
            self.published = PlaylistState(
                number, len(newest.parts), newest.is_complete, text, sizes, time.monotonic_ns()
            )
            self.changed.notify_all()

    def _lines(self) -> Iterable[str]:
        target = float(self._part_target)
        yield from (
            "#EXTM3U",
            "#EXT-X-VERSION:9",
            f"#EXT-X-TARGETDURATION:{TARGET_S}",
            f"#EXT-X-SERVER-CONTROL:PART-HOLD-BACK={max(HOLD_BACK_S, 3 * target):.3f}",
            f"#EXT-X-PART-INF:PART-TARGET={target:.5f}",
            f"#EXT-X-MEDIA-SEQUENCE:{self._first}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{self._breaks}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        )
        init = ""
        for place, segment in enumerate(self._segments):
            if segment.new_stream and (place or self._first):
                yield "#EXT-X-DISCONTINUITY"
            if segment.init != init:
                init = segment.init
                yield f'#EXT-X-MAP:URI="{init}"'
            yield f"#EXT-X-PROGRAM-DATE-TIME:{segment.begun.isoformat(timespec='milliseconds')}"
            if place >= len(self._segments) - PARTS_OF:
                yield from segment.parts
            if segment.is_complete:
                yield f"#EXTINF:{segment.seconds:.5f},"
                yield segment.name
        newest = self._segments[-1]
        if self._ended:
            yield "#EXT-X-ENDLIST"
        elif not newest.is_complete:
            at = newest.size
            yield f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{newest.name}",BYTERANGE-START={at}'

    def _failed(self, error: OSError) -> OutputFailed:
        return OutputFailed(
            "playlist-cannot-be-written", folder=self._folder.name, reason=error.strerror
        )


def _append(path: Path, at: int, data: bytes) -> None:
    """Write at `at`, the end of the last part, over what a write that failed left there."""
    if not at:  # whatever is there is not of this segment
        path.unlink(missing_ok=True)
    file = opened_own(path, 0o666)
    try:
        os.ftruncate(file, at)
        os.lseek(file, at, os.SEEK_SET)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def _numbers(path: Path) -> tuple[int, int]:
    """The numbers of segment and break to go on with after the playlist at `path`; 0, 0: none."""
    try:
        text = read_file(path).decode()
    except (OSError, UnicodeDecodeError, InputMissing):
        return 0, 0
    named = text.count("#EXTINF") + text.count("#EXT-X-PRELOAD-HINT")
    breaks = text.count("#EXT-X-DISCONTINUITY\n") + 1
    return _number(text, "MEDIA") + named, _number(text, "DISCONTINUITY") + breaks


def _number(text: str, tag: str) -> int:
    found = re.search(rf"^#EXT-X-{tag}-SEQUENCE:([0-9]{{1,15}})$", text, re.MULTILINE)
    return int(found[1]) if found else 0
