"""What every feed is, how it is opened, and what FFmpeg's errors are called."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import av
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import (
    CameraError,
    CameraRefused,
    ContrejourError,
    NotMedia,
    Unsupported,
)
from contrejour.media import codecs
from contrejour.media.camera.relay.link import OPEN_S, STALL_S
from contrejour.media.file.index import video_streams

BEGUN_S = 2.0
"""For the relay to begin, on top of what it gives a camera."""
PROBE = {"analyzeduration": "200000", "probesize": "65536", "max_delay": "200000"}
NO_DECODER = {"codec_whitelist": "none"}
"""FFmpeg looks into what comes before it says that an address is open (avformat_find_stream_info):
by its parsers, but no decoder. That begins with the first packet, in the sandbox."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a packet besides its time stamp.

    `offset_ns` goes on top of the stamp; None: the stamp says nothing, only the arrival counts.
    `camera_ns` is the picture's UNIX time by the camera's own clock; `reported`: it has just said
    what time it is. `spread_ns`: by how much the arrival, or `camera_ns`, may be off the exposure.
    """

    spread_ns: int
    offset_ns: int | None = 0
    camera_ns: int | None = None
    reported: bool = False


class Feed(Protocol):
    """Packets of one stream of pictures. Made open: `packets` opens no file and no socket more.

    `lossy`: packets may go missing on the way. `gone`: what kind of end an end is. `notes`: what
    was left out, to be told.
    """

    lossy: bool
    gone: type[CameraError]
    notes: list[ContrejourError]

    def first(self) -> tuple[InputContainer, VideoStream]:
        """What says the format."""

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        """In the order they came, an empty one where a decoder has to give what it still has.

        Ends with a CameraError, always, and after a silence of STALL_S.
        """

    def close(self) -> None:
        """Also while `packets` runs in this thread, and twice."""


def pictures_of(
    container: InputContainer, name: str, known: Collection[str] = codecs.FROM_CAMERAS
) -> VideoStream:
    """The first stream of pictures, made ready. Raises NotMedia, Unsupported; then it is closed."""
    streams = video_streams(container)
    if not streams:
        container.close()
        raise NotMedia("camera-without-pictures", camera=name)
    stream = streams[0]
    if not stream.codec_context:
        container.close()
        raise Unsupported("codec-unknown", camera=name)  # fmt: skip
    try:
        codecs.check(stream, known)
    except Unsupported:
        container.close()
        raise
    context = stream.codec_context
    context.thread_count = 1
    context.copy_opaque = True
    # Without it FFmpeg patches a picture of which packets were lost, and says nothing.
    context.options = {"err_detect": "explode"}
    return stream


def opened(
    address: str, name: str, speaks: str, options: Mapping[str, str], format_: str | None = None
) -> InputContainer:
    """An address opened for reading. Raises CameraError, CameraRefused, in our words."""
    try:
        with av.logging.Capture():
            return av.open(address, format=format_, options={**PROBE, **NO_DECODER, **options},
                           timeout=(OPEN_S + BEGUN_S, STALL_S))  # fmt: skip
    except (av.FFmpegError, OSError, ValueError) as error:
        raise lost(name, error, speaks) from None


def read(container: InputContainer, stream: VideoStream, name: str) -> Iterator[Any]:
    """The packets of a connection, until it goes: a CameraError, always.

    FFmpeg has several words for a silence, and for TLS the same as for a camera that hung up.
    """
    asked_s, silent = time.monotonic(), False
    try:
        for packet in container.demux(stream):
            silent = time.monotonic() - asked_s >= STALL_S
            if packet.size:
                yield packet
            asked_s = time.monotonic()
    except (av.FFmpegError, OSError) as error:
        silent |= isinstance(error, av.ExitError | TimeoutError)
    if silent or time.monotonic() - asked_s >= STALL_S:
        raise CameraError("camera-silent", camera=name)
    raise CameraError("camera-hung-up", camera=name)


def lost(name: str, error: Exception, speaks: str) -> CameraError:
    """What FFmpeg says, in our words, without the password."""
    match error:
        case av.HTTPUnauthorizedError() | av.HTTPForbiddenError():
            return CameraRefused("login-refused", camera=name)
        case av.HTTPNotFoundError() | av.HTTPBadRequestError() | av.HTTPClientError():
            return CameraRefused("no-such-stream", camera=name)
        case av.InvalidDataError() | av.ProtocolNotFoundError():
            return CameraRefused("another-protocol", camera=name, protocol=speaks)
        case ConnectionRefusedError():
            return CameraError("connection-refused", camera=name)
        case TimeoutError() | av.ExitError():
            return CameraError("camera-silent", camera=name)
    return CameraError(
        "camera-unreachable", camera=name, reason=str(getattr(error, "strerror", error))
    )
