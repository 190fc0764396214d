"""The packets that leave a decoder's process undecoded, and who hears them at the other end."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from contextlib import closing, suppress
from types import SimpleNamespace

import av
import psutil
import pytest
from fakes.cameras import camera
from fakes.keepers import Kept, packets, payload, pictures, units
from fakes.runs import LIMIT_S, clip, ffmpeg, until
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import CameraError
from contrejour.media.camera.decoder import Decoder
from contrejour.media.camera.feeds import Arrival
from contrejour.media.camera.originals import sink
from contrejour.media.camera.originals.remux import BEGIN, CUT, DATA, END, SegmentMessage
from contrejour.media.camera.originals.sink import HEAD, PIECE_BYTES, SLACK_MS, MessageCheck, told
from contrejour.media.camera.originals.tee import Tee, listen
from contrejour.media.testcamera import clips

NOW_MS, WINDOW_MS = 1_802_390_400_000, 60_000
KINDS = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"),
    "b-frames": ("-c:v", "libx264", "-bf", "2", "-x264-params", "b-adapt=0"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:hash=1"),
    "mjpeg": ("-c:v", "mjpeg", "-sc_threshold", "1000000000"),
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A clip of each kind, and the address where it is shown for ever."""
    folder = tmp_path_factory.mktemp("sent")
    paths = [
        clip(folder / f"{kind}.{'mkv' if kind == 'mjpeg' else 'mp4'}", frames=50, gop=25, codec=how)
        for kind, how in KINDS.items()
    ]
    with camera(*paths) as found:
        yield {kind: (path, at) for kind, path, at in zip(KINDS, paths, found, strict=True)}


def watched(address: str, frames: int, **more: int) -> Kept:
    """What was kept of a connection of so many frames."""
    kept = Kept(more.get("window_ms", WINDOW_MS))
    with closing(Decoder(address, sink=kept, **more)) as far:
        assert len(list(itertools.islice(far.frames(), frames))) == frames
    assert kept.wrong == []
    return kept


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_camera_sends_is_kept_to_the_byte(sent, kind):
    path, address = sent[kind]
    kept = watched(address, 120, window_ms=1_500, segment_ms=700)
    loaded = clips.load(path)
    theirs = [unit for picture in loaded.pictures for unit in picture.units]
    if kind == "mjpeg":
        wanted, ours = b"".join(theirs), payload(kept.all)
        assert (wanted * 4).find(ours) >= 0
        assert len(ours) > 2 * len(wanted)
        return
    ours = units(kept.all)
    start = theirs.index(ours[0])
    endless = itertools.islice(itertools.cycle(theirs), start, start + len(ours))
    assert ours == list(endless)
    assert len(ours) > 1.5 * len(theirs)
    assert len(kept.movies) > 3
    assert len(pictures(kept.all)) == sum(len(packets(movie.data)) for movie in kept.movies)


def test_a_connection_that_ends_is_cut_when_its_last_packet_came(sent):
    kept = Kept(WINDOW_MS)
    far = Decoder(f"{sent['h264'][1]}?drop=2", sink=kept)
    with closing(far), pytest.raises(CameraError, match="hung up"):
        list(far.frames())
    assert [movie.how for movie in kept.movies][-1] == "cut"
    assert kept.movies[-1].reached == kept.movies[-1].t1
    assert kept.wrong == []


def test_one_that_dies_is_cut(sent):
    kept = Kept(WINDOW_MS)
    with closing(Decoder(sent["h264"][1], sink=kept)) as far:
        frames = far.frames()
        assert len(list(itertools.islice(frames, 50))) == 50
        os.kill(far.pid, signal.SIGKILL)
        with pytest.raises(CameraError, match="SIGKILL"):
            list(frames)
    assert [movie.how for movie in kept.movies][-1] == "cut"
    assert len(pictures(kept.all)) >= 25


@pytest.mark.parametrize("fault", ["corrupt=0.05", "loss=0.05", "jump=1", "stall=1"])
def test_whatever_a_camera_does_wrong_what_it_sent_is_kept_in_order(sent, fault):
    kept = Kept(1_500)
    address = f"{sent['h264'][1]}?{fault}"
    far = Decoder(address, sink=kept, window_ms=1_500, segment_ms=700)
    with closing(far), suppress(CameraError):
        assert list(itertools.islice(far.frames(), 75))
    assert kept.wrong == []
    # One that stalls sent 25, and closing it loses what waits for its half second.
    assert sum(len(packets(bytes(movie.data))) for movie in kept.movies) >= 10


def test_nothing_is_teed_without_a_keeper(sent):
    threads = []
    for kept in (None, Kept(WINDOW_MS)):
        with closing(Decoder(sent["h264"][1], sink=kept)) as far:
            next(far.frames())
            threads.append(psutil.Process(far.pid).num_threads())
    assert threads[1] == threads[0] + 1


def test_a_keeper_that_is_stuck_holds_up_no_picture(sent):
    free = threading.Event()

    class Stuck(Kept):
        def begin(self, t_ms: int) -> None:
            free.wait(LIMIT_S)
            super().begin(t_ms)

    kept = Stuck(WINDOW_MS)
    far = Decoder(sent["h264"][1], sink=kept)
    try:
        assert len(list(itertools.islice(far.frames(), 100))) == 100
        assert kept.movies == []
    finally:
        free.set()
        far.close()
    assert kept.movies


def test_pictures_that_fit_in_no_segment_are_watched_and_not_kept(tmp_path):
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-t", "1", "-c:v", "rawvideo",
           "-pix_fmt", "yuv420p", tmp_path / "a.mkv")  # fmt: skip
    kept = Kept(WINDOW_MS)
    with closing(Decoder(f"file:{tmp_path}/a.mkv", sink=kept)) as far:
        with suppress(CameraError):
            assert len(list(far.frames())) == 25
        assert until(lambda: far.unkept)
    assert kept.movies == []


def packet(stream: object, number: int, size: int) -> SimpleNamespace:
    key = number % 10 == 0
    return SimpleNamespace(
        stream=stream, is_keyframe=key, dts=number, pts=number, time_base=1 / 25, size=size
    )


def test_what_there_is_no_room_for_is_cut_and_it_goes_on_at_a_key_picture(tmp_path):
    clip(tmp_path / "a.mkv", frames=5, codec=KINDS["mjpeg"])
    with av.open(tmp_path / "a.mkv") as container:
        stream, kept = container.streams.video[0], Kept(WINDOW_MS)
        far, near = os.pipe()
        tee = Tee(near, WINDOW_MS, 10_000, most=4 << 20)
        for number in range(60):  # nobody listens yet
            tee.packet(packet(stream, number, 1), bytes([number]) * 300_000, Arrival(0))
        thread = threading.Thread(target=listen, args=(far, MessageCheck(kept, WINDOW_MS)))
        thread.start()
        assert until(lambda: bool(kept.movies) and kept.movies[-1].how == "cut")
        for number in range(60, 90):
            tee.packet(packet(stream, number, 1), bytes([number]) * 1_000, Arrival(0))
        tee.close()
        os.close(near)
        thread.join(20)
    first, *_, last = (payload(movie.data) for movie in kept.movies)
    numbers = [number for number, _ in itertools.groupby(first)]
    assert numbers == list(range(len(numbers)))
    assert 5 < len(numbers) < 60
    assert len(first) == 300_000 * len(numbers)  # whole packets
    assert [last[at] for at in range(0, len(last), 1_000)] == list(range(60, 90))
    assert kept.wrong == []


def heard_of(said: bytes) -> Kept:
    """What the sink was told by somebody who says this, and goes."""
    kept = Kept(WINDOW_MS)
    far, near = os.pipe()
    thread = threading.Thread(target=listen, args=(far, MessageCheck(kept, WINDOW_MS)))
    thread.start()
    with suppress(BrokenPipeError):
        os.write(near, said)
    os.close(near)
    thread.join(20)
    assert not thread.is_alive()
    return kept


def message(kind: bytes, t_ms: int = NOW_MS, data: bytes = b"") -> bytes:
    return HEAD.pack(kind, t_ms, len(data)) + data


@pytest.mark.parametrize(
    "said",
    [
        b"", b"B", b"X" * 5_000, message(DATA), message(END), message(CUT), message(b"F"),
        HEAD.pack(BEGIN, NOW_MS, PIECE_BYTES + 1) + b"\0" * 100, HEAD.pack(BEGIN, 0, 0xFFFFFFFF),
    ],
)  # fmt: skip
def test_one_that_talks_nonsense_tells_the_keeper_nothing(said):
    assert heard_of(said).movies == []


@pytest.mark.parametrize(
    "then", [message(BEGIN), message(b"X"), message(b"N"), HEAD.pack(DATA, NOW_MS, 1 << 30), b"D"]
)
def test_what_was_begun_is_cut_at_nonsense_and_nothing_more_is_heard(then):
    kept = heard_of(message(BEGIN, data=b"head") + then + message(DATA, data=b"more"))
    assert [(movie.data, movie.how) for movie in kept.movies] == [(b"head", "cut")]
    assert kept.wrong == []


def heard(*said: tuple[bytes, int, int]) -> tuple[Kept, list[bool]]:
    """Messages with their times, and our own when they came."""
    kept = Kept(WINDOW_MS)
    of = MessageCheck(kept, WINDOW_MS)
    return kept, [of.says(kind, NOW_MS + t, b"x", NOW_MS + now, 0) for kind, t, now in said]


def test_nobody_seals_into_a_window_to_come_or_one_that_is_over():
    ahead, _ = heard((BEGIN, 3_600_000, 0), (DATA, 3_600_000, 500), (END, 3_600_000, 600))
    assert [(movie.t0 - NOW_MS, movie.t1 - NOW_MS) for movie in ahead.movies] == [(0, 600)]
    behind, _ = heard((BEGIN, -3_600_000, 0), (DATA, -3_600_000, 10), (CUT, -3_600_000, 20))
    assert [movie.t0 - NOW_MS for movie in behind.movies] == [-SLACK_MS]


def test_a_segment_that_outlives_its_window_is_cut_and_the_next_one_is_heard():
    kept, on = heard(
        (BEGIN, 0, 0), (DATA, 500, 500), (DATA, 600, 90_000), (DATA, 700, 90_001),
        (END, 700, 90_002), (BEGIN, 91_000, 91_000), (END, 92_000, 92_000),
    )  # fmt: skip
    assert all(on)
    assert [(m.data, m.t1 - NOW_MS, m.how) for m in kept.movies] == [
        (b"xx", 500, "cut"),
        (b"x", 92_000, "end"),
    ]


def test_what_was_read_late_is_as_old_as_it_says():
    kept = Kept(WINDOW_MS)
    of = MessageCheck(kept, WINDOW_MS)
    assert of.says(BEGIN, NOW_MS - 30_000, b"x", NOW_MS, 28_000)
    assert kept.movies[0].t0 == NOW_MS - 30_000


def test_more_than_any_camera_sends_is_nonsense(monkeypatch):
    monkeypatch.setattr(sink, "MOST_BYTES_S", 1 << 20)
    _, on = heard(*((kind, n, n) for n in range(200) for kind in (BEGIN, END)))
    assert on.count(True) < 50
    kept = Kept(WINDOW_MS)
    of = MessageCheck(kept, WINDOW_MS)
    assert of.says(BEGIN, NOW_MS, b"", NOW_MS, 0)
    piece = bytes(PIECE_BYTES)
    assert not all(of.says(DATA, NOW_MS, piece, NOW_MS, 0) for _ in range(40))
    assert kept.movies[0].how == "cut"


SAYS = st.tuples(
    st.sampled_from([BEGIN, DATA, END, CUT, b"N", b"?"]),
    st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(NOW_MS - 200_000, NOW_MS + 200_000),
    st.integers(0, 20_000),
    st.integers(0, 100_000),
)


@given(st.lists(SAYS))
def test_whatever_is_said_a_keeper_hears_what_a_keeper_may(said):
    kept, now = Kept(WINDOW_MS), NOW_MS
    of = MessageCheck(kept, WINDOW_MS)
    for kind, t_ms, waited, late in said:
        now += waited
        of.says(kind, t_ms, b"x", now, late)
        assert all(movie.t0 <= now for movie in kept.movies)
    of.ends()
    assert kept.wrong == []
    assert all(movie.t0 < movie.t1 for movie in kept.movies)


@given(st.binary(max_size=3 * PIECE_BYTES), st.sampled_from([BEGIN, DATA]))
def test_pieces_are_the_whole_and_only_the_last_says_how_far_it_goes(data, kind):
    pieces = [(HEAD.unpack(each[: HEAD.size]), each[HEAD.size :]) for each in told(
        SegmentMessage(kind, 9, data), 7)]  # fmt: skip
    assert b"".join(body for _, body in pieces) == data
    assert [head[0] for head, _ in pieces] == [kind, *[DATA] * (len(pieces) - 1)]
    assert pieces[-1][0][1] == 9
    assert all(t == (9 if of == BEGIN else 7) for (of, t, _), _ in pieces[:-1])
