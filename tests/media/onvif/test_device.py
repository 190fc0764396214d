"""A device is asked what it is; what could do harm in its answers is refused, in our words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes.devices import ADDRESSES, device, listener

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.onvif import ask
from contrejour.media.onvif.device import DEVICE
from contrejour.media.onvif.soap import Fault, SoapSession


@pytest.mark.parametrize("newer", [True, False])
def test_a_device_says_what_it_is_and_what_it_sends(newer):
    with device(newer=newer) as address:
        found = ask(address)
    assert (found.maker, found.model, found.firmware) == ("Contrejour", "Test camera", "1")
    assert abs(found.ahead) < timedelta(seconds=5)
    told = [(each.token, each.codec, each.width, each.height, each.rate) for each in found.profiles]
    assert told == [
        ("main", "H264", 1920, 1080, 25), ("sub1", "H265", 640, 360, 12),
        ("sub2", "JPEG", 320, 240, 5),
    ]  # fmt: skip
    assert tuple(each.address for each in found.profiles) == ADDRESSES


@pytest.mark.parametrize("login", ["eve:s3:cret", 'é:<&">'])
def test_a_password_is_proven_and_not_sent(login):
    heard: list[bytes] = []
    with device(heard=heard.append, login=login) as address:
        assert len(ask(address, login, in_clear=True).profiles) == 3
        for wrong in ("eve:wr0ng", "bob:s3:cret"):
            with pytest.raises(CameraRefused, match="refuses the user or the password") as caught:
                ask(address, wrong, in_clear=True)
            assert "wr0ng" not in str(caught.value)
        with pytest.raises(CameraRefused, match="wants a login"):
            ask(address)
    assert not any(login.partition(":")[2].encode() in each for each in heard)


def test_attack_52_a_token_that_fits_every_camera_is_not_given_to_who_answers():
    """A device of the network asked for one, and used it at another camera for another question."""
    heard: list[bytes] = []
    with device(heard=heard.append, login="eve:s3cret") as address:
        with pytest.raises(CameraRefused, match="but a WS-UsernameToken, without TLS"):
            ask(address, "eve:s3cret")
        assert len(heard) == 2  # what time it is, and what it is
        assert not any(b"UsernameToken" in each for each in heard)
        ask(address, "eve:s3cret", in_clear=True)
        assert any(b"UsernameToken" in each for each in heard)


def test_attack_52_a_login_goes_to_the_host_that_was_named_alone():
    heard: list[bytes] = []
    with device(heard=heard.append, login="eve:s3cret") as address:
        talk = SoapSession("10.9.9.9", "eve:s3cret", in_clear=True)
        with pytest.raises(CameraRefused, match=r"10\.9\.9\.9"):
            talk.ask(address, f'<GetDeviceInformation xmlns="{DEVICE}"/>')
    assert not any(b"UsernameToken" in each for each in heard)


def test_a_clock_that_is_wrong_is_reckoned_with():
    with device(lambda body: body.replace("<t:Year>20", "<t:Year>19")) as address:
        assert ask(address).ahead < timedelta(days=-36_000)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("<t:Width>1920", "<t:Width>-1920", "Resolution/Width is -1920"),
        ("<t:Width>1920", "<t:Width>" + "9" * 400, "Resolution/Width is 999"),
        ("<t:Width>1920", "<t:Width>wide", "Resolution/Width is wide"),
        ("<t:Height>1080</t:Height>", "", "Resolution/Height is nothing"),
        ("<t:FrameRateLimit>25", "<t:FrameRateLimit>nan", "FrameRateLimit is nan"),
        ("<t:Month>", "<t:Month>9", "doesn't say what time it is"),
        ("<t:Year>20", "<t:Year>99", "doesn't say what time it is"),
        ("rtsp://127.0.0.1", "rtsp://10.9.9.9", "sends elsewhere for its pictures"),
        ("rtsp://127.0.0.1:554", "file://127.0.0.1", "sends elsewhere for its pictures"),
        ("rtsp://127.0.0.1:554", "http://127.0.0.1", "sends elsewhere for its pictures"),
        ("rtsp://127.0.0.1:554", "rtsp://127.0.0.1:x", "sends elsewhere for its pictures"),
        ("rtsp://127.0.0.1:554", "rtsp://[", "sends elsewhere for its pictures"),
        ("/stream", "/\x1b[31mstream", "is no ONVIF"),
        ("/stream", "/a b", "sends elsewhere for its pictures"),
        ("/onvif/media", "@10.9.9.9/onvif/media", "sends elsewhere for its media service"),
        ("<s:Envelope", "<!DOCTYPE x><s:Envelope", "is no ONVIF"),
        ("<s:Envelope", "<s:Enve", "is no ONVIF"),
        ("<s:Body>", "<s:Body>" + "<a/>" * 70_000, "is no ONVIF"),
        ("s:Body>", "s:Corpse>", "is no ONVIF"),
    ],
)  # fmt: skip
def test_an_answer_that_could_do_harm_is_refused(before, after, said):
    with device(lambda body: body.replace(before, after)) as address, \
            pytest.raises(CameraRefused, match=said):  # fmt: skip
        ask(address)


def test_an_xml_bomb_is_refused_unread():
    bomb = (
        '<!DOCTYPE b [<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        + "]><b>&a11;</b>"
    )
    for data in (bomb.encode(), bomb.encode("utf-16")):

        def serve(talk, data=data):
            question(talk)
            talk.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + data)

        with listener(serve) as address, pytest.raises(CameraRefused, match="is no ONVIF"):
            ask(address)


def test_names_are_one_plain_line():
    name = "Cam\u202e\x7fera\n# site: 2" + "x" * 5000
    with device(lambda body: body.replace("Test camera", name)) as address:
        model = ask(address).model
    assert model.startswith("Cam era # site: 2xxx")
    assert len(model) == 60


def test_a_login_in_an_address_is_left_out():
    addresses = [
        "rtsp://eve:s3cret@127.0.0.1/a?channel=1&subtype=0",
        "rtsp://127.0.0.1/b?User=eve&password=s3cret&channel=2",
        "rtsp://127.0.0.1/c",
    ]
    with device(addresses=addresses) as address:
        found = [each.address for each in ask(address).profiles]
    assert found == ["rtsp://127.0.0.1/a?channel=1&subtype=0", "rtsp://127.0.0.1/b?channel=2",
                     "rtsp://127.0.0.1/c"]  # fmt: skip


def question(talk):
    """Read a whole question."""
    data = b""
    while not data.endswith(b"</s:Envelope>"):
        data += talk.recv(65536)


def drip(talk):
    """A byte now and then: each in time, all of them never."""
    question(talk)
    talk.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    talk.settimeout(0.02)
    while True:
        talk.sendall(b"<")
        try:
            if not talk.recv(1):
                return
        except TimeoutError:
            continue


def flood(talk):
    question(talk)
    talk.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        talk.sendall(b"<a>" * 10_000)


def headers(talk):
    question(talk)
    talk.sendall(b"HTTP/1.0 200 OK\r\n")
    while True:
        talk.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        (drip, "went silent"), (lambda talk: question(talk) or talk.recv(1), "went silent"),
        (flood, "is no ONVIF"), (headers, "is no ONVIF"),
        (lambda talk: question(talk) or talk.sendall(b"\0" * 100), "is no ONVIF"),
        (lambda talk: talk.close(), "can't be reached|is no ONVIF"),
    ],
)  # fmt: skip
def test_a_device_that_is_slow_or_never_ends_is_given_up(serve, said):
    with listener(serve) as address, pytest.raises(CameraError, match=said):
        ask(address, answer_s=0.3)


def test_a_device_that_is_older_than_a_question_is_asked_another():
    with device(newer=False) as address:
        assert len(ask(address).profiles) == 3
    with device(lambda body: body.replace("GetCapabilitiesResponse", "Nothing"),
                newer=False) as address, pytest.raises(CameraRefused):  # fmt: skip
        ask(address)


def test_a_question_refused_is_told_with_its_reason():
    with device(lambda body: body.replace("GetDeviceInformationResponse", "s:Fault")) as address, \
            pytest.raises(Fault, match="refuses a question"):  # fmt: skip
        ask(address)
