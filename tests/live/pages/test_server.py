"""Connections: few, short, from this machine, reading only; and what is on which path."""

from __future__ import annotations

import json
import re
import socket
from contextlib import closing
from html import escape
from http.client import HTTPConnection
from pathlib import Path

import pytest
from fakes.plans import PRIVACY, plan_for
from fakes.runs import LIMIT_S, until
from prometheus_client.parser import text_string_to_metric_families

from contrejour.base.errors import CameraRefused, OutputFailed
from contrejour.live.pages import Server, SitePages
from contrejour.live.pages.answer import Answer, PageRequest
from contrejour.live.pages.page import STATIC, language
from contrejour.live.site import SiteCamera
from contrejour.live.watch import RunningCameras, Watcher

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
SECRET = "rtsp://eve:hunter2@10.9.8.7/stream"


def watcher(tmp_path, name: str = "cam-a", **more) -> Watcher:
    plan = more.pop("plan", None) or plan_for("view.live", name=name)
    place = SiteCamera(address="rtsp://10.9.8.7/stream", privacy=PRIVACY)
    return Watcher(plan, name, place, SECRET, tmp_path / name, **more)


@pytest.fixture
def cameras(tmp_path) -> RunningCameras:
    return RunningCameras(watchers={"cam-a": watcher(tmp_path)})


@pytest.fixture
def server(cameras):
    made = Server("127.0.0.1", 0, SitePages(cameras))
    made.start()
    yield made
    made.stop()


def ask(server, path: str, method: str = "GET", **headers: str):
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=LIMIT_S)) as talk:
        talk.request(method, path, headers=headers)
        got = talk.getresponse()
        return got, got.read()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/cam-a", 308), ("/cam-a/", 200), ("/healthz", 503), ("/metrics", 200),
        ("/cam-a/live.m3u8", 404), ("/cam-a/still.jpg", 404), ("/cam-b/", 404), ("//", 200),
        ("/cam-a/../cam-a/", 404), ("/-/../site.py", 404), ("/-/", 404), ("/-/site.css", 200),
        ("/cam-a//etc/passwd", 404), ("/%63am-a/", 404), ("/cam-a/scene.npz", 404),
    ],
)  # fmt: skip
def test_each_path_is_there_or_not(server, path, status):
    assert ask(server, path)[0].status == status


def test_every_answer_is_shut_to_other_sites(server):
    for path in ("/", "/healthz", "/nowhere", *(f"/-/{name}" for name in STATIC)):
        got, _ = ask(server, path, Origin="https://evil.example")
        assert "default-src 'none'" in got.headers["Content-Security-Policy"]
        assert got.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert not [name for name in got.headers if name.lower().startswith("access-control")]


def test_a_page_asks_for_nothing_from_elsewhere(server):
    _, body = ask(server, "/cam-a/")
    assert re.findall(rb"https?://|<script>|style=|onclick", body) == []


def test_a_head_has_no_body_and_the_same_headers(server):
    got, body = ask(server, "/", "HEAD")
    assert (got.status, body) == (200, b"")
    assert int(got.headers["Content-Length"]) == len(ask(server, "/")[1])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_is_done_but_reading(server, method):
    assert ask(server, "/", method)[0].status == 501


def test_a_get_with_a_body_is_refused_and_hung_up_on(server):
    with socket.create_connection(("127.0.0.1", server.port), 20) as talk:
        talk.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n"
                     b"GET /metrics HTTP/1.1\r\n\r\n")  # fmt: skip
        said = b"".join(iter(lambda: talk.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1


def test_another_name_for_this_machine_is_not_answered(server):
    assert ask(server, "/", Host="evil.example")[0].status == 421
    assert ask(server, "/", Host=f"localhost:{server.port}")[0].status == 200


def test_there_are_only_so_many_connections(cameras):
    server = Server("127.0.0.1", 0, SitePages(cameras), most=2)
    server.start()
    try:
        held = [HTTPConnection("127.0.0.1", server.port, timeout=LIMIT_S) for _ in range(2)]
        for talk in held:
            talk.request("GET", "/metrics")
            talk.getresponse().read()  # kept alive
        assert until(lambda: server.connections.waiting() == 2)
        assert ask(server, "/")[0].status == 200
        assert held[0].sock.recv(1) == b""  # the oldest that asks for nothing made room
        for talk in held:
            talk.close()
    finally:
        server.stop()


def test_an_address_that_is_taken_is_an_error(server):
    with pytest.raises(OutputFailed, match=r"can't be listened on: Address already in use"):
        Server("127.0.0.1", server.port, lambda _: Answer(200))


@pytest.mark.parametrize(
    ("header", "tongue"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en,fr;q=0.5", "en"), ("de", "en"), ("", "en"),
        ("fr;q=0", "en"), ("de,fr;q=0.1", "fr"), ("fr;q=x", "en"),
    ],
)  # fmt: skip
def test_a_page_speaks_the_browsers_language(server, header, tongue):
    assert language(header) == tongue
    _, body = ask(server, "/", **{"Accept-Language": header})
    assert f'<html lang="{tongue}">'.encode() in body


def test_health_says_why_and_nothing_secret(server, cameras, tmp_path):
    got, body = ask(server, "/healthz")
    told = json.loads(body)
    assert (got.status, told["ok"]) == (503, False)
    assert told["cameras"]["cam-a"] == {"ok": False, "state": "away", "reason": "no picture yet"}
    cameras.failed["cam-a"] = CameraRefused(f"{SECRET} refuses the password")
    body = ask(server, "/healthz")[1]
    assert json.loads(body)["cameras"]["cam-a"]["reason"] == "it ended: CameraRefused"
    cameras.watchers = {"cam-z": watcher(tmp_path, "cam-z", plan=plan_for("view.live"))}
    got, body = ask(server, "/healthz")
    assert (got.status, json.loads(body)["cameras"]["cam-z"]["state"]) == (200, "closed")


def test_nothing_that_is_served_says_where_a_camera_is(server, cameras):
    cameras.failed["cam-a"] = CameraRefused(f"{SECRET} refuses the password")
    for path in ("/", "/cam-a/", "/healthz", "/metrics", "/cam-a/live.m3u8"):
        _, body = ask(server, path)
        assert b"hunter2" not in body
        assert b"10.9.8.7" not in body


def test_the_counters_of_each_camera_are_measured(server, cameras):
    told = cameras.watchers["cam-a"].counters
    told.frame("corrupt")
    told.frame("")
    told.lost, told.late_ns, told.sandbox = 7, 250_000_000, "seccomp"
    families = text_string_to_metric_families(ask(server, "/metrics")[1].decode())
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families for sample in family.samples
    }  # fmt: skip
    assert found["contrejour_frames_total", "cam-a"] == 2
    assert found["contrejour_veiled_whole_total", "cam-a", "corrupt"] == 1
    assert found["contrejour_lost_pictures_total", "cam-a"] == 7
    assert found["contrejour_late_seconds", "cam-a"] == 0.25
    assert found["contrejour_sandbox", "cam-a", "seccomp"] == 1
    assert found["contrejour_up", "away", "cam-a"] == 0
    assert found["process_open_fds",] > 0
    assert found["process_resident_memory_bytes",] > 1_000_000


def test_every_metric_is_in_the_reference_and_no_other(server):
    body = ask(server, "/metrics")[1].decode()
    measured = set(re.findall(r"^# TYPE (\S+)", body, re.MULTILINE))
    documented = set(re.findall(r"^\| `(\w+)`", PAGE.read_text(), re.MULTILINE))
    assert measured == documented


def test_pages_link_to_the_page_that_checks_the_public_log_where_there_is_one(cameras):
    log = 'https://log.example.org/"><b>'
    for path in ("/", "/cam-a/"):
        for tongue, said in (("fr", "au journal public"), ("en", "in the public log")):
            asked = PageRequest(path, headers={"accept-language": tongue})
            told = SitePages(cameras, log=log)(asked).body.decode()
            assert f'<a href="{escape(log)}/verify.html" rel="noreferrer">' in told
            assert f"{said}</a></footer>" in told
            assert "verify.html" not in SitePages(cameras)(asked).body.decode()


def test_a_site_answers_what_it_is_asked(cameras):
    assert SitePages(cameras)(PageRequest("/nowhere")).status == 404
