"""What is served: a log's public files, a witness's one call; and nothing to whoever misbehaves."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes.ledgers import LOG, NOW_S, WITNESSES, Tree, entries
from fakes.runs import LIMIT_S, until

from contrejour.base.errors import OutputFailed
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.server import LedgerServer, of_log, of_witness
from contrejour.custody.ledger.witness import MOST_BYTES, CheckpointRequest, Witness


@pytest.fixture
def log(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "log"
    create(folder, LOG)
    with Log(folder, LOG) as opened:
        opened.append(entries(300))
        opened.publish()
    (folder / "tile" / "secret").write_text("secret")
    with LedgerServer("127.0.0.1", 0, of_log(folder)) as server:
        yield server.url


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[str]:
    with (
        Witness(tmp_path / "seen", WITNESSES[0], [LOG.key], clock=lambda: NOW_S) as known,
        LedgerServer("127.0.0.1", 0, of_witness(known)) as server,
    ):
        yield server.url


def fetch(
    url: str, path: str, method: str = "GET", **more: object
) -> tuple[int, dict[str, str], bytes]:
    talk = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LIMIT_S)
    talk.request(method, path, **more)  # type: ignore[arg-type]
    answer = talk.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def raw(url: str, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=LIMIT_S) as talk:
        talk.sendall(request)
        talk.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: talk.recv(65536), b""))


def test_checkpoint_and_tiles_are_served_as_the_specification_wants(
    log: str, tmp_path: Path
) -> None:
    status, headers, body = fetch(log, "/checkpoint")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    assert body == (tmp_path / "log" / "checkpoint").read_bytes()
    status, headers, body = fetch(log, "/tile/entries/001.p/44")
    assert (status, headers["content-type"]) == (200, "application/octet-stream")
    assert "immutable" in headers["cache-control"]
    assert len(fetch(log, "/tile/0/000")[2]) == 8192
    assert fetch(log, "/tile/0/000", "HEAD")[2] == b""


def test_the_page_that_checks_a_proof_is_served_as_it_is_in_the_package(log: str) -> None:
    status, headers, body = fetch(log, "/verify.html")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == (files("contrejour.custody.ledger") / "verify.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/sequencer.sqlite", "/lock", "/", "/tile/secret", "/tile/0/999", "/tile/0/../secret",
        "/../etc/passwd", "//etc/passwd", "/tile/0/000?x", "/tile/0/001.p/45", "/%2e%2e/lock",
    ],
)  # fmt: skip
def test_nothing_else_is_there(log: str, path: str) -> None:
    assert fetch(log, path)[::2] == (404, b"nothing is there\n")


def test_a_log_takes_nothing_over_http(log: str) -> None:
    assert fetch(log, "/checkpoint", "POST", body=b"x")[0] == 405
    assert fetch(log, "/checkpoint", "PUT", body=b"x")[0] == 501


def test_a_witness_is_asked_over_http(witness: str) -> None:
    body = str(CheckpointRequest(0, (), Tree(entries(9)).checkpoint(9))).encode()
    assert fetch(witness, "/add-checkpoint", "POST", body=body)[0] == 200
    status, headers, told = fetch(witness, "/add-checkpoint", "POST", body=body)
    assert (status, headers["content-type"], told) == (409, "text/x.tlog.size", b"9\n")
    assert fetch(witness, "/add-checkpoint")[0] == 405
    assert fetch(witness, "/other", "POST", body=body)[0] == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 99999999", 413),
        (b"Content-Length: %d" % (MOST_BYTES + 1), 413),
        (b"Content-Length: -1", 400),
        (b"Content-Length: x", 400),
        (b"Content-Length: 1\r\nTransfer-Encoding: chunked", 400),
        (b"X: y", 411),
    ],
)
def test_a_body_without_a_length_that_fits_is_not_read(
    witness: str, head: bytes, status: int
) -> None:
    told = raw(witness, b"POST /add-checkpoint HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\nxxxx")
    assert told.startswith(b"HTTP/1.1 %d" % status)
    assert told.count(b"HTTP/1.1") == 1


def test_a_get_with_a_body_is_refused(log: str) -> None:
    assert fetch(log, "/checkpoint", body=b"x")[0] == 413


def test_so_many_connections_and_no_more(tmp_path: Path) -> None:
    create(tmp_path / "log", LOG)
    with LedgerServer("127.0.0.1", 0, of_log(tmp_path / "log"), most=2) as server:
        port = urlsplit(server.url).port or 0
        held = [socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) for _ in range(2)]
        for each in held:
            each.sendall(b"GET /checkpoint HTTP/1.1\r\nHost: a\r\n\r\n")
            assert each.recv(100).startswith(b"HTTP/1.1 200")
        assert until(lambda: server.connections.waiting() == 2)
        assert fetch(server.url, "/checkpoint")[0] == 200
        while held[0].recv(4096):
            pass  # its answer; then it is hung up on, the oldest that asks for nothing
        for each in held:
            each.close()


def test_an_address_in_use_is_said(log: str) -> None:
    with pytest.raises(OutputFailed, match="can't be listened on"):
        LedgerServer("127.0.0.1", urlsplit(log).port or 0, lambda *_: pytest.fail("asked"))


def test_a_witness_that_can_t_remember_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    with (
        Witness(tmp_path / "seen", WITNESSES[0], [LOG.key]) as known,
        LedgerServer(
            "127.0.0.1", 0, of_witness(known), broke=lambda each: told.append(str(each))
        ) as server,
    ):
        known._known.execute("pragma query_only = on")
        body = str(CheckpointRequest(0, (), Tree(entries(9)).checkpoint(9))).encode()
        assert fetch(server.url, "/add-checkpoint", "POST", body=body)[0] == 503
    assert "can't be used" in told[0]
