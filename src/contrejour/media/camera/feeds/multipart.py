"""A camera that sends JPEG after JPEG in one HTTP answer (multipart/x-mixed-replace).

No part says its time in a way that is the same everywhere: a picture's time is when it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import CameraError
from contrejour.media.camera.feeds.feed import Arrival, Feed, opened, pictures_of, read, tls

ARRIVAL_NS = 500_000_000
"""Network and the camera's own buffer."""


class Multipart(Feed):
    lossy, gone = False, CameraError  # TCP

    def __init__(self, address: str, name: str, trust: str) -> None:
        self.name, self.notes = name, []
        # No redirect: the login is for the host that was named.
        options = {"protocol_whitelist": "http,tcp", "max_redirects": "0"}
        if address.startswith("https:"):
            options |= {"protocol_whitelist": "https,tls,tcp", **tls(trust)}
        self._container = opened(address, name, "MJPEG over HTTP", options, "mpjpeg")
        self._stream = pictures_of(self._container, name)

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._container, self._stream

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        for packet in read(self._container, self._stream, self.name):
            yield packet, Arrival(ARRIVAL_NS, offset_ns=None)

    def close(self) -> None:
        self._container.close()
