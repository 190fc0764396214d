"""Reading a recorded video, one closed GOP at a time.

The closed GOP is the unit: nothing inside it refers outside, so it decodes alone, the same way
each time, in whatever process. `index` lists them in one pass over the packets; a `Reader` then
decodes any of them, in ascending order, without ever seeking (an index can lie, order can't).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import InputEmpty, NotMedia, Unsupported
from contrejour.base.pictures import MOST_PX
from contrejour.media import codecs, nal
from contrejour.media.carried import CarriedSets
from contrejour.media.copying import CopyIndex
from contrejour.media.file.opened import Input, input_file
from contrejour.media.format import (
    Format,
    depth,
    filtered,
    hdr_params,
    subsampling,
    working_format,
)
from contrejour.media.out.encode import can_copy

MIN_GOP_PACKETS = 8
"""Shorter closed GOPs (all-intra codecs above all) are taken together."""
UNSURE = ("hevc", "mpeg1video", "mpeg2video", "vc1", "wmv3")
"""Codecs whose key packets may open a GOP to pictures before them, as only times would tell."""
RATE_PACKETS = 64
MOST_REORDERED = 16
"""No codec shows a picture more than 16 places from where it is stored."""
SLOWEST = Fraction(1, 1001)
"""Pictures a second of whatever is slower, or leaps: what a header may say of it."""
USUAL_RATES = [Fraction(n) for n in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120)]
USUAL_RATES += [Fraction(n * 1000, 1001) for n in (24, 30, 60, 120)]


@dataclass(frozen=True, slots=True)
class Gop:
    """A run of packets that decodes alone.

    `copyable`: its pictures may be copied, with these parameter `sets` (copying.py).
    """

    first_packet: int
    packets: int
    start_pts: int
    copyable: bool
    sets: tuple[bytes, ...] = ()


OPEN_OPTIONS = {
    "ignore_editlist": "0",
    # A file is its own bytes: no name is taken for an address, no playlist (HLS, ffconcat, SDP)
    # draws other files or the network in.
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,ogg,ivf,obu,h264,hevc,"
    "m4v,mpegvideo,mjpeg,dv,gxf,nut",
    "codec_whitelist": codecs.PROBED,
    "max_pixels": str(MOST_PX),  # of what FFmpeg decodes while it opens a file
}


def open_input(source: Input) -> InputContainer:
    """Open for demuxing; errors say which of missing, empty or not-media it is.

    FFmpeg reads from here on: the process is shut in by now, or its file is its own.
    """
    file = input_file(source)
    try:
        return av.open(file.cursor(), "r", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise NotMedia("not-a-video", path=file.path, reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def video_streams(container: InputContainer) -> list[VideoStream]:
    """The real video tracks: cover pictures (attached_pic) aren't."""
    attached = av.stream.Disposition.attached_pic
    found = [s for s in container.streams.video if not s.disposition & attached]
    for each in found:
        if each.codec_context:  # a frame that is larger than the file says is damage
            each.codec_context.options = {"max_pixels": str(MOST_PX)}
    return found


def probe(source: Input) -> Format:
    """The format of the first video track, as its first decodable picture has it."""
    file = input_file(source)
    path = file.path
    with open_input(file) as container:
        streams = video_streams(container)
        if not streams:
            raise NotMedia("no-video-track", path=path)
        stream = streams[0]
        codecs.check(stream)
        if stream.width * stream.height > MOST_PX:
            raise Unsupported(
                "picture-too-large", source=path, width=stream.width, height=stream.height,
                most_px=MOST_PX,
            )  # fmt: skip
        picture, times = _first_picture(container, stream)
        if picture is None:
            raise InputEmpty("no-picture-decodes-from", path=path, most_px=MOST_PX)
        rate = _rate(container.format.name, stream, times)
        fmt = format_of(container, stream, picture, rate, len(streams) - 1)
        fmt.demand_pixels(path)
        return fmt


def format_of(
    container: InputContainer,
    stream: VideoStream,
    picture: av.VideoFrame,
    rate: Fraction,
    other_video_tracks: int = 0,
) -> Format:
    """The format of a stream whose pictures are like this one."""
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
        rate=rate,
        sample_aspect=Fraction(
            stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1
        ),
        rotation=round(-picture.rotation / 90) * 90 % 360,
        matrix=tuple(np.frombuffer(matrix, "=i4").tolist()) if matrix else None,
        color=(
            picture.color_primaries,
            picture.color_trc,
            int(picture.colorspace),
            int(picture.color_range),
        ),
        hdr=hdr_params(sides),
        interlaced=_field_order(picture),
        audio_tracks=len(container.streams.audio),
        other_video_tracks=other_video_tracks,
    )


def _side_data(picture: av.VideoFrame) -> dict[str, bytes]:
    try:
        sides: Any = picture.side_data
        return {data.type.name: bytes(data) for data in sides}
    except ValueError:  # a kind that PyAV has no name for (EXIF in an MJPEG picture)
        return {}


def _field_order(picture: av.VideoFrame) -> str:
    """ "" for progressive, else which field comes first: "tff" or "bff"."""
    if not picture.interlaced_frame:
        return ""
    shape = picture.width, picture.height, picture.format.name
    passes = filtered(*shape, "select", "eq(interlace_type,TOPFIRST)")
    try:
        passes.push(picture)
        passes.pull()
    except (av.BlockingIOError, av.EOFError):  # it was not let through
        return "bff"
    return "tff"


def _first_picture(
    container: InputContainer, stream: VideoStream
) -> tuple[av.VideoFrame | None, list[int]]:
    """The first picture that can be decoded, and the times of some packets around it."""
    found, times = None, []
    for packet in packets(container, stream):
        if (time := time_of(packet)) is not None:
            times.append(time)
        if found is None:
            found = next(iter(_decoded(packet)), None)
        elif len(times) >= RATE_PACKETS:
            return found, times
    return found or next(iter(_decoded(None, stream)), None), times


def _decoded(packet: Any, stream: VideoStream | None = None) -> Sequence[av.VideoFrame]:
    try:
        return stream.decode(None) if stream else packet.decode()
    except av.FFmpegError:
        return ()


def _rate(container: str, stream: VideoStream, times: Sequence[int]) -> Fraction:
    """Pictures a second, from the header, or from times where the header has none.

    FFmpeg's own guess is no good there: it looks at the first 5 MB, so how far it sees, and what it
    guesses of a variable rate, depends on how large the pictures are, and that on what they show.
    """
    if {"mov", "avi"} & set(container.split(",")) and stream.average_rate:
        return Fraction(stream.average_rate)
    ordered = sorted(set(times))[: max(2, len(times) - MOST_REORDERED)]
    if len(ordered) < 2:
        return Fraction(25)
    span = (ordered[-1] - ordered[0]) * Fraction(stream.time_base or Fraction(1, 1000))
    rate = (len(ordered) - 1) / span
    near = min(USUAL_RATES, key=lambda usual: abs(usual - rate))
    return near if abs(near - rate) < near / 250 else max(SLOWEST, rate.limit_denominator(1001))


def packets(container: InputContainer, stream: VideoStream) -> Iterator[av.Packet[Any]]:
    """Every packet of the track in file order; a read error ends it, as it ends any player."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


def time_of(packet: Any, paced: bool = False) -> int | None:
    """Presentation time. `paced`: the container (AVI) has none, so its place in the file counts."""
    if paced or packet.pts is None:
        return packet.dts  # type: ignore[no-any-return]
    return packet.pts  # type: ignore[no-any-return]


def index(source: Input, fmt: Format) -> list[Gop]:
    """All closed GOPs, in order, from one pass over the packets (nothing is decoded)."""
    gops: list[Gop] = []
    with open_input(source) as container:
        stream = video_streams(container)[0]
        header = stream.codec_context.extradata
        prefix = nal.length_size(fmt.codec, header)
        keys: list[int] = []
        alone: set[int] = set()
        times: list[int] = []
        damaged: list[bool] = []
        copies = (
            CopyIndex(fmt.codec, header or b"", (fmt.width, fmt.height)) if can_copy(fmt) else None
        )
        carried = CarriedSets(fmt.codec, header or b"")
        for number, packet in enumerate(packets(container, stream)):
            if copies:
                copies.see(bytes(packet))
            has_sets = carried.see(bytes(packet))
            time = time_of(packet, fmt.paced)
            times.append(times[-1] if time is None and times else time or 0)
            damaged.append(packet.is_corrupt or packet.is_discard or time is None)
            if packet.is_keyframe:
                data = bytes(packet)
                if nal.stands_alone(fmt.codec, data, prefix, header):
                    alone.add(number)
                if (
                    has_sets
                    and nal.opens_clean(fmt.codec, data, prefix)
                    and (not fmt.paced or fmt.codec not in UNSURE or number in alone)
                ):
                    keys.append(number)
            elif number - 1 in keys[-1:] and nal.shown_earlier(fmt.codec, bytes(packet)):
                keys.pop()
    starts = _closed_starts(keys, times)
    for start, end in zip(starts, [*starts[1:], len(times)], strict=True):
        whole = start in alone and not any(damaged[start:end])
        sets = copies.sets(start, end) if copies else ()
        gops.append(Gop(start, end - start, min(times[start:end]), whole and bool(sets), sets))
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
