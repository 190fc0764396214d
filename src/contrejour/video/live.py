"""A live stream: pictures as they come, until the camera goes away, and then an error, always.

FFmpeg ends a dropped connection without an exception, and says nothing of lost packets or of a
clock that was set. Here every end is a CameraError, times only go forward, what a loss may have
touched is `corrupt`, and how often the clock jumped is counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import av
import av.logging

from contrejour.errors import CameraError, CameraRefused, NotMedia, Unsupported
from contrejour.types import Frame
from contrejour.video import nal
from contrejour.video.format import Format
from contrejour.video.reader import frame_of
from contrejour.video.source import format_of, video_streams
from contrejour.video.steady import Pace, Steady

SCHEMES = ("rtsp", "rtsps")
OPEN_S, STALL_S = 5.0, 2.5
TIME_BASE = Fraction(1, 90_000)
USUAL_RATE = Fraction(25)
_PROBE = {"analyzeduration": "200000", "probesize": "65536", "max_delay": "200000"}


class Live:
    """One connection to a camera. `frames` runs until it ends, with a CameraError."""

    def __init__(self, address: str, *, transport: str = "tcp") -> None:
        """Connect. Raises CameraError, CameraRefused, NotMedia (no picture in it), Unsupported."""
        self.name = without_login(address)
        if urlsplit(address).scheme not in SCHEMES:
            raise CameraRefused(f"{self.name} is no camera address", "such as rtsp://host/path")
        options = _PROBE | {"rtsp_transport": transport, "protocol_whitelist": _ALLOWED[transport]}
        try:
            self._container = av.open(address, options=options, timeout=(OPEN_S, STALL_S))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._lost(error) from None
        streams = video_streams(self._container)
        if not streams:
            self._container.close()
            raise NotMedia(f"{self.name} sends no pictures", "sound alone has nothing to veil")
        self._stream = streams[0]
        self._stream.codec_context.thread_count = 1
        # Without it FFmpeg patches a picture of which packets were lost, and says nothing.
        self._stream.codec_context.options = {"err_detect": "explode"}
        self.fmt: Format | None = None
        self.steady = Steady()
        av.logging.set_level(av.logging.WARNING)

    def frames(self) -> Iterator[Frame]:
        """Pictures in order, their times going forward from 0. Ends with a CameraError alone.

        From a sign of damage to the next picture that refers to none every frame is `corrupt`.
        """
        number, damaged = 0, False
        codec = self._stream.codec_context.codec.canonical_name
        pace = Pace()
        for packet in self._packets():
            missing = codec == "hevc" and pace.misses(packet.pts)
            if damaged and packet.is_keyframe:
                damaged = not nal.opens_clean(codec, bytes(packet), 0)
            damaged |= packet.is_corrupt or (missing and not packet.is_keyframe)
            pictures, complains = _decoded(packet)
            damaged |= complains  # fail closed: what refers to a broken picture is broken
            for picture in pictures:
                damaged |= picture.is_corrupt
                yield self._frame(number, picture, damaged)
                number += 1
        raise CameraError(f"{self.name} hung up")

    def _packets(self) -> Iterator[Any]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.size:
                    yield packet
        except (av.FFmpegError, OSError) as error:
            raise self._lost(error) from None

    def _frame(self, number: int, picture: av.VideoFrame, damaged: bool) -> Frame:
        stamp = picture.pts if picture.pts is not None else picture.dts
        arrived_ns = time.monotonic_ns()
        camera_ns = None
        if stamp is not None:  # the first picture of a connection often has none
            camera_ns = int(stamp * Fraction(picture.time_base or TIME_BASE) * 1_000_000_000)
        time_ns = self.steady.at(camera_ns, arrived_ns)
        if self.fmt is None:
            rate = Fraction(self._stream.average_rate or self._stream.guessed_rate or USUAL_RATE)
            fmt = format_of(self._container, self._stream, picture, rate)
            self.fmt = replace(fmt, time_base=TIME_BASE)
        pts = round(time_ns * TIME_BASE.denominator / 1_000_000_000)
        try:
            return replace(frame_of(self.fmt, number, pts, picture, damaged), time_ns=time_ns)
        except Unsupported as error:  # the next connection finds out what it is now
            shape = f"{picture.width}x{picture.height} {picture.format.name}"
            raise CameraError(f"{self.name} changed to {shape}") from error

    def close(self) -> None:
        self._container.close()

    def _lost(self, error: Exception) -> CameraError:
        """What FFmpeg says, in our words, without the password."""
        match error:
            case av.HTTPUnauthorizedError() | av.HTTPForbiddenError():
                return CameraRefused(
                    f"{self.name} refuses the user or the password", "check the login file"
                )
            case av.HTTPNotFoundError() | av.HTTPBadRequestError() | av.HTTPClientError():
                return CameraRefused(f"{self.name} has no such stream", "check the path")
            case av.InvalidDataError() | av.ProtocolNotFoundError():
                return CameraRefused(f"{self.name} doesn't speak RTSP", "check the port")
            case ConnectionRefusedError():
                return CameraError(f"{self.name} refuses connections", "is it on? check the port")
            case TimeoutError() | av.ExitError():
                return CameraError(f"{self.name} went silent", "check the network")
        return CameraError(f"{self.name} can't be reached: {getattr(error, 'strerror', error)}",
                           "check the address and the network")  # fmt: skip


def _decoded(packet: Any) -> tuple[list[Any], bool]:
    """The pictures of a packet, and whether the decoder had to complain.

    Of a reference that is missing the H.265 decoder only grumbles, and the H.264 decoder, where a
    whole picture was lost, says no more than this among what is meant for its own developers.
    """
    av.logging.set_level(av.logging.DEBUG)
    try:
        with av.logging.Capture() as said:
            pictures = packet.decode()
    except av.FFmpegError:
        return [], True
    finally:
        av.logging.set_level(av.logging.WARNING)
    return pictures, any(
        level <= av.logging.WARNING or "num gap" in text for level, _, text in said
    )


_ALLOWED = {"tcp": "rtsp,rtsps,rtp,tcp,tls", "udp": "rtsp,rtsps,rtp,udp,tcp,tls"}


def without_login(address: str) -> str:
    """An address as it may be shown: no user, no password, no query."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
