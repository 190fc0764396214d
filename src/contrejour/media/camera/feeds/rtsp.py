"""A network camera: RTSP 1.0 (RFC 2326) with RTP (RFC 3550), also over TLS.

FFmpeg logs in by Basic, or Digest with MD5: a camera that offers SHA-256 alone refuses it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import CameraError
from contrejour.media.camera.feeds.feed import Arrival, Feed, opened, pictures_of, read, tls

_ALLOWED = {"tcp": "rtsp,rtsps,rtp,tcp,tls", "udp": "rtsp,rtsps,rtp,udp,tcp,tls"}
ARRIVAL_NS = 500_000_000
"""Without a word of the camera's own: the network, FFmpeg's 200 ms to put packets in order, and
one picture that its parser holds back."""
REPORT_NS = 5_000_000
"""How exactly a sender report says the time (RFC 3550, 6.4.1): cameras round to milliseconds, and
stamp a picture some lines after its exposure began."""


class Rtsp(Feed):
    lossy, gone = True, CameraError

    def __init__(self, address: str, name: str, transport: str, trust: str) -> None:
        self.name, self.notes = name, []
        options = {}
        if address.startswith("rtsps:"):
            transport, options = "tcp", tls(trust)  # over UDP the pictures would come in clear
        options |= {"rtsp_transport": transport, "protocol_whitelist": _ALLOWED[transport]}
        self._container = opened(address, name, "RTSP", options)
        self._stream = pictures_of(self._container, name)

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._container, self._stream

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
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
