"""Before anybody watches: what would fail is said, with its exit code, within seconds."""

from __future__ import annotations

import json
import resource
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from fakes import sites
from fakes.cameras import camera
from fakes.plans import PRIVACY, plan_for
from fakes.runs import painted_clip, run
from fakes.streams import fmt_of

from contrejour.base.errors import CameraRefused, ModelError
from contrejour.cli.sealing import keeping
from contrejour.custody.seal.window import stays_in_memory
from contrejour.live.doctor import Examination, examine, machine
from contrejour.live.doctor.cameras import CameraCheck
from contrejour.live.doctor.finding import bounded, fine
from contrejour.live.doctor.site import logins, plan_fits
from contrejour.live.site import Site, SiteCamera
from contrejour.vision.detect import models

NOW = datetime.now(UTC)
PLACE = SiteCamera(address="rtsp://127.0.0.1:9/x", privacy=PRIVACY)
BIG = replace(fmt_of(), width=1920, height=1080)


def site(*names: str, place: SiteCamera = PLACE) -> Site:
    return Site(site=1, cameras=dict.fromkeys(names, place))


class Answers:
    """A camera that sends one picture."""

    def __init__(self, address: str, **_: object) -> None:
        self.fmt, self.sandbox = BIG, "seccomp"

    def frames(self):
        return iter([object()])

    def close(self) -> None:
        pass


class Refuses(Answers):
    def frames(self):
        raise CameraRefused("login-refused", camera="rtsp://x/y")


def doctor(folder: Path, *more: object):
    return run("doctor", "--site", folder / "site.yml", "--plan", folder / "plan.json",
               "--pub", folder / "key.pub", "-o", folder, "--json", *more)  # fmt: skip


def told(out: str) -> dict[tuple[str, str], dict[str, object]]:
    rows = [json.loads(line) for line in out.splitlines()]
    return {(row["about"], row["state"]): row for row in rows}


def test_a_site_that_can_be_watched_is_fine(tmp_path):
    try:
        for name in models.USUAL:
            models.ensure(name)
    except ModelError as error:
        pytest.skip(f"the models can't be had: {error}")
    with camera(painted_clip(tmp_path / "a.mp4")) as [address]:
        sites.write(tmp_path, {"quai-1": address}, "view.live", "record")
        done = doctor(tmp_path)
    found = told(done.stdout)
    assert done.returncode == 0, done.stdout
    assert not [key for key in found if key[1] == "failure"]
    assert {("site", "ok"), ("plan", "ok"), ("models", "ok")} <= found.keys()
    assert found["quai-1", "ok"]["told"] == "h264 320x192, 25 pictures a second"


def test_the_code_is_that_of_the_first_failure_and_the_rest_is_still_looked_at(tmp_path):
    sites.write(tmp_path, {"quai-1": "rtsp://127.0.0.1:9/x"}, "export.requisition")
    done = doctor(tmp_path)
    found = told(done.stdout)
    assert done.returncode == 11
    assert found["quai-1", "failure"]["code"] == 18  # the camera's, which came after the plan's
    assert {"disk", "clock", "cores", "sandbox", "models"} <= {about for about, _ in found}


@pytest.mark.parametrize(
    ("text", "code"),
    [("site: 1", 2), ("site: 1\ncameras: {a: {adress: x}}", 2), ("", 2), (None, 3)],
)
def test_a_site_file_that_cant_be_read_is_said_with_its_code(tmp_path, text, code):
    sites.write(tmp_path, {"quai-1": "rtsp://127.0.0.1:9/x"}, "view.live")
    (tmp_path / "site.yml").unlink()
    if text is not None:
        (tmp_path / "site.yml").write_text(text)
    done = doctor(tmp_path)
    assert done.returncode == code
    assert told(done.stdout)["site", "failure"]["code"] == code


def test_it_speaks_french_and_json_does_not(tmp_path):
    french = {"LC_ALL": "fr_FR.UTF-8"}
    args = ("doctor", "--site", tmp_path / "none.yml", "-o", tmp_path)
    assert f"✗ site: {tmp_path}/none.yml n'existe pas" in run(*args, env=french).stdout
    assert "does not exist" in run(*args, "--json", env=french).stdout


def test_a_check_that_hangs_is_left(tmp_path):
    never = threading.Event()

    def hangs():
        never.wait()
        return [fine("x", "y")]

    [found] = bounded("disk", hangs, 0.05)()
    never.set()
    assert (found.state, str(found.told)) == ("failure", "no answer within 0 s")


def test_a_check_that_breaks_is_failing():
    [found] = bounded("disk", lambda: 1 / 0, 20)()
    assert (found.state, str(found.told)) == ("failure", "the check broke: ZeroDivisionError")


def test_a_camera_that_refuses_is_said_as_watch_would(tmp_path):
    asked = Examination(lambda: site("cam-a"), None, tmp_path, keeping)
    found = [each for each in examine(asked, CameraCheck(Refuses)) if each.about == "cam-a"]
    assert [(each.code, str(each.hint)) for each in found] == [(18, "check the login file")]


def test_what_the_plan_says_of_each_camera(tmp_path):
    plan = plan_for("view.live", "record")
    undrawn = PLACE.model_copy(update={"privacy": {}})
    whole = Site(site=1, cameras={"cam-a": undrawn, "cam-b": PLACE})
    found = {each.about: each for each in plan_fits(whole, plan, NOW)}
    assert "the plan masks poste-conducteur" in str(found["cam-a"].told)
    assert "is not a camera of the mandate" in str(found["cam-b"].told)
    late = plan.expires - timedelta(days=3)
    [ends] = [each for each in plan_fits(site("cam-a"), plan, late) if str(each.about) == "plan"]
    assert (ends.state, str(ends.told)) == ("warning", f"ends on {plan.expires:%Y-%m-%d}")
    early = [
        str(each.told) for each in plan_fits(site("cam-a"), plan, datetime(2025, 1, 1, tzinfo=UTC))
    ]
    assert f"begins on {plan.not_before:%Y-%m-%d}" in early
    [lost] = [each for each in plan_fits(site("x"), plan, NOW) if str(each.about) == "plan"]
    assert str(lost.told) == "names cameras that the site doesn't: cam-a"


@pytest.mark.parametrize(
    ("gigabytes", "state"), [(1000, "failure"), (1700, "warning"), (9000, "ok")]
)
def test_a_disk_that_cant_hold_the_retention_is_never_fine(tmp_path, gigabytes, state):
    plan = plan_for("view.live", "record")  # thirty days: 1680 GB at 1080p25, or a little less
    days = (plan.destroy_by("cam-a", NOW) - NOW).total_seconds() / 86400
    room = int(gigabytes * days / 30 * 1e9)
    [found] = machine.disk(tmp_path, ["cam-a"], {"cam-a": BIG}, plan, NOW, lambda _: room)
    assert found.state == state
    assert found.code == (9 if state == "failure" else 0)


def test_what_is_recorded_already_is_room(tmp_path):
    plan = plan_for("view.live", "record")
    (tmp_path / "cam-a" / "20270212T16").mkdir(parents=True)
    with (tmp_path / "cam-a" / "20270212T16" / "s-1.m4s").open("wb") as file:
        file.truncate(9 * 10**12)  # sparse
    [found] = machine.disk(tmp_path, ["cam-a"], {}, plan, NOW, lambda _: 0)
    assert found.state == "ok"


def test_a_camera_is_trusted_as_the_site_says():
    told = {}

    def connect(address: str, **more: str) -> Answers:
        told.update(more)
        return Answers(address, **more)

    place = PLACE.model_copy(update={"transport": "udp", "trust": "ca.pem"})
    list(CameraCheck(connect).look("cam-a", place))
    assert told == {"transport": "udp", "trust": "ca.pem", "login_in_clear": False}


def test_a_password_that_the_network_may_hear_is_told():
    place = PLACE.model_copy(update={"login_in_clear": True})
    site = Site(site=1, cameras={"cam-a": place, "cam-b": PLACE})
    ((about, state, told),) = [(each.about, each.state, each.told) for each in logins(site)]
    assert (about, state) == ("cam-a", "warning")
    assert str(told) == "its password may be sent in clear (login_in_clear)"


def test_a_camera_that_is_only_seen_needs_a_minute(tmp_path):
    [found] = machine.disk(tmp_path / "a" / "b", ["cam-a"], {}, plan_for("view.live"), NOW,
                           lambda _: 10**9)  # fmt: skip
    assert found.state == "ok"


@pytest.mark.parametrize(
    ("year", "held", "state", "code"),
    [
        (1970, True, "failure", 1), (2106, True, "failure", 1), (2027, True, "ok", 0),
        (2027, False, "warning", 0), (2027, None, "warning", 0),
    ],
)  # fmt: skip
def test_a_clock_that_is_not_set_is_said(year, held, state, code):
    [found] = machine.clock(datetime(year, 1, 1, tzinfo=UTC), lambda: held)
    assert (found.state, found.code) == (state, code)


def test_the_kernel_is_asked_and_answers_or_not():
    assert machine.synchronised() in (True, False, None)


def test_too_many_cameras_for_the_cores_is_a_warning():
    many = {str(number): replace(BIG, rate=Fraction(25)) for number in range(8)}
    assert machine.cores(many, many, 4).state == "warning"
    assert machine.cores(list(many)[:2], many, 4).state == "ok"


@pytest.mark.parametrize(
    ("swaps", "locks", "state"),
    [
        ("Filename Type Size Used Priority\n", False, "ok"),
        ("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n", True, "ok"),
        ("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n", False, "warning"),
        (None, False, "warning"),
    ],
)
def test_attack_13_keys_that_may_reach_swap_are_told(swaps, locks, state, tmp_path):
    if swaps is not None:
        (tmp_path / "swaps").write_text(swaps)
    [found] = machine.memory(tmp_path / "swaps", lambda: locks)
    assert found.state == state


@pytest.mark.skipif(sys.platform != "linux", reason="mlockall is tried on Linux")
def test_who_makes_keys_says_whether_it_locks_its_memory():
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, hard))
        assert not stays_in_memory()
    finally:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (soft, hard))
