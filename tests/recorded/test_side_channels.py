"""Nothing but pictures gets through: canaries planted in every known place, and searched for.

Part of each clip has nothing to hide, so that GOPs are copied as they are beside veiled ones.
"""

from __future__ import annotations

import io
import random
import re
import subprocess
from pathlib import Path

import av
import pytest
from fakes import videos
from PIL import Image, PngImagePlugin, TiffImagePlugin

from contrejour.base.errors import Unsupported
from contrejour.base.pictures import Box
from contrejour.media.file.mux import without_comments
from contrejour.recorded.pictures import Detectors, veil_picture
from contrejour.recorded.request import Options

CANARY = "CanaryZq7x"
"""Every planted text begins so; what follows says where it was."""
UUID = bytes.fromhex("086f3693b7b34f2c965321492feee5b8")
THUMBNAIL = random.Random(5).randbytes(600)


def text(place: str) -> str:
    return f"{CANARY}-{place}"


def hide(index: int) -> list[Box]:
    return [Box(20, 10, 40, 40)] if index < 10 else []


def found_in(path: Path) -> list[str]:
    """Canaries in the bytes of a file, in any coding of text, and in what ffprobe reads there."""
    data, found = path.read_bytes(), []
    for coding in ("ascii", "utf-16-le", "utf-16-be"):
        needle, at = CANARY.encode(coding), -1
        while (at := data.find(needle, at + 1)) >= 0:
            around = data[at : at + 60 * (1 if coding == "ascii" else 2)]
            found.append(f"{coding}: {around!r}")
    found += [f"thumbnail at {at}" for at in range(0, 600, 60) if THUMBNAIL[at : at + 30] in data]
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters",
         "-show_programs", "-show_frames", str(path)],
        capture_output=True, check=False,
    ).stdout  # fmt: skip
    return found + [line for line in told.decode(errors="replace").splitlines() if CANARY in line]


def planted(path: Path, at_least: int) -> Path:
    """The same path, once the canaries in it were seen by the very search used on outputs."""
    assert len(found_in(path)) >= at_least, found_in(path)
    return path


def sei(codec: str, payload: int, data: bytes) -> bytes:
    """An SEI message in a NAL unit of its own (H.264 §7.3.2.3, H.265 §7.3.2.4)."""
    head = b"\x06" if codec == "h264" else b"\x4e\x01"
    size = b"\xff" * (len(data) // 255) + bytes([len(data) % 255])
    return b"\0\0\0\1" + head + bytes([payload]) + size + data + b"\x80"


ODD_UNITS = {
    "h264": [b"\x0c", b"\x18", b"\x1e", b"\x13"],  # filler, unspecified (2), auxiliary picture
    "hevc": [b"\x4c\x01", b"\x60\x01", b"\x7c\x01", b"\x02\x09"],  # and a second layer
}
KEY_UNITS = {"h264": {0x65}, "hevc": {0x26, 0x28}}


def spiked(codec: str, stream: bytes) -> bytes:
    """Plants units of many kinds before every key picture of an elementary stream."""
    odd = b"".join(b"\0\0\0\1" + head + text("unit").encode() + b"\x80"
                   for head in ODD_UNITS[codec])  # fmt: skip
    more = (
        sei(codec, 5, UUID + text("user-data").encode())
        + sei(codec, 4, b"\xb5\x00\x31GA94" + text("caption").encode())
        + sei(codec, 5, UUID + THUMBNAIL.replace(b"\0", b"\1"))
    )
    out = []
    for unit in re.split(b"\0\0\0?\1", stream)[1:]:
        if unit[0] in KEY_UNITS[codec]:
            out.append(more.removeprefix(b"\0\0\0\1"))
            out.append(unit + odd)
        else:
            out.append(unit)
    return b"\0\0\0\1" + b"\0\0\0\1".join(out)


def coded(folder: Path, codec: str) -> Path:
    """An elementary stream of 32 pictures, a GOP every 8, with canaries inside it."""
    plain, out = folder / f"plain.{codec}", folder / f"spiked.{codec}"
    name = "x264" if codec == "h264" else "x265"
    params = "keyint=8:min-keyint=8:scenecut=0:bframes=0:open-gop=0:repeat-headers=1" + (
        "" if codec == "h264" else ":pools=none:log-level=none"
    )
    videos.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25", "-frames:v", 32,
                 "-pix_fmt", "yuv420p", "-c:v", f"lib{name}", "-preset", "ultrafast",
                 f"-{name}-params", params, "-f", codec, plain)  # fmt: skip
    out.write_bytes(spiked(codec, plain.read_bytes()))
    return planted(out, 8)


def side_tracks(folder: Path, suffix: str) -> tuple[list[object], list[object]]:
    """Inputs and outputs for ffmpeg: sound, subtitles, chapters, a cover, tags everywhere."""
    subtitles, chapters, cover = folder / "s.srt", folder / "c.txt", folder / "cover.jpg"
    subtitles.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{text('subtitle')}\n")
    chapters.write_text(f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\n"
                        f"title={text('chapter')}\n")  # fmt: skip
    exif = Image.Exif()
    exif[0x010E] = text("cover")
    Image.new("RGB", (32, 32), "red").save(cover, exif=exif, comment=text("comment"))
    inputs: list[object] = ["-f", "lavfi", "-i", "sine=duration=1.3"]
    outputs: list[object] = ["-map", 0, "-map", 1, "-c:v", "copy", "-c:a", "aac"]
    tags = ("title", "comment", "artist", "description", "copyright", "location", "make", "model",
            "encoder", "service_name", "service_provider", "synopsis", "creator")  # fmt: skip
    for tag in tags:
        outputs += ["-metadata", f"{tag}={text(tag)}"]
        outputs += ["-metadata:s:v:0", f"{tag}={text(tag)}", "-metadata:s:a", f"{tag}={text(tag)}"]
    outputs += ["-metadata:s:v:0", f"handler_name={text('handler')}",
                "-metadata:s:a", f"handler_name={text('handler')}",
                "-metadata", "creation_time=2021-03-04T05:06:07Z"]  # fmt: skip
    if suffix != ".ts":
        inputs += ["-i", subtitles, "-i", chapters]
        outputs += ["-map", 2, "-map_chapters", 3,
                    "-c:s", "srt" if suffix == ".mkv" else "mov_text"]  # fmt: skip
    if suffix == ".mkv":
        outputs += ["-attach", cover, "-metadata:s:t", "mimetype=image/jpeg",
                    "-metadata:s:t", f"filename={text('attachment')}.jpg"]  # fmt: skip
    if suffix == ".mp4":
        inputs += ["-i", cover]
        outputs += ["-map", 4, "-c:v:1", "copy", "-disposition:v:1", "attached_pic"]
    if suffix == ".mov":
        outputs += ["-movflags", "use_metadata_tags", "-timecode", "01:02:03:04",
                    "-metadata", f"com.maker.gps={text('gps')}"]  # fmt: skip
    return inputs, outputs


def box(kind: bytes, data: bytes) -> bytes:
    return (8 + len(data)).to_bytes(4) + kind + data


def rich(folder: Path, codec: str, suffix: str) -> Path:
    """A clip with canaries in the stream, in the container, and past its end."""
    clip = folder / f"{CANARY}-name{suffix}"
    inputs, outputs = side_tracks(folder, suffix)
    videos.ffmpeg("-r", 25, "-i", coded(folder, codec), *inputs, *outputs, clip)
    with clip.open("ab") as file:
        if suffix in (".mp4", ".mov"):
            for kind in (b"free", b"skip", b"uuid", b"meta", b"wide"):
                file.write(box(kind, UUID + text(kind.decode()).encode() + THUMBNAIL))
        if suffix == ".ts":  # a private section on a PID of its own
            body = text("section").encode() + THUMBNAIL[:150]
            file.write(b"\x47\x5a\xbc\x10" + body.ljust(184, b"\xff"))
    return planted(clip, 15)


@pytest.mark.parametrize("keep_audio", [False, True], ids=["silent", "sound"])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
def test_no_canary_survives_in_copied_or_in_veiled_pictures(
    suffix: str, codec: str, keep_audio: bool, tmp_path: Path
) -> None:
    clip, out = rich(tmp_path, codec, suffix), tmp_path / f"out{suffix}"
    summary = videos.veil(clip, out, hide, keep_audio=keep_audio)
    assert 0 < summary.frames_copied < summary.frames == 32
    assert found_in(out) == []
    found = videos.ffprobe(out, "-show_streams", "-show_format", "-show_chapters")
    kinds = [stream["codec_type"] for stream in found["streams"]]
    assert kinds == ["video", "audio"] if keep_audio else kinds == ["video"]
    assert found["chapters"] == []
    shown = [found["format"], *found["streams"]]
    said = {key.lower() for one in shown for key in one.get("tags", {})}
    assert said <= {"handler_name", "vendor_id", "language", "major_brand", "minor_version",
                    "compatible_brands", "encoder", "duration"}, said  # fmt: skip
    data = out.read_bytes()
    assert b"x264 - core" not in data
    assert b"x265 (build" not in data
    assert b"Lavf" not in data.replace(b"LavfLavf", b"") or suffix == ".mkv"


def test_user_data_of_mpeg4_and_comments_in_mjpeg_stay_behind(tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25", "-frames:v", 24)
    videos.ffmpeg(*source, "-c:v", "mpeg4", "-g", 8, "-f", "m4v", tmp_path / "plain.m4v")
    stream = (tmp_path / "plain.m4v").read_bytes()
    user_data = b"\0\0\1\xb2" + text("user-data").encode()
    (tmp_path / "a.m4v").write_bytes(stream.replace(b"\0\0\1\xb6", user_data + b"\0\0\1\xb6"))
    one = tmp_path / "a.avi"
    videos.ffmpeg("-r", 25, "-f", "m4v", "-i", tmp_path / "a.m4v", "-c", "copy",
                 "-metadata", f"title={text('info')}", one)  # fmt: skip
    exif = Image.Exif()
    exif[0x010E] = text("exif")
    pictures = []
    for at in range(24):
        page = io.BytesIO()
        shade = Image.new("RGB", (128, 96), (at * 8, 90, 120))
        shade.save(page, "JPEG", exif=exif, comment=text("com"))
        pictures.append(page.getvalue())
    two = tmp_path / "b.avi"
    videos.ffmpeg("-f", "mjpeg", "-i", "-", "-c", "copy", two, stdin=b"".join(pictures))
    for clip in (planted(one, 5), planted(two, 5)):
        out = clip.with_suffix(".mp4")
        videos.veil(clip, out, hide)
        assert found_in(out) == []


def test_the_name_and_the_time_of_the_input_are_not_in_the_output(tmp_path: Path) -> None:
    clip = rich(tmp_path, "h264", ".mp4")
    other = tmp_path / "another-name.mp4"
    other.write_bytes(clip.read_bytes())
    outs = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for source, out in zip((clip, other), outs, strict=True):
        videos.veil(source, out, hide)
    assert outs[0].read_bytes() == outs[1].read_bytes()
    for track in videos.ffprobe(outs[0], "-show_streams")["streams"]:
        assert "creation_time" not in track.get("tags", {})
    header = outs[0].read_bytes()
    for kind in (b"mvhd", b"tkhd", b"mdhd"):  # ISO/IEC 14496-12: times after version and flags
        at = header.index(kind) + 8
        assert header[at : at + 8] == bytes(8), kind


def a_picture(folder: Path, suffix: str) -> Path:
    """A picture with canaries in every kind of metadata that its format has."""
    path = folder / f"{CANARY}-name{suffix}"
    picture = Image.effect_mandelbrot((96, 80), (-2, -1, 1, 1), 20).convert("RGB")
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = text("description"), text("artist")
    exif.get_ifd(0x8825)[0x001D] = text("gps")
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + text("user-comment").encode()
    exif.get_ifd(0x8769)[0x927C] = text("maker").encode() + THUMBNAIL
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{text('xmp')}</x:xmpmeta>".encode()
    if suffix == ".jpg":
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + box(b"", text("iptc").encode())
        picture.save(path, exif=exif, xmp=xmp, comment=text("comment"))
        data = path.read_bytes()
        parts = [(0xE2, b"ICC_PROFILE\0\1\1" + text("icc").encode()), (0xED, iptc),
                 (0xEE, text("app14").encode()), (0xE7, THUMBNAIL)]  # fmt: skip
        more = b"".join(bytes([0xFF, mark]) + (len(d) + 2).to_bytes(2) + d for mark, d in parts)
        path.write_bytes(data[:2] + more + data[2:] + text("after the end").encode() + THUMBNAIL)
    elif suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", text("tEXt"))
        info.add_itxt("Title", text("iTXt"))
        info.add_text("Packed", text("zTXt"), zip=True)
        info.add(b"prVt", text("private").encode() + THUMBNAIL)
        picture.save(path, pnginfo=info, exif=exif)
        path.write_bytes(path.read_bytes() + text("after the end").encode())
    elif suffix == ".webp":
        picture.save(path, exif=exif, xmp=xmp)
    else:
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[270], tags[315], tags[65000] = text("description"), text("artist"), text("private")
        tags[700] = xmp
        tags.tagtype[700] = 1
        picture.save(path, tiffinfo=tags)
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_no_canary_survives_in_a_picture(suffix: str, tmp_path: Path) -> None:
    source, out = planted(a_picture(tmp_path, suffix), 3), tmp_path / f"out{suffix}"
    options = Options(detector="fakes.detectors:nothing")
    veil_picture(source, out, options, Detectors(options))
    assert found_in(out) == []
    with Image.open(out) as veiled:
        told = {key: value for key, value in veiled.info.items() if isinstance(value, bytes | str)}
        assert not told.keys() - {"compression", "jfif_unit"}, told
        assert not dict(veiled.getexif()) or suffix == ".tif"


def laced(*headers: bytes) -> bytes:
    """Three headers of Vorbis, as mkvmerge writes them."""
    sizes = b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255])
                     for each in headers[:2])  # fmt: skip
    return b"\x02" + sizes + b"".join(headers)


def test_attack_79_a_name_in_the_headers_of_kept_sound_stays_behind(tmp_path: Path) -> None:
    """Vorbis has its comments among what a decoder needs, which was copied."""
    plain, source, out = (tmp_path / name for name in ("a.mkv", "in.mkv", "out.mkv"))
    videos.ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x96:rate=25",
        "-f",
        "lavfi",
        "-i",
        "sine",
        "-t",
        2,
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-c:a",
        "libvorbis",
        plain,
    )
    said = f"artist={text('artist')}{' ' * 300}".encode()
    with av.open(str(plain)) as old, av.open(str(source), "w") as new:
        tracks = {each.index: new.add_stream_from_template(each) for each in old.streams}
        sound = tracks[old.streams.audio[0].index].codec_context
        first, second, third = re.split(rb"(?=[\x03\x05]vorbis)", sound.extradata or b"")
        first = first[first.index(b"\x01vorbis") :]
        second = second[:7] + bytes(4) + (1).to_bytes(4, "little")
        second += len(said).to_bytes(4, "little") + said + b"\x01"
        sound.extradata = laced(first, second, third)
        for packet in old.demux():
            if packet.size:
                packet.stream = tracks[packet.stream_index]
                new.mux(packet)
    planted(source, 1)
    videos.veil(source, out, hide, keep_audio=True)
    assert found_in(out) == []
    heard = []
    for path in (plain, out):
        videos.ffmpeg("-i", path, "-map", "0:a", "-f", "md5", path.with_suffix(".md5"))
        heard.append(path.with_suffix(".md5").read_text())
    assert heard[0] == heard[1]


NO_HEADERS = [b"", b"\x02", b"\x02\x05", b"\x02\xff\xff", b"\x02\x01\x01ab", b"a"]


@pytest.mark.parametrize("data", NO_HEADERS)
def test_what_are_no_headers_of_vorbis_is_refused(data: bytes) -> None:
    with pytest.raises(Unsupported, match="Vorbis"):
        without_comments(data)
