"""A network camera's RTP (RFC 3550), as its relay hands it on by RTSP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import CameraError
from contrejour.media.camera.feeds.feed import Arrival, Feed, opened, pictures_of, read
from contrejour.media.camera.relay.begin import RelayLine

_OPTIONS = {"rtsp_transport": "tcp", "protocol_whitelist": "rtsp,rtp,tcp"}
ARRIVAL_NS = 500_000_000
"""Without a word of the camera's own: the network, 200 ms to put packets in order, and one picture
that FFmpeg's parser holds back."""
REPORT_NS = 5_000_000
"""How exactly a sender report says the time (RFC 3550, 6.4.1): cameras round to milliseconds, and
stamp a picture some lines after its exposure began."""


class Rtsp(Feed):
    lossy, gone = True, CameraError

    def __init__(self, line: RelayLine, name: str) -> None:
        self.name, self.notes, self._line = name, [], line
        with line.reasons(name):
            self._container = opened(line.address, name, "RTSP", _OPTIONS)
        self._stream = pictures_of(self._container, name)

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._container, self._stream

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        with self._line.reasons(self.name):
            for packet in read(self._container, self._stream, self.name):
                yield packet, _came(packet)

    def close(self) -> None:
        self._container.close()


def _came(packet: Any) -> Arrival:
    """With the camera's own time, once it sent a report: FFmpeg's AVProducerReferenceTime (µs)."""
    if not packet.has_sidedata("prft"):
        return Arrival(ARRIVAL_NS)
    (wall_us,) = struct.unpack("=q", bytes(packet.get_sidedata("prft"))[:8])
    return Arrival(REPORT_NS, 0, wall_us * 1000, reported=packet.has_sidedata("rtcp_sr"))
