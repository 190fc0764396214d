"""What is sealed of a camera: every packet, to the byte, in the window in which it came."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import av
import pytest
from fakes.keepers import Kept, boxes, hashed, packets, payload, pictures, units
from fakes.runs import clip
from hypothesis import given
from hypothesis import strategies as st

from contrejour.media import nal
from contrejour.media.camera.originals.remux import (
    CUT,
    LEAP_MS,
    CameraPacket,
    Remuxer,
    SegmentMessage,
)
from contrejour.media.camera.originals.sink import MessageCheck
from contrejour.media.out.fmp4 import CLOCK_HZ, copied_init
from contrejour.media.testcamera import rtp

START_MS = 1_802_390_400_000 - 1_210
"""A little before a window's end."""
WINDOW_MS, SEGMENT_MS, STEP_MS, FRAMES = 3_000, 1_300, 40, 200
SIGNED = b"\x06\x05\x14" + bytes(range(0x41, 0x51)) + b"sign\x80"
"""Unregistered user data, as a camera signs with (SEI, ITU-T H.264 D.1.7)."""
CODECS = {
    "h264": ("-c:v", "libx264", "-bf", "0"),
    "b-frames": (
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "3",
        "-x264-params",
        "b-adapt=0:b-pyramid=normal",
    ),
    "open": (
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "2",
        "-x264-params",
        "open-gop=1:b-adapt=0",
    ),
    "hevc": (
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:hash=1:repeat-headers=1",
    ),
    "mjpeg": ("-c:v", "mjpeg", "-q:v", "5", "-sc_threshold", "1000000000"),
}  # fmt: skip


class Source(NamedTuple):
    """A stream as a camera sends it, and what it decodes to."""

    stream: av.VideoStream
    codec: str
    told: bytes
    coded: list[CameraPacket]
    shown: list[str]


def source(path: Path, signed: bytes = b"", start_ms: int = START_MS) -> Source:
    """Its packets, one every 40 ms; with a unit more in front of each, if `signed`."""
    container = av.open(path)
    stream = container.streams.video[0]
    ticks = stream.time_base * CLOCK_HZ
    found = [each for each in container.demux(stream) if each.size]
    coded = [
        CameraPacket(signed + bytes(each), each.is_keyframe, start_ms + number * STEP_MS,
              int(each.dts * ticks), int(each.pts * ticks))
        for number, each in enumerate(found)
    ]  # fmt: skip
    with av.open(path) as again:
        shown = hashed(again.decode(video=0))
    context = stream.codec_context
    return Source(stream, context.codec.canonical_name, context.extradata or b"", coded, shown)


@pytest.fixture(scope="module", params=CODECS)
def sent(request, tmp_path_factory) -> Source:
    suffix = ".mkv" if request.param == "mjpeg" else ".ts"
    path = tmp_path_factory.mktemp("sent") / f"a{suffix}"
    clip(path, frames=FRAMES, gop=30, codec=CODECS[request.param],
         more=("-flags", "-cgop") if request.param == "open" else ())  # fmt: skip
    h264 = request.param in ("h264", "b-frames", "open")
    return source(path, b"\0\0\0\1" + SIGNED if h264 else b"")


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Source:
    path = clip(tmp_path_factory.mktemp("plain") / "a.ts", frames=150, gop=25)
    return source(path)


def remux(sent: Source, window_ms: int = WINDOW_MS, segment_ms: int = SEGMENT_MS) -> Remuxer:
    found = Remuxer(window_ms, segment_ms)
    found.source(sent.codec, sent.told, partial(copied_init, sent.stream, sent.codec))
    return found


def keep(of: Remuxer, coded: Sequence[CameraPacket], kept: Kept | None = None) -> Kept:
    """All packets, and the end of the connection."""
    kept = kept or Kept(WINDOW_MS)
    heard = MessageCheck(kept, kept.window_ms)
    hear(heard, itertools.chain(*(of.packet(each) for each in coded), of.cut()))
    return kept


def hear(heard: MessageCheck, said: Iterable[SegmentMessage]) -> None:
    """As one whose clock is what it is told."""
    for each in said:
        assert heard.says(each.kind, each.t_ms, each.data, each.t_ms, 0)


def test_no_unit_is_changed_or_left_out(sent):
    kept = keep(remux(sent), sent.coded)
    if sent.codec == "mjpeg":
        assert payload(kept.all) == b"".join(each.data for each in sent.coded)
        return
    ours = units(kept.all)
    theirs = [unit for each in sent.coded for unit in rtp.units(each.data)]
    assert ours == theirs
    first = [unit[0] if sent.codec == "h264" else unit[0] >> 1 for unit in ours]
    assert sum(kind in (6, 39, 40) for kind in first) >= FRAMES  # SEI: signatures, picture hashes


@given(st.lists(st.lists(st.sampled_from([0, 1, 255]), min_size=1).map(bytes)))
def test_a_damaged_unit_is_copied_to_the_last_zero(found):
    wanted = [unit for unit in found if b"\0\0\1" not in unit]
    assert nal.as_sent(b"".join(b"\0\0\0\1" + unit for unit in wanted)) == wanted


def test_the_segments_one_after_the_other_are_one_movie_of_the_same_pictures(sent):
    kept = keep(remux(sent), sent.coded)
    assert len(kept.movies) > 4
    assert pictures(kept.all) == sent.shown
    assert len(sent.shown) == FRAMES


def test_a_window_holds_what_came_in_it_and_nothing_is_missing_between_two(sent):
    kept = keep(remux(sent), sent.coded)
    assert kept.wrong == []
    assert [movie.how for movie in kept.movies] == ["end"] * (len(kept.movies) - 1) + ["cut"]
    for before, after in itertools.pairwise(kept.movies):
        assert before.t1 == after.t0
    for movie in kept.movies:
        came = [each for each in sent.coded if movie.t0 <= each.t_ms < movie.t1]
        assert len(packets(movie.data)) == len(came)
        assert movie.reached == movie.t1
    starts = {movie.t0 for movie in kept.movies}
    assert starts >= {START_MS - START_MS % WINDOW_MS + WINDOW_MS * n for n in (1, 2)}


def test_times_are_those_of_the_stream(sent):
    kept = keep(remux(sent), sent.coded)
    first = sent.coded[0].dts or 0
    theirs = [((each.dts or 0) - first, (each.pts or 0) - first) for each in sent.coded]
    assert [(dts, pts) for dts, pts, _ in packets(kept.all)] == theirs


def test_a_segment_that_begins_with_a_key_picture_plays_alone(plain):
    kept = keep(remux(plain), plain.coded)
    alone = [movie for movie in kept.movies if packets(movie.data)[0][2]]
    assert len(alone) >= 2
    for movie in alone:
        at = next(n for n, each in enumerate(plain.coded) if each.t_ms >= movie.t0)
        found = pictures(movie.data)
        assert found == plain.shown[at : at + len(found)]
        assert len(found) == len(packets(movie.data))


def test_what_is_there_after_a_kill_plays(plain):
    kept = keep(remux(plain, 2 * START_MS, 2 * START_MS), plain.coded)
    (movie,) = kept.movies
    for size in range(2_000, len(movie.data), 9_973):
        whole = len(list(boxes(movie.data[:size], b"mdat")))
        assert len(pictures(movie.data[:size])) >= 13 * whole > 0 or whole == 0


def test_with_length_prefixes_samples_are_what_came(tmp_path):
    path = clip(tmp_path / "a.mp4", frames=100)
    found = source(path)
    kept = keep(remux(found), found.coded)
    assert payload(kept.all) == b"".join(each.data for each in found.coded)
    assert pictures(kept.all) == found.shown


@pytest.mark.parametrize("leap_s", [3600, -3600, 7, -7, -(1 << 20)])
def test_a_camera_clock_that_was_set_loses_no_packet(plain, leap_s):
    set_at = [
        each._replace(dts=each.dts + leap_s * CLOCK_HZ, pts=each.pts + leap_s * CLOCK_HZ)
        for each in plain.coded[60:]
    ]
    kept = keep(remux(plain), [*plain.coded[:60], *set_at])
    assert pictures(kept.all) == plain.shown
    dts = [dts for dts, _, _ in packets(kept.all)]
    assert {after - before for before, after in itertools.pairwise(dts)} == {3600}


def test_without_time_stamps_only_the_arrival_counts(plain):
    kept = keep(remux(plain), [each._replace(dts=None, pts=None) for each in plain.coded])
    assert pictures(kept.all) == plain.shown
    dts = [dts for dts, _, _ in packets(kept.all)]
    assert {after - before for before, after in itertools.pairwise(dts)} == {3600}


def test_other_parameter_sets_on_the_way_play(plain, tmp_path):
    other = source(
        clip(tmp_path / "b.ts", frames=150, gop=25, size="128x64"),
        start_ms=plain.coded[-1].t_ms + STEP_MS,
    )
    kept = keep(remux(plain), [*plain.coded, *other.coded])
    assert pictures(kept.all) == [*plain.shown, *other.shown]
    alone = [movie for movie in kept.movies if packets(movie.data)[0][2]]
    assert all(len(pictures(movie.data)) == len(packets(movie.data)) for movie in alone)
    assert alone[-1].t0 > other.coded[0].t_ms  # its head says the old ones


def test_parameter_sets_that_were_not_announced_are_taken_from_the_first_key_picture(plain):
    kept = keep(remux(plain._replace(told=b"")), plain.coded)
    assert pictures(kept.all) == plain.shown
    bare = [each._replace(data=b"".join(b"\0\0\0\1" + unit for unit in nal.without_sets(
        "h264", each.data))) for each in plain.coded]  # fmt: skip
    assert keep(remux(plain._replace(told=b"")), bare).movies == []


def test_it_begins_at_a_key_picture_and_after_a_loss_too(plain):
    of, kept = remux(plain), Kept(WINDOW_MS)
    heard = MessageCheck(kept, WINDOW_MS)
    for number, each in enumerate(plain.coded[10:], 10):
        hear(heard, of.packet(each))
        if number == 80:
            hear(heard, [SegmentMessage(CUT, each.t_ms)])
            of.lost()
    assert [movie.t0 for movie in kept.movies][:1] == [plain.coded[25].t_ms]
    cut = next(n for n, movie in enumerate(kept.movies) if movie.how == "cut")
    assert kept.movies[cut + 1].t0 == plain.coded[100].t_ms
    assert kept.wrong == []


def test_our_clock_set_forward_is_a_hole_and_nothing_is_lost(plain):
    later = [each._replace(t_ms=each.t_ms + 3_600_000) for each in plain.coded[60:]]
    kept = keep(remux(plain), [*plain.coded[:60], *later])
    assert kept.wrong == []
    assert pictures(kept.all) == plain.shown
    cut = next(movie for movie in kept.movies if movie.how == "cut")
    assert cut.t1 == plain.coded[59].t_ms + 1


def test_our_clock_set_back_seals_nothing_in_windows_that_are_over(plain):
    by_ms = LEAP_MS + 1_000
    back = [each._replace(t_ms=each.t_ms - by_ms) for each in plain.coded[60:]]
    kept = keep(remux(plain), [*plain.coded[:60], *back])
    assert kept.wrong == []
    *_, cut, last = kept.movies
    assert (cut.how, cut.t1, last.t0) == ("cut", plain.coded[59].t_ms + 1, cut.t1)
    assert pictures(last.data) == plain.shown[100:]  # from the first key picture within LEAP_MS


CAME = st.tuples(
    st.booleans(), st.integers(0, 2 * LEAP_MS), st.integers(1, 40),
    st.none() | st.integers(-(1 << 40), 1 << 40), st.none() | st.integers(-(1 << 40), 1 << 40),
)  # fmt: skip


@given(st.lists(CAME, max_size=30), st.integers(1, 4))
def test_whatever_a_camera_says_all_from_the_first_key_on_is_kept_and_in_its_window(came, windows):
    """Its times are anything; ours go forward."""
    of, now, coded = Remuxer(windows * 1_000, 700), 1_802_390_400_000, []
    of.source("mjpeg", b"", lambda told: b"")
    for number, (key, waited, size, dts, pts) in enumerate(came):
        now += waited
        coded.append(CameraPacket(bytes([number % 256]) * size, key, now, dts, pts))
    kept = Kept(windows * 1_000)
    if coded:
        keep(of, coded, kept)
    wanted = list(itertools.dropwhile(lambda each: not each.key, coded))
    assert kept.wrong == []
    assert payload(kept.all) == b"".join(each.data for each in wanted)
    for window in {movie.t0 // kept.window_ms for movie in kept.movies}:
        held = b"".join(
            payload(movie.data) for movie in kept.movies if movie.t0 // kept.window_ms == window
        )
        came_in_it = (each.data for each in wanted if each.t_ms // kept.window_ms == window)
        assert held == b"".join(came_in_it)
