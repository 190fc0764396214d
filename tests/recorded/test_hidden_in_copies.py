"""Nothing that nobody looked at goes through a copied GOP: what a crop hides, units and parameter
sets that no decoder here reads, pictures beneath pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fakes import videos

from contrejour import media
from contrejour.base.errors import MasksError
from contrejour.base.pictures import Box
from contrejour.media import nal

COUNT, GOP = 24, 8
FOREIGN = b"Who stands there, clear as day. " * 20
Units = list[bytes]


def nothing(index: int) -> list[Box]:
    return []


def clip(path: Path, codec: str, params: str = "", size: str = "160x96") -> Path:
    """A clip of three GOPs."""
    name, extra = ("x264", "") if codec == "h264" else ("x265", ":pools=none:log-level=none")
    settings = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:open-gop=0{params}{extra}"
    videos.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-frames:v", COUNT,
                 "-pix_fmt", "yuv420p", "-c:v", f"lib{name}", "-preset", "veryfast",
                 f"-{name}-params", settings, path)  # fmt: skip
    return path


def cropped(source: Path, out: Path, codec: str, crop: str) -> Path:
    """The same coded pictures, of which less is shown."""
    videos.ffmpeg("-i", source, "-c", "copy", "-bsf:v", f"{codec}_metadata={crop}", out)
    return out


def changed(source: Path, out: Path, change: Callable[[int, Units], Units]) -> Path:
    """The same file (MP4), each packet's units (its number, and they) changed."""
    with av.open(str(source)) as before, av.open(str(out), "w") as after:
        stream = before.streams.video[0]
        track: Any = after.add_stream_from_template(stream)
        packets = [packet for packet in before.demux(stream) if packet.size]
        for number, packet in enumerate(packets):
            data, units = bytes(packet), []
            while data:
                size = int.from_bytes(data[:4])
                units.append(data[4 : 4 + size])
                data = data[4 + size :]
            new = b"".join(len(u).to_bytes(4) + u for u in change(number, units))
            bare = av.Packet(new)
            bare.pts, bare.dts, bare.time_base = packet.pts, packet.dts, packet.time_base
            bare.duration, bare.is_keyframe = packet.duration, packet.is_keyframe
            bare.stream = track
            after.mux(bare)
    return out


def sets_of(path: Path, codec: str) -> list[bytes]:
    """The parameter sets of a clip's first picture."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        filtered = av.bitstream.BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
        packet = next(p for p in container.demux(stream) if p.size)
        return [*nal.sets(codec, b"".join(bytes(p) for p in filtered.filter(packet)))]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("crop", ["crop_right=80", "crop_bottom=32", "crop_left=8", "crop_top=2"])
def test_attack_30_what_a_crop_hides_is_in_no_copy(codec: str, crop: str, tmp_path: Path) -> None:
    """Detectors see what is shown; a copied packet has the whole coded picture."""
    source = cropped(clip(tmp_path / "whole.mp4", codec), tmp_path / "in.mp4", codec, crop)
    out = tmp_path / "out.mp4"
    assert videos.veil(source, out, nothing).frames_copied == 0
    shown = media.probe(out)
    undone = "crop_left=0:crop_right=0:crop_top=0:crop_bottom=0"
    coded = media.probe(cropped(out, tmp_path / "undone.mp4", codec, undone))
    assert coded.width - shown.width < 16
    assert coded.height - shown.height < 16


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_attack_30_a_crop_that_begins_on_the_way_ends_the_copying(
    codec: str, tmp_path: Path
) -> None:
    first, second, whole = (tmp_path / f"{name}.ts" for name in ("first", "second", "in"))
    clip(tmp_path / "plain.mp4", codec, size="160x96")
    clip(tmp_path / "wide.mp4", codec, size="240x96")
    cropped(tmp_path / "plain.mp4", first, codec, "crop_left=0")
    cropped(tmp_path / "wide.mp4", second, codec, "crop_right=80")
    listed = tmp_path / "both.txt"
    listed.write_text(f"file {first}\nfile {second}\n")
    videos.ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", whole)
    fmt = media.probe(whole)
    assert [gop.copyable for gop in media.index(whole, fmt)] == [True] * 3 + [False] * 3


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("size", ["160x90", "146x96", "160x96"])
def test_what_a_codec_must_crop_is_copied(codec: str, size: str, tmp_path: Path) -> None:
    """1080 lines are 1088 in the blocks of H.264."""
    source, out = clip(tmp_path / "in.mp4", codec, size=size), tmp_path / "out.mp4"
    assert videos.veil(source, out, nothing).frames_copied == COUNT
    before, after = videos.decoded(source, "yuv420p"), videos.decoded(out, "yuv420p")
    assert all(map(np.array_equal, np.hstack([b[0] for b in before]).T,
                   np.hstack([a[0] for a in after]).T))  # fmt: skip


ODD = {
    "a data partition": b"\x42" + FOREIGN + b"\x80",
    "another data partition": b"\x64" + FOREIGN + b"\x80",
    "a set that is not used": b"\x68\x52" + FOREIGN + b"\x80",  # PPS 3
    "a set that nobody can read": b"\x67" + FOREIGN + b"\x80",
    "a view from elsewhere": b"\x74\x40\x80\x20" + FOREIGN + b"\x80",
    "user data": b"\x06\x05\xff\xff" + FOREIGN + b"\x80",
}


@pytest.mark.parametrize("unit", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("place", ["before", "after"])
def test_attack_31_a_unit_that_no_decoder_here_reads_stays_behind(
    unit: bytes, place: str, tmp_path: Path
) -> None:
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    changed(clip(tmp_path / "plain.mp4", "h264"), source,
            lambda _, units: [unit, *units] if place == "before" else [*units, unit])  # fmt: skip
    assert source.read_bytes().count(FOREIGN) == COUNT
    videos.veil(source, out, nothing)
    assert FOREIGN not in out.read_bytes()


UNREAD = [b"\x40\x01\x7c" + FOREIGN, b"\x42\x01\x08" + FOREIGN, b"\x44\x01\x24" + FOREIGN,
          b"\x04\x01" + FOREIGN, b"\x0a\x01" + FOREIGN, b"\x50\x01" + FOREIGN]  # fmt: skip


@pytest.mark.parametrize("unit", UNREAD, ids=["vps", "sps", "pps", "tsa", "stsa", "sei"])
def test_attack_31_nor_does_one_of_h265(unit: bytes, tmp_path: Path) -> None:
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    changed(clip(tmp_path / "plain.mp4", "hevc"), source,
            lambda _, units: [*units, unit + b"\x80"])  # fmt: skip
    assert source.read_bytes().count(FOREIGN) == COUNT
    with suppress(MasksError):  # its decoder logs an error of some: damage, which no masks show
        videos.veil(source, out, nothing)
    assert not out.exists() or FOREIGN not in out.read_bytes()


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("mark", [b"\0\0\1", b"\0\0\2", b"\0\0\0\1"], ids=["1", "2", "long"])
def test_attack_31_what_follows_the_end_of_a_unit_stays_behind(
    codec: str, mark: bytes, tmp_path: Path
) -> None:
    """Units of MP4 say their length; a decoder ends them at a start code, and reads no further."""
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    changed(clip(tmp_path / "plain.mp4", codec), source,
            lambda _, units: [*units[:-1], units[-1] + mark + b"\x0c" + FOREIGN])  # fmt: skip
    assert source.read_bytes().count(FOREIGN) == COUNT
    videos.veil(source, out, nothing)
    assert FOREIGN not in out.read_bytes()


def test_attack_31_a_set_with_more_than_a_decoder_reads_is_not_copied(tmp_path: Path) -> None:
    plain, source = clip(tmp_path / "plain.mp4", "h264"), tmp_path / "in.mp4"
    sps, pps = sets_of(plain, "h264")
    changed(plain, source, lambda n, units: [sps + FOREIGN, pps + FOREIGN, *units])
    videos.veil(source, tmp_path / "out.mp4", nothing)
    assert FOREIGN not in (tmp_path / "out.mp4").read_bytes()


def test_attack_31_a_slice_beneath_a_slice_is_not_copied(tmp_path: Path) -> None:
    """Where two slices show the same blocks, the first is decoded, and never seen."""
    plain = clip(tmp_path / "plain.mp4", "h264", ":slices=3")
    source = changed(plain, tmp_path / "in.mp4", lambda _, units: [*units, units[-1]])
    assert not any(gop.copyable for gop in media.index(source, media.probe(source)))


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_attack_31_two_pictures_in_one_packet_are_not_copied(codec: str, tmp_path: Path) -> None:
    """One time, one picture shown: the other goes unseen."""
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    changed(clip(tmp_path / "plain.mp4", codec), source,
            lambda n, units: [*units, units[-1]] if n % GOP == 0 else units)  # fmt: skip
    with suppress(MasksError):
        assert videos.veil(source, out, nothing).frames_copied == 0


def test_zeros_after_a_slice_are_dropped(tmp_path: Path) -> None:
    """`cabac_zero_words` (ITU-T H.264 §7.3.2.10) say nothing, but how many there are."""
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    changed(clip(tmp_path / "plain.mp4", "h264"), source,
            lambda n, units: [*units[:-1], units[-1] + b"\0\0\3" * 40])  # fmt: skip
    assert source.read_bytes().count(b"\0\0\3" * 40) == COUNT
    assert videos.veil(source, out, nothing).frames_copied == COUNT
    assert b"\0\0\3\0\0\3" not in out.read_bytes()


def test_attack_31_what_was_looked_at_is_what_is_copied(tmp_path: Path) -> None:
    """A set that came on the way, and the header's own: one slice is two pictures by them."""
    plain, source, out = tmp_path / "plain.mp4", tmp_path / "in.mp4", tmp_path / "out.mp4"
    clip(plain, "h264", ":chroma-qp-offset=0:qp=30")
    other = sets_of(clip(tmp_path / "x.mp4", "h264", ":chroma-qp-offset=12:qp=30"), "h264")
    assert other != sets_of(plain, "h264")
    changed(plain, source, lambda n, units: [*other, *units] if n == 0 else units)
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    seen = [tuple(np.array(plane) for plane in frame.planes)
            for frame in media.Reader(source, fmt, gops).frames(0, len(gops))]  # fmt: skip
    summary = videos.veil(source, out, nothing)
    assert summary.frames_copied > 0
    for looked, shown in zip(seen, videos.decoded(out, "yuv420p"), strict=True):
        assert all(map(np.array_equal, looked, shown))
