"""Asking over HTTP: what whoever answers can cost, whatever they do."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing

import pytest
from fakes.hostile import HANGING, once, talking
from fakes.runs import LIMIT_S, until

from contrejour.base.http_client import (
    NO_ANSWER,
    EndlessAnswer,
    HalfAnswer,
    HttpClient,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Kind: log\r\n\r\nfour"


def ask(url: str, most: int | None = 4, limit_s: float = LIMIT_S, **more):
    with closing(HttpClient(url, limit_s=limit_s, **more)) as client:
        return client.ask("GET", "/", most=most)


def test_an_answer_has_its_status_its_headers_and_its_bytes():
    with talking(once(OK)) as url:
        answer = ask(url)
    assert (answer.status, answer.headers["x-kind"], answer.body) == (200, "log", b"four")


@pytest.mark.parametrize("how", HANGING)
def test_an_answer_that_never_ends_costs_the_limit_and_no_more(how):
    before = threading.active_count()
    with talking(HANGING[how]) as url, pytest.raises(NO_ANSWER):
        ask(url, 1 << 20, limit_s=0.3)
    assert until(lambda: threading.active_count() <= before)


def test_a_handshake_of_tls_that_drips_costs_no_more_either():
    """A byte now and then, so that no time-out of one byte is ever over."""
    record, over = b"\x16\x03\x03\x40\x00" + bytes(1 << 14), threading.Event()

    def drip(link: socket.socket) -> None:
        for place in range(len(record)):
            if over.wait(0.05):
                return
            link.sendall(record[place : place + 1])

    with talking(drip) as url:
        try:
            with pytest.raises(NO_ANSWER):
                ask(url.replace("http", "https"), limit_s=0.3)
        finally:
            over.set()


LONGER, SHORTER = OK.replace(b": 4", b": 5"), OK.replace(b": 4", b": 5") + b"+"


@pytest.mark.parametrize(("said", "error"), [(LONGER, HalfAnswer), (SHORTER, EndlessAnswer)])
def test_half_an_answer_is_none_and_one_without_end_neither(said, error):
    with talking(once(said)) as url, pytest.raises(error):
        ask(url)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "https://[::1", "http://a:b"])
def test_what_is_no_address_is_asked_nothing(address):
    with pytest.raises(NO_ANSWER):
        ask(address)


def test_one_that_was_stopped_asks_nobody():
    with talking(once(OK)) as url, closing(HttpClient(url, limit_s=LIMIT_S)) as client:
        client.stop()
        with pytest.raises(TimeoutError):
            client.ask("GET", "/", most=4)
        assert client.is_over


def test_where_the_body_is_not_wanted_the_next_answer_is_not_the_rest_of_it():
    with talking(once(OK)) as url, closing(HttpClient(url, limit_s=LIMIT_S)) as client:
        assert client.ask("GET", "/", most=None).body == b""
        assert client.ask("GET", "/", most=4).body == b"four"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    from fakes.certificates import certificate

    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def serve(link: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(link, server_side=True)

    with talking(serve) as url, pytest.raises(ssl.SSLCertVerificationError):
        ask(url.replace("http", "https"))
