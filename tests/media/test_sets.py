"""Parameter sets that are not what the camera said make what follows corrupt, said or not."""

from __future__ import annotations

from contrejour.media.sets import Sets

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
