"""Parameter sets that are not what the camera said make what follows corrupt, said or not."""

from __future__ import annotations

from contextlib import closing, suppress

from fakes.runs import ffmpeg, painted_clip

from contrejour.errors import CameraError
from contrejour.video import nal
from contrejour.video.live import Live
from contrejour.video.sets import Sets

START = b"\0\0\0\1"
SPS, PPS, OTHER_PPS, SLICE = b"\x67abc", b"\x68de", b"\x68dE", b"\x65slice"


def packet(*units: bytes) -> bytes:
    return b"".join(START + unit for unit in units)


def test_sets_as_the_camera_said_are_believed_and_others_are_not_until_the_next_good_ones():
    sets = Sets("h264", packet(SPS, PPS))
    assert not sets.doubts(packet(SPS, PPS, SLICE))
    assert sets.doubts(packet(SPS, OTHER_PPS, SLICE))
    assert sets.doubts(packet(SLICE))
    assert sets.doubts(packet(SPS, SLICE))  # the one that would mend it was lost
    assert not sets.doubts(packet(SPS, PPS, SLICE))
    assert not sets.changed


def test_a_camera_that_sends_other_sets_for_good_has_changed():
    sets = Sets("h264", packet(SPS, PPS))
    assert not sets.doubts(packet(SPS, PPS))
    assert sets.doubts(packet(SPS, OTHER_PPS))
    assert not sets.changed
    assert sets.doubts(packet(SPS, OTHER_PPS))
    assert sets.changed


def test_a_camera_that_described_itself_wrongly_is_believed_the_second_time():
    for told in (b"", packet(SPS, OTHER_PPS)):
        sets = Sets("h264", told)
        assert sets.doubts(packet(SPS, PPS))
        assert not sets.doubts(packet(SPS, PPS))
        assert not sets.changed
        assert sets.doubts(packet(SPS, OTHER_PPS)) is not (OTHER_PPS in told)


def test_codecs_without_sets_are_never_doubted():
    assert not Sets("mjpeg", b"").doubts(packet(SPS))


def test_a_flipped_bit_that_no_decoder_notices_makes_its_pictures_corrupt(tmp_path):
    painted_clip(tmp_path / "a.mp4")
    whole, broken = tmp_path / "whole.ts", tmp_path / "broken.ts"
    ffmpeg("-i", tmp_path / "a.mp4", "-t", "3", "-c", "copy", whole)
    data = bytearray(whole.read_bytes())
    at = -1
    for _ in range(2):  # the second second's
        at = data.index(START + b"\x68", at + 1)
    data[at + len(START) + 2] ^= 4
    broken.write_bytes(data)
    assert nal.all_sets("h264", nal.sets("h264", bytes(data)))

    def corrupt(path) -> list[bool]:
        live, found = Live(f"file:{path}"), []
        with suppress(CameraError), closing(live):
            found.extend(frame.corrupt for frame in live.frames())
        return found

    assert corrupt(whole) == [False] * 75
    assert corrupt(broken) == [False] * 25 + [True] * 25 + [False] * 25
