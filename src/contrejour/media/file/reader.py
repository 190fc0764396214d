"""Decoding closed GOPs, in ascending order, and taking packets out of what `mux` wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import av
import numpy as np

from contrejour.base.errors import InputMissing, Unsupported
from contrejour.base.pictures import Frame, Planes, Rgb
from contrejour.media import complaints, copying, nal
from contrejour.media.file.index import Gop, open_input, packets, time_of, video_streams
from contrejour.media.file.opened import Input, input_file
from contrejour.media.format import Format, native_format, subsampling, working_format
from contrejour.media.out.encode import (
    CodedPicture,
    bare,
    picture_of,
    stripped,
    stripper,
    time_stamp,
)
from contrejour.media.parameters import Odd


class Reader:
    """Decodes closed GOPs of one file, each later than the last one asked for."""

    def __init__(self, source: Input, fmt: Format, gops: Sequence[Gop]) -> None:
        self.fmt = fmt
        self.gops = gops
        self._file = input_file(source)
        self._range: tuple[int, int] | None = None
        self._frames: Iterator[Frame] = iter(())
        self._position = 0
        self._decodes: Any = None
        self._damaged = False
        self._open()

    def _open(self) -> None:
        self._container = open_input(self._file)
        self._stream = video_streams(self._container)[0]
        header = self._stream.codec_context.extradata
        self._prefix = nal.length_size(self.fmt.codec, header)
        self._packets = packets(self._container, self._stream)
        self._next = 0

    def packets(self, first: int, last: int) -> Iterator[av.Packet[Any]]:
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

    def bare(self, first: int, last: int) -> list[CodedPicture]:
        """The packets of these GOPs, stripped of side data; not to be shown to anybody."""
        return bare(self.packets(first, last), self._stream, self.fmt.codec)

    def copy(self, first: int, last: int) -> list[CodedPicture]:
        """Copies of the packets of these GOPs, each of which is copyable (copying.py)."""
        return [
            CodedPicture(
                time_stamp(packet),
                packet.is_keyframe,
                b"".join(nal.begun(unit, 0) for unit in units),
            )
            for gop in range(first, last)
            for packet, units in self._copies(gop)
        ]

    def _copies(self, gop: int) -> Iterator[tuple[av.Packet[Any], list[bytes]]]:
        """Each packet of a copyable GOP, and the units of its copy."""
        sets = self.gops[gop].sets
        for packet in self.packets(gop, gop + 1):
            try:
                yield packet, copying.picture(self.fmt.codec, bytes(packet), self._prefix, sets)
            except Odd:  # it wasn't when the index was made
                raise InputMissing("input-changed", source=self._file.path) from None

    def _looked_at(self, gop: int) -> Iterator[av.Packet[Any]]:
        """What is decoded of a GOP: its copy where it may be copied, so that no more goes out."""
        if not self.gops[gop].copyable:
            yield from self.packets(gop, gop + 1)
            return
        for packet, units in self._copies(gop):
            begun = (nal.begun(unit, self._prefix) for unit in units)
            copied = av.Packet(b"".join(begun))
            copied.pts, copied.dts, copied.time_base = packet.pts, packet.dts, packet.time_base
            copied.is_keyframe = packet.is_keyframe
            yield copied

    def frames(
        self, first: int, last: int, skip: int = 0, count: int | None = None
    ) -> Iterator[Frame]:
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
            for frame in self._of(gop):
                yield replace(frame, index=number)
                number += 1

    def _of(self, gop: int) -> Iterator[Frame]:
        """The frames of a GOP. What was lost of it, once it is known to be damaged, is one too:
        black and `corrupt`, at its time."""
        times: list[int | None] = []  # of the packets; of those that are to be shown, but `paced`
        paced = self.fmt.paced
        last: int | None = None

        def lost(before: int | None = None) -> Iterator[Frame]:
            for pts in sorted({each for each in times if each is not None}):
                if (last is None or pts > last) and (before is None or pts < before):
                    yield blank(self.fmt, pts)

        for place, (picture, damaged) in enumerate(self._pictures(self._noted(gop, times))):
            pts = picture.pts if picture.pts is not None else picture.dts
            if paced:
                pts = times[place] if place < len(times) else None
            elif pts is not None:
                if damaged:
                    yield from lost(before=pts)
                times[:] = [each for each in times if each is not None and each > pts]
                last = pts
            yield frame_of(self.fmt, 0, pts, picture, damaged)
        if self._damaged and not paced:
            yield from lost()

    def _noted(self, gop: int, times: list[int | None]) -> Iterator[av.Packet[Any]]:
        """The packets, their times noted: the nth picture shown gets the nth place in time."""
        for packet in self._looked_at(gop):
            times.append(time_of(packet, paced=self.fmt.paced))
            yield packet

    def _pictures(self, coded: Iterator[av.Packet[Any]]) -> Iterator[tuple[av.VideoFrame, bool]]:
        context, self._damaged = self._decoder(), False
        # That of H.264 marks the pictures; it logs errors of what shows nothing, too, such as a
        # message of the camera's that was cut short. The others mark little or nothing.
        least = None if context.codec.canonical_name == "h264" else complaints.ERROR
        for packet in (*coded, None):
            pictures, complained = complaints.heard(partial(context.decode, packet), least)
            self._damaged |= complained or (packet is not None and packet.is_corrupt)
            for picture in pictures:
                self._damaged |= picture.is_corrupt  # fail closed: the rest of this GOP is veiled
                yield picture, self._damaged

    def _decoder(self) -> Any:
        """One that has decoded nothing: what a GOP brings (parameter sets, tables) ends with it.

        Else a GOP could be looked at after one neighbour, shown after another, and differ.
        """
        if self._decodes:
            self._decodes.close()
        self._decodes = open_input(self._file)
        context = video_streams(self._decodes)[0].codec_context
        context.thread_count = 1
        return context


def frame_of(
    fmt: Format, number: int, pts: int | None, picture: av.VideoFrame, corrupt: bool
) -> Frame:
    """A decoded picture as a Frame. Raises Unsupported for one that the stream's format isn't."""
    if pts is None:
        raise Unsupported("picture-without-time-stamp")
    if (picture.width, picture.height) != (fmt.width, fmt.height):
        raise Unsupported(
            "picture-size-changes",
            width=fmt.width,
            height=fmt.height,
            new_width=picture.width,
            new_height=picture.height,
        )
    name = picture.format.name
    native = native_format(name)
    if working_format(name, fmt.width, fmt.height) != fmt.pix_fmt:
        raise Unsupported("pixel-format-changes", pixel_format=name)
    planar = picture if name == native else picture.reformat(format=native)
    return Frame(
        index=number,
        pts=pts,
        time_ns=fmt.time_ns(pts),
        width=fmt.upright[0],
        height=fmt.upright[1],
        rotation=fmt.rotation,
        planes=tuple(_planes(planar, native, fmt)),
        subsampling=fmt.subsampling,
        depth=fmt.depth,
        rgb_of=partial(rgb_of, fmt),
        corrupt=corrupt,
        rgb_planes=fmt.rgb,
    )


def blank(fmt: Format, pts: int) -> Frame:
    """A black frame that stands for a picture which couldn't be decoded."""
    kind: Any = np.uint8 if fmt.depth == 8 else np.uint16
    return Frame(
        index=0, pts=pts, time_ns=fmt.time_ns(pts), width=fmt.upright[0], height=fmt.upright[1],
        rotation=fmt.rotation, planes=tuple(np.zeros(shape, kind) for shape in fmt.shapes),
        subsampling=fmt.subsampling, depth=fmt.depth, rgb_of=partial(rgb_of, fmt), corrupt=True,
        rgb_planes=fmt.rgb,
    )  # fmt: skip


def _planes(picture: av.VideoFrame, native: str, fmt: Format) -> Iterator[Any]:
    """The planes, chroma in the steps of the working format.

    Finer steps repeat samples: a filter would carry hidden chroma past the edge of its cell.
    """
    fine, own = fmt.subsampling, subsampling(native)
    for number, plane in enumerate(picture.planes):
        view = _view(plane, fmt.depth)
        if number in (1, 2) and own != fine:
            view = view.repeat(1 << own[1] - fine[1], 0).repeat(1 << own[0] - fine[0], 1)
            view = view[: -(-fmt.height // (1 << fine[1])), : -(-fmt.width // (1 << fine[0]))]
        yield view


def _view(plane: Any, bits: int) -> Any:
    kind = np.uint8 if bits == 8 else np.uint16
    row = plane.line_size // kind().itemsize
    flat = np.frombuffer(plane, kind)
    return flat[: row * plane.height].reshape(plane.height, row)[:, : plane.width]


def rgb_of(fmt: Format, planes: Planes, width: int, height: int) -> Rgb:
    """An upright RGB copy, `width` x `height` px."""
    picture, rotation = picture_of(fmt, planes), fmt.rotation
    picture.colorspace, picture.color_range = fmt.color[2:]
    if rotation % 180:
        width, height = height, width
    scaled: Any = picture.reformat(width=width, height=height, format="rgb24").to_ndarray()
    upright: Rgb = np.ascontiguousarray(np.rot90(scaled, -rotation // 90)) if rotation else scaled
    return upright


def repack(source: Input, codec: str, time_base: Fraction) -> Iterator[CodedPicture]:
    """The packets of a file that `mux` wrote, as they were handed to it.

    Times are in `time_base`, as they were then: containers have ticks of their own.
    """
    with open_input(source) as container:
        stream = video_streams(container)[0]
        strip, ticks = stripper(stream, codec), Fraction(stream.time_base or time_base) / time_base
        for packet in (*packets(container, stream), None):
            for packed in stripped(strip, packet):
                yield replace(packed, pts=round(packed.pts * ticks))
