"""A camera that sends JPEG after JPEG in one HTTP answer (multipart/x-mixed-replace), relayed.

No part says its time in a way that is the same everywhere: a picture's time is when it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import CameraError
from contrejour.media.camera.feeds.feed import Arrival, Feed, opened, pictures_of, read
from contrejour.media.camera.relay.begin import RelayLine

ARRIVAL_NS = 500_000_000
"""Network and the camera's own buffer."""


class Multipart(Feed):
    lossy, gone = False, CameraError  # TCP

    def __init__(self, line: RelayLine, name: str) -> None:
        self.name, self.notes, self._line = name, [], line
        options = {"protocol_whitelist": "http,tcp", "max_redirects": "0"}
        with line.reasons(name):
            self._container = opened(line.address, name, "MJPEG over HTTP", options, "mpjpeg")
        self._stream = pictures_of(self._container, name)

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._container, self._stream

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        with self._line.reasons(self.name):
            for packet in read(self._container, self._stream, self.name):
                yield packet, Arrival(ARRIVAL_NS, offset_ns=None)

    def close(self) -> None:
        self._container.close()
