"""Who answers a Probe is believed about itself alone."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import contextmanager

import pytest

from contrejour.base.errors import CameraError
from contrejour.media.onvif.probe import is_of, matches, probe, question
from contrejour.media.testcamera.onvif import Discovery

OWN = "http://127.0.0.1:80/onvif/device_service"


def answered(message, address=OWN):
    """What the test camera answers to a message: nothing, or one."""
    sent = []
    discovery = Discovery(address)
    discovery.connection_made(type("Link", (), {"sendto": lambda _, data, to: sent.append(data)})())
    discovery.datagram_received(message, ("127.0.0.1", 1))
    return sent


def test_a_probe_is_answered_with_the_address_of_the_service():
    message, identity = question("urn:uuid:1")
    (answer,) = answered(message)
    assert matches(answer, "127.0.0.1", identity) == [OWN]


def test_other_messages_are_not_answered():
    for message in (b"", b"<a/>", b"\xff", b"<!DOCTYPE a><a/>", answered(question("x")[0])[0]):
        assert answered(message) == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (OWN, [OWN]), ("https://127.0.0.1/x", ["https://127.0.0.1/x"]),
        (f"http://[fe80::1]/x {OWN}", [OWN]),
        ("http://10.9.9.9/x", []), ("file:///etc/passwd", []), ("http://127.0.0.1:99999/x", []),
        ("http://eve:x@127.0.0.1/", []), ("http://[", []), ("", []),
    ],
)  # fmt: skip
def test_an_address_of_another_host_is_not_believed(address, kept):
    message, identity = question("urn:uuid:1")
    (answer,) = answered(message, address)
    assert matches(answer, "127.0.0.1", identity) == kept


def test_an_answer_to_another_question_or_none_is_no_answer():
    (answer,) = answered(question("urn:uuid:1")[0])
    assert matches(answer, "127.0.0.1", "urn:uuid:2") == []
    for data in (b"", b"\0" * 1000, b"<!DOCTYPE a><a/>", b"<a><b></a>"):
        assert matches(data, "127.0.0.1", "urn:uuid:1") == []


@contextmanager
def responder(answers, askers=None):
    """What answers the first datagram with some; the port it is asked at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))

        def serve():
            message, sender = link.recvfrom(65536)
            if askers is not None:
                askers.append(sender)
            for answer in answers(message):
                link.sendto(answer, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield link.getsockname()[1]
        thread.join(10)


def test_noise_does_not_hide_an_answer():
    with responder(lambda message: [b"noise", b"<a/>", *answered(message)]) as port:
        assert probe("127.0.0.1", port) == [OWN]


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is this machine's on Linux alone")
def test_attack_52_whoever_is_asked_alone_is_heard_alone():
    """A login that is meant for one host went to whoever else answered in its place."""

    def other(message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.bind(("127.0.0.2", 0))
            (answer,) = answered(message, "http://127.0.0.2/x")
            link.sendto(answer, asker[0])
        return answered(message)

    with responder(other, asker := []) as port:
        assert probe("127.0.0.1", port) == [OWN]


def test_nobody_who_answers_is_an_error():
    with responder(lambda _: [b"noise"]) as port, \
            pytest.raises(CameraError, match=f"no camera answers at 127.0.0.1:{port}"):  # fmt: skip
        probe("127.0.0.1", port, wait_s=0.2)


def test_a_host_that_is_none_is_an_error():
    with pytest.raises(CameraError, match="can't be reached"):
        probe("no-such-host.invalid", 3702, wait_s=0.2)


def test_only_a_plain_address_is_shown():
    assert is_of("rtsp://10.0.0.8:554/a?b=c", "10.0.0.8", ("rtsp",))
    for strange in ("rtsp://10.0.0.8/\x1b[0m", "rtsp://10.0.0.8/é", f"rtsp://10.0.0.8/{'a' * 400}"):
        assert not is_of(strange, "10.0.0.8", ("rtsp",))
