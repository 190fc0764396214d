"""Exact media: frame count, times, size, shape, colour and look survive, or the file is refused.

Every cell is a clip made by ffmpeg, veiled in parts (so that copied and encoded GOPs mix), and
compared with its output by ffprobe and by ffmpeg's own decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import videos

from contrejour import media
from contrejour.base.errors import ContrejourError, MasksError, Unsupported
from contrejour.base.pictures import Box
from contrejour.vision import veil

RATE, GOP = 25, 8
KEPT = {".mp4", ".mov", ".mkv", ".ts"}
WHOLE = range(12, 14)
PARTLY = range(8, 22)


@dataclass(frozen=True)
class Cell:
    """One clip. `more` goes to a second, copying ffmpeg run: what only a muxer can do."""

    name: str
    suffix: str
    codec: tuple[object, ...]
    pix_fmt: str = "yuv420p"
    size: str = "128x96"
    look: str = ""  # filters after the source's
    frames: int = 32
    more: tuple[object, ...] = ()
    sound: int = 0
    out: str = ""
    rate: str = "25"

    def __str__(self) -> str:
        return f"{self.name}{self.suffix}"

    @property
    def out_suffix(self) -> str:
        return self.out or (self.suffix if self.suffix in KEPT else ".mp4")

    def make(self, folder: Path) -> Path:
        """Write the clip."""
        clip = folder / f"in{self.suffix}"
        first = folder / f"first{self.suffix}" if self.more else clip
        tones = [
            part for at in range(self.sound)
            for part in ("-f", "lavfi", "-i", f"sine=frequency={300 + 200 * at}:duration=1.3")
        ]  # fmt: skip
        maps = [part for at in range(1 + self.sound) for part in ("-map", str(at))]
        soft = f"testsrc2=size={self.size}:rate={self.rate},gblur=sigma=1.2"
        videos.ffmpeg("-f", "lavfi", "-i", soft, *tones, *maps, "-vf", f"null{self.look}",
                     "-frames:v", self.frames, "-pix_fmt", self.pix_fmt, "-g", GOP,
                     *self.codec, first)  # fmt: skip
        if self.more:
            videos.ffmpeg("-i", first, "-map", "0", "-c", "copy", *self.more, clip)
        return clip


def x264(params: str = "", *more: object) -> tuple[object, ...]:
    params = f"keyint={GOP}:scenecut=0:threads=1" + (":" + params if params else "")
    return ("-c:v", "libx264", "-preset", "veryfast", "-crf", 16, "-x264-params", params, *more)


def x265(params: str = "", *more: object) -> tuple[object, ...]:
    params = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:open-gop=0:pools=none:log-level=none" + (
        ":" + params if params else ""
    )
    return ("-c:v", "libx265", "-preset", "ultrafast", "-crf", 16, "-x265-params", params, *more)


MPEG4 = ("-c:v", "mpeg4", "-q:v", 2)
MPEG2 = ("-c:v", "mpeg2video", "-q:v", 2)
MJPEG = ("-c:v", "mjpeg", "-q:v", 2)
VP9 = ("-c:v", "libvpx-vp9", "-crf", 16, "-b:v", 0, "-cpu-used", 8)
AV1 = ("-c:v", "libsvtav1", "-preset", 12, "-crf", 16)
FFV1 = ("-c:v", "ffv1")
VFR = ",setpts='(N+floor(N/3)*2+floor(N/7)*5)/25/TB'"


def tags(primaries: str, transfer: str, matrix: str, span: str = "tv") -> tuple[object, ...]:
    return ("-color_primaries", primaries, "-color_trc", transfer, "-colorspace", matrix,
            "-color_range", span)  # fmt: skip


BT2020 = tags("bt2020", "smpte2084", "bt2020nc")
HDR10 = (
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    ":max-cll=1000,400:hdr10=1"
)
LISTED = [("h264", x264(), ".mp4 .mov .mkv .avi .ts"), ("h265", x265(), ".mp4 .mov .mkv .ts"),
          ("mpeg4", MPEG4, ".mp4 .mov .mkv .avi .ts"), ("mjpeg", MJPEG, ".mov .mkv .avi"),
          ("vp9", VP9, ".mp4 .mkv .webm"), ("av1", AV1, ".mp4 .mkv .webm")]  # fmt: skip
CELLS = [
    Cell(name, suffix, codec, "yuvj420p" if name == "mjpeg" else "yuv420p",
         out=".mov" if suffix == ".mov" else "")
    for name, codec, suffixes in LISTED for suffix in suffixes.split()
]  # fmt: skip
CELLS += [
    # depth and chroma
    Cell("h264-422", ".mp4", x264(), "yuv422p"),
    Cell("h264-444", ".mkv", x264(), "yuv444p"),
    Cell("h264-gray", ".mp4", x264(), "gray"),
    Cell("h264-10", ".mkv", x264(), "yuv420p10le"),
    Cell("h264-422-10", ".mov", x264(), "yuv422p10le"),
    Cell("h265-10", ".mp4", x265(), "yuv420p10le"),
    Cell("h265-422-10", ".mkv", x265(), "yuv422p10le"),
    Cell("h265-444", ".mp4", x265(), "yuv444p"),
    Cell("h265-444-10", ".ts", x265(), "yuv444p10le"),
    Cell("h265-12", ".mkv", x265(), "yuv420p12le"),
    Cell("h265-gray", ".mkv", x265(), "gray"),
    Cell("vp9-444", ".webm", VP9, "yuv444p"),
    Cell("vp9-10", ".webm", (*VP9, "-profile:v", 2), "yuv420p10le"),
    Cell("av1-10", ".mkv", AV1, "yuv420p10le"),
    Cell("mjpeg-422", ".avi", MJPEG, "yuvj422p"),
    Cell("mjpeg-444", ".mov", MJPEG, "yuvj444p"),
    Cell("prores", ".mov", ("-c:v", "prores_ks", "-profile:v", 3), "yuv422p10le"),
    Cell("png-rgb", ".mov", ("-c:v", "png"), "rgb24"),
    Cell("ffv1-411", ".mkv", FFV1, "yuv411p"),
    Cell("huffyuv", ".avi", ("-c:v", "huffyuv"), "yuv422p"),
    Cell("mpeg2-422", ".ts", MPEG2, "yuv422p"),
    # fields
    Cell("h264-tff", ".mp4", x264("tff=1"), look=",tinterlace=interleave_top,fieldorder=tff"),
    Cell("h264-bff", ".mkv", x264("bff=1"), look=",tinterlace=interleave_bottom,fieldorder=bff"),
    Cell("h264-tff", ".ts", x264("tff=1:bframes=2"), look=",setfield=tff"),
    Cell("mpeg2-tff", ".ts", (*MPEG2, "-flags", "+ildct+ilme", "-top", 1), look=",setfield=tff"),
    Cell("mpeg4-bff", ".avi", (*MPEG4, "-flags", "+ildct+ilme", "-top", 0), look=",setfield=bff"),
    # time
    Cell("h264-vfr", ".mkv", x264("", "-vsync", "vfr"), look=VFR),
    Cell("h264-vfr", ".mp4", x264("", "-vsync", "vfr"), look=VFR),
    Cell("vp9-vfr", ".webm", (*VP9, "-vsync", "vfr"), look=VFR),
    Cell("h264-vfr", ".ts", x264("", "-vsync", "vfr"), look=VFR),
    Cell("h264-ntsc", ".mp4", x264(), rate="30000/1001"),
    Cell("h264-ntsc", ".mkv", x264(), rate="30000/1001"),
    Cell("h265-ntsc", ".ts", x265(), rate="30000/1001"),
    Cell("h264-late", ".mp4", x264(), more=("-output_ts_offset", "0.84")),
    Cell("h265-late", ".mkv", x265(), more=("-output_ts_offset", "1.2")),
    Cell("h264-late", ".ts", x264(), more=("-output_ts_offset", "3600")),
    Cell("h264-late", ".mov", x264("bframes=3"), more=("-output_ts_offset", "2")),
    Cell("mp4-to-ts", ".mp4", x264("bframes=2", "-video_track_timescale", 90000), out=".ts"),
    Cell("mp4-to-mkv", ".mp4", x264("bframes=2", "-video_track_timescale", 1000), out=".mkv"),
    Cell("ts-to-mp4", ".ts", x265("bframes=3"), out=".mp4"),
    # shape
    *(Cell(f"h264-turned-{turn}", ".mp4", x264(), more=("-metadata:s:v", f"rotate={turn}"))
      for turn in (90, 180, 270)),
    Cell("h265-turned-90", ".mov", x265(), more=("-metadata:s:v", "rotate=90")),
    Cell("vp9-odd", ".webm", VP9, size="97x71"),
    Cell("mjpeg-odd", ".avi", MJPEG, "yuvj420p", "101x77"),
    Cell("h264-444-odd", ".mp4", x264(), "yuv444p", "99x77"),
    Cell("h264-422-odd", ".mp4", x264(), "yuv422p", "98x77"),
    Cell("ffv1-odd", ".mkv", FFV1, size="113x65"),
    Cell("h264-not-of-16", ".mp4", x264(), size="102x74"),
    Cell("h265-narrow", ".mp4", x265(), size="50x98"),
    Cell("h264-sar", ".mp4", x264(), look=",setsar=16/11"),
    Cell("h264-sar", ".ts", x264(), look=",setsar=4/3"),
    Cell("mpeg4-sar", ".avi", MPEG4, look=",setsar=12/11"),
    Cell("h265-sar", ".mkv", x265(), look=",setsar=40/33"),
    # colour
    Cell("hdr10", ".mp4", (*x265(HDR10), *BT2020), "yuv420p10le"),
    Cell("hdr10", ".mkv", (*x265(HDR10), *BT2020), "yuv420p10le"),
    Cell("hdr10", ".ts", (*x265(HDR10), *BT2020), "yuv420p10le"),
    Cell("hlg", ".mp4", (*x265(), *tags("bt2020", "arib-std-b67", "bt2020nc")), "yuv420p10le"),
    Cell("vp9-pq", ".webm", (*VP9, "-profile:v", 2, *BT2020), "yuv420p10le"),
    Cell("h264-full", ".mp4", x264(), "yuvj420p"),
    Cell("h265-full", ".mkv", (*x265("range=full"), *tags("bt709", "bt709", "bt709", "pc"))),
    Cell("h264-601", ".mp4", x264("", *tags("smpte170m", "smpte170m", "smpte170m"))),
    Cell("h264-pal", ".ts", x264("", *tags("bt470bg", "gamma28", "bt470bg"))),
    Cell("h264-709", ".mkv", x264("", *tags("bt709", "bt709", "bt709"))),
    Cell("mpeg2-709", ".ts", (*MPEG2, *tags("bt709", "bt709", "bt709"))),
    # structure
    Cell("h264-b", ".mp4", x264("bframes=3:b-pyramid=normal:b-adapt=0")),
    Cell("h264-b", ".avi", x264("bframes=2:b-adapt=0")),
    Cell("h264-open-gop", ".mp4", x264("open-gop=1:bframes=2:b-adapt=0")),
    Cell("h264-open-gop", ".ts", x264("open-gop=1:bframes=2:b-adapt=0")),
    Cell("h265-open-gop", ".mkv", x265("open-gop=1:bframes=3:b-adapt=0")),
    Cell("h265-open-gop", ".ts", x265("open-gop=1:bframes=3:b-adapt=0")),
    Cell("mpeg4-b", ".avi", (*MPEG4, "-bf", 2)),
    Cell("mpeg4-b", ".mp4", (*MPEG4, "-bf", 2)),
    Cell("mpeg4-packed", ".avi", ("-c:v", "libxvid", "-bf", 2, "-q:v", 2)),
    Cell("mpeg2-b", ".ts", (*MPEG2, "-bf", 2)),
    Cell("h264-intra", ".mp4", x264("keyint=1")),
    Cell("h264-one-gop", ".mp4", x264("keyint=400"), frames=230),
    Cell("vp9-alt-ref", ".webm", (*VP9, "-auto-alt-ref", 1, "-lag-in-frames", 16)),
    Cell("av1-long", ".mp4", (*AV1, "-g", 300), frames=40),
    Cell("h264-slices", ".ts", x264("slices=4")),
    Cell("two-sounds", ".mp4", (*x264(), "-c:a", "aac"), sound=2),
    Cell("two-sounds", ".mkv", (*x264(), "-c:a", "libopus"), sound=2),
    Cell("sound", ".ts", (*x264(), "-c:a", "mp2"), sound=1),
]  # fmt: skip


def hide(index: int) -> list[Box] | str:
    """Two GOPs of every four have something to hide, and two frames all of it."""
    if index in WHOLE:
        return "all of it"
    return [Box(20 + index, 24, 24, 30)] if index in PARTLY else []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_comes_out_is_what_went_in(cell: Cell, tmp_path: Path) -> None:
    clip = cell.make(tmp_path)
    out = tmp_path / f"out{cell.out_suffix}"
    summary = videos.veil(clip, out, hide)
    before, after = videos.shown(clip), videos.shown(out)
    assert summary.frames == len(after.frames) == len(before.frames)
    assert after.times == before.times
    same_shape_and_colour(before, after)
    same_look(clip, out, after)
    never = ("open", "gray", "slices", "one-gop")  # media/copying.py says why
    copying = media.can_copy(media.probe(clip)) and not any(each in cell.name for each in never)
    assert (summary.frames_copied > 0) == copying


def same_shape_and_colour(before: videos.Shown, after: videos.Shown) -> None:
    """ffprobe says the same of both."""
    for key in ("width", "height"):
        assert after.stream[key] == before.stream[key], key
    assert aspect(after) == aspect(before)
    assert after.rotation == before.rotation
    for key in ("color_range", "color_space", "color_transfer", "color_primaries"):
        assert tag(after, key) == tag(before, key), key
    for kind in ("Mastering display metadata", "Content light level metadata"):
        assert after.side_data(kind) == before.side_data(kind)
    for key in ("interlaced_frame", "top_field_first"):
        assert [f[key] for f in after.frames] == [f[key] for f in before.frames], key


def aspect(shown: videos.Shown) -> Fraction:
    """The pixel's shape; unknown is square."""
    text = shown.stream.get("sample_aspect_ratio", "0:1").replace(":", "/")
    return Fraction(text) or Fraction(1)


def tag(shown: videos.Shown, key: str) -> str:
    """The tag as a viewer gets it: the picture's, or else the stream's, or what that stands for.

    A range that is not told is the limited one (H.264 and H.265, annex E), and RGB has no matrix.
    """
    usual = {"color_range": "tv", "color_space": "unknown"}.get(key, "unknown")
    found = str(shown.frames[0].get(key) or shown.stream.get(key) or "unknown")
    found = "unknown" if found == "gbr" else found
    return usual if found == "unknown" else found


def same_look(clip: Path, out: Path, after: videos.Shown) -> None:
    """What is not near a box looks the same in every frame, upright; what is in one is flat."""
    pix_fmt = after.stream["pix_fmt"]
    one, other = (videos.decoded(path, pix_fmt, upright=True) for path in (clip, out))
    assert len(one) == len(other) == len(after.frames)
    depth = 10 if "10" in pix_fmt else 12 if "12" in pix_fmt else 8
    worst: dict[int, list[float]] = {}
    for index, pair in enumerate(zip(one, other, strict=True)):
        for number, (a, b) in enumerate(zip(*pair, strict=True)):
            near, inside = marked(index, a.shape, pair[0][0].shape)
            flat = (72 if number == 0 or "gbr" in pix_fmt else 128) << (depth - 8)
            level = b[inside].astype(int)
            assert (abs(level - flat) <= 20 << (depth - 8)).all(), (index, number)
            assert not level.size or abs(level - flat).mean() <= 2 << (depth - 8), (index, number)
            error = (a[~near].astype(float) - b[~near]) / (1 << (depth - 8))
            if error.size:
                worst.setdefault(number, []).append(float(np.mean(error**2)))
    for number, errors in worst.items():
        assert psnr(float(np.mean(errors))) > 35, f"plane {number}"
        assert psnr(max(errors)) > 30, f"plane {number}, frame {int(np.argmax(errors))}"


def marked(index: int, shape: tuple[int, ...], luma: tuple[int, ...]) -> Any:
    """Samples of a plane that may be hidden, and those that must be."""
    near, inside = np.zeros(shape, bool), np.zeros(shape, bool)
    what = hide(index)
    if isinstance(what, str):
        return ~near, ~inside
    ratio_y, ratio_x = shape[0] / luma[0], shape[1] / luma[1]
    for x, y, w, h in what:
        for marks, pad in ((near, 17), (inside, -2)):
            rows = slice(round(max(0, y - pad) * ratio_y), round((y + h + pad) * ratio_y))
            columns = slice(round(max(0, x - pad) * ratio_x), round((x + w + pad) * ratio_x))
            marks[rows, columns] = True
    return near, inside


def psnr(error: float) -> float:
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def test_a_trimmed_mp4_shows_what_its_edit_list_shows(tmp_path: Path) -> None:
    cell = Cell("h264", ".mp4", (*x264("bframes=2"), "-c:a", "aac"), sound=1)
    whole = cell.make(tmp_path)
    clip = tmp_path / "trimmed.mp4"
    videos.ffmpeg("-ss", "0.2", "-i", whole, "-c", "copy", "-t", "0.8", clip)
    before = videos.shown(clip)
    assert len(before.frames) < len(videos.ffprobe(clip, "-select_streams", "v", "-show_packets",
                                                  "-ignore_editlist", "1")["packets"])  # fmt: skip
    out = tmp_path / "out.mp4"
    videos.veil(clip, out, lambda index: [])
    after = videos.shown(out)
    assert len(after.frames) == len(before.frames)
    assert after.times == before.times


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_cover_picture_is_left_out_and_is_not_taken_for_the_video(
    suffix: str, tmp_path: Path
) -> None:
    plain = Cell("h264", suffix, x264()).make(tmp_path)
    cover, clip = tmp_path / "cover.png", tmp_path / f"clip{suffix}"
    videos.ffmpeg("-f", "lavfi", "-i", "mandelbrot=size=64x64", "-frames:v", 1, cover)
    if suffix == ".mp4":
        videos.ffmpeg("-i", cover, "-i", plain, "-map", 1, "-map", 0, "-c", "copy",
                     "-disposition:v:1", "attached_pic", clip)  # fmt: skip
    else:
        videos.ffmpeg("-i", plain, "-c", "copy", "-attach", cover, "-metadata:s:t",
                     "mimetype=image/png", "-metadata:s:t", "filename=cover.png", clip)  # fmt: skip
    out = tmp_path / f"out{suffix}"
    summary = videos.veil(clip, out, hide)
    assert summary.frames == 32
    assert not summary.notes
    assert [s["codec_name"] for s in videos.ffprobe(out, "-show_streams")["streams"]] == ["h264"]


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "aac"), (".mkv", "libopus"),
                                               (".mov", "pcm_s16le"), (".ts", "aac")])  # fmt: skip
@pytest.mark.parametrize("keep", [False, True], ids=["dropped", "kept"])
def test_sound_is_dropped_or_kept_whole(
    suffix: str, codec: str, keep: bool, tmp_path: Path
) -> None:
    clip = Cell("h264", suffix, (*x264(), "-c:a", codec), sound=2).make(tmp_path)
    out = tmp_path / f"out{suffix}"
    summary = videos.veil(clip, out, hide, keep_audio=keep)
    select = ("-select_streams", "a", "-show_packets", "-show_data_hash", "md5")
    one, other = (videos.ffprobe(path, *select)["packets"] for path in (clip, out))
    assert (len(other) > 0) == keep == any("voice" in str(note) for note in summary.notes)
    if keep:
        assert sounds(other) == sounds(one)


def sounds(packets: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Time and content of each packet, without the order of the tracks in the file."""
    first = min(packet["stream_index"] for packet in packets)
    return sorted(
        (packet["stream_index"] - first, round(float(packet["pts_time"]), 3), packet["data_hash"])
        for packet in packets
    )


REFUSED = [
    (Cell("without-times", ".mkv", x264("bframes=0"), more=("-output_ts_offset", "-0.4",
          "-avoid_negative_ts", "disabled")), "without a time stamp"),
    (Cell("rotated-to-ts", ".mp4", x264("", "-video_track_timescale", 90000),
          more=("-metadata:s:v", "rotate=90"), out=".ts"), "rotated"),
    (Cell("fine-time-to-mkv", ".mp4", x264("", "-video_track_timescale", 12800), out=".mkv"),
     "ticks a second"),
    (Cell("to-webm", ".webm", VP9, out=".webm"), "output of type"),
    (Cell("to-avi", ".avi", MPEG4, out=".avi"), "output of type"),
    (Cell("16-bit", ".mkv", (*FFV1, "-strict", "-2"), "gray16le"), "16-bit"),
    (Cell("interlaced-10", ".mov", ("-c:v", "prores_ks", "-flags", "+ildct+ilme", "-top", 1),
          "yuv422p10le", look=",setfield=tff"), "interlaced"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "why"), REFUSED, ids=lambda value: str(value))
def test_what_cannot_be_kept_exact_is_refused(cell: Cell, why: str, tmp_path: Path) -> None:
    clip, out = cell.make(tmp_path), tmp_path / f"out{cell.out_suffix}"
    with pytest.raises(Unsupported, match=why) as error:
        videos.veil(clip, out, hide)
    assert error.value.hint or why == "output of type"
    assert not out.exists()


def test_a_size_that_changes_inside_the_file_is_refused(tmp_path: Path) -> None:
    parts = []
    for size in ("128x96", "96x128"):
        (tmp_path / size).mkdir()
        parts.append(Cell("h264", ".ts", x264(), size=size).make(tmp_path / size).read_bytes())
    clip, out = tmp_path / "in.ts", tmp_path / "out.ts"
    clip.write_bytes(b"".join(parts))
    with pytest.raises(ContrejourError, match="size changes"):
        videos.veil(clip, out, hide)
    assert not out.exists()


def test_masks_of_another_clip_are_refused(tmp_path: Path) -> None:
    clip = Cell("h264", ".mp4", x264()).make(tmp_path)
    (tmp_path / "short").mkdir()
    short = Cell("h264", ".mp4", x264(), frames=20).make(tmp_path / "short")
    with pytest.raises(MasksError):
        videos.veil(clip, tmp_path / "out.mp4", hide, masks_of=short)
    assert veil.SAFE == ("solid", "background")
