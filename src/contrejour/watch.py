"""One live camera, veiled as it comes: decode, look, track, mask, veil, encode, playlist.

    Live --Frame--> gate (the plan) --> look_at --> track.masks --> veil.apply --> Encoder --> HLS

Pictures wait for their masks, a bounded number of them. When pictures go missing the ones that wait
are veiled whole; when the camera goes away they are dropped unseen, and the connection is made
again, later each time. Nothing that was not veiled leaves this process: the encoder is given
veiled pictures alone. What is due is destroyed as time goes by, pictures or none.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour import detect, track, veil, video
from contrejour.errors import CameraError
from contrejour.mandate.plan import Plan
from contrejour.mandate.vocabulary import Act
from contrejour.pipeline import watch
from contrejour.retention import Retention
from contrejour.types import Frame, Mask
from contrejour.worker import Guarded

if TYPE_CHECKING:
    from contrejour.config import Place

LOOK_AHEAD_FRAMES = 8
GAP_NS = 200_000_000
"""A longer time without a picture breaks a run."""
RETENTION_EVERY = timedelta(seconds=10)
LIVE = timedelta(seconds=60)
"""What may be seen and not recorded is gone after this time, whether more comes or not."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0


@dataclass(slots=True)
class Counters:
    """What happened, for whoever runs it; none of it is about a person."""

    frames: int = 0
    veiled_whole: int = 0
    reconnects: int = 0
    jumps: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


def acts_of(plan: Plan, camera: str) -> tuple[str, ...]:
    """Which of seeing and recording the plan names for a camera; seeing where it is neither.

    A plan that names neither refuses `view.live` when it is asked (pipeline.watch).
    """
    named = {act for grant in plan.grants(camera) for act in grant.acts}
    return tuple(act for act in (Act.VIEW, Act.RECORD) if act in named) or (Act.VIEW,)


@dataclass(slots=True)
class _Run:
    """Frames without a gap between them. What follows the gap is `after`, once it has `ended`."""

    first: Frame
    frames: Iterator[Frame]
    gap_ns: int
    waiting: deque[Frame] = field(default_factory=deque)
    ended: bool = False
    after: Frame | None = None

    def __iter__(self) -> Iterator[Frame]:
        last_ns = self.first.time_ns
        for frame in chain([self.first], self.frames):
            if frame.time_ns - last_ns > self.gap_ns:
                self.after = frame
                break
            last_ns = frame.time_ns
            self.waiting.append(frame)
            yield frame
        self.ended = True


@dataclass(slots=True)
class Watcher:
    """One camera of a plan. `run` goes on until the plan ends (PlanExpired) or `stopped`."""

    plan: Plan
    name: str
    camera: Place
    address: str
    out: Path
    make: Callable[..., object] = detect.build
    hide: str = "people"
    offline: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], object] = time.sleep
    tell: Callable[[str], object] = lambda _: None
    counters: Counters = field(default_factory=Counters)
    stopped: Callable[[], bool] = lambda: False

    _retained: datetime | None = None

    @property
    def retention(self) -> Retention:
        if Act.RECORD in acts_of(self.plan, self.name):
            return Retention(self.out, lambda at: self.plan.destroy_by(self.name, at))
        return Retention(self.out, lambda at: at + LIVE)

    def _now(self) -> datetime:
        """The time; whenever it is asked for, what became due meanwhile is destroyed."""
        now = self.clock()
        if self._retained is None or abs(now - self._retained) >= RETENTION_EVERY:
            self._retained = now
            self.retention.apply(now)
        return now

    def run(self) -> None:
        """Connect, veil, and connect again. Raises what can't be mended by trying again."""
        acts = acts_of(self.plan, self.name)
        for act in acts:
            self.plan.is_open(self.name, act, self._now())  # refused or expired: before connecting
        try:
            self._connect_for_ever(acts)
        finally:
            if Act.RECORD not in acts:
                self.retention.clear()

    def _connect_for_ever(self, acts: tuple[str, ...]) -> None:
        wait_s = FIRST_WAIT_S
        while not self.stopped():
            self._now()
            try:
                with closing(self._session(acts)) as session:
                    for _ in session:
                        wait_s = FIRST_WAIT_S
                        if self.stopped():
                            return
            except CameraError as error:
                if not error.again:
                    raise
                self.tell(f"{error}: again in {wait_s:.0f} s")
            self.counters.reconnects += 1
            self.sleep(wait_s * random.uniform(0.8, 1.2))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _session(self, acts: tuple[str, ...]) -> Generator[None, None, None]:
        """One connection, from the first picture to the CameraError that ends it."""
        session = f"{self.clock():%Y%m%dT%H%M%S}-{self.counters.reconnects}"
        live = video.Live(self.address, transport=self.camera.transport)
        playlist: video.Playlist | None = None
        encoder: video.Encoder | None = None
        try:
            frames = watch(self.plan, self.name, acts, live.frames(), self._now)
            for frame, mask in self._masked(live, frames):
                assert live.fmt is not None
                if playlist is None or encoder is None:
                    keep = Act.RECORD in acts
                    playlist = video.Playlist(self.out, live.fmt, session, keep=keep)
                    encoder = video.Encoder(live.fmt, live=True)
                hidden = veil.cells(mask, live.fmt.width, live.fmt.height, live.fmt.rotation)
                playlist.write(encoder.write(veil.apply(frame, hidden, "solid", None)))
                self._count(mask, live)
                yield
        finally:
            live.close()
            if playlist is not None:
                playlist.close()

    def _masked(self, live: video.Live, frames: Iterator[Frame]) -> Iterator[tuple[Frame, Mask]]:
        """Each frame with its mask, in order, at most a few frames late.

        Frames come in runs without a gap. Those at the end of a run, of which nobody can say what
        the next look would have shown, are veiled whole.
        """
        detector: Guarded | None = None
        first = next(frames, None)
        while first is not None and live.fmt is not None:
            size, period_ns = live.fmt.upright, round(1_000_000_000 / live.fmt.rate)
            detector = detector or Guarded(self.make(size, offline=self.offline))
            run = _Run(first, frames, max(GAP_NS, 3 * period_ns))
            looks = detect.look_at(run, detector)
            ahead_ns = LOOK_AHEAD_FRAMES * period_ns
            for mask in track.masks(looks, size, hide=self.hide, lookahead_ns=ahead_ns):
                if run.ended:
                    mask = replace(mask, boxes=(), whole=mask.whole or "broke-off")  # fail closed
                yield run.waiting.popleft(), mask
            first = run.after

    def _count(self, mask: Mask, live: video.Live) -> None:
        told = self.counters
        told.frames += 1
        told.jumps = live.steady.jumps
        if mask.whole:
            told.veiled_whole += 1
            told.reasons[mask.whole] = told.reasons.get(mask.whole, 0) + 1
