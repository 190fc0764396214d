"""`contrejour events`, as whoever adjusts a camera runs it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.runs import run
from fakes.scenes import Faults, Scene
from fakes.stories import STORIES, Story, walkers

from contrejour.live.site import read_site
from contrejour.live.site.build import may_alert, settings_sha256
from contrejour.live.site.rates import read_rates
from contrejour.live.site.rules import ZoneRule
from contrejour.vision.events.kept import head, to_line


def keep(path: Path, scene: Scene, camera: str = "quais-01") -> Path:
    path.write_text("\n".join([head(camera), *map(to_line, scene.moments())]) + "\n")
    return path


def site_file(path: Path, rule: ZoneRule, **more: object) -> Path:
    zone = rule.model_dump(mode="json", exclude_defaults=True) | {"kind": rule.kind, **more}
    camera = {"address": "rtsp://x", "events": {"z": zone}}
    path.write_text(json.dumps({"site": 1, "cameras": {"quais-01": camera}}))
    return path


def truth_file(path: Path, story: Story) -> Path:
    rows = [{"event": each.event, "zone": each.zone, "from": each.from_s, "to": each.to_s}
            for each in story.truth]  # fmt: skip
    path.write_text(json.dumps(rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story of a wrong way: its moments, its truth, the site that looks for it."""
    folder = tmp_path_factory.mktemp("events")
    story = STORIES["wrong_way"](1, flow=True)
    keep(folder / "m.jsonl", story.scene)
    site_file(folder / "site.json", story.rule)
    truth_file(folder / "truth.json", story)
    return folder


def events(command: str, folder: Path, *more: object):
    return run("events", command, folder / "m.jsonl", "--site", folder / "site.json",
               "--camera", "quais-01", *more)  # fmt: skip


def test_kept_moments_are_measured_by_the_rules_of_the_site(folder):
    done = events("eval", folder, "--truth", folder / "truth.json", "--json")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    assert (found["event"], found["happened"], found["found"]) == ("wrong_way", 3, 3)
    assert found["recall_interval"][0] == pytest.approx(0.4385, abs=1e-3)
    assert found["hours"] == pytest.approx(300 / 3600, abs=1e-3)


def test_the_table_shows_each_figure_with_its_interval(folder):
    done = events("eval", folder, "--truth", folder / "truth.json")
    assert "3/3" in done.stdout
    assert "100 % (43.9-100)" in done.stdout


def test_an_error_rate_is_bound_to_the_zone_and_lets_it_alert_when_long_enough(folder, tmp_path):
    out = tmp_path / "z.json"
    more = ("--truth", folder / "truth.json", "--zone", "z", "-o", out)
    assert events("eval", folder, *more).returncode == 0
    rates = read_rates(out.read_text(), "z.json")
    zone = read_site((folder / "site.json").read_text(), "s").cameras["quais-01"].events["z"]
    assert (rates.camera, rates.zone, rates.settings) == ("quais-01", "z", settings_sha256(zone))
    said = may_alert("quais-01", "z", zone, rates, None, datetime.now(UTC))
    assert "of less than 1 h" in str(said.because)
    again = events("eval", folder, *more)
    assert (again.returncode, "--force" in again.stderr) == (8, True)


def test_said_events_are_measured_without_moments(tmp_path):
    truth, said = tmp_path / "t.json", tmp_path / "s.json"
    truth.write_text('[{"event": "fire", "zone": "a", "from": 1, "to": 9}]')
    said.write_text('[{"event": "fire", "zone": "a", "time": 3}]')
    done = run("events", "eval", "--truth", truth, "--said", said, "--hours", "2")
    assert "1/1" in done.stdout
    said.write_text('[{"event": "fire", "zone": "a", "time": "2027-02-12T12:00:00Z"}]')
    done = run("events", "eval", "--truth", truth, "--said", said, "--hours", "2")
    assert (done.returncode, "in different ways" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "what is to be measured?"),
        (("--said", "s.json"), "how long was watched?"),
        (("--said", "s.json", "--hours", "0"), "nothing was watched"),
        (("--said", "s.json", "--hours", "1", "-o", "x"), "an error rate is of one zone"),
        (("m.jsonl",), "which zones?"),
        (("m.jsonl", "--site", "site.json", "--camera", "q"), "q is not in site.json"),
        (("m.jsonl", "--site", "site.json", "--camera", "quais-01", "--zone", "y"),
         "y is not a zone of quais-01"),
        (("none.jsonl", "--site", "site.json", "--camera", "quais-01"), "none.jsonl can't"),
        (("s.json", "--site", "site.json", "--camera", "quais-01"), "s.json:1: not a moment"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(folder, monkeypatch, more, said):
    monkeypatch.chdir(folder)
    Path("s.json").write_text("[]")
    done = run("events", "eval", "--truth", "truth.json", *more)
    assert done.returncode in (2, 3)
    assert said in done.stderr


def test_moments_of_another_camera_are_refused(folder, tmp_path):
    other = keep(tmp_path / "other.jsonl", Scene([], 2), "other")
    done = run("events", "tune", other, "--site", folder / "site.json", "--camera", "quais-01")
    assert (done.returncode, "is of other" in done.stderr) == (2, True)


def test_a_damaged_line_is_said_with_its_number(folder, tmp_path):
    damaged = tmp_path / "m.jsonl"
    lines = (folder / "m.jsonl").read_text().splitlines()
    damaged.write_text("\n".join([*lines[:4], lines[4][:30]]))
    done = run("events", "tune", damaged, "--site", folder / "site.json", "--camera", "quais-01")
    assert (done.returncode, "m.jsonl:5: not a moment" in done.stderr) == (2, True)


def test_tuning_shows_what_each_setting_would_have_said(folder):
    done = events("tune", folder, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    said = {row["setting"]: row["said"] for row in told["rows"]}
    assert said["as it is"] == 3
    assert set(said) == {"as it is", "min_duration_s: 2", "min_duration_s: 4", "confidence: 0.6",
                         "confidence: 0.75"}  # fmt: skip
    assert told["days"] == pytest.approx(300 / 86_400, rel=0.01)
    assert "a camera-day" in events("tune", folder).stdout


def test_people_who_walk_by_are_proposed_as_the_measure_of_the_ground(tmp_path):
    kept = keep(tmp_path / "m.jsonl", Scene(walkers(30), 100, Faults(jitter=0.04)))
    done = run("events", "calibrate", kept, "--lens-degrees", "70")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("standing: [[")
    assert "camera 5." in done.stdout or "camera 4." in done.stdout
    few = keep(tmp_path / "few.jsonl", Scene(walkers(1), 5))
    done = run("events", "calibrate", few, "--lens-degrees", "80")
    assert (done.returncode, "too few people" in done.stderr) == (2, True)
