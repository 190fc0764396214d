"""Making packets again: encoding veiled pictures, or copying what had nothing to hide.

H.264 (libx264) is the output; H.265 (libx265) where the input is H.265 or deeper than 8 bits.
One thread an encoder, one encoder a chunk: the bytes depend on the pictures alone, not on the
number of cores, and a resumed run repeats them. Only parameter sets and slices are let through:
no SEI of any kind, but for the HDR metadata that libx265 repeats.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from contrejour.base.errors import Unsupported
from contrejour.base.pictures import Frame
from contrejour.media import nal
from contrejour.media.format import Format, filtered

CRF = {"h264": 20, "hevc": 22}
PRESET = {"h264": "veryfast", "hevc": "superfast"}
KEEP_UNITS = {"h264": "1|5|7|8", "hevc": "0-9|16-21|32-34"}
"""NAL unit types that survive: slices and parameter sets (H.264 table 7-1, H.265 table 7-1)."""
_HEVC_HDR_SEI = "|39"


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One coded picture in Annex B, parameter sets in band."""

    pts: int
    key: bool
    data: bytes


def target(fmt: Format) -> str:
    """The codec that the output of this stream has."""
    if fmt.depth == 8 and not fmt.rgb and (fmt.codec != "hevc" or fmt.interlaced):
        return "h264"
    if fmt.interlaced:
        raise Unsupported("interlaced-too-deep", depth=fmt.depth, codec=fmt.codec)
    return "hevc"


def can_copy(fmt: Format) -> bool:
    """Whether GOPs of the input can stand in one track beside encoded ones."""
    return (
        not fmt.interlaced
        and fmt.codec == target(fmt)
        and not fmt.hdr
        and not fmt.paced
        and fmt.pix_fmt in ("yuv420p", "yuvj420p")
    )


LIVE = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1", "qp": "24"}
"""Twice as fast as superfast for a quarter more bytes: a live camera is bound by its core.

One quantiser for all: at equal quality a CRF costs a fifth more time, for a small copy of each
picture that it goes by. 42 dB, and half the bytes that the camera sent (PETS 2009 at 2 Mbit/s).
"""
KEY_EVERY_NS = 2_000_000_000


def configure(context: VideoCodecContext, fmt: Format, *, live: bool = False) -> None:
    """Set an encoder up for this stream, the same for the file's header and for each chunk.

    `live`: nothing is held back, and key pictures come by the clock, whatever the rate.
    """
    codec = target(fmt)
    params = {
        # x264's AVX-512 macroblock tree reads memory it never wrote (seen on pictures of 160x96 and
        # 320x192): the same pictures gave other bytes from one run to the next. Not without cost
        # in size, but the bytes must be a function of the visible pixels.
        "h264": [
            "repeat-headers=1",
            "mbtree=0",
            *(["scenecut=0"] if live else []),
            *([f"{fmt.interlaced}=1"] if fmt.interlaced else []),
        ],
        "hevc": [
            "repeat-headers=1",
            "pools=none",
            "frame-threads=1",
            "info=0",
            "open-gop=0",
            "log-level=none",
            *fmt.hdr,
            *(["hdr10=1"] if fmt.hdr else []),
            # x265's CU tree writes past its arrays when a picture is 33 to 63 pixels wide.
            *(["cutree=0"] if min(fmt.width, fmt.height) < 64 else []),
        ],
    }[codec]
    context.width, context.height, context.pix_fmt = fmt.width, fmt.height, fmt.pix_fmt
    context.time_base, context.framerate = fmt.time_base, fmt.rate
    context.sample_aspect_ratio = fmt.sample_aspect
    (context.color_primaries, context.color_trc, context.colorspace, context.color_range) = (
        fmt.color
    )
    context.thread_count = 1
    context.options = {
        **(LIVE if live else {"preset": PRESET[codec], "crf": str(CRF[codec])}),
        "x264-params" if codec == "h264" else "x265-params": ":".join(params),
    }


class Encoder:
    """Encodes one chunk of frames: `write` each, then `close`; both give what is ready."""

    def __init__(self, fmt: Format, *, live: bool = False) -> None:
        self._fmt, self._codec = fmt, target(fmt)
        self._key_due_ns = 0 if live else None
        self._context: Any = av.CodecContext.create(
            "libx264" if self._codec == "h264" else "libx265", "w"
        )
        configure(self._context, fmt, live=live)
        self._fields = _fields(fmt) if fmt.interlaced else None
        keep = KEEP_UNITS[self._codec] + (_HEVC_HDR_SEI if fmt.hdr else "")
        self._filter = BitStreamFilterContext(f"filter_units=pass_types={keep}", self._codec)

    def write(self, frame: Frame) -> list[CodedPicture]:
        """Encode one picture; its time stamp comes out unchanged."""
        picture = picture_of(self._fmt, frame.planes)
        if self._fields:
            self._fields.push(picture)
            picture = self._fields.vpull()
        picture.pts, picture.time_base = frame.pts, self._fmt.time_base
        if self._key_due_ns is not None and frame.time_ns >= self._key_due_ns:
            picture.pict_type = av.video.frame.PictureType.I
            self._key_due_ns = frame.time_ns + KEY_EVERY_NS
        try:
            return self._packed(self._context.encode(picture))
        except av.FFmpegError as error:
            fmt = self._fmt
            raise Unsupported(
                "cannot-be-encoded",
                codec=self._codec,
                width=fmt.width,
                height=fmt.height,
                pixel_format=fmt.pix_fmt,
                reason=error.strerror,
            ) from error

    def close(self) -> list[CodedPicture]:
        """What the encoder still held."""
        return self._packed(self._context.encode(None))

    def _packed(self, packets: Iterable[av.Packet[Any]]) -> list[CodedPicture]:
        return [packed for packet in packets for packed in stripped(self._filter, packet)]


def picture_of(fmt: Format, planes: Iterable[NDArray[Any]]) -> av.VideoFrame:
    """A picture with a copy of these planes."""
    picture = av.VideoFrame(fmt.width, fmt.height, fmt.pix_fmt)
    for plane, samples in zip(picture.planes, planes, strict=True):
        row = plane.line_size // samples.itemsize
        memory: Any = plane
        flat = np.frombuffer(memory, samples.dtype)[: row * plane.height]
        flat.reshape(plane.height, row)[:, : plane.width] = samples
    return picture


def _fields(fmt: Format) -> Any:
    """A filter that marks pictures with their field order, as libx264 goes by each picture's."""
    return filtered(fmt.width, fmt.height, fmt.pix_fmt, "setfield", fmt.interlaced)


def bare(packets: Iterable[av.Packet[Any]], stream: VideoStream, codec: str) -> list[CodedPicture]:
    """A stream's coded pictures, stripped to parameter sets and slices, in Annex B."""
    strip = stripper(stream, codec)
    found = [packed for packet in (*packets, None) for packed in stripped(strip, packet)]
    if codec != "hevc":
        return found
    return [replace(packed, data=nal.base_layer(packed.data)) for packed in found]


def stripper(stream: VideoStream, codec: str) -> BitStreamFilterContext:
    """A filter that lets parameter sets and slices through, and writes Annex B."""
    chain = f"{codec}_mp4toannexb,filter_units=pass_types={KEEP_UNITS[codec]}"
    return BitStreamFilterContext(chain, stream)


def stripped(strip: BitStreamFilterContext, packet: av.Packet[Any] | None) -> list[CodedPicture]:
    """What the filter lets through of one packet; None empties it."""
    return [
        CodedPicture(time_stamp(bare), bare.is_keyframe, bytes(bare))
        for bare in strip.filter(packet)
    ]


def time_stamp(packet: av.Packet[Any]) -> int:
    time = packet.pts if packet.pts is not None else packet.dts
    if time is None:
        raise Unsupported("packet-without-time-stamp")
    return time


def display(stream: Any, fmt: Format) -> None:
    """Repeat the display matrix on an output track."""
    if fmt.matrix:
        stream.set_display_matrix(fmt.matrix)
    elif fmt.rotation:
        stream.set_display_rotation(-fmt.rotation)
