"""A thousand faults in half an hour, on four cameras at once: nobody shows, nothing grows.

`scripts/test -m soak tests/live/watch/test_soak.py`; SOAK_MINUTES says how long (default 32).
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import psutil
import pytest
from fakes import detectors
from fakes.brokers import MOSQUITTO, Listener, Mosquitto, Relay
from fakes.cameras import camera, run_all
from fakes.plans import PRIVACY, event_plan, plan_for
from fakes.runs import LIMIT_S, painted_clip, until

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Event
from contrejour.live.signals import EntryKind, JournalEntry, Signals
from contrejour.live.signals.mqtt import Broker, Mqtt
from contrejour.live.signals.segment import read
from contrejour.live.site import SiteCamera, read_site
from contrejour.live.site.build import settings_sha256
from contrejour.live.watch import Watcher
from contrejour.live.watch.empty import Empty
from contrejour.live.watch.events import Events
from contrejour.media import Decoder
from contrejour.media.out import hls
from contrejour.vision.events.standing import Rates

MINUTES = float(os.environ.get("SOAK_MINUTES", "32"))
OPEN = datetime(2027, 2, 12, 17, tzinfo=UTC)
SITE = """
site: 1
cameras:
  quais-01:
    address: rtsp://x
    events:
      voie-1: {kind: zone, of: [person], polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], alert: true,
               error_rates: r.json, min_duration_s: 0.5, cool_down_s: 1, shadow_days: 1}
"""
FAULTS_A_MINUTE = 31.5
"""1,000 in 32 minutes."""


@dataclass
class Trouble:
    """What goes wrong, at random, and how often it did."""

    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    decoders: dict[str, Decoder] = field(default_factory=dict)
    blind_until: float = 0.0
    full_until: float = 0.0
    breaking: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, name: str, codec: str, hide: str):
        """Makes connections on which something goes wrong after a while."""

        def made(address: str, *, transport: str, **_: object) -> Decoder:
            kinds = ["drop", "stall", "jump", "resize", "loss"]
            # Flipped bytes of H.265 decode without a word: the scene sees them, a look may not.
            kinds += ["corrupt"] if codec == "h264" or hide == "unknown" else []
            kind = self.chance.choice(kinds)
            share = kind in ("loss", "corrupt")
            amount = self.chance.uniform(0.01, 0.2) if share else self.chance.uniform(1, 6)
            self.done[kind] += 1
            self.decoders[name] = Decoder(f"{address}?{kind}={amount:.2f}", transport=transport)
            return self.decoders[name]

        return made

    def detector(self, size, *, offline: bool = False):
        """Finds what is magenta, unless it is blind and says so."""
        seeing = detectors.painted(size)

        def answer(frame):
            if time.monotonic() < self.blind_until:
                raise DetectorError("blind")
            return seeing.detect(frame)

        return detectors.Fake(answer)

    def strike(self) -> None:
        """One thing that happens to the process, not to the camera."""
        kind = self.chance.choice(["killed", "crashed", "frozen", "blind", "full", "broker"])
        self.done[kind] += 1
        if kind == "blind":
            self.blind_until = time.monotonic() + self.chance.uniform(0.2, 1)
        elif kind == "full":
            self.full_until = time.monotonic() + self.chance.uniform(0.2, 1)
        elif kind == "broker":
            threading.Thread(target=self.break_broker, daemon=True).start()
        elif self.decoders:
            number = {"killed": signal.SIGKILL, "crashed": signal.SIGSEGV, "frozen": signal.SIGSTOP}
            victim = self.decoders[self.chance.choice(sorted(self.decoders))]
            with suppress(ProcessLookupError):
                os.kill(victim.pid, number[kind])

    def break_broker(self) -> None:
        """Kill it; events may come again once somebody listens who would miss them."""
        with self.breaking:
            self.relay.shut()
            self.broker.kill()
            self.broker.start()
            self.listener.listens.wait(LIMIT_S)
            self.relay.open()

    def write(self, real):
        """os.write on a disk that is full now and then."""

        def write(file: int, data) -> int:
            if time.monotonic() < self.full_until:
                raise OSError(28, "No space left on device")
            return real(file, data)

        return write


@dataclass
class Journal:
    """What one camera's rule says, in a journal of its own, published to a broker that dies."""

    folder: Path
    port: int
    acknowledged: list[str] = field(default_factory=list)

    def events(self) -> Events:
        zone = read_site(SITE, "s.yml").cameras["quais-01"].events["voie-1"]
        settings = settings_sha256(zone)
        self.folder.mkdir(parents=True)
        begun = (OPEN - timedelta(days=30)).isoformat()
        (self.folder / "since.json").write_text(json.dumps({"voie-1": [settings, begun]}))
        rates = {"voie-1": Rates("quais-01", "voie-1", "zone", settings, 24.0, 1.0, 1.0, 0.0)}
        broker = Broker("127.0.0.1", self.port, tls=False)
        self.signals = Signals(self.folder, [Mqtt(broker, "soak", self.folder.parent.name)])
        keep = self.signals.event

        def event(event: Event) -> JournalEntry:
            entry = keep(event)
            self.acknowledged.append(entry.id)
            return entry

        self.signals.event = event  # type: ignore[method-assign]
        return Events(event_plan(), "quais-01", {"voie-1": zone}, rates, self.signals,
                      clock=lambda: OPEN)  # fmt: skip

    def kept(self) -> list[str]:
        return [entry.id for entry in read(self.folder) if entry.kind is EntryKind.EVENT]


def magenta(picture: np.ndarray) -> bool:
    """Whether the figure shows in a picture in B, G, R."""
    blue, green, red = (picture[..., n].astype(int) for n in range(3))
    return bool(((blue > 170) & (red > 170) & (green < 110)).sum() > 8)


@dataclass
class Audit:
    """Looks at every picture that leaves, and takes it off the disk."""

    folder: Path
    pictures: int = 0
    clear: list[str] = field(default_factory=list)

    def look(self, all_of_them: bool = False) -> None:
        for out in self.folder.iterdir():
            segments = sorted(out.rglob("*.m4s"), key=lambda path: path.stat().st_mtime)
            for path in segments if all_of_them else segments[:-1]:
                for shown in self._decoded(out, path):
                    self.pictures += 1
                    if magenta(shown):
                        self.clear.append(f"{out.name}/{path.name}")
                        name = f"clear-{out.name}-{len(self.clear)}.png"
                        cv2.imwrite(str(self.folder.parent / name), shown)
                path.unlink(missing_ok=True)
            still = out / "still.jpg"
            if still.exists() and magenta(cv2.imread(str(still))):
                self.clear.append(str(still))

    @staticmethod
    def _decoded(out: Path, path: Path) -> Iterator[np.ndarray]:
        init = out / f"{path.name.rpartition('-')[0]}-init.mp4"
        joined = out.parent.parent / "joined.mp4"
        joined.write_bytes(init.read_bytes() + path.read_bytes())
        with suppress(av.FFmpegError), av.open(str(joined)) as got:
            for frame in got.decode(video=0):
                yield frame.to_ndarray(format="bgr24")


@pytest.mark.soak
@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto (apt-get install mosquitto)")
def test_nobody_shows_and_nothing_grows_whatever_happens(tmp_path, monkeypatch):
    chance = random.Random(20261125)
    trouble = Trouble(chance)
    trouble.broker = Mosquitto(tmp_path)
    trouble.broker.start()
    trouble.listener, trouble.relay = Listener(trouble.broker.port), Relay(trouble.broker.port)
    assert trouble.listener.listens.wait(LIMIT_S)
    trouble.relay.open()
    monkeypatch.setattr(hls.os, "write", trouble.write(os.write))
    clips = {
        codec: painted_clip(tmp_path / f"{codec}.mp4", codec=codec) for codec in ("h264", "hevc")
    }
    other = painted_clip(tmp_path / "other.mp4", size="256x160")
    end = time.monotonic() + MINUTES * 60
    out = tmp_path / "out"
    recoveries: list[float] = []
    closings: list[Callable[[], None]] = []
    with camera(clips["h264"], other, clips["hevc"], other) as found:
        watchers, journals = [], []
        for name, codec, hide, address in (
            ("a", "h264", "people", found[0]), ("b", "hevc", "people", found[2]),
            ("c", "h264", "unknown", found[0]), ("d", "hevc", "unknown", found[2]),
        ):  # fmt: skip
            watcher = Watcher(
                plan_for("view.live", "record"), "cam-a",
                SiteCamera(address=address, hide=hide, privacy=PRIVACY), address, out / name,
                make=trouble.detector, connect=trouble.connect(name, codec, hide),
                stopped=lambda: time.monotonic() > end,
            )  # fmt: skip
            if hide == "unknown":
                watcher.empty = Empty(out / name / "scene.npz", samples=16, every_ns=200_000_000)
            journals.append(Journal(out / name / "signals", trouble.relay.port))
            events = journals[-1].events()
            closings.append(events.close)
            events.close = lambda: None  # type: ignore[method-assign]
            watcher.events = lambda events=events: events
            watchers.append(watcher)
        running = threading.Thread(target=run_all, args=(watchers,))
        running.start()
        audit, me = Audit(out), psutil.Process()
        sizes: deque[tuple[float, int, int]] = deque()
        seen = [(0, time.monotonic())] * len(watchers)
        strike_at = sample_at = 0.0
        while running.is_alive():
            time.sleep(0.05)
            now = time.monotonic()
            for place, watcher in enumerate(watchers):
                frames, since = seen[place]
                if watcher.counters.frames != frames:
                    if now - since > 0.5:
                        recoveries.append(now - since)
                    seen[place] = watcher.counters.frames, now
            if now >= strike_at and now < end:
                trouble.strike()
                strike_at = now + chance.expovariate(FAULTS_A_MINUTE / 2 / 60)
            if now >= sample_at and out.exists():
                audit.look()
                sizes.append((now, me.memory_info().rss >> 20, me.num_fds()))
                sample_at = now + 2
        audit.look(all_of_them=True)
    with trouble.breaking:
        waiting = [told for journal in journals for told in journal.signals.told()]
        assert until(lambda: not any(
            told.waiting for journal in journals for told in journal.signals.told()
        )), waiting  # fmt: skip
    heard = [json.loads(text)["id"] for text in trouble.listener.on("/events")]
    for closing in closings:
        closing()
    trouble.broker.kill()
    told = {
        "minutes": MINUTES, "faults": sum(trouble.done.values()), "of": trouble.done,
        "pictures": audit.pictures, "clear": len(audit.clear),
        "reconnects": sum(w.counters.reconnects for w in watchers),
        "veiled_whole": sum((Counter(w.counters.reasons) for w in watchers), Counter()),
        "silence_s": dict(zip(("p50", "p90", "p99", "max"),
                              np.percentile(recoveries or [0], [50, 90, 99, 100]).round(2).tolist(),
                              strict=True)),
        "events": sum(len(journal.acknowledged) for journal in journals),
        "not_kept": sum(watcher._events.unkept for watcher in watchers),
        "heard_again": len(heard) - len(set(heard)),
        "rss_mib": [sizes[n][1] for n in range(0, len(sizes), max(1, len(sizes) // 12))],
        "handles": [sizes[n][2] for n in range(0, len(sizes), max(1, len(sizes) // 12))],
    }  # fmt: skip
    print(json.dumps(told, indent=1))
    Path(os.environ.get("SOAK_REPORT", tmp_path / "soak.json")).write_text(json.dumps(told))
    assert audit.clear == []
    for journal in journals:
        assert set(journal.acknowledged) <= set(journal.kept()) <= set(heard)
    assert told["events"] > 10 * MINUTES
    assert audit.pictures > 100 * MINUTES
    assert sum(trouble.done.values()) >= min(1000, 20 * MINUTES)
    half = len(sizes) // 2
    early = max(rss for _, rss, _ in list(sizes)[half // 2 : half])
    assert sizes[-1][1] < early * 1.15 + 20
    assert sizes[-1][2] <= max(handles for *_, handles in list(sizes)[:half]) + 4
