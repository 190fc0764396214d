"""Segments, parts and playlist: what a player is told is there, whole, and in order."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from fakes.streams import Stream

from contrejour.base.errors import OutputFailed
from contrejour.media.out import hls


def played(folder: Path) -> list[float]:
    with av.open(str(folder / "live.m3u8")) as got:
        return [float(frame.pts * frame.time_base) for frame in got.decode(video=0)]


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("rate", [1, 5, 12, 25, 50])
def test_every_picture_is_played_once_at_its_time(tmp_path, rate, pix_fmt):
    stream = Stream(tmp_path, rate=rate, pix_fmt=pix_fmt)
    stream.show(4 * rate + 1)
    stream.playlist.close()
    times = played(tmp_path)
    assert len(times) == 4 * rate + 1
    assert np.allclose(np.diff(times), 1 / rate, atol=2e-3)
    assert stream.text.endswith("#EXT-X-ENDLIST\n")


@pytest.mark.parametrize(
    ("rate", "heard"), [(12, [1, 2, 3, 4, 5, 6, 7]), (25, [0, 0, 1, 1, 1, 2, 2])]
)
def test_pictures_wait_for_each_other_an_eighth_of_a_second_at_most(tmp_path, rate, heard):
    stream = Stream(tmp_path, rate=rate)
    told = []
    for count in range(7):
        stream.show(1)
        told.append(stream.playlist.published.parts)
        assert (tmp_path / "live.m3u8").exists() == (heard[count] > 0)
    assert told == heard


@pytest.mark.parametrize("rate", [1, 7, 12, 15, 25, 30, 50])
def test_parts_are_as_even_as_players_ask(tmp_path, rate):
    stream = Stream(tmp_path, rate=rate)
    stream.show(5 * rate)
    target = float(re.search(r"PART-TARGET=([\d.]+)", stream.text)[1])
    parts = re.findall(r"(PART:DURATION=([\d.]+).+|#EXTINF)", stream.text)
    lasting = [  # the last of a segment may be shorter
        float(part[1]) for part, after in pairwise(parts) if part[1] and after[0] != "#EXTINF"
    ]
    assert len(lasting) >= 2
    assert all(0.85 * target <= seconds <= target for seconds in lasting)  # RFC 8216bis, 4.4.4.9


def test_parts_are_ranges_of_their_segment_and_none_is_too_long(tmp_path):
    stream = Stream(tmp_path)
    stream.show(120)
    target = float(re.search(r"PART-TARGET=([\d.]+)", stream.text)[1])
    parts = re.findall(
        r'PART:DURATION=([\d.]+),URI="(.+?)",BYTERANGE="(\d+)@(\d+)"(,INDEPENDENT=YES)?',
        stream.text,
    )
    assert len(parts) >= 20
    for seconds, name, size, at, key in parts:
        assert float(seconds) <= target + 1e-6
        data = (tmp_path / name).read_bytes()[int(at) : int(at) + int(size)]
        assert (data[4:8], len(data)) == (b"moof", int(size))
        assert bool(key) == (at == "0")
    hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="(.+?)",BYTERANGE-START=(\d+)', stream.text)
    assert (tmp_path / hint[1]).stat().st_size == int(hint[2])


def test_a_picture_that_comes_late_leaves_no_hole(tmp_path):
    stream = Stream(tmp_path)
    for _ in range(6):
        stream.show(7, wait_ns=120_000_000)
    stream.playlist.close()
    packets = []
    with av.open(str(tmp_path / "live.m3u8")) as got:
        packets = [(p.pts, p.duration) for p in got.demux(video=0) if p.size]
    ends = [at + lasts for at, lasts in packets]
    assert ends[:-1] == [at for at, _ in packets[1:]]


def test_after_a_break_the_list_goes_on_with_a_discontinuity(tmp_path):
    stream = Stream(tmp_path)
    stream.show(60)
    stream.begin()
    stream.show(60)
    stream.playlist.close()
    assert stream.text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert stream.text.count("#EXT-X-MAP") == 2
    assert len(played(tmp_path)) == 120
    numbers = stream.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_after_a_restart_no_number_comes_twice(tmp_path):
    first = Stream(tmp_path)
    first.show(600)
    known = [*first.numbers(), first.playlist.published[0]]
    breaks = int(re.search(r"DISCONTINUITY-SEQUENCE:(\d+)", first.text)[1])
    second = Stream(tmp_path)
    second.show(60)
    assert min(second.numbers()) > max(known)
    assert int(re.search(r"DISCONTINUITY-SEQUENCE:(\d+)", second.text)[1]) > breaks


def test_what_may_not_be_kept_goes_as_it_leaves_the_list(tmp_path):
    stream = Stream(tmp_path, keep=False)
    for _ in range(3):
        stream.show(400)
        stream.begin()
    stream.show(400)
    assert len(list(tmp_path.glob("*.m4s"))) <= hls.LISTED + 1
    assert len(list(tmp_path.glob("*-init.mp4"))) == 1


def test_what_may_be_kept_goes_to_its_hour_as_it_leaves_the_list(tmp_path):
    stream = Stream(tmp_path)
    stream.show(600)
    assert len(list(tmp_path.glob("*.m4s"))) == hls.LISTED + 1
    assert len(list((tmp_path / "20270212T12").glob("*.m4s"))) == 5


def test_a_disk_that_fills_up_is_an_error_and_what_comes_after_is_whole(tmp_path, monkeypatch):
    stream = Stream(tmp_path)
    stream.show(30)
    real, full = hls.os.write, [True]

    def write(file: int, data) -> int:
        if full[0]:
            real(file, bytes(data[: len(data) // 2]))
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(hls.os, "write", write)
    with pytest.raises(OutputFailed, match="can't be written: No space left on device"):
        stream.show(30)
    full[0] = False
    stream.begin()
    stream.show(60)
    stream.playlist.close()
    assert len(played(tmp_path)) >= 85
