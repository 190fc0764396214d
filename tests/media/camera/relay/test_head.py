"""What a camera writes before pictures is read in one way, or refused; nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrejour.media.camera.relay import head
from contrejour.media.camera.relay.description import pictures
from contrejour.media.camera.relay.interleaved import InterleavedReader, told

SDP = (
    b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nc=IN IP4 239.1.2.3\r\na=control:*\r\nt=0 0\r\n"
    b"m=audio 0 RTP/AVP 0\r\na=control:sound\r\n"
    b"m=video 0 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\na=rtpmap:97 H265/90000\r\n"
    b"a=fmtp:96 packetization-mode=1\r\na=crypto:1 x\r\na=control:trackID=1\r\n"
    b"m=video 0 RTP/AVP 98\r\na=control:second\r\n"
)


def test_the_first_stream_of_pictures_is_asked_for_and_no_other() -> None:
    stream = pictures(SDP, "rtsp://h/cam/")
    assert stream
    assert (stream.control, stream.aggregate) == ("rtsp://h/cam/trackID=1", "rtsp://h/cam/")
    kept = stream.sdp.split("m=video 0 RTP/AVP 96\r\n")[1].split("\r\n")
    assert kept == [
        "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1", "a=control:pictures", "",
    ]  # fmt: skip
    assert "239.1.2.3" not in stream.sdp


def test_a_description_of_sound_alone_has_no_pictures() -> None:
    assert pictures(SDP.split(b"m=video")[0], "rtsp://h/") is None


@pytest.mark.parametrize("control", ["a b", "x\x00", "x" * 2000])
def test_an_address_that_would_be_another_question_is_refused(control: str) -> None:
    with pytest.raises(ValueError, match="control"):
        pictures(SDP.replace(b"trackID=1", control.encode()), "rtsp://h/")


def test_a_head_is_read_as_cameras_write_it() -> None:
    said = head.read(b"RTSP/1.0 401 No\r\nCSeq: 1\nnonsense\r\nWWW-Authenticate: A\r\n"
                     b"www-authenticate:B\r\n\r\n")  # fmt: skip
    assert (said.status, said.all("www-authenticate"), said.length) == (401, ["A", "B"], 0)
    assert head.read(b"REDIRECT rtsp://x RTSP/1.0\r\n\r\n").method == "REDIRECT"


@pytest.mark.parametrize("line", [b"", b"ICY 200 OK", b"RTSP/2.0 200 OK", b"RTSP/1.0 2000 OK"])
def test_what_is_no_head_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="no head"):
        head.read(line + b"\r\n\r\n")


@pytest.mark.parametrize("said", ["1\r\nContent-Length: 2", "-1", "٣", "99999999", "70000"])
def test_a_length_that_is_none_or_two_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="length"):
        _ = head.read(f"RTSP/1.0 200 OK\r\nContent-Length: {said}\r\n\r\n".encode()).length


def test_a_head_without_end_is_refused_when_it_is_too_long() -> None:
    line = b"RTSP/1.0 200 OK\r\nX: "
    assert head.end_of(line + b"x" * 1000) == 0
    with pytest.raises(ValueError, match="too long"):
        head.end_of(line + b"x" * head.MOST_BYTES)


PIECES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 255), st.binary(max_size=40)).map(lambda it: told(*it)),
        st.just(b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n$$$"),
        st.just(b"\r\n"),
    ),
    max_size=20,
)


@given(PIECES, st.integers(1, 50))
def test_packets_are_found_however_they_are_cut(pieces: list[bytes], step: int) -> None:
    data, split = b"".join(pieces), InterleavedReader()
    found = [said for at in range(0, len(data), step) for said in split.feed(data[at : at + step])]
    packets = [told(*said) for said in found if isinstance(said, tuple)]
    assert packets == [piece for piece in pieces if piece[:1] == b"$"]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_whatever_comes_is_packets_or_heads_or_refused_and_little_waits(
    pieces: list[bytes],
) -> None:
    split = InterleavedReader()
    try:
        for piece in pieces:
            list(split.feed(piece))
    except ValueError:
        return
    assert len(split._waiting) <= sum(map(len, pieces))


@given(st.binary(max_size=2000) | st.binary(max_size=200).map(lambda more: SDP + more))
def test_no_description_says_anything_of_its_own_to_ffmpeg(description: bytes) -> None:
    try:
        stream = pictures(description, "rtsp://h/")
    except ValueError:
        return
    if stream:
        assert stream.sdp.count("\r\nm=") == 1
        assert all(each.isprintable() for each in stream.sdp.split("\r\n"))
        assert all("!" <= sign <= "~" for sign in stream.control)
