"""`contrejour cameras discover` finds the test camera, and what it prints is a site."""

from __future__ import annotations

import json

import pytest
from fakes.cameras import camera
from fakes.runs import clip, run

from contrejour.cli.cameras import site_lines
from contrejour.live.site import address, read_site
from contrejour.media.camera.live import LiveStream
from contrejour.media.onvif import Device, Profile

LOGIN = "eve:s3cret"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The port of a device of two profiles with a login, and the file of that."""
    folder = tmp_path_factory.mktemp("found")
    clips = [clip(folder / "a.mp4", frames=50, size="320x192"),
             clip(folder / "b.mp4", frames=50)]  # fmt: skip
    login = folder / "login"
    login.write_text(f"{LOGIN}\n")
    login.chmod(0o600)
    with camera(*clips, more=("--onvif", "--login", LOGIN, "--auth", "digest")) as addresses:
        yield addresses[0].rpartition(":")[2].partition("/")[0], login


def discover(found, *more):
    port, login = found
    return run(
        "cameras", "discover", "--address", f"127.0.0.1:{port}", "--login-file", login, *more
    )


def test_what_is_printed_is_a_site_whose_camera_can_be_watched(found):
    done = discover(found)
    assert (done.returncode, done.stderr) == (0, "")
    assert LOGIN not in done.stdout
    ((name, place),) = read_site(done.stdout, "s.yml").cameras.items()
    assert name == "test-camera-127.0.0.1"
    assert place.address.endswith("/cam0")
    live = LiveStream(address(name, place, {}))
    assert next(live.frames()).width == 320
    live.close()


def test_the_choice_and_its_reason_are_told(found):
    done = discover(found, "--json")
    told = json.loads(done.stdout)
    assert (told["chosen"], told["why"]) == ("main", "the largest up to 1080p")
    assert [each["name"] for each in told["profiles"]] == ["main", "sub1"]


def test_a_camera_that_the_site_has_is_left_out(found, tmp_path):
    site = tmp_path / "s.yml"
    site.write_text(discover(found).stdout)
    done = discover(found, "--site", site)
    assert done.returncode == 0
    assert "is in the site already" in done.stdout
    assert "site: 1" not in done.stdout


def test_a_wrong_password_or_nobody_there_is_an_error(found, tmp_path):
    port, _ = found
    wrong = tmp_path / "login"
    wrong.write_text("eve:wr0ng\n")
    wrong.chmod(0o644)
    assert "mode 0644" in (done := discover((port, wrong))).stderr
    assert done.returncode == 16
    wrong.chmod(0o600)
    done = discover((port, wrong))
    assert (done.returncode, done.stdout) == (18, "")
    assert "refuses the user or the password" in done.stderr
    assert "wr0ng" not in done.stderr
    wrong.write_text("eve\n")
    assert discover((port, wrong)).returncode == 3
    assert run("cameras", "discover", "--address", ":1").returncode == 2


def test_attack_52_who_answers_a_question_to_everybody_gets_no_login(found):
    _, login = found
    for more in ((), ("--address", "239.255.255.250")):
        done = run("cameras", "discover", "--login-file", login, *more)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--login-file goes with --address and one host" in done.stderr


def test_a_camera_that_takes_tokens_alone_gets_one_where_that_is_said(tmp_path):
    login = tmp_path / "login"
    login.write_text(f"{LOGIN}\n")
    login.chmod(0o600)
    more = ("--onvif", "--login", LOGIN, "--auth", "basic")
    with camera(clip(tmp_path / "a.mp4", frames=50), more=more) as (address,):
        found = address.rpartition(":")[2].partition("/")[0], login
        refused, told = discover(found), discover(found, "--login-in-clear")
    assert (refused.returncode, refused.stdout) == (18, "")
    assert "WS-UsernameToken, without TLS" in refused.stderr
    assert (told.returncode, told.stderr) == (0, "")


def test_cameras_of_one_kind_get_names_of_their_own():
    profile = Profile("t", "main", "H264", 640, 360, 25.0, "rtsp://10.0.0.8/{}")
    devices = []
    for number in range(3):
        own = Profile(*(*profile.__getstate__()[:-1], f"rtsp://10.0.0.8/{number}"))
        devices.append(Device("http://10.0.0.8/", "M", "Café 9", "1", None, (own,)))
    text = "\n".join(site_lines(devices, {"caf-9-10.0.0.8": "rtsp://x"}, None))
    names = [f"caf-9-10.0.0.8-{number}" for number in (2, 3, 4)]
    assert list(read_site(text, "s.yml").cameras) == names
