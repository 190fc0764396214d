"""A GOP is decoded the same way whatever was decoded before it: in the look, and in the render."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fakes.runs import ffmpeg

from contrejour import media
from contrejour.media import nal

pytestmark = pytest.mark.slow
SIZE, EACH = "size=160x96:rate=25", 12


def coded(folder: Path, codec: str, qp: int, picture: str) -> list[list[bytes]]:
    """The access units of one closed GOP in Annex B, each as its NAL units."""
    out = folder / f"{codec}{qp}.{codec}"
    params = f"qp={qp}:keyint=99:bframes=0:weightp=0:slices=2:aq-mode=0:ipratio=1"
    if codec == "hevc":  # the quantiser is not in its sets, but how far chroma's is off is
        params += f":log-level=none:info=0:min-keyint=99:cbqpoffs={qp - 20}"
    kind = ("libx264", "-x264-params") if codec == "h264" else ("libx265", "-x265-params")
    ffmpeg("-f", "lavfi", "-i", f"{picture}{SIZE}", "-frames:v", EACH, "-pix_fmt", "yuv420p",
           "-c:v", *kind, params, out)  # fmt: skip
    with av.open(str(out)) as container:
        return [
            list(nal.units(bytes(packet))) for packet in container.demux(video=0) if packet.size
        ]


def without_sets(codec: str, gop: list[list[bytes]]) -> list[list[bytes]]:
    return [[u for u in units if nal.kind(codec, u[0]) not in nal.SETS[codec]] for units in gop]


def joined(path: Path, codec: str, gops: Sequence[list[list[bytes]]]) -> Path:
    """One film of them; its header has the parameter sets of the first."""
    raw = path.with_suffix(f".{codec}")
    raw.write_bytes(b"".join(nal.begun(u, 0) for gop in gops for units in gop for u in units))
    ffmpeg("-fflags", "+genpts", "-r", 25, "-f", codec, "-i", raw, "-c", "copy", path)
    return path


def film(folder: Path, codec: str, suffix: str) -> Path:
    """Sets A; sets B under the same numbers; no sets at all, which means B to who saw them."""
    a = coded(folder, codec, 30, "color=gray:")
    b = coded(folder, codec, 12, "color=gray:")
    bare = without_sets(codec, coded(folder, codec, 30, "testsrc2="))
    return joined(folder / f"film{suffix}", codec, [a, b, bare, a])


def stripped_tables(path: Path) -> Path:
    """Motion JPEG whose later pictures have no tables: they are those of an earlier picture."""
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        track: Any = out.add_stream("mjpeg", rate=25)
        track.width, track.height, track.pix_fmt = 160, 96, "yuvj420p"
        for number in range(4 * EACH):
            track.codec_context.qscale = True
            noise = rng.integers(0, 255, (96, 160, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts = number
            for packet in track.encode(frame):
                data = bytes(packet)
                late = av.Packet(_without(data, 0xDB) if number >= 2 * EACH else data)
                late.pts, late.dts, late.time_base = packet.pts, packet.dts, packet.time_base
                late.stream, late.is_keyframe = track, True
                out.mux(late)
    return path


def _without(jpeg: bytes, marker: int) -> bytes:
    """A JPEG without its segments of a kind."""
    data, out = io.BytesIO(jpeg), io.BytesIO()
    out.write(data.read(2))
    while (head := data.read(4))[1:2] != b"\xda":
        body = data.read(int.from_bytes(head[2:]) - 2)
        if head[1] != marker:
            out.write(head + body)
    out.write(head + data.read())
    return out.getvalue()


def shown(reader: media.Reader, gop: int) -> Iterator[bytes]:
    for frame in reader.frames(gop, gop + 1):
        planes = (np.ascontiguousarray(plane).tobytes() for plane in frame.planes)
        yield bytes([frame.corrupt]) + b"".join(planes)


FILMS = {
    "h264.mkv": lambda folder: film(folder, "h264", ".mkv"),
    "h264.mp4": lambda folder: film(folder, "h264", ".mp4"),
    "h264.ts": lambda folder: film(folder, "h264", ".ts"),
    "hevc.mkv": lambda folder: film(folder, "hevc", ".mkv"),
    "mjpeg.avi": lambda folder: stripped_tables(folder / "film.avi"),
}


@pytest.mark.parametrize("kind", FILMS)
def test_attack_40_what_came_before_a_gop_changes_nothing_of_it(kind: str, tmp_path: Path) -> None:
    source = FILMS[kind](tmp_path)
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    assert sum(gop.packets for gop in gops) == 4 * EACH
    through = media.Reader(source, fmt, gops)
    after_all = [list(shown(through, gop)) for gop in range(len(gops))]
    alone = [list(shown(media.Reader(source, fmt, gops), gop)) for gop in range(len(gops))]
    assert len(gops) > 1
    assert [len(each) for each in alone] == [gop.packets for gop in gops]
    assert after_all == alone


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_gop_that_brings_its_own_sets_begins_anew_whatever_they_are(
    codec: str, tmp_path: Path
) -> None:
    """Two recordings that were joined, each of which repeats its sets."""
    a, b = (coded(tmp_path, codec, qp, "testsrc2=") for qp in (30, 12))
    source = joined(tmp_path / "film.mkv", codec, [a, a, b, b, a, without_sets(codec, a), b])
    gops = media.index(source, media.probe(source))
    assert [gop.first_packet for gop in gops] == [n * EACH for n in range(7)]
