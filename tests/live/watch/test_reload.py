"""The configuration is read again: who is untouched goes on, what can't be read changes nothing."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from fakes import sites
from fakes.cameras import camera
from fakes.plans import PRIVACY
from fakes.runs import LIMIT_S, family, painted_clip, run, start, until

from contrejour.live.site import SiteCamera
from contrejour.live.watch import CameraConfig, Changes, differ

SEE, BOTH = ("view.live",), ("view.live", "record")
PLACE = SiteCamera(address="rtsp://10.0.0.8/a", privacy=PRIVACY)


def wanted(
    plan, *names: str, place: SiteCamera = PLACE, login: str = ""
) -> dict[str, CameraConfig]:
    return {name: CameraConfig(name, place, f"rtsp://{login}10.0.0.8/a", plan) for name in names}


def test_what_becomes_of_each_camera():
    first = sites.plan({"a": SEE, "b": SEE, "c": SEE})
    before = wanted(first, "a", "b", "c")
    moved = PLACE.model_copy(update={"transport": "udp"})
    after = wanted(first, "a", "d") | wanted(first, "b", place=moved)
    assert differ(before, after) == Changes(("c",), ("d",), ("b",), ("a",))


def test_a_plan_touches_those_of_whom_it_says_something_else():
    before = wanted(sites.plan({"a": SEE, "b": SEE}), "a", "b")
    after = wanted(sites.plan({"a": SEE, "b": BOTH, "c": SEE}), "a", "b")
    assert differ(before, after) == Changes(changed=("b",), same=("a",))
    gone = wanted(sites.plan({"a": SEE}), "a", "b")
    assert differ(before, gone) == Changes(changed=("b",), same=("a",))


def test_a_new_login_is_a_change_and_is_never_shown():
    plan = sites.plan({"a": SEE})
    before, after = wanted(plan, "a"), wanted(plan, "a", login="eve:secret@")
    assert differ(before, after).changed == ("a",)
    assert "secret" not in repr(after)


class Watch:
    """`contrejour watch --log json` in a process of its own."""

    def __init__(self, folder: Path, *more: object) -> None:
        args = sites.watch(folder, "--log", "json", "--listen", "127.0.0.1:0", *more)
        self.process = start(*args, detector="painted")
        self.port = int(self.until_said("http-listens")["message"].rpartition(":")[2][:-1])

    def until_said(self, code: str) -> dict[str, str]:
        """The first line from here on with that code."""
        while line := self.process.stderr.readline():
            row = json.loads(line)
            if row["code"] == code:
                return dict(row)
        raise AssertionError(f"{code} was never said")

    def get(self, path: str) -> bytes:
        talk = HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        talk.request("GET", path)
        return talk.getresponse().read()

    def states(self) -> dict[str, str]:
        told = json.loads(self.get("/healthz"))["cameras"]
        return {name: each["state"] for name, each in told.items()}

    def frames(self, name: str) -> float:
        head = f'contrejour_frames_total{{camera="{name}"}} '.encode()
        [line] = [line for line in self.get("/metrics").splitlines() if line.startswith(head)]
        return float(line[len(head) :])

    def decoders(self) -> set[int]:
        found = family(self.process.pid)
        return {each.pid for each in found if "contrejour.media.camera.child" in each.cmdline()}

    def reload(self, code: str = "config-read") -> dict[str, str]:
        self.process.send_signal(signal.SIGHUP)
        return self.until_said(code)


@contextmanager
def watching(folder: Path, *more: object) -> Iterator[Watch]:
    made = Watch(folder, *more)
    try:
        yield made
    finally:
        made.process.send_signal(signal.SIGTERM)
        made.process.communicate(timeout=LIMIT_S)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with camera(painted_clip(tmp_path_factory.mktemp("clips") / "a.mp4")) as [found]:
        yield found


def test_who_is_untouched_goes_on(address, tmp_path):
    sites.write(tmp_path, {"cam-a": address}, *SEE)
    with watching(tmp_path) as watch:
        assert until(lambda: watch.states() == {"cam-a": "live"})
        [first], frames = watch.decoders(), watch.frames("cam-a")

        sites.write(tmp_path, {"cam-a": address, "cam-b": address}, *SEE)  # a new plan as well
        said = watch.reload()["message"]
        assert said == "cameras: 0 stopped, 1 started, 0 restarted, 1 untouched"
        assert until(lambda: watch.states() == {"cam-a": "live", "cam-b": "live"})
        [second] = watch.decoders() - {first}

        text = (tmp_path / "site.yml").read_text()
        changed = json.loads(text)
        changed["cameras"]["cam-b"]["hide"] = "faces"
        (tmp_path / "site.yml").write_text(json.dumps(changed))
        assert "0 started, 1 restarted, 1 untouched" in watch.reload()["message"]
        assert until(lambda: watch.states()["cam-b"] == "live")
        assert first in watch.decoders()
        assert second not in watch.decoders()

        sites.write(tmp_path, {"cam-a": address}, *SEE)
        assert "1 stopped, 0 started, 0 restarted, 1 untouched" in watch.reload()["message"]
        assert watch.states() == {"cam-a": "live"}
        assert watch.decoders() == {first}
        assert watch.frames("cam-a") > frames


def test_what_cant_be_read_changes_nothing_and_is_said(address, tmp_path):
    sites.write(tmp_path, {"cam-a": address}, *SEE)
    with watching(tmp_path) as watch:
        assert until(lambda: watch.states() == {"cam-a": "live"})
        before = watch.decoders()
        good = (tmp_path / "site.yml").read_text()
        (tmp_path / "site.yml").write_text("site: 1\ncameras: {cam-a: {adress: x}}")
        assert "cam-a.address: is missing" in watch.reload("malformed")["message"]
        watch.until_said("config-kept")
        (tmp_path / "site.yml").write_text(good)
        (tmp_path / "plan.json").write_bytes(b"{}")
        watch.reload("signature-error")
        watch.until_said("config-kept")
        assert watch.states() == {"cam-a": "live"}
        assert watch.decoders() == before


def test_a_changed_file_is_noticed_where_that_is_asked_for(address, tmp_path):
    sites.write(tmp_path, {"cam-a": address}, *SEE)
    with watching(tmp_path, "--watch-config") as watch:
        assert until(lambda: watch.states() == {"cam-a": "live"})
        (tmp_path / "site.yml").write_text("no site")
        watch.until_said("config-kept")
        sites.write(tmp_path, {"cam-a": address, "cam-b": address}, *SEE)
        watch.until_said("config-read")
        assert set(watch.states()) == {"cam-a", "cam-b"}


def test_at_the_start_the_last_good_site_stands_in_loudly_and_no_plan_ever_does(address, tmp_path):
    sites.write(tmp_path, {"cam-a": address}, *SEE)
    with watching(tmp_path) as watch:
        assert until(lambda: watch.states() == {"cam-a": "live"})
    (tmp_path / "site.yml").write_text("site: 1\ncameras:")
    args = sites.watch(tmp_path, "--log", "json", "--listen", "127.0.0.1:0")
    process = start(*args, detector="painted")
    said = [json.loads(process.stderr.readline()) for _ in range(3)]
    assert [row["code"] for row in said] == ["malformed", "config-last-good", "http-listens"]
    assert until(lambda: (tmp_path / "out" / "cam-a" / "live.m3u8").exists())
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT_S) == 0
    process.stderr.close()
    (tmp_path / "plan.json").unlink()
    done = run(*args)
    assert done.returncode == 3
    assert "plan.json does not exist" in done.stderr


@pytest.mark.parametrize("given", ["eve:hunter2%secret", "eve:wrong%secret"])
def test_no_password_is_said_or_written_anywhere(given, tmp_path):
    clip = painted_clip(tmp_path / "a.mp4")
    login = {"CONTREJOUR_LOGIN_CAM_A": given}
    with camera(clip, more=("--login", "eve:hunter2%secret")) as [address]:
        sites.write(tmp_path, {"cam-a": f"{address}?drop=1"}, *SEE)
        args = sites.watch(tmp_path, "--listen", "127.0.0.1:0", "--log", "json", "--json")
        process = start(*args, detector="painted", env=login)
        port = json.loads(first := process.stderr.readline())["message"].rpartition(":")[2][:-1]
        served = b""
        if given == "eve:hunter2%secret":
            watch = Watch.__new__(Watch)
            watch.process, watch.port = process, int(port)
            first += process.stderr.readline()  # it hung up: again in a second
            served = b"".join(map(watch.get, ("/", "/healthz", "/metrics", "/cam-a/live.m3u8")))
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LIMIT_S)
        checked = run("doctor", "--site", tmp_path / "site.yml", "--plan", tmp_path / "plan.json",
                      "--pub", tmp_path / "key.pub", "--json", env=login)  # fmt: skip
    assert process.returncode == (0 if served else 18)
    rows = [json.loads(line) for line in (first + err).splitlines()]
    assert len(rows) >= 2
    assert all({"time", "level", "code", "message"} <= row.keys() for row in rows)
    written = b"".join(
        path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    said = "".join((first, err, out, checked.stdout, checked.stderr)).encode()
    for secret in (b"hunter2", b"%25secret", b"%secret", b"wrong%"):
        assert secret not in said + served + written
    assert "cam-a" in os.fsdecode(said)
