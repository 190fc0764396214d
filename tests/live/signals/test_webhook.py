"""Signed, in order, never where it was not sent: against a real server on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes import authorities
from fakes.runs import LIMIT_S, until

from contrejour.base.errors import UsageError
from contrejour.base.pictures import Event
from contrejour.live.signals import webhook as module
from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.outbox import Unsent, Unwanted
from contrejour.live.signals.signals import Signals
from contrejour.live.signals.webhook import Hook, Webhook, secret_of, signature

NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
KEY = bytes(range(32))
ENTRY = JournalEntry("9f3c2a1b", 17, EntryKind.EVENT, NOW, {"camera": "quais-01", "kind": "zone"})
DOCS = Path(__file__).parents[3] / "docs" / "reference" / "signals.md"
Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", "0")
        request.end_headers()

    return answer


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def talks_nonsense(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\0\1\2 nonsense\r\n\r\n")
    request.close_connection = True


class Server:
    """Answers in turn as it is told, then 200; keeps what it was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.done = threading.Event()


@contextmanager
def serving(*answers: Answer, tls: tuple[Path, Path] | None = None) -> Iterator[tuple[Server, str]]:
    server = Server(*answers)

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            (server.answers.pop(0) if server.answers else status(200))(self)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as http:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            http.socket = context.wrap_socket(http.socket, server_side=True)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        scheme = "https" if tls else "http"
        try:
            yield server, f"{scheme}://127.0.0.1:{http.server_address[1]}/hook?t=secret-token"
        finally:
            server.done.set()
            http.shutdown()
            thread.join()


def hook(url: str, ca: Path | None = None) -> Webhook:
    return Webhook(Hook(url, KEY, ca), now=lambda: NOW.timestamp())


# What is sent


def test_it_is_signed_as_standard_webhooks_has_it() -> None:
    with serving() as (server, url):
        hook(url).send(ENTRY)
    headers, body = server.got[0]
    assert headers["webhook-id"] == "9f3c2a1b-17"
    assert headers["webhook-timestamp"] == "1802424600"
    signed = b"9f3c2a1b-17.1802424600." + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body) == {
        "type": "event",
        "timestamp": "2027-02-12T09:30:00.000000Z",
        "data": {"camera": "quais-01", "kind": "zone", "id": "9f3c2a1b-17"},
    }


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    # From the specification's own test vector (standard-webhooks 1.0.0, symmetric signatures).
    key = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_the_example_in_the_reference_is_right() -> None:
    text = DOCS.read_text()
    secret, webhook_id, timestamp, signed, body = (
        re.findall(pattern, text)[0]
        for pattern in (
            r"(whsec_[^`\s$]{30,})", r"webhook-id: (\S+)", r"webhook-timestamp: (\d+)",
            r"webhook-signature: (v1,\S+)", r'(?m)^ +(\{"data":.*"type":"event"\})$',
        )
    )  # fmt: skip
    assert signature(secret_of(secret), webhook_id, int(timestamp), body.encode()) == signed


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "whsec_" + "A" * 33, "x" * 40,
                                  base64.b64encode(KEY).decode()])  # fmt: skip
def test_a_secret_that_is_none_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as error:
        secret_of(text)
    assert not text or text not in str(error.value)


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://host/", "gopher://host/", "https://", "http:///path", "host/path",
    "https://user:password@host/", "https://host:99999/", "https://host/ x",
    "https://host/\r\nx: y",
])  # fmt: skip
def test_only_an_address_of_the_web_without_a_login_is_one(url: str) -> None:
    with pytest.raises(UsageError, match="not the address of a webhook"):
        hook(url)


def test_neither_the_address_nor_the_secret_is_in_what_is_shown() -> None:
    shown = repr(Hook("https://host/token", KEY))
    assert "token" not in shown
    assert "\\x" not in shown


# What is answered


@pytest.mark.parametrize("code", [200, 202, 204])
def test_2xx_is_taken(code: int) -> None:
    with serving(status(code)) as (server, url):
        hook(url).send(ENTRY)
    assert len(server.got) == 1


@pytest.mark.parametrize("answer", [
    status(500), status(503), status(408), status(429), hangs_up, talks_nonsense,
])  # fmt: skip
def test_what_may_pass_is_tried_again(answer: Answer) -> None:
    with serving(answer) as (server, url):
        with pytest.raises(Unsent) as error:
            hook(url).send(ENTRY)
        assert "secret-token" not in str(error.value)
        hook(url).send(ENTRY)
    ids = [headers["webhook-id"] for headers, _ in server.got]
    assert ids == ["9f3c2a1b-17", "9f3c2a1b-17"]
    assert server.got[0][1] == server.got[1][1]


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_no_redirect_is_followed(code: int) -> None:
    with (
        serving() as (other, elsewhere),
        serving(status(code, location=elsewhere)) as (_, url),
        pytest.raises(Unwanted, match=f"127.0.0.1 answers {code}"),
    ):
        hook(url).send(ENTRY)
    assert other.got == []


@pytest.mark.parametrize("code", [400, 401, 404, 410, 413])
def test_what_will_not_pass_is_refused(code: int) -> None:
    with serving(status(code)) as (_, url), pytest.raises(Unwanted):
        hook(url).send(ENTRY)


def test_nobody_there_is_tried_again() -> None:
    with serving() as (_, url):
        pass
    with pytest.raises(Unsent, match="Connection refused"):
        hook(url).send(ENTRY)


def test_one_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.05)
    with serving() as (server, url):
        server.answers = [lambda _: bool(server.done.wait(LIMIT_S)) or None]
        with pytest.raises(Unsent, match="no answer"):
            hook(url).send(ENTRY)
        server.done.set()


def test_one_that_answers_a_byte_at_a_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.2)

    def drips(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while not server.done.wait(0.01):  # never the end of the head
                request.wfile.write(b"x")
        except OSError:
            server.done.set()

    with serving(drips) as (server, url):
        with pytest.raises(Unsent, match="no answer in time"):
            hook(url).send(ENTRY)
        assert server.done.wait(LIMIT_S)


def test_time_that_is_up_before_there_is_a_connection_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving() as (server, url):
        to = hook(url)
        monkeypatch.setattr(http.client.HTTPConnection, "connect", lambda _: to._client.stop())
        with pytest.raises(Unsent, match="no answer in time"):
            to.send(ENTRY)
    assert server.got == []


def test_of_a_huge_answer_only_the_head_is_read() -> None:
    gone = threading.Event()

    def huge(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-length", str(1 << 40))
        request.end_headers()
        try:
            while True:
                request.wfile.write(bytes(1 << 20))
        except OSError:
            gone.set()

    with serving(huge) as (_, url):
        hook(url).send(ENTRY)
        assert gone.wait(LIMIT_S)


def test_stopping_ends_a_request_that_hangs() -> None:
    with serving() as (server, url):
        server.answers = [lambda _: bool(server.done.wait(LIMIT_S)) or None]
        to = hook(url)
        failed: list[Unsent] = []

        def send() -> None:
            try:
                to.send(ENTRY)
            except Unsent as error:
                failed.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        assert until(lambda: bool(server.got))
        to.stop()
        thread.join(4)
        assert not thread.is_alive()
        assert failed


def test_a_certificate_of_the_authority_named_is_trusted_and_no_other(tmp_path: Path) -> None:
    ca, cert, key = authorities.made(tmp_path)
    with serving(tls=(cert, key)) as (server, url):
        with pytest.raises(Unsent, match="no safe connection: CERTIFICATE_VERIFY_FAILED"):
            hook(url).send(ENTRY)
        assert server.got == []
        hook(url, ca).send(ENTRY)
        assert len(server.got) == 1


def test_a_certificate_of_another_host_is_not_trusted(tmp_path: Path) -> None:
    ca, cert, key = authorities.made(tmp_path, host="127.0.0.2")
    with serving(tls=(cert, key)) as (server, url):
        with pytest.raises(Unsent, match="CERTIFICATE_VERIFY_FAILED"):
            hook(url, ca).send(ENTRY)
        assert server.got == []


def test_all_arrive_in_order_past_a_server_that_fails_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contrejour.live.signals.outbox.FIRST_WAIT_S", 0.001)
    answers = [status(500), status(200), hangs_up, status(404), status(429), status(503)]
    event = Event("zone", "quais-01", "voie-b", NOW, None, 0.5)
    with serving(*answers) as (server, url), Signals(tmp_path, [hook(url)]) as signals:
        sent = [signals.event(event).id for _ in range(6)]
        assert until(lambda: signals.told()[0].waiting == 0)
        assert (signals.told()[0].refused, signals.told()[0].sent) == (1, 5)
    ids = [headers["webhook-id"] for headers, _ in server.got]
    assert list(dict.fromkeys(ids)) == sent
