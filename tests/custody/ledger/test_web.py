"""Whoever answers over HTTP may be an enemy: what it can cost, and that it is said."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from fakes.certificates import certificate
from fakes.hostile import HANGING, NOISE, once, talking
from fakes.ledgers import LOG, entries, trust
from fakes.runs import until

from contrejour.base.errors import LedgerError
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import audit
from contrejour.custody.ledger.server import LedgerServer, Responder, Response, of_log
from contrejour.custody.ledger.tiles import MOST_BUNDLE
from contrejour.custody.ledger.web import opened

ALONE = trust(f"log {LOG.key}\nquorum none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "log", LOG)
    with Log(tmp_path / "log", LOG) as log:
        log.append(entries(600))
        log.publish()
    return tmp_path / "log"


@contextmanager
def answering(asking: Responder) -> Iterator[str]:
    with LedgerServer("127.0.0.1", 0, asking) as server:
        yield server.url


def why(url: str, path: str = "checkpoint", limit_s: float = 20.0) -> str:
    with opened(url, limit_s) as read, pytest.raises(LedgerError) as raised:
        read(path)
    return str(raised.value)


def test_a_log_is_read_over_http_as_in_its_folder_by_one_connection(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, made = HTTPConnection.connect, list[HTTPConnection]()
    monkeypatch.setattr(HTTPConnection, "connect", lambda it: (made.append(it), connect(it)))
    with answering(of_log(folder)) as url:
        for where in (str(folder), url, f"{url}/"):
            with opened(where) as read:
                assert audit(read, ALONE).checkpoint.size == 600
    assert len(made) == 2


def test_a_log_below_a_path_is_asked_there(folder: Path) -> None:
    asked: list[str] = []

    def answer(method: str, path: str, body: bytes) -> Response:
        asked.append(path)
        return of_log(folder)(method, path.removeprefix("/rhone/log"), body)

    with answering(answer) as url, opened(f"{url}/rhone/log/") as read:
        assert read("checkpoint") == (folder / "checkpoint").read_bytes()
    assert asked == ["/rhone/log/checkpoint"]


@pytest.mark.parametrize(
    ("asking", "told"),
    [
        (lambda *_: Response(404), "answered 404 when asked for checkpoint"),
        (lambda *_: Response(301), "answered 301"),
        (lambda *_: Response(200, b"x" * (256 << 10) + b"x"), "an answer without end"),
    ],
)
def test_what_is_no_file_of_a_log_is_refused(asking: Responder, told: str) -> None:
    with answering(asking) as url:
        assert told in why(url)


def test_a_bundle_may_be_large_and_no_larger() -> None:
    for more in (0, 1):
        with (
            answering(lambda *_, more=more: Response(200, bytes(MOST_BUNDLE + more))) as url,
            opened(url) as read,
        ):
            if more:
                with pytest.raises(LedgerError, match="an answer without end"):
                    read("tile/entries/000")
            else:
                assert len(read("tile/entries/000")) == MOST_BUNDLE


def test_no_redirection_is_followed() -> None:
    asked: list[str] = []

    def elsewhere(method: str, path: str, body: bytes) -> Response:
        asked.append(path)
        return Response(200, b"secret")

    with (
        answering(elsewhere) as url,
        talking(lambda it: it.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: %b/x\r\nContent-Length: 0\r\n\r\n" % url.encode()
        )) as moved,
    ):  # fmt: skip
        assert "answered 302" in why(moved)
    assert asked == []


@pytest.mark.parametrize("how", HANGING)
def test_an_answer_that_never_ends_costs_the_limit_and_no_more(how: str) -> None:
    before = threading.active_count()
    with talking(HANGING[how]) as url:
        assert "can't be asked" in why(url, limit_s=0.3)
    assert until(lambda: threading.active_count() <= before)


@pytest.mark.parametrize("how", NOISE)
def test_half_an_answer_and_noise_are_refused(how: str) -> None:
    said, told = NOISE[how]
    with talking(once(said)) as url:
        assert told in why(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://", "http://a:b", "https://[::1", "http://x\n"]
)
def test_an_address_where_nobody_is_is_told(url: str) -> None:
    assert "can't be asked" in why(url)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = LedgerServer("127.0.0.1", 0, of_log(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = server.url.replace("http://", "https://")
    with server:
        assert "self-signed certificate" in why(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        with opened(url) as read:
            assert audit(read, ALONE).checkpoint.size == 600
        assert "can't be asked" in why(url.replace("https", "http"))
        assert "can't be asked" in why(url.replace("127.0.0.1", "localhost")), "another name"


def test_plain_http_is_no_tls(folder: Path) -> None:
    with answering(of_log(folder)) as url:
        assert "can't be asked" in why(url.replace("http", "https"))
