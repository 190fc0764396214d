"""A file cut short or damaged is refused, or veiled where it is damaged. It never crashes a run."""

from __future__ import annotations

import random
from pathlib import Path

import av
import pytest
from fakes.runs import clip, ffmpeg, masks_for, run, times, walking
from fakes.veiled import masks_of, veil_it, veiled

from contrejour import media
from contrejour.base.errors import (
    ContrejourError,
    InputEmpty,
    MasksError,
    NotMedia,
    Truncated,
    Unsupported,
)
from contrejour.recorded.request import masks_name

CUTS = {
    "fast.mp4": ("-movflags", "+faststart"),
    "late.mp4": (),
    "fragments.mp4": ("-movflags", "+frag_keyframe+empty_moov"),
    "a.mov": (),
    "a.mkv": (),
    "a.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "500k"),
    "a.avi": (),
    "a.ts": (),
}
"""Containers that are cut, and what makes them."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One clip in every container."""
    folder = tmp_path_factory.mktemp("clips")
    first = clip(folder / "first.mp4", frames=48, gop=12)
    for name, how in CUTS.items():
        codec = () if "-c:v" in how else ("-c", "copy")
        ffmpeg("-i", first, *codec, *how, folder / name)
    return folder


def can_hide_a_cut(name: str, size: int, whole: bytes) -> bool:
    """MPEG-TS cut between two packets, MP4 cut between two fragments: just a shorter recording."""
    if name.endswith(".ts"):
        return size % 188 == 0
    return name == "fragments.mp4" and whole[size + 4 : size + 8] in (b"moof", b"mfra")


def cut(clips: Path, tmp_path: Path, name: str, size: int) -> None:
    """Cut `name` to `size` bytes: refused, and with --allow-truncated refused or said."""
    whole = (clips / name).read_bytes()
    out = tmp_path / "out.mp4"
    part = tmp_path / f"cut.{name.rpartition('.')[2]}"
    part.write_bytes(whole[:size])
    if can_hide_a_cut(name, size, whole):
        return
    with pytest.raises((Truncated, NotMedia, InputEmpty)) as refused:
        veil_it(part, out, jobs=1, detector="fakes.detectors:nothing")
    assert refused.value.hint or isinstance(refused.value, InputEmpty), refused.value
    assert not out.exists(), f"{name} cut to {size} bytes"
    assert not masks_name(out).exists()


def anyway(clips: Path, tmp_path: Path, name: str, size: int) -> bool:
    """Veil what is left of a cut file; whether there was anything."""
    out, part = tmp_path / "out.mp4", tmp_path / f"cut.{name.rpartition('.')[2]}"
    part.write_bytes((clips / name).read_bytes()[:size])
    try:
        summary = veil_it(
            part, out, jobs=1, detector="fakes.detectors:nothing", allow_truncated=True, force=True
        )
    except (Truncated, NotMedia, InputEmpty, Unsupported):
        return False
    assert summary.truncated or can_hide_a_cut(name, size, (clips / name).read_bytes())
    assert len(times(out)) == summary.frames
    return True


@pytest.mark.parametrize("name", CUTS)
def test_a_file_cut_anywhere_is_refused(clips: Path, tmp_path: Path, name: str) -> None:
    dice, size = random.Random(name), (clips / name).stat().st_size
    for at in [0, 1, 7, 40, size - 1, *(dice.randrange(1, size) for _ in range(8))]:
        cut(clips, tmp_path, name, at)


@pytest.mark.parametrize("name", CUTS)
def test_what_is_left_of_a_cut_file_is_veiled_only_when_allowed_and_said(
    clips: Path, tmp_path: Path, name: str
) -> None:
    anyway(clips, tmp_path, name, (clips / name).stat().st_size * 3 // 4)


@pytest.mark.soak
@pytest.mark.parametrize("name", CUTS)
def test_a_file_cut_at_any_of_400_places_is_refused(clips: Path, tmp_path: Path, name: str) -> None:
    dice, size = random.Random(f"soak {name}"), (clips / name).stat().st_size
    for _ in range(50):
        cut(clips, tmp_path, name, dice.randrange(1, size))
    said = sum(anyway(clips, tmp_path, name, dice.randrange(1, size)) for _ in range(6))
    print(f"{name}: 50 cuts refused; of 6 allowed, {said} gave an output that says so")


def damage(whole: bytes, dice: random.Random, spare: int) -> bytes:
    """The file with 1 to 40 random bits flipped past its first `spare` bytes."""
    data = bytearray(whole)
    for _ in range(dice.choice((1, 3, 10, 40))):
        data[dice.randrange(min(spare, len(data) - 1), len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def corrupt(clips: Path, tmp_path: Path, name: str, dice: random.Random) -> str:
    """Veil a damaged file; "refused", or "veiled" when each damaged frame was veiled whole."""
    bad = tmp_path / f"bad.{name.rpartition('.')[2]}"
    bad.write_bytes(damage((clips / name).read_bytes(), dice, dice.choice((0, 2000))))
    out = tmp_path / "out.mp4"
    refused: ContrejourError | None = None
    try:
        veil_it(
            bad, out, jobs=1, detector="fakes.detectors:nothing", force=True, allow_truncated=True
        )
    except ContrejourError as error:
        refused = error
    if refused:
        assert "Traceback" not in str(refused), bad
        assert not out.exists()
        return "refused"
    fmt = media.probe(bad)
    gops = media.index(bad, fmt)
    flagged = [frame.corrupt for frame in media.Reader(bad, fmt, gops).frames(0, len(gops))]
    whole = [bool(mask.whole) for mask in masks_of(out)]
    assert [w for w, f in zip(whole, flagged, strict=True) if f].count(False) == 0
    assert [v for v, w in zip(veiled(out), whole, strict=True) if w].count(False) == 0
    out.unlink()
    return "veiled whole in part" if any(whole) else "nothing seen by the decoder"


def test_flipped_bits_never_crash_nor_show_a_damaged_frame(clips: Path, tmp_path: Path) -> None:
    dice = random.Random(3)
    for name in CUTS:
        corrupt(clips, tmp_path, name, dice)


@pytest.mark.soak
@pytest.mark.parametrize("name", CUTS)
def test_320_damaged_files_never_crash_nor_show_a_damaged_frame(
    clips: Path, tmp_path: Path, name: str
) -> None:
    dice = random.Random(f"flip {name}")
    ends = [corrupt(clips, tmp_path, name, dice) for _ in range(40)]
    counts = {end: ends.count(end) for end in sorted(set(ends))}
    print(f"{name}: {counts}")


def test_a_masks_file_that_shows_a_damaged_frame_is_refused(clips: Path, tmp_path: Path) -> None:
    data = bytearray((clips / "late.mp4").read_bytes())
    source = tmp_path / "in.mp4"
    out = tmp_path / "out.mp4"
    masks = masks_for(clips / "late.mp4", tmp_path / "m.json", lambda frame: walking(1))
    for at in range(9000, 9400):
        data[at] ^= 0x5A
    source.write_bytes(data)
    fmt = media.probe(source)
    frames = list(media.Reader(source, fmt, media.index(source, fmt)).frames(0, 4))
    assert any(frame.corrupt for frame in frames), "the damage was not seen"
    done = run("veil", source, "-o", out, "--masks", masks)
    assert done.returncode == 15, done.stderr
    assert not out.exists()


LOGGED = {
    "mjpeg": ("a.avi", ("-q:v", 4)),
    "dvvideo": ("a.dv.avi", ("-s", "720x576", "-r", 25)),
    "wmv2": ("a.wmv2.avi", ("-q:v", 4, "-g", 12)),
    "libtheora": ("a.theora.mkv", ("-q:v", 6, "-g", 12)),
    "mpeg4": ("a.mpeg4.avi", ("-q:v", 4, "-g", 12)),
}
"""Encoders whose decoders only log of some damage, a file, and how it is made."""


@pytest.mark.parametrize("encoder", LOGGED)
def test_attack_58_damage_of_which_a_decoder_only_logs_is_damage(
    encoder: str, tmp_path: Path
) -> None:
    name, how = LOGGED[encoder]
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", 48,
           "-c:v", encoder, *how, "-pix_fmt", "yuvj420p" if encoder == "mjpeg" else "yuv420p",
           source)  # fmt: skip
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    assert not any(f.corrupt for f in media.Reader(source, fmt, gops).frames(0, len(gops)))
    spoil(source, 20, dice=random.Random(encoder))
    flagged = [f.corrupt for f in media.Reader(source, fmt, gops).frames(0, len(gops))]
    assert any(flagged)
    assert not any(flagged[:12])


X265 = "keyint=12:min-keyint=12:open-gop=0:scenecut=0:bframes=2:log-level=none"
LOST = {
    "libx265": ("-preset", "ultrafast", "-x265-params", X265),
    "libx264": ("-preset", "ultrafast", "-g", 12, "-bf", 2),
    "libvpx-vp9": ("-deadline", "realtime", "-cpu-used", 8, "-g", 12, "-b:v", "1M"),
}


@pytest.mark.parametrize(
    ("encoder", "left"),
    [("libx265", 0.5), ("libx265", 12), ("libx264", 0.5), ("libx264", 12), ("libvpx-vp9", 12)],
)
def test_attack_66_what_can_not_be_decoded_is_a_frame_that_is_veiled_whole(
    encoder: str, left: float, tmp_path: Path
) -> None:
    """H.265's decoder gives no picture of the rest of a GOP after one that is lost: they were in
    no output, and nobody was told."""
    whole, source = tmp_path / "whole.mkv", tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", 48, "-pix_fmt",
           "yuv420p", "-c:v", encoder, *LOST[encoder], whole)  # fmt: skip
    with av.open(str(whole)) as old, av.open(str(source), "w") as new:
        of = old.streams.video[0]
        stream = new.add_stream_from_template(of)
        for number, packet in enumerate(each for each in old.demux(of) if each.size):
            data = bytes(packet)
            size = int(left * len(data)) if left < 1 else int(left)
            cut_ = av.Packet(data[:size] if number == 17 else data)
            cut_.pts, cut_.dts, cut_.time_base = packet.pts, packet.dts, packet.time_base
            cut_.is_keyframe, cut_.stream = packet.is_keyframe, stream
            new.mux(cut_)
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    frames = list(media.Reader(source, fmt, gops).frames(0, len(gops)))
    assert [frame.index for frame in frames] == list(range(48))
    assert [frame.pts for frame in frames] == sorted({frame.pts for frame in frames})
    flagged = [frame.corrupt for frame in frames]
    assert any(flagged)
    assert not any(flagged[:12] + flagged[24:])


@pytest.mark.parametrize("encoder", ["libx264", "libx265"])
def test_attack_76_what_leans_on_a_picture_that_is_not_in_the_file_is_veiled(
    encoder: str, tmp_path: Path
) -> None:
    """Of it the H.264 decoder says one word, among its debugging output."""
    whole, source = tmp_path / "whole.mkv", tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", 48, "-pix_fmt",
           "yuv420p", "-c:v", encoder, *LOST[encoder], "-bf", 0, whole)  # fmt: skip
    with av.open(str(whole)) as old, av.open(str(source), "w") as new:
        of = old.streams.video[0]
        stream = new.add_stream_from_template(of)
        for number, packet in enumerate(each for each in old.demux(of) if each.size):
            packet.stream = stream
            if number != 17:
                new.mux(packet)
    fmt = media.probe(source)
    gops = media.index(source, fmt)
    flagged = [frame.corrupt for frame in media.Reader(source, fmt, gops).frames(0, len(gops))]
    assert all(flagged[17:23])
    assert not any(flagged[:12] + flagged[23:])


def spoil(source: Path, number: int, dice: random.Random) -> None:
    """Change one byte in forty of a packet's second half, none to or from what marks a start."""
    with av.open(str(source)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    whole, coded = bytearray(source.read_bytes()), packets[number]
    at = whole.index(coded)
    for place in range(at + len(coded) // 2, at + len(coded) - 8, 40):
        if whole[place] > 3 and whole[place] != 0xFF:
            whole[place] = dice.randrange(4, 0xFF)
    source.write_bytes(whole)


def test_attack_50_damage_in_a_gop_that_is_only_copied_is_not_shown(tmp_path: Path) -> None:
    """Whose masks were edited so that the damaged frames hide nothing."""
    source, out = clip(tmp_path / "a.mp4", frames=48, gop=12), tmp_path / "out.mp4"
    spoil(source, 12, random.Random(1))
    veil_it(source, out, detector="fakes.detectors:nothing")
    assert any(mask.whole for mask in masks_of(out))
    masks = masks_for(source, tmp_path / "masks.json", lambda _: ())
    with pytest.raises(MasksError, match="damaged"):
        veil_it(source, tmp_path / "shown.mp4", masks=masks)
    assert not (tmp_path / "shown.mp4").exists()
