"""Recordings are played as they came; what can't be is left out and told; each once."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from contextlib import suppress

import pytest
from fakes.runs import PATHS, clip
from fakes.watching import seen

from contrejour.base.errors import CameraEnded, CameraRefused, NotMedia
from contrejour.media.camera.feeds.recordings import GAP_NS, Recordings, recorded
from contrejour.media.camera.live import LiveStream


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Ten pictures at 25 a second."""
    return clip(tmp_path_factory.mktemp("made") / "a.mp4", frames=10, gop=5)


@pytest.fixture
def folder(made, tmp_path):
    """Three recordings of one camera, the one written last the oldest by its name."""
    for minute in ("03", "02", "01"):
        (tmp_path / f"CH1_20270212-08{minute}00.mp4").write_bytes(made.read_bytes())
    return tmp_path


class Patient:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now_ns = 0

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


def played(address):
    """When each packet came, by the time line and by a clock that nothing but waiting moves."""
    time = Patient()
    feed = Recordings(address, lambda: time.now_ns, time.sleep)
    with suppress(CameraEnded):
        for packet, came in feed.packets():
            if packet.size:
                yield came.offset_ns + int(packet.dts * packet.time_base * 10**9), time.now_ns


def test_a_file_is_played_at_its_own_pace_and_then_it_is_over(made):
    frames, ended, _ = seen(f"file:{made}")
    assert len(frames) == 10
    assert {b.time_ns - a.time_ns for a, b in itertools.pairwise(frames)} == {40_000_000}
    assert isinstance(ended, CameraEnded)
    assert str(ended) == f"file:{made} is over"
    assert not ended.again
    waited = frames[-1].taken.monotonic_ns - frames[0].taken.monotonic_ns
    assert waited > 300_000_000


def test_nothing_is_shown_before_its_time_nor_after(made):
    times = list(played(f"file:{made}"))
    assert len(times) == 10
    assert all(due == now for due, now in times)


def test_a_leap_in_a_recording_is_not_waited_for(tmp_path):
    leap = ("-vf", "setpts=PTS+gte(N\\,5)*3600/TB", "-fps_mode", "passthrough")
    path = clip(tmp_path / "a.mkv", frames=10, more=leap)
    times = list(played(f"file:{path}"))
    assert len(times) == 10
    assert times[-1][0] > 3_600_000_000_000
    assert times[-1][1] < 1_000_000_000


def test_it_goes_round_only_when_asked(made):
    frames, ended, live = seen(f"file:{made}?loop", 25)
    assert (len(frames), ended, live.steady.jumps) == (25, None, 0)
    assert {b.time_ns - a.time_ns for a, b in itertools.pairwise(frames)} == {40_000_000}


def test_a_folder_is_played_in_order_of_time_with_gaps_between(folder):
    frames, ended, live = seen(f"recorder:{folder}")
    assert (len(frames), live.steady.jumps, live.notes) == (30, 0, [])
    assert not any(frame.corrupt for frame in frames)
    steps = [b.time_ns - a.time_ns for a, b in itertools.pairwise(frames)]
    assert {step for step in steps if step < GAP_NS} == {40_000_000}
    assert [at for at, step in enumerate(steps, 1) if step >= GAP_NS] == [10, 20]
    assert "is over" in str(ended)


def test_names_with_a_time_are_sorted_by_it_and_others_by_when_they_were_written(folder):
    names = [path.name for path in recorded(folder, "*")]
    assert names == sorted(names)
    other = folder / "new.mp4"
    other.write_bytes(b"")
    for age, path in enumerate([other, *(folder / name for name in names)]):
        os.utime(path, ns=(0, 1_000_000_000 * (10 - age)))
    assert [path.name for path in recorded(folder, "*")] == [*reversed(names), "new.mp4"]


def test_what_cannot_be_played_is_left_out_and_told(folder, tmp_path, made):
    (folder / "CH1_20270212-080130.mp4").write_bytes(b"no video at all")
    clip(folder / "CH1_20270212-080230.mp4", frames=5, size="192x160")
    cut = clip(tmp_path / "cut.ts", frames=50, more=("-bf", "0"))
    data = cut.read_bytes()
    (folder / "CH1_20270212-080400.ts").write_bytes(data[: len(data) // 2])
    cut.unlink()
    (folder / "index.txt").write_text("not a recording")
    os.mkfifo(folder / "CH1_20270212-080500.ts")
    (folder / "CH1_20270212-080600.ts").symlink_to("/no/such/file")
    frames, _, live = seen(f"recorder:{folder}")
    assert 30 < len(frames) < 80
    told = ["is not a regular file", "can't be read: No such", "is not a video", "are 192x160 h264"]
    assert len(live.notes) == len(told)
    assert all(part in str(note) for part, note in zip(told, live.notes, strict=True))


def test_one_camera_of_a_recorder_is_chosen_by_its_files_names(folder):
    clip(folder / "CH2_20270212-080000.mp4", frames=5)
    frames, _, _ = seen(f"recorder:{folder}?only=CH2*")
    assert len(frames) == 5


def test_a_recording_says_when_it_was(tmp_path):
    path = clip(tmp_path / "a.mp4", frames=5,
                more=("-metadata", "creation_time=2027-02-12T08:00:00Z"))  # fmt: skip
    frames, _, _ = seen(f"file:{path}")
    times = [frame.taken.camera_ns for frame in frames]
    assert times == [1_802_419_200_000_000_000 + 40_000_000 * at for at in range(5)]


@pytest.mark.parametrize(
    "address",
    ["file:/no/such.mp4", "recorder:/no/such", "file:{}?only=x", "recorder:{}?loop",
     "recorder:{}?only=x", "recorder:{}/empty", "file://host{}", "recorder://eve:s3cret@host{}"],
)  # fmt: skip
def test_what_is_not_there_or_makes_no_sense_is_refused(folder, address):
    (folder / "empty").mkdir()
    with pytest.raises(CameraRefused) as caught:
        LiveStream(address.format(folder))
    assert "s3cret" not in str(caught.value)


def test_no_recording_that_plays_is_an_error(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(NotMedia, match="holds no recording that can be read"):
        LiveStream(f"recorder:{tmp_path}")
    with pytest.raises(NotMedia, match="is not a video"):
        LiveStream(f"file:{tmp_path}/a.mp4")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotMedia, match="is not a regular file"):
        LiveStream(f"file:{tmp_path}/pipe")


def test_a_playlist_draws_no_other_file_in(made, tmp_path):
    (tmp_path / "a.ts").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{made}\n")
    (tmp_path / "b.ts").write_text(f"ffconcat version 1.0\nfile {made}\n")
    for name in ("a.ts", "b.ts"):
        with pytest.raises(NotMedia):
            LiveStream(f"file:{tmp_path}/{name}")


def test_once_made_nothing_more_is_opened(folder):
    """In a process that may open no file any more."""
    code = (
        "import resource, sys\n"
        "from contrejour.media.camera.live import LiveStream\n"
        "from contrejour.base.errors import CameraEnded\n"
        "live, count = LiveStream(sys.argv[1]), 0\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n"
        "try:\n"
        "    for frame in live.frames(): count += 1\n"
        "except CameraEnded: print(count, live.notes)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, f"recorder:{folder}"], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("30 []", "")
