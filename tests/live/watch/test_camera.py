"""A live camera, veiled as it comes: nothing clear leaves, whatever the camera or the plan does."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from fakes import detectors
from fakes.cameras import camera
from fakes.plans import KEY, PRIVACY, envelope, plan_for
from fakes.runs import LIMIT_S, painted_clip, run, start, until

from contrejour.base.errors import CameraRefused, Malformed, OutputFailed, PlanExpired, Refused
from contrejour.law.mandate.intervals import destroy_first
from contrejour.law.mandate.sign import public_pem
from contrejour.live.retention import Retention
from contrejour.live.sealing.archive import OriginalStream
from contrejour.live.site import SiteCamera, address, read_site
from contrejour.live.watch import Watcher
from contrejour.live.watch import camera as watch_camera
from contrejour.media import Playlist

FEBRUARY = date(2027, 2, 12)
NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The figure in H.264 and in H.265."""
    folder = tmp_path_factory.mktemp("clips")
    clips = [painted_clip(folder / f"{codec}.mp4", codec=codec) for codec in ("h264", "hevc")]
    with camera(*clips) as found:
        yield found


@pytest.fixture(scope="module")
def live(both):
    return both[0]


def watcher(found: str, out: Path, *, frames: int = 60, **more) -> Watcher:
    """Stops by itself after so many frames."""
    plan = more.pop("plan", None) or plan_for("view.live", "record")
    make, hide = more.pop("make", detectors.painted), more.pop("hide", "people")
    made = Watcher(
        plan,
        "cam-a",
        SiteCamera(address=found, hide=hide, privacy=PRIVACY),
        found,
        out,
        make=make,
        **more,
    )
    made.stopped = lambda: made.counters.frames >= frames
    return made


def pictures(out: Path) -> list[np.ndarray]:
    """Every picture that a player of the playlist would show: their chroma planes."""
    with av.open(str(out / "live.m3u8")) as played:
        return [frame.to_ndarray(format="yuv444p") for frame in played.decode(video=0)]


def clear(shown: list[np.ndarray]) -> int:
    """In how many pictures the magenta figure shows."""
    return sum(
        bool(((picture[1] > 150) & (picture[2] > 150)).any()) for picture in shown
    )  # fmt: skip


def test_the_figure_is_in_what_the_camera_sends(live):
    options = {"rtsp_transport": "tcp"}
    with av.open(live, options=options, timeout=(5, 3)) as got:
        assert clear([next(got.decode(video=0)).to_ndarray(format="yuv444p")]) == 1


def test_nobody_shows_in_what_comes_out(live, tmp_path):
    watching = watcher(live, tmp_path / "out")
    watching.run()
    shown = pictures(tmp_path / "out")
    assert len(shown) >= 55
    assert clear(shown) == 0
    assert watching.counters.veiled_whole < 15  # those about pictures that nobody had time for
    grey = [picture for picture in shown if abs(int(picture[0][20, 20]) - 126) < 12]
    assert len(grey) > 50  # the rest of the picture is still there


@pytest.mark.parametrize("broken", ["failing", "surprising", "nan"])
def test_a_detector_that_fails_veils_every_picture_whole(live, tmp_path, broken):
    watching = watcher(live, tmp_path / "out", frames=30, make=getattr(detectors, broken))
    watching.run()
    assert watching.counters.veiled_whole == watching.counters.frames
    assert clear(pictures(tmp_path / "out")) == 0
    assert watching.counters.reasons == {"detector-failed": watching.counters.frames}


@pytest.mark.parametrize("fault", ["drop=1", "stall=1", "corrupt=0.05", "loss=0.05", "jump=1"])
def test_no_fault_of_the_camera_shows_anybody(live, tmp_path, fault):
    said = []
    watching = watcher(
        f"{live}?{fault}",
        tmp_path / "out",
        tell=lambda each: said.append(str(each)),
        sleep=lambda _: None,
    )
    watching.run()
    assert clear(pictures(tmp_path / "out")) == 0
    if fault in ("drop=1", "stall=1"):
        assert watching.counters.reconnects >= 1
        assert "again in" in said[0]
        assert "#EXT-X-DISCONTINUITY" in (tmp_path / "out" / "live.m3u8").read_text()
    if fault == "jump=1":
        assert watching.counters.jumps == 1


@pytest.mark.parametrize("lost", [0.02, 0.1, 0.3])
def test_lost_packets_of_h265_show_nobody(both, tmp_path, lost):
    watching = watcher(f"{both[1]}?loss={lost}", tmp_path / "out", frames=90)
    watching.run()
    assert clear(pictures(tmp_path / "out")) == 0
    assert watching.counters.reasons.keys() <= {"broke-off", "corrupt", "overload"}


def test_it_waits_longer_each_time_but_not_for_ever(tmp_path):
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)

    watching = watcher("rtsp://127.0.0.1:9/cam0", tmp_path / "out", sleep=sleep)
    watching.stopped = lambda: len(waits) >= 9
    watching.run()
    assert waits[0] <= 0.6
    assert 24 <= waits[-1] <= 36
    assert not (tmp_path / "out").exists()


def test_a_plan_that_expires_stops_the_camera_and_says_so(live, tmp_path):
    plan = plan_for("view.live", day=FEBRUARY, until="2027-02-12")
    now = datetime(2027, 2, 12, 22, 59, 58, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(milliseconds=40)
        return now

    watching = watcher(live, tmp_path / "out", frames=1000, plan=plan, clock=clock)
    with pytest.raises(PlanExpired, match=r"cam-a: view\.live ended on 2027-02-12T23:00:00Z"):
        watching.run()
    assert 0 < watching.counters.frames < 60
    assert not list((tmp_path / "out").glob("*.m4s"))  # it could be seen, and not recorded


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (plan_for("export.requisition", day=FEBRUARY), Refused),
        (plan_for("view.live", day=FEBRUARY, name="cam-b"), Refused),
        (plan_for("view.live", day=FEBRUARY, until="2027-02-12"), PlanExpired),
    ],
)
def test_without_the_plans_word_no_connection_is_made(tmp_path, plan, error):
    late = NOON + timedelta(days=2)
    watching = watcher("rtsp://127.0.0.1:9/cam0", tmp_path / "out", plan=plan, clock=lambda: late)
    with pytest.raises(error):
        watching.run()
    assert not (tmp_path / "out").exists()


def test_what_is_recorded_stays_and_what_is_only_seen_goes(live, tmp_path):
    most = 0

    def count() -> None:
        nonlocal most
        most = max(most, len(list((tmp_path / "seen").glob("*.m4s"))))

    seen = watcher(live, tmp_path / "seen", plan=plan_for("view.live"))
    seen.stopped = lambda: bool(count()) or seen.counters.frames >= 480
    seen.run()
    assert 6 <= most <= 8
    assert not list((tmp_path / "seen").glob("*.m[34]*s"))
    recorded = watcher(live, tmp_path / "recorded", frames=480)
    recorded.run()
    assert len(list((tmp_path / "recorded").rglob("*.m4s"))) >= 9


def test_segments_are_destroyed_when_the_plan_says(tmp_path):
    plan = plan_for("record")
    keep = Retention(tmp_path, partial(destroy_first, plan, "cam-a"))
    now = datetime.now(UTC)
    for name in ("a", "b"):
        (tmp_path / f"{name}.m4s").write_bytes(b"x")
    os.utime(tmp_path / "a.m4s", (now.timestamp(), (now - timedelta(seconds=20)).timestamp()))
    (tmp_path / "still.jpg").write_bytes(b"x")
    last = plan.destroy_by("cam-a", now)  # thirty days, or the month
    assert keep.apply(last - timedelta(minutes=1)) == 0
    assert keep.apply(last - timedelta(seconds=15)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.m4s", "still.jpg"]
    assert keep.apply(last) == 2


def test_hours_are_destroyed_segment_by_segment_and_then_their_folder(tmp_path):
    plan = plan_for("record")
    keep = Retention(tmp_path, partial(destroy_first, plan, "cam-a"))
    now = datetime.now(UTC)
    hour = tmp_path / f"{now:%Y%m%dT%H}"
    for folder in (hour, tmp_path / "99999999T99"):
        folder.mkdir()
    for name, age in (("a", 20), ("b", 0)):
        (hour / f"{name}.m4s").write_bytes(b"x")
        os.utime(hour / f"{name}.m4s", (now.timestamp(), now.timestamp() - age))
    last = plan.destroy_by("cam-a", now)
    assert keep.apply(last - timedelta(hours=2)) == 0
    assert keep.apply(last - timedelta(seconds=15)) == 1
    assert [path.name for path in hour.iterdir()] == ["b.m4s"]
    assert keep.apply(last) == 1
    assert not hour.exists()


def test_what_is_due_is_destroyed_while_the_camera_is_away(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    old, new = out / "old.m4s", out / "new.m4s"
    for path, age in ((old, timedelta(days=40)), (new, timedelta(days=2))):
        path.write_bytes(b"x")
        when = (datetime.now(UTC) - age).timestamp()
        os.utime(path, (when, when))
    waits: list[float] = []
    watching = watcher("rtsp://127.0.0.1:9/cam0", out, sleep=waits.append)
    watching.stopped = lambda: len(waits) >= 1
    watching.run()
    assert (old.exists(), new.exists()) == (False, True)


def site_file(folder: Path, found: str, **more: str) -> Path:
    path = folder / "site.yml"
    camera = {"address": found, "privacy": {"poste-conducteur": []}, **more}
    path.write_text(json.dumps({"site": 1, "cameras": {"cam-a": camera}}))
    return path


def command(folder: Path, found: str, sealed: bytes, *more: object, **site: str) -> tuple:
    (folder / "plan.json").write_bytes(sealed)
    (folder / "key.pub").write_bytes(public_pem(KEY))
    return ("watch", "--plan", folder / "plan.json", "--pub", folder / "key.pub",
            "--site", site_file(folder, found, **site), "-o", folder / "out", "--camera", "cam-a",
            "--offline", *more)  # fmt: skip


def test_the_command_watches_until_it_is_told_to_stop(live, tmp_path):
    cache = Path(os.environ.get("CONTREJOUR_CACHE", Path.home() / ".cache/contrejour"))
    if not (cache / "models").exists():
        pytest.skip("the models are not here")
    process = start(*command(tmp_path, live, envelope("view.live"), "--json"))
    playlist = tmp_path / "out" / "cam-a" / "live.m3u8"
    assert until(playlist.exists)
    assert until(lambda: "#EXTINF" in playlist.read_text())
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, err) == (0, "")
    assert not list(playlist.parent.glob("*.m4s"))
    assert json.loads(out)["frames"] > 0


@pytest.mark.parametrize(
    ("found", "acts", "code", "said"),
    [
        ("rtsp://127.0.0.1:9/x", ("export.requisition",), 11, "view.live is not in the plan"),
        ("ftp://127.0.0.1/x", ("view.live",), 18, "is no camera address"),
    ],
)
def test_the_command_refuses_with_its_code(tmp_path, found, acts, code, said):
    done = run(*command(tmp_path, found, envelope(*acts)))
    assert done.returncode == code
    assert said in done.stderr


def test_the_command_refuses_a_plan_that_is_unsigned_or_another_camera(tmp_path):
    args = command(tmp_path, "rtsp://127.0.0.1:9/x", b"{}")
    assert run(*args).returncode == 16
    other = [*command(tmp_path, "rtsp://127.0.0.1:9/x", envelope("view.live"))]
    other[other.index("cam-a")] = "cam-z"
    done = run(*other)
    assert (done.returncode, "cam-z is not in" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site: 1\ncameras: {a: {adress: rtsp://x}}", "s.yml:2: cameras.a.adress: unknown key"),
        ("site: 1\ncameras: {a: {address: rtsp://x, kind: round}}", "is not in the closed list"),
        ("site: 2\ncameras: {a: {address: rtsp://x}}", "site: 2 is not in the closed list"),
        ("site: 1\ncameras: {a: {address: 'rtsp://u:p@x/y'}}", "a login in an address"),
        ("site: 1\ncameras: {a: {address: 'rtsp://['}}", "cameras.a.address: no address"),
        ("site: 1", "cameras: is missing"),
        ("", "no keys and values in it"),
    ],
)
def test_a_site_file_is_read_strictly(text, said):
    with pytest.raises(Malformed) as caught:
        read_site(text, "s.yml")
    assert any(said in str(each) for each in (caught.value, *caught.value.others))


def test_a_login_comes_from_its_file_or_the_environment(tmp_path):
    login = tmp_path / "login"
    login.write_text("eve:p@ss/word\n")
    login.chmod(0o640)
    place = SiteCamera(address="rtsp://10.0.0.8:554/a", login_file=login)
    assert address("cam-a", place, {}) == "rtsp://eve:p%40ss%2Fword@10.0.0.8:554/a"
    plain = SiteCamera(address="rtsp://10.0.0.8/a")
    assert address("cam-a", plain, {"CONTREJOUR_LOGIN_CAM_A": "u:v"}) == "rtsp://u:v@10.0.0.8/a"
    assert address("cam-a", plain, {}) == "rtsp://10.0.0.8/a"
    login.chmod(0o644)
    with pytest.raises(CameraRefused, match="other users of this machine may read"):
        address("cam-a", place, {})
    with pytest.raises(CameraRefused, match="the login of cam-a can't be read"):
        address("cam-a", SiteCamera(address="rtsp://x", login_file=tmp_path / "no"), {})


class Ending:
    """What a camera has to do at its end; `broken` steps raise when they have run."""

    STEPS = ("playlist", "original", "retention", "events")

    def __init__(self, *broken: str) -> None:
        self.ran: list[str] = []
        self._broken = broken

    def step(self, name: str) -> None:
        self.ran.append(name)
        if name in self._broken:
            raise OutputFailed(f"{name} failed")

    def of(self, out: Path, monkeypatch, **more) -> Watcher:
        """A camera that may be seen and not recorded, told to stop before it connects."""
        out.mkdir()
        (out / "old.m4s").write_bytes(b"veiled")
        plan = more.pop("plan", None) or plan_for("view.live")
        monkeypatch.setattr(Playlist, "close", lambda _: self.step("playlist"))
        original = OriginalStream(close=lambda: self.step("original"))
        monkeypatch.setattr(watch_camera, "begun", lambda *_: original)
        made = watcher("rtsp://127.0.0.1:9/x", out, plan=plan, sealed=lambda: None, **more)
        made.events = lambda: SimpleNamespace(close=lambda: self.step("events"))
        made.stopped = lambda: True
        monkeypatch.setattr(
            Retention, "apply", lambda *_: self.step("retention") if self.ran else None
        )
        monkeypatch.setattr(watch_camera, "RETENTION_EVERY", timedelta())
        return made


@pytest.mark.parametrize("broken", ["playlist", "retention", "events"])
def test_a_step_of_the_end_that_fails_keeps_no_other_from_being_done(tmp_path, monkeypatch, broken):
    ending = Ending(broken)
    watching = ending.of(tmp_path / "out", monkeypatch)
    with pytest.raises(OutputFailed, match=broken):
        watching.run()
    assert not (tmp_path / "out" / "old.m4s").exists()  # seen, and not recorded
    assert {*ending.ran} >= {"playlist", "retention", "events"}


def test_the_last_window_is_signed_though_the_playlist_cannot_be_closed(tmp_path, monkeypatch):
    ending, said = Ending("playlist", "original"), []
    plan = plan_for("view.live", "record")
    watching = ending.of(
        tmp_path / "out", monkeypatch, plan=plan, tell=lambda each: said.append(str(each))
    )
    with pytest.raises(OutputFailed, match="playlist failed"):
        watching.run()
    assert [*dict.fromkeys(ending.ran)] == [*Ending.STEPS]
    assert said == ["original failed"]
    assert (tmp_path / "out" / "old.m4s").exists()  # it may be recorded


def test_what_cannot_be_destroyed_keeps_nothing_else(tmp_path):
    (tmp_path / "a.m4s").mkdir()  # nobody unlinks a folder
    for name in ("b.m4s", "live.m3u8"):
        (tmp_path / name).write_bytes(b"x")
    keep = Retention(tmp_path, lambda at, _: at)
    with pytest.raises(OSError, match=r"a\.m4s"):
        keep.apply(datetime.now(UTC) + timedelta(days=1))
    assert not (tmp_path / "b.m4s").exists()
    with pytest.raises(OSError, match=r"a\.m4s"):
        keep.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["a.m4s"]
