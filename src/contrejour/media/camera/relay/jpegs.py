"""A camera that sends JPEG after JPEG in one HTTP answer (multipart/x-mixed-replace)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contrejour.base.errors import CameraError
from contrejour.media.camera.relay.dialogue import Dialogue

KIND = "multipart/"
MOST_LINE = 256
_SIZE = re.compile(rb"([0-9a-fA-F]{1,7})[ \t]*(?:;.*)?\r?\n", re.DOTALL)


class Jpegs:
    """One answer. `begin` asks for it; `play` is its body, until it ends: a CameraError."""

    def __init__(self, talk: Dialogue) -> None:
        self._talk, self._chunked = talk, False

    def begin(self) -> None:
        """Raises CameraError, CameraRefused."""
        target = self._talk.camera.target
        answer = self._talk.ask("GET", target, "Accept: */*", "Connection: close")
        self._chunked = answer.one("transfer-encoding").lower() == "chunked"
        if not answer.one("content-type").lower().startswith(KIND):
            raise self._talk.strange()

    def play(self) -> Iterator[bytes]:
        """Its bytes as they come, whatever chunks they came in (RFC 9112, 7.1)."""
        link = self._talk.link
        link.play()
        while not self._chunked:
            yield link.more()
        while left := self._size():
            while left:
                data = link.more()
                link.back(data[left:])
                yield data[:left]
                left -= len(data[:left])
            self._line()
        raise CameraError("camera-hung-up", camera=self._talk.name)

    def _size(self) -> int:
        if not (found := _SIZE.fullmatch(self._line())):
            raise CameraError("another-protocol", camera=self._talk.name, protocol="HTTP")
        return int(found[1], 16)

    def _line(self) -> bytes:
        link, line = self._talk.link, bytearray()
        while (end := line.find(b"\n") + 1) == 0 and len(line) < MOST_LINE:
            line += link.more()
        link.back(line[end or len(line) :])
        return bytes(line[: end or len(line)])
