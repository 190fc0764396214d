"""The process that connects, asked as FFmpeg asks it, with a camera that says what it is told."""

from __future__ import annotations

import itertools
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from urllib.parse import urlsplit

import psutil
import pytest
from fakes.liars import OK, Liar, liar
from fakes.runs import LIMIT_S, until

from contrejour.base.errors import CameraError, CameraRefused, ContrejourError
from contrejour.media.camera.relay.begin import Relay
from contrejour.media.camera.relay.head import MOST_BODY, MOST_BYTES
from contrejour.media.camera.relay.interleaved import told

NAME = "rtsp://camera/x"
SDP = (
    "v=0\r\nm=audio 0 RTP/AVP 0\r\na=control:sound\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:pictures\r\n"
)
RTP = bytes.fromhex("80600001000000010000000741") + b"picture"


def said(*fields: str, body: str = "", status: str = "200 OK") -> bytes:
    lines = [f"RTSP/1.0 {status}", "CSeq: CSEQ", *fields, f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


DESCRIBED = said(body=SDP)
SET_UP = said("Session: 7;timeout=60", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5")


@dataclass
class Watched:
    """`said` is what comes on FFmpeg's connection."""

    relay: Relay
    link: socket.socket
    said: BufferedReader
    camera: Liar

    def ask(self, method: str) -> None:
        asked = f"{method} {self.relay.line.address} RTSP/1.0\r\nCSeq: 1\r\n\r\n"
        self.link.sendall(asked.encode())

    def answer(self) -> bytes:
        """With its body; b"" where it went wrong."""
        head = b""
        try:
            while (line := self.said.readline()).strip():
                head += line
        except ConnectionResetError:
            return b""
        length = re.search(rb"Content-Length: ([0-9]+)", head)
        return head + self.said.read(int(length[1]) if length else 0)

    def begin(self) -> bytes:
        """The camera is called, and FFmpeg's first question answered."""
        self.ask("OPTIONS")
        assert self.relay.line.ready()
        assert self.camera.told == b"", "it is not called before"
        self.relay.line.go()
        return self.answer()

    def play(self) -> bytes:
        """All the rest until packets come; how the stream was described."""
        answers = []
        for method in ("DESCRIBE", "SETUP", "PLAY"):
            self.ask(method)
            answers.append(self.answer())
        return answers[0]

    def reason(self) -> ContrejourError:
        with pytest.raises(ContrejourError) as caught, self.relay.line.reasons(NAME):
            raise CameraError("camera-hung-up", camera=NAME)
        return caught.value


@contextmanager
def watched(*answers: bytes, transport: str = "tcp") -> Iterator[Watched]:
    with liar(*answers) as camera:
        relay = Relay(
            f"rtsp://eve:s3cret@{camera.place}/x", NAME,
            transport=transport, trust="", login_in_clear=False,
        )  # fmt: skip
        with closing(relay):
            port = urlsplit(relay.line.address).port
            with socket.create_connection(("127.0.0.1", port), LIMIT_S) as link:
                yield Watched(relay, link, link.makefile("rb"), camera)


def test_packets_pass_untouched_and_sound_is_never_asked_for() -> None:
    sent = b"".join((told(4, RTP), told(5, b"\x80\xc8" + bytes(26)), told(9, b"another's")))
    with watched(OK, DESCRIBED, SET_UP, said("Session: 7") + sent) as one:
        assert one.begin().startswith(b"RTSP/1.0 200 OK")
        assert one.play().endswith(b"a=rtpmap:96 H264/90000\r\na=control:pictures\r\n")
        wanted = told(0, RTP) + told(1, b"\x80\xc8" + bytes(26))
        assert one.said.read(len(wanted)) == wanted
        assert one.relay.line.sandbox
        questions = re.findall(rb"^([A-Z]+) (\S+)", one.camera.told, re.MULTILINE)
    assert [method for method, _ in questions] == [b"OPTIONS", b"DESCRIBE", b"SETUP", b"PLAY"]
    assert not any(b"sound" in url for _, url in questions)
    assert b"s3cret" not in one.camera.told


def test_who_does_not_know_the_path_is_hung_up_on() -> None:
    with watched(OK) as one:
        port = one.link.getpeername()[1]
        one.link.sendall(f"OPTIONS rtsp://127.0.0.1:{port}/guess RTSP/1.0\r\n\r\n".encode())
        assert one.link.recv(65536) == b""
        with socket.create_connection(("127.0.0.1", port), LIMIT_S) as silent:
            assert silent.recv(65536) == b""
        assert one.camera.told == b""


REFUSED = {
    "a redirect to itself": ([OK, said("Location: rtsp://eve:x@camera/y?k=1", status="302 Found")],
                             "leads elsewhere, to rtsp://camera/y"),
    "a description that leads elsewhere": ([OK, said("Location: /y", status="301 Moved")],
                                           "leads elsewhere, to /y"),
    "a question again and again": ([said('WWW-Authenticate: Digest realm="x", nonce="1"',
                                         status="401 No")] * 9, "refuses the user"),
    "a challenge that is always stale": ([said(
        'WWW-Authenticate: Digest realm="x", nonce="1", stale=true', status="401 No")] * 9,
        "refuses the user"),
    "a channel beyond a byte": ([OK, DESCRIBED, said(
        "Session: 7", "Transport: RTP/AVP/TCP;unicast;interleaved=0-999")], "doesn't speak RTSP"),
    "a head without end": ([b"RTSP/1.0 200 OK\r\nX: " + b"x" * MOST_BYTES], "doesn't speak RTSP"),
    "a body without end": ([OK, b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY + 1)],
                           "doesn't speak RTSP"),
    "two lengths": ([OK, b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
                    "doesn't speak RTSP"),
    "another question in an address": (
        [OK, said(body=SDP.replace("control:pictures", "control:x RTSP/1.0"))],
        "doesn't speak RTSP"),
    "no pictures": ([OK, said(body=SDP.partition("m=video")[0])], "sends no pictures"),
    "no such stream": ([OK, said(status="404 Not Found")], "has no such stream"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_attack_15_what_a_camera_answers_is_bounded_and_refused_in_words(kind: str) -> None:
    answers, words = REFUSED[kind]
    with watched(*answers) as one:
        assert one.begin() == b""
        assert words in str(one.reason())
        assert b"s3cret" not in one.camera.told
        assert one.camera.asked <= 4


def test_a_camera_that_goes_on_about_something_else_between_packets_is_left() -> None:
    with watched(OK, DESCRIBED, SET_UP, said("Session: 7") + told(4, RTP) + b"nonsense") as one:
        one.begin()
        one.play()
        one.said.read()
        reason = one.reason()
    assert "doesn't speak RTSP" in str(reason)
    assert not isinstance(reason, CameraRefused), "it is tried again"


@pytest.fixture
def ports() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A camera's, of UDP."""
    with (
        socket.socket(type=socket.SOCK_DGRAM) as rtp,
        socket.socket(type=socket.SOCK_DGRAM) as rtcp,
    ):
        for link in (rtp, rtcp):
            link.bind(("127.0.0.1", 0))
            link.settimeout(LIMIT_S)
        yield rtp, rtcp


@pytest.mark.skipif(sys.platform != "linux", reason="asks which sockets another process has")
def test_over_udp_the_camera_alone_is_heard_and_gets_reports_and_nothing_of_ffmpeg_s(
    ports: tuple[socket.socket, socket.socket],
) -> None:
    rtp, rtcp = ports
    first, second = (link.getsockname()[1] for link in ports)
    over = said("Session: 7", f"Transport: RTP/AVP;unicast;server_port={first}-{second}")
    with watched(OK, DESCRIBED, over, said("Session: 7"), transport="udp") as one:
        one.begin()
        heard = [rtcp.recv(4096)]  # before it was shut in: it opens the way
        one.play()
        found = re.search(rb"client_port=([0-9]+)-", one.camera.told)
        assert found
        there = ("127.0.0.1", int(found[1]))
        with socket.socket(type=socket.SOCK_DGRAM) as stranger:
            stranger.sendto(RTP.replace(b"picture", b"another"), there)
        rtp.sendto(RTP, there)
        assert one.said.read(4 + len(RTP)) == told(0, RTP)
        links = psutil.Process(one.relay.pid).net_connections("udp")
        assert sorted(link.raddr.port for link in links) == sorted((first, second))
        one.link.sendall(told(1, b"\x81\xc9taken over"))
        one.ask("SET_PARAMETER")
        number = itertools.count(2)

        def reported() -> bool:
            rtp.sendto(RTP[:2] + next(number).to_bytes(2) + RTP[4:], there)  # it isn't silent
            rtcp.settimeout(0.2)
            try:
                heard.append(rtcp.recv(4096))
            except TimeoutError:
                return False
            return True

        assert until(reported)
        asked = bytes(one.camera.told)
    assert [each[:2] for each in heard] == [b"\x80\xc9", b"\x81\xc9"]
    assert not any(b"taken over" in each for each in heard)
    assert b"SET_PARAMETER" not in asked
