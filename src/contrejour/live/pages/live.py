"""One camera's live pictures, veiled, as far as its plan lets anybody see them now.

Of a camera's folder only what its playlist names at this moment can be had, and its still: never
an older segment (a recording is not a live view), never its empty scene, whatever the path says.

The playlist is a low-latency one (RFC 8216bis, 6.2.5.2): asked for a part that isn't there yet
(`_HLS_msn`, `_HLS_part`) it is answered once it is, woken by the writer, or 503 after three target
durations. A part of a segment that is hinted at is waited for alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contrejour.base import times
from contrejour.base.errors import PlanExpired, Refused
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.pages.answer import Answer, PageRequest, nothing, ranged
from contrejour.live.watch import Watcher
from contrejour.media import Playlist
from contrejour.media.out.hls import PART_S, TARGET_S, PlaylistState

WAIT_S = 3.0 * TARGET_S
MOST_AHEAD = 2
"""Segments beyond the newest that may be asked for."""
MOST_PARTS_AHEAD = round(3 / PART_S)
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}(\.m4s|-init\.mp4)")
STILL_S = 60.0
PLAYLIST, STILL = "live.m3u8", "still.jpg"
ENDED = "#EXT-X-ENDLIST"
_NEVER_KEPT = {"Cache-Control": "no-store"}
"""What may be seen now is in no cache later: the plan's retention would end at ours."""


@dataclass(frozen=True, slots=True)
class Live:
    """`clock`: the time, aware."""

    watcher: Watcher
    clock: times.Clock
    wait_s: float = WAIT_S

    def answer(self, file: str, asked: PageRequest) -> Answer:
        """What `CAMERA/file` is."""
        if not (file in (PLAYLIST, STILL) or FILE.fullmatch(file)):
            return nothing(404)
        try:
            self.watcher.plan.demand(self.watcher.name, Act.VIEW, self.clock())
        except (Refused, PlanExpired) as error:
            return nothing(403, str(error))
        if file == STILL:
            return self._still(asked)
        playlist = self.watcher.playlist
        if playlist is None or not playlist.published.text:
            return nothing(404, "no picture yet")
        if file == PLAYLIST:
            return self._playlist(playlist, asked)
        size = self._size(playlist, file, asked)
        return _file(self.watcher.out / file, "video/mp4", asked, size) if size else nothing(404)

    def _still(self, asked: PageRequest) -> Answer:
        """The newest, unless the camera has been away since: that would be a recording."""
        path = self.watcher.out / STILL
        try:
            age_s = self.clock().timestamp() - path.stat().st_mtime
        except OSError:
            return nothing(404)
        return _file(path, "image/jpeg", asked, None) if age_s < STILL_S else nothing(404)

    def _playlist(self, playlist: Playlist, asked: PageRequest) -> Answer:
        try:
            number, part = (_number(asked, key) for key in ("_HLS_msn", "_HLS_part"))
        except ValueError:
            return nothing(400, "not a number")
        now = playlist.published
        if number is None:
            if part is not None:
                return nothing(400, "a part of which segment?")
        elif _is_absurd(now, number, part):
            return nothing(400, "too far ahead")
        elif not self._waited(playlist, lambda published: published.has(number, part)):
            return nothing(503, "no new part: is the camera there?")
        text = playlist.published.text.replace(
            "#EXT-X-SERVER-CONTROL:", "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        )
        return Answer(200, text.encode(), "application/vnd.apple.mpegurl", _NEVER_KEPT)

    def _size(self, playlist: Playlist, file: str, asked: PageRequest) -> int:
        """How many bytes of a file may be had, once those hinted at are there; 0 for none."""
        size = playlist.published.files.get(file, 0)
        hinted = re.fullmatch(rf"bytes={size}-[0-9]*", asked.headers.get("range", ""))
        if size and hinted and not playlist.published.is_complete:
            self._waited(playlist, lambda published: published.files.get(file, 0) != size)
        return playlist.published.files.get(file, 0)

    def _waited(self, playlist: Playlist, true: Callable[[PlaylistState], bool]) -> bool:
        """Whether it became true in time; at once where no more comes."""
        with playlist.changed:
            return playlist.changed.wait_for(
                lambda: true(playlist.published) or ENDED in playlist.published.text, self.wait_s
            )


def _number(asked: PageRequest, key: str) -> int | None:
    """Raises ValueError for what is no whole number."""
    text = asked.query.get(key)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError(text)
    return int(text)


def _is_absurd(now: PlaylistState, number: int, part: int | None) -> bool:
    at_part = now.parts if number == now.number else 0
    return number > now.number + MOST_AHEAD or (part or 0) >= at_part + MOST_PARTS_AHEAD


def _file(path: Path, kind: str, asked: PageRequest, most: int | None) -> Answer:
    """A file, or the range of it that was asked for; of one that grows no more than `most`."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            size = size if most is None else min(size, most)
            span = ranged(asked.headers.get("range", ""), size)
            first, end = span or (0, size)
            file.seek(first)
            body = file.read(end - first)
    except OSError:
        return nothing(404)
    except IndexError:
        return Answer(416, headers={"Content-Range": f"bytes */{size}", **_NEVER_KEPT})
    headers = {"Accept-Ranges": "bytes", **_NEVER_KEPT}
    if span is None:
        return Answer(200, body, kind, headers)
    told = f"bytes {first}-{first + len(body) - 1}/{'*' if most else size}"
    return Answer(206, body, kind, {**headers, "Content-Range": told})
