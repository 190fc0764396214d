"""Reading a recorded video, one closed GOP at a time.

The closed GOP is the unit: nothing inside it refers outside, so it decodes alone, the same way
each time, in whatever process. `index` lists them in one pass over the packets; a `Reader` then
decodes any of them, in ascending order, without ever seeking (an index can lie, order can't).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.errors import InputEmpty, InputMissing, NotMedia, Unsupported
from contrejour.types import Frame, Rgb
from contrejour.video import nal
from contrejour.video.encode import Packed, copy, stripped, stripper
from contrejour.video.format import Format, depth, hdr_params, subsampling, working_format

MIN_GOP_PACKETS = 8
"""Shorter closed GOPs (all-intra codecs above all) are taken together."""


@dataclass(frozen=True, slots=True)
class Gop:
    """A run of packets that decodes alone. `copyable`: its packets may be reused as they are."""

    first_packet: int
    packets: int
    start_pts: int
    copyable: bool


def open_input(path: Path) -> InputContainer:
    """Open for demuxing; errors say which of missing, empty or not-media it is."""
    try:
        if path.stat().st_size == 0:
            raise InputEmpty(f"{path} is empty (0 bytes)", "copy it again from where it came")
        return av.open(str(path), options={"ignore_editlist": "0"}, metadata_errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        raise InputMissing(f"{path} does not exist", "check the path") from None
    except PermissionError:
        raise InputMissing(f"{path} may not be read", "check its permissions") from None
    except (av.FFmpegError, OSError, ValueError) as error:
        raise NotMedia(
            f"{path} is not a video or is cut before its index: {_reason(error)}",
            "a file whose copy was interrupted may lack its index: copy it again",
        ) from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def video_streams(container: InputContainer) -> list[VideoStream]:
    """The real video tracks: cover pictures (attached_pic) aren't."""
    attached = av.stream.Disposition.attached_pic
    return [s for s in container.streams.video if not s.disposition & attached]


def probe(path: Path) -> Format:
    """The format of the first video track, as its first decodable picture has it."""
    with open_input(path) as container:
        streams = video_streams(container)
        if not streams:
            raise NotMedia(f"{path} has no video track", "sound alone has nothing to veil")
        stream = streams[0]
        picture = _first_picture(container, stream)
        if picture is None:
            raise InputEmpty(
                f"{path} has no picture that can be decoded", "it may be encrypted or damaged"
            )
        name = working_format(picture.format.name, picture.width, picture.height)
        sides = _side_data(picture)
        matrix = sides.get("DISPLAYMATRIX")
        return Format(
            container=container.format.name,
            codec=stream.codec_context.codec.canonical_name,
            pix_fmt=name,
            width=picture.width,
            height=picture.height,
            subsampling=subsampling(name),
            depth=depth(name),
            rgb=name.startswith("gbr"),
            time_base=Fraction(stream.time_base or Fraction(1, 1000)),
            rate=Fraction(stream.average_rate or stream.guessed_rate or 25),
            sample_aspect=Fraction(stream.sample_aspect_ratio or 1),
            rotation=round(-picture.rotation / 90) * 90 % 360,
            matrix=tuple(np.frombuffer(matrix, "=i4").tolist()) if matrix else None,
            color=(
                picture.color_primaries,
                picture.color_trc,
                int(picture.colorspace),
                int(picture.color_range),
            ),
            hdr=hdr_params(sides),
            interlaced=_field_order(stream, picture),
            audio_tracks=len(container.streams.audio),
            other_video_tracks=len(streams) - 1,
        )


def _side_data(picture: av.VideoFrame) -> dict[str, bytes]:
    try:
        return {data.type.name: bytes(data) for data in picture.side_data}
    except ValueError:  # a kind that PyAV has no name for (EXIF in an MJPEG picture)
        return {}


def _field_order(stream: VideoStream, picture: av.VideoFrame) -> str:
    """"" for progressive, else which field comes first: "tff" or "bff"."""
    if not picture.interlaced_frame:
        return ""
    return "bff" if int(stream.codec_context.field_order) in (3, 4) else "tff"


def _first_picture(container: InputContainer, stream: VideoStream) -> av.VideoFrame | None:
    for packet in container.demux(stream):
        try:
            for picture in packet.decode():
                return picture  # type: ignore[return-value]
        except av.FFmpegError:
            continue
    return None


def packets(container: InputContainer, stream: VideoStream) -> Iterator[av.Packet]:
    """Every packet of the track in file order; a read error ends it, as it ends any player."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


def time_of(packet: Any) -> int | None:
    """Presentation time, or the decoding time where the container (AVI) has no other."""
    return packet.pts if packet.pts is not None else packet.dts  # type: ignore[no-any-return]


def index(path: Path, fmt: Format) -> list[Gop]:
    """All closed GOPs, in order, from one pass over the packets (nothing is decoded)."""
    gops: list[Gop] = []
    with open_input(path) as container:
        stream = video_streams(container)[0]
        prefix = nal.length_size(fmt.codec, stream.codec_context.extradata)
        keys: list[int] = []
        times: list[int] = []
        damaged: list[bool] = []
        for number, packet in enumerate(packets(container, stream)):
            time = time_of(packet)
            times.append(times[-1] if time is None and times else time or 0)
            damaged.append(packet.is_corrupt or packet.is_discard or time is None)
            if packet.is_keyframe and nal.opens_clean(fmt.codec, bytes(packet), prefix):
                keys.append(number)
    starts, clean = _closed_starts(keys, times), set(keys)
    for start, end in zip(starts, [*starts[1:], len(times)], strict=True):
        whole = start in clean and not any(damaged[start:end])
        gops.append(Gop(start, end - start, min(times[start:end]), whole))
    return gops


def _closed_starts(keys: Sequence[int], times: Sequence[int]) -> list[int]:
    """Key packets that no later packet precedes in time, and no earlier one follows."""
    if not times:
        return []
    lowest_after = np.minimum.accumulate(np.array(times)[::-1])[::-1]
    highest_before = np.maximum.accumulate(np.array(times))
    starts = [0]
    for key in keys:
        closed = key == 0 or (lowest_after[key] >= times[key] > highest_before[key - 1])
        if closed and key - starts[-1] >= MIN_GOP_PACKETS:
            starts.append(key)
    return starts


class Reader:
    """Decodes closed GOPs of one file, each later than the last one asked for."""

    def __init__(self, path: Path, fmt: Format, gops: Sequence[Gop]) -> None:
        self.fmt = fmt
        self.gops = gops
        self._path = path
        self._range: tuple[int, int] | None = None
        self._frames: Iterator[Frame] = iter(())
        self._position = 0
        self._open()

    def _open(self) -> None:
        self._container = open_input(self._path)
        self._stream = video_streams(self._container)[0]
        self._stream.codec_context.thread_count = 1
        self._packets = packets(self._container, self._stream)
        self._next = 0

    def packets(self, first: int, last: int) -> Iterator[av.Packet]:
        """The packets of GOPs `first` up to, not including, `last`."""
        start = self.gops[first].first_packet
        end = self.gops[last - 1].first_packet + self.gops[last - 1].packets
        if start < self._next:
            self._container.close()
            self._open()
        for packet in self._packets:
            number, self._next = self._next, self._next + 1
            if number >= start:
                yield packet
            if self._next >= end:
                return

    def copy(self, first: int, last: int) -> list[Packed]:
        """The packets of these GOPs as they are, stripped of all side data."""
        return copy(self.packets(first, last), self._stream, self.fmt.codec)

    def frames(self, first: int, last: int, skip: int = 0, count: int | None = None) -> Iterator[Frame]:
        """Frames of GOPs `first` up to `last`, without the first `skip`, at most `count`.

        `Frame.index` counts from the start of GOP `first`. From the first sign of damage to the
        end of its GOP every frame is `corrupt`: what refers to a broken picture is broken.
        """
        if self._range != (first, last) or self._position > skip:
            self._range, self._position = (first, last), 0
            self._frames = self._decode(first, last)
        for frame in self._frames:
            at, self._position = self._position, self._position + 1
            if at >= skip:
                yield frame
            if count is not None and at + 1 >= skip + count:
                return

    def _decode(self, first: int, last: int) -> Iterator[Frame]:
        number = 0
        for gop in range(first, last):
            for picture, corrupt in self._pictures(self.packets(gop, gop + 1)):
                yield self._frame(number, picture, corrupt)
                number += 1

    def _pictures(self, coded: Iterator[av.Packet]) -> Iterator[tuple[av.VideoFrame, bool]]:
        context, damaged = self._stream.codec_context, False
        for packet in (*coded, None):
            damaged |= packet is not None and packet.is_corrupt
            try:
                pictures = context.decode(packet)
            except av.FFmpegError:
                damaged = True  # fail closed: the rest of this GOP is veiled whole
                continue
            for picture in pictures:
                damaged |= picture.is_corrupt
                yield picture, damaged
        context.flush_buffers()

    def _frame(self, number: int, picture: av.VideoFrame, corrupt: bool) -> Frame:
        fmt = self.fmt
        pts = picture.pts if picture.pts is not None else picture.dts
        if pts is None or (picture.width, picture.height) != (fmt.width, fmt.height):
            raise Unsupported(
                "a picture without a time stamp" if pts is None else
                f"the picture size changes from {fmt.width}x{fmt.height} "
                f"to {picture.width}x{picture.height} inside the file",
                "split the recording where it changes",
            )
        if working_format(picture.format.name, fmt.width, fmt.height) != fmt.pix_fmt:
            raise Unsupported(f"the pixel format changes to {picture.format.name} inside the file")
        planar = picture if picture.format.name == fmt.pix_fmt else picture.reformat(format=fmt.pix_fmt)
        return Frame(
            index=number,
            pts=pts,
            time_ns=int(pts * fmt.time_base * 1_000_000_000),
            width=fmt.upright[0],
            height=fmt.upright[1],
            rotation=fmt.rotation,
            planes=tuple(_view(plane, fmt.depth) for plane in planar.planes),
            subsampling=fmt.subsampling,
            depth=fmt.depth,
            rgb=lambda width, height: _rgb(picture, width, height, fmt.rotation),
            corrupt=corrupt,
            rgb_planes=fmt.rgb,
        )


def _view(plane: Any, bits: int) -> Any:
    kind = np.uint8 if bits == 8 else np.uint16
    row = plane.line_size // kind().itemsize
    flat = np.frombuffer(plane, kind)
    return flat[: row * plane.height].reshape(plane.height, row)[:, : plane.width]


def _rgb(picture: av.VideoFrame, width: int, height: int, rotation: int) -> Rgb:
    if rotation % 180:
        width, height = height, width
    scaled = picture.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(scaled, -rotation // 90)) if rotation else scaled


def repack(path: Path, codec: str) -> Iterator[Packed]:
    """The packets of a file that `mux` wrote, as they were handed to it."""
    with open_input(path) as container:
        stream = video_streams(container)[0]
        strip = stripper(stream, codec)
        for packet in (*packets(container, stream), None):
            yield from stripped(strip, packet)


def lumas(path: Path) -> Iterator[tuple[int, Any]]:
    """(time in ns, upright luma plane scaled to 8 bits) of every frame: for measuring."""
    fmt = probe(path)
    gops = index(path, fmt)
    for frame in Reader(path, fmt, gops).frames(0, len(gops)):
        luma = (frame.planes[0] >> (fmt.depth - 8)).astype(np.uint8)
        yield frame.time_ns, np.rot90(luma, -fmt.rotation // 90)
