"""What every server of ours takes, and from whom, whatever strangers do."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from fakes.sockets import holding, raw

from contrejour.base import http_head
from contrejour.base.http import Connections, Listener, network_of
from contrejour.custody.ledger.server import LedgerServer, Response
from contrejour.live.pages import Server
from contrejour.live.pages.answer import Answer

PLAIN = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
AMBIGUOUS = {
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "the same length twice": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
    b"Content-Length: 0\r\n\r\n",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n",
    "length and coding": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: identity\r\n\r\n",
    "a bare LF": b"GET / HTTP/1.1\nHost: a\n\n",
    "one bare LF": b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "a bare CR": b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
    "a field without a colon": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length\r\n\r\n",
    "a signed length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "no version": b"GET /\r\nHost: a\r\n\r\n",
    "another version": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "an empty line first": b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "without an end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 6000,
    "many fields": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 101 + b"\r\n",
}  # fmt: skip


@pytest.fixture(params=["pages", "ledger"])
def listener(request: pytest.FixtureRequest) -> Iterator[Listener]:
    made: Listener
    if request.param == "pages":
        made = Server("127.0.0.1", 0, lambda _: Answer(200, b"x"))
    else:
        made = LedgerServer("127.0.0.1", 0, lambda *_: Response(200, b"x"))
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("how", AMBIGUOUS)
def test_attack_26_a_head_that_can_be_read_in_two_ways_ends_the_connection(
    listener: Listener, how: str
) -> None:
    told = raw(listener.server_port, AMBIGUOUS[how] + PLAIN)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.count(b"HTTP/1.1") == 1
    assert b"Connection: close" in told


def test_what_browsers_and_proxies_send_is_answered(listener: Listener) -> None:
    head = b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-Name: \xc3\xa9\r\nEmpty:\r\n\r\n"
    told = raw(listener.server_port, head + PLAIN)
    assert told.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("said", [b"", b"GET / HT", PLAIN[:-2], b"GET / HTTP/1.1\r\nX: "])
def test_attack_16_whoever_holds_500_connections_keeps_nobody_out(
    listener: Listener, said: bytes
) -> None:
    with holding(listener.server_port, 500, said):
        for _ in range(20):
            assert raw(listener.server_port, PLAIN).startswith(b"HTTP/1.1 200")


def test_attack_16_a_drop_now_and_then_buys_no_time(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline is the head's, not of each byte: who drips for ever is hung up on."""
    monkeypatch.setattr("contrejour.base.http.HEAD_S", 0.3)
    with holding(listener.server_port, 1, b"GET / HTTP/1.1\r\nX: ") as (link,):
        link.settimeout(0.02)
        while True:
            try:
                link.sendall(b"y")
                if link.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break


def test_attack_16_a_body_that_never_comes_keeps_nobody_out() -> None:
    with LedgerServer("127.0.0.1", 0, lambda *_: Response(200, b"x")) as server:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"
        with holding(server.server_port, 200, head):
            assert raw(server.server_port, PLAIN).startswith(b"HTTP/1.1 200")


def pair() -> socket.socket:
    return socket.socketpair()[0]


def test_the_oldest_that_asked_for_nothing_gives_way_of_the_address_that_has_most() -> None:
    known, links = Connections(3), [pair() for _ in range(4)]
    for link, host in zip(links, ("10.0.0.1", "10.0.0.2", "10.0.0.1"), strict=False):
        assert known.enter(link, host)
    assert known.enter(links[3], "10.0.0.3")
    assert [each.link for each in known._open.values()] == [links[1], links[2], links[3]]


def test_who_asked_gives_way_only_to_who_has_less() -> None:
    known, links = Connections(3), [pair() for _ in range(5)]
    for link in links[:3]:
        assert known.enter(link, "10.0.0.1")
        known.asked(link, True)
    assert not known.enter(links[3], "10.0.0.1")
    assert known.enter(links[4], "10.0.0.2")


def test_an_address_is_one_of_ipv4_or_a_network_of_ipv6() -> None:
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:1::1")


def test_a_head_is_whole_at_its_empty_line_and_not_before() -> None:
    for at in range(len(PLAIN)):
        assert not http_head.ends(PLAIN[:at])
    assert http_head.ends(PLAIN + b"\n") == len(PLAIN)
    assert http_head.fault(PLAIN) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_attack_27_a_name_that_nobody_allowed_is_not_answered(host: str) -> None:
    """A page of evil.example whose name is made to mean this machine reads no picture."""
    server = Server(host, 0, lambda _: Answer(200, b"x"), names=["cameras.example.org"])
    server.start()
    try:
        for asked, status in [
            ("evil.example", 421), (f"evil.example:{server.port}", 421), ("8.8.8.8", 421),
            ("127.0.0.1.evil.example", 421), ("", 421), ("cameras.example.org.evil", 421),
            ("127.0.0.1", 200), (f"localhost:{server.port}", 200), ("[::ffff:127.0.0.1]", 200),
            ("Cameras.Example.org:443", 200),
        ]:  # fmt: skip
            told = raw(server.port, PLAIN.replace(b"127.0.0.1", asked.encode()))
            assert told.startswith(b"HTTP/1.1 %d" % status), asked
    finally:
        server.stop()
