"""What happens on a live camera ends in its journal: as far as the plan goes, and no further."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fakes.plans import event_plan

from contrejour.base.errors import Refused
from contrejour.base.pictures import Box, Detection, Frame, Kind, Look, Sight
from contrejour.base.times import Instant
from contrejour.live.signals import Signals
from contrejour.live.signals.segment import read
from contrejour.live.site import read_site
from contrejour.live.site.build import settings_sha256
from contrejour.live.watch.events import Events
from contrejour.vision.events import kept
from contrejour.vision.events.standing import Rates

OPEN = datetime(2027, 2, 12, 17, tzinfo=UTC)
SIZE = (320, 192)
EVERY_NS = 150_000_000
VOIE = "{kind: zone, polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], of: [person]%s}"


def zones(text: str):
    site = f"site: 1\ncameras: {{quais-01: {{address: 'rtsp://x', events: {text}}}}}\n"
    return read_site(site, "s.yml").cameras["quais-01"].events


class Day:
    """A camera whose looks come one after the other, with somebody in it or not."""

    def __init__(self, folder: Path, text: str, *, rates=None, at: datetime = OPEN) -> None:
        self.at, self.time_ns, self.told = at, 0, []
        self.folder = folder
        self.signals = Signals(folder / "signals", clock=lambda: self.at)
        self.events = Events(
            event_plan(), "quais-01", zones(text), rates or {}, self.signals, out=folder,
            clock=lambda: self.at, tell=lambda each: self.told.append(str(each)),
        )  # fmt: skip
        self.events.begin()

    def pass_(self, seconds: float, *people: Box, sight: Sight = Sight.SEEN) -> None:
        for _ in range(round(seconds * 1e9 / EVERY_NS)):
            self.time_ns += EVERY_NS
            self.at += timedelta(microseconds=EVERY_NS / 1000)
            wall_ns = int(self.at.timestamp() * 1e9)
            plane = np.zeros(SIZE[::-1], np.uint8)
            taken = Instant(self.time_ns, wall_ns, None, 0)
            frame = Frame(0, 0, self.time_ns, *SIZE, 0, (plane,), (1, 1), 8,
                          lambda planes, w, h: planes[0], taken=taken)  # fmt: skip
            found = tuple(Detection(box, Kind.PERSON, 0.9) for box in people)
            self.events.saw(frame, Look(0, self.time_ns, sight, found), None)

    def entries(self) -> list[tuple[str, dict]]:
        self.events.close()
        return [(entry.kind.value, entry.data) for entry in read(self.folder / "signals")]


ON_THE_TRACK = Box(100, 60, 40, 100)
ON_THE_PLATFORM = Box(100, 0, 30, 80)


def test_somebody_on_the_tracks_is_in_the_journal_once_and_in_shadow_first(tmp_path):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}")
    day.pass_(5, ON_THE_PLATFORM)
    day.pass_(10, ON_THE_TRACK)
    assert day.events.shadowed == 1
    [(kind, data)] = day.entries()
    assert kind == "shadow"
    assert data.keys() == {"kind", "camera", "zone", "time", "count", "confidence"}
    assert (data["kind"], data["camera"], data["zone"]) == ("zone", "quais-01", "voie-1")


def test_it_alerts_once_its_error_rate_is_measured_and_its_days_of_shadow_are_over(tmp_path):
    text = f"{{voie-1: {VOIE % ', alert: true, error_rates: r.json, shadow_days: 1'}}}"
    rates = Rates("quais-01", "voie-1", "zone", settings_sha256(zones(text)["voie-1"]),
                  24.0, 0.9, 0.9, 0.01)  # fmt: skip
    first = Day(tmp_path, text, rates={"voie-1": rates})
    first.pass_(10, ON_THE_TRACK)
    assert [kind for kind, _ in first.entries()] == ["shadow"]
    later = Day(tmp_path, text, rates={"voie-1": rates}, at=OPEN + timedelta(hours=25))
    later.pass_(10, ON_THE_TRACK)
    assert [kind for kind, _ in later.entries()] == ["shadow", "event"]


def test_an_alert_without_its_error_rate_is_refused_with_the_rule(tmp_path):
    with pytest.raises(Refused, match="PR-04"):
        Day(tmp_path, f"{{voie-1: {VOIE % ', alert: true, error_rates: r.json'}}}")


def test_what_the_plan_does_not_name_is_refused(tmp_path):
    text = "{a: {kind: wrong_way, polygon: [[0, 0], [1, 0], [1, 1]], direction_degrees: 90}}"
    with pytest.raises(Refused, match=r"detect\.wrong_way is not in the plan"):
        Day(tmp_path, text)


@pytest.mark.parametrize("hours", [-3, 40])
def test_nothing_is_said_outside_the_window_of_the_plan(tmp_path, hours):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}", at=OPEN + timedelta(hours=hours))
    day.pass_(20, ON_THE_TRACK)
    assert day.entries() == []
    assert bool(day.told) == (hours == 40)  # it ended, and that is said


def test_frames_that_nobody_looked_at_say_nothing(tmp_path):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}")
    for sight in (Sight.FAILED, Sight.CORRUPT, Sight.SKIPPED):
        day.pass_(10, ON_THE_TRACK, sight=sight)
    assert day.entries() == []


def test_a_new_connection_is_another_stream(tmp_path):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ', min_duration_s: 4'}}}")
    for _ in range(10):
        day.pass_(3, ON_THE_TRACK)
        day.events.begin()
    assert day.entries() == []


def test_figures_are_kept_by_the_window_and_the_floor_of_the_plan(tmp_path):
    day = Day(tmp_path, "{hall: {kind: count, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}}")
    crowd = [Box(10 + 25 * n, 60, 20, 60) for n in range(11)]
    day.pass_(15 * 60, *crowd)
    day.pass_(15 * 60, ON_THE_TRACK)
    day.pass_(1)
    figures = [data for kind, data in day.entries() if kind == "counts"]
    assert [each["mean"] for each in figures[:2]] == [11, None]  # ten is the floor
    assert figures[0]["floor"] == 10


def test_moments_are_kept_to_tune_the_rules_with(tmp_path):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}")
    day.pass_(3, ON_THE_TRACK)
    [path] = tmp_path.glob("*.moments")
    camera, moments = kept.read(path.read_text().splitlines(), path.name)
    assert camera == "quais-01"
    assert len(list(moments)) == 20


def test_a_journal_that_can_not_be_written_stops_nothing(tmp_path, monkeypatch):
    from contrejour.base.errors import OutputFailed

    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}")

    def full(event) -> None:
        raise OutputFailed("no room")

    monkeypatch.setattr(day.signals, "shadow", full)
    day.pass_(10, ON_THE_TRACK)
    assert (day.events.unkept, day.told) == (1, ["no room"])


def test_signals_are_destroyed_when_the_plan_says(tmp_path):
    day = Day(tmp_path, f"{{voie-1: {VOIE % ''}}}")
    assert day.events.destroy_by(OPEN) == OPEN + timedelta(days=365)


def test_the_days_of_shadow_begin_again_with_other_settings(tmp_path):
    for more, at in (("", OPEN), (", cool_down_s: 30", OPEN + timedelta(hours=1))):
        Day(tmp_path, f"{{voie-1: {VOIE % more}}}", at=at).entries()
        known = json.loads((tmp_path / "signals" / "since.json").read_text())
        assert known["voie-1"][1] == at.isoformat()
