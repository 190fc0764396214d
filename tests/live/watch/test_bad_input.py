"""What a camera, a plan or a site file can be that is no good: said, with its exit code."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from fakes.cameras import camera
from fakes.plans import KEY, PRIVACY, envelope
from fakes.runs import clip, run

from contrejour.law.mandate.sign import new_key, public_pem


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    clip_ = clip(tmp_path_factory.mktemp("clips") / "a.mp4", frames=50)
    with camera(clip_, more=("--login", "eve:right")) as (address,):
        yield address


@pytest.fixture(scope="module")
def open_(tmp_path_factory):
    with camera(clip(tmp_path_factory.mktemp("clips") / "a.mp4", frames=50)) as (address,):
        yield address


def watch(folder: Path, address: str, sealed: bytes | None = None, env=None, **site):
    """The command on one camera; `site` changes what the site file says of it."""
    (folder / "plan.json").write_bytes(envelope("view.live") if sealed is None else sealed)
    (folder / "key.pub").write_bytes(public_pem(KEY))
    place = {"address": address, "privacy": PRIVACY, **site}
    (folder / "site.yml").write_text(json.dumps({"site": 1, "cameras": {"cam-a": place}}))
    return run("watch", "--plan", folder / "plan.json", "--pub", folder / "key.pub", "--site",
               folder / "site.yml", "-o", folder / "out", "--offline", env=env)  # fmt: skip


def said(done, code: int, text: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert "right" not in done.stderr


def test_a_password_that_is_refused(found, tmp_path):
    wrong = {"CONTREJOUR_LOGIN_CAM_A": "eve:wrong"}
    said(watch(tmp_path, found, env=wrong), 18, "refuses the user or the password")


def test_a_stream_that_is_not_there(open_, tmp_path):
    said(watch(tmp_path, open_.replace("cam0", "cam7")), 18, "has no such stream")


def test_something_that_does_not_speak_rtsp(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def answer() -> None:
            while True:
                talk, _ = server.accept()
                talk.recv(100)
                talk.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
                talk.close()

        threading.Thread(target=answer, daemon=True).start()
        port = server.getsockname()[1]
        done = watch(tmp_path, f"rtsp://127.0.0.1:{port}/x")
    said(done, 18, "doesn't speak RTSP")


def test_a_camera_that_sends_sound_only(open_, tmp_path):
    said(watch(tmp_path, open_.replace("cam0", "sound")), 5, "sends no pictures")


def test_a_codec_that_can_not_be_decoded(open_, tmp_path):
    said(watch(tmp_path, open_.replace("cam0", "strange")), 7, "")


@pytest.mark.parametrize("address", ["ftp://camera/x", "rtsp://", "nothing", "rtsp://[::"])
def test_an_address_that_is_none(tmp_path, address):
    done = watch(tmp_path, address)
    assert done.returncode in (2, 18)
    assert "contrejour: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_that_is_signed_by_somebody_else(open_, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "key.pub").write_bytes(public_pem(new_key()))
    watch(tmp_path, open_, sealed=b"")
    done = run("watch", "--plan", tmp_path / "plan.json", "--pub", tmp_path / "other" / "key.pub",
               "--site", tmp_path / "site.yml", "-o", tmp_path / "out")  # fmt: skip
    assert done.returncode == 16


@pytest.mark.parametrize("sealed", [b"", b"{}", b"\xff\xfe", envelope("view.live")[:-20] + b"}"])
def test_a_plan_that_is_none(open_, tmp_path, sealed):
    said(watch(tmp_path, open_, sealed=sealed), 16, "contrejour: error: ")


def test_a_plan_for_another_camera(open_, tmp_path):
    done = watch(tmp_path, open_, sealed=envelope("view.live", name="cam-b"))
    said(done, 11, "cam-a is not a camera of the mandate")


def test_a_mask_of_the_plan_that_is_drawn_nowhere(open_, tmp_path):
    said(watch(tmp_path, open_, privacy={}), 11, "the plan masks poste-conducteur")


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"kind": "round"}, "site.yml:1: cameras.cam-a.kind: 'round' is not in the closed list"),
        ({"hidden": "people"}, "site.yml:1: cameras.cam-a.hidden: unknown key"),
        ({"privacy": {"a": [[[0, 0]]]}}, "expected at least 3, found 1"),
        ({"login_file": 7}, "cameras.cam-a.login_file"),
    ],
)
def test_a_site_file_that_does_not_fit(open_, tmp_path, more, text):
    said(watch(tmp_path, open_, **more), 2, text)


def test_an_output_that_can_not_be_written(open_, tmp_path):
    (tmp_path / "out").write_text("a file")
    done = watch(tmp_path, open_)
    assert done.returncode == 9, done.stderr
