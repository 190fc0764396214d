"""One live camera, veiled as it comes.

    Decoder --Frame--> gate (the plan) --> privacy zones --> Masks --> veil --> Encoder --> HLS

A frame waits until its mask is known: eight frames at most, a third of a second at 25 a second.
Where a picture is missing the frames that wait are hidden entirely; when the camera goes away they
are dropped, shown to nobody, and the connection is made again, after a longer time each time. The
encoder is given veiled pictures alone, so nothing else can leave this process. Recordings that are
due are destroyed when a frame comes or a connection is tried, once in ten seconds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from contrejour import media
from contrejour.base import times
from contrejour.base.ending import finally_each
from contrejour.base.errors import CameraError, ContrejourError, NotMedia, OutputFailed, Unsupported
from contrejour.base.messages import Message, Tell
from contrejour.base.pictures import Cells, Frame, Look, Sight
from contrejour.law.gate import is_open, watch
from contrejour.law.mandate.intervals import destroy_first
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.retention import Retention
from contrejour.live.sealing.archive import OriginalStream, SealedArchive, begun
from contrejour.live.site import SiteCamera
from contrejour.live.site.build import act as act_of
from contrejour.live.site.rules import ZoneRule
from contrejour.live.watch import privacy
from contrejour.live.watch.counters import Counters
from contrejour.live.watch.empty import Empty
from contrejour.live.watch.events import Events
from contrejour.live.watch.hiding import MaskedFrame, Masks
from contrejour.live.watch.load import RAREST_NS, Load, Slate
from contrejour.live.watch.still import Still
from contrejour.vision import detect, veil
from contrejour.vision.detect.guard import GuardedDetector
from contrejour.vision.moments import detector_for, relook_ns

RETENTION_EVERY = timedelta(seconds=10)
LIVE = timedelta(seconds=60)
"""What may be seen and not recorded is gone after this time, whether more comes or not."""
BUSY_NS = 2 * RAREST_NS
"""A look that would have to wait for another camera's is put off by a frame, up to this long."""
Acts = tuple[str, ...]
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0


def acts_of(plan: Plan, camera: str, zones: Mapping[str, ZoneRule] | None = None) -> Acts:
    """The acts that a camera runs by: seeing and recording, which have to be open together.

    Where the plan names neither, the events and figures that `zones` ask for, of which one open is
    enough: then nobody sees a picture. Without any of these, seeing, which the plan then refuses.
    """
    named = {act for grant in plan.grants(camera) for act in grant.acts}
    shown = tuple(act for act in (Act.VIEW, Act.RECORD) if act in named)
    asked = tuple(sorted({act_of(zone) for zone in (zones or {}).values()} & named))
    return shown or asked or (Act.VIEW,)


def shows(acts: Acts) -> bool:
    """Whether any picture leaves, veiled."""
    return Act.VIEW in acts or Act.RECORD in acts


@dataclass(slots=True)
class Watcher:
    """One camera of a plan. `run` goes on until the plan ends (PlanExpired) or `stopped`."""

    plan: Plan
    name: str
    camera: SiteCamera
    address: str
    out: Path
    make: Callable[..., detect.Detector] = detect.build
    connect: Callable[..., media.Decoder] = media.Decoder
    empty: Empty | None = None
    events: Callable[[], Events] | None = None
    """Makes the Events of this camera, when it runs; None: it has none."""
    sealed: Callable[[], SealedArchive] | None = None
    """Opens what seals its originals, as far as the plan lets it record; None: nothing does."""
    load: Load = field(default_factory=Load)
    offline: bool = False
    clock: times.Clock = times.now
    sleep: Callable[[float], object] = time.sleep
    tell: Tell = lambda _: None
    counters: Counters = field(default_factory=Counters)
    stopped: Callable[[], bool] = lambda: False

    _retained: datetime | None = None
    _retention: Retention | None = None
    _playlist: media.Playlist | None = None
    _newest_ns: int = 0
    _events: Events | None = None
    _original: OriginalStream = field(default_factory=OriginalStream)
    _slate: Slate = field(default_factory=Slate)

    @property
    def hide(self) -> str:
        return self.camera.hidden

    @property
    def playlist(self) -> media.Playlist | None:
        """What players are served; None until `run` begins."""
        return self._playlist

    @property
    def retention(self) -> Retention:
        if self._retention is None:
            records = Act.RECORD in acts_of(self.plan, self.name)
            ends = partial(destroy_first, self.plan, self.name)
            self._retention = Retention(self.out, ends if records else lambda at, _: at + LIVE)
        return self._retention

    def _now(self) -> datetime:
        """The time; every RETENTION_EVERY it also destroys what is due."""
        now = self.clock()
        if self._retained is None or abs(now - self._retained) >= RETENTION_EVERY:
            self._retained = now
            self.retention.apply(now)
        self.counters.seals(self._original.report)
        return now

    def run(self) -> None:
        """Connect, veil, and connect again. Raises errors that trying again can't mend."""
        acts = acts_of(self.plan, self.name, self.camera.events)
        # Raises Refused or PlanExpired before connecting.
        is_open(self.plan, self.name, acts, self._now(), together=shows(acts))
        zones = privacy.drawn(self.plan, self.name, self.camera.privacy)
        if self.sealed and Act.RECORD in acts:
            privacy.untouched(self.plan, self.name, self.camera.privacy)
            self._original = begun(self.sealed, self.plan, self.name, self.tell)
        self._playlist = media.Playlist(
            self.out, keep=Act.RECORD in acts, completed=self._original.veiled
        )
        if self.hide == "unknown" and self.empty is None:
            self.empty = Empty(self.out / "scene.npz", tell=self.tell)
        self._events = self.events() if self.events else None
        with finally_each(
            self._playlist.close,
            self._original.close,
            self._now,
            *([self._events.close] if self._events else []),
            *([] if Act.RECORD in acts else [self.retention.clear]),  # not recorded: not kept
            tell=self.tell,
        ):
            self._connect_for_ever(acts, zones)

    def _connect_for_ever(self, acts: Acts, zones: tuple[privacy.Polygon, ...]) -> None:
        wait_s = FIRST_WAIT_S
        while not self.stopped():
            self._now()
            try:
                with closing(self._session(acts, zones)) as session:
                    for _ in session:
                        wait_s = FIRST_WAIT_S
                        if self.stopped():
                            return
            except (CameraError, NotMedia, Unsupported, OutputFailed) as error:
                if not self._may_mend(error):
                    raise
                self.tell(Message("camera-again", error=error.message, seconds=max(1.0, wait_s)))
            self.counters.reconnects += 1
            self.sleep(wait_s * random.uniform(0.8, 1.2))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _may_mend(self, error: ContrejourError) -> bool:
        """Whether to try again: what worked before may work again, a wrong password never did."""
        return bool(getattr(error, "again", False)) or self.counters.frames > 0

    def _session(
        self, acts: Acts, zones: tuple[privacy.Polygon, ...]
    ) -> Generator[None, None, None]:
        """One connection, from the first picture to the CameraError that ends it."""
        assert self._playlist
        decoder = self.connect(
            self.address,
            transport=self.camera.transport,
            trust=self.camera.trust,
            login_in_clear=self.camera.login_in_clear,
            **self._original.decoder_arguments,
        )
        with finally_each(
            self._disconnected,
            decoder.close,
            self._playlist.end,
            *([self._events.end] if self._events else []),
            tell=self.tell,
        ):
            frames = watch(
                self.plan, self.name, acts, decoder.frames(), self._now, together=shows(acts)
            )
            first = next(frames, None)
            if first is None or decoder.fmt is None:
                return
            show = self._shown(decoder.fmt) if shows(acts) else lambda frame, hidden: None
            for frame, hidden, reason in self._masked(decoder, self._noted(first, frames), zones):
                show(frame, hidden)
                self._count(frame, reason, decoder)
                yield

    def _disconnected(self) -> None:
        self.counters.connected = False

    def _shown(self, fmt: media.Format) -> Callable[[Frame, Cells], None]:
        """What veils a frame and shows it, in the playlist and as a still: the only ways out."""
        assert self._playlist
        playlist, still = self._playlist, Still(self.out, fmt)
        encoder = media.Encoder(fmt, live=True)
        playlist.begin(fmt, f"{self.clock():%Y%m%dT%H%M%S}-{self.counters.reconnects}")

        def show(frame: Frame, hidden: Cells) -> None:
            veiled = veil.apply(frame, hidden, "solid", None)
            playlist.write(encoder.write(veiled), self._taken(frame))
            still.offer(veiled)

        return show

    def _taken(self, frame: Frame) -> datetime:
        """When the frame came, by our wall clock."""
        late_ns = time.monotonic_ns() - frame.taken.monotonic_ns if frame.taken else 0
        return self.clock() - timedelta(microseconds=late_ns // 1000)

    def _masked(
        self, decoder: media.Decoder, frames: Iterator[Frame], zones: tuple[privacy.Polygon, ...]
    ) -> Iterator[MaskedFrame]:
        """Each frame with what is hidden in it; the privacy zones are painted before all else."""
        assert decoder.fmt
        painted = privacy.cells(zones, decoder.fmt) if zones else None
        if painted is not None:
            frames = (veil.apply(frame, painted, "solid", None) for frame in frames)
        if self.empty:
            self.empty.begin(painted)
        if self._events:
            self._events.begin()
        needs = self._events.needs if self._events else ()
        detector = detector_for(needs, self.make, decoder.fmt.shown, offline=self.offline)
        masks = Masks(
            decoder.fmt,
            GuardedDetector(detector),
            self.hide,
            self.empty,
            lambda: BUSY_NS if getattr(detector, "busy", False) else self.load.interval_ns,
            lambda: self._slate.falls(
                time.monotonic_ns(), self.counters.frames, self.counters.dropped
            ),
            self._saw,
            relook_ns(needs),
        )
        return masks.of(frames)

    def _saw(self, frame: Frame, look: Look, unlike: Cells | None) -> None:
        self.counters.looks += look.sight is Sight.SEEN
        if self._events:
            self._events.saw(frame, look, unlike)

    def _count(self, frame: Frame, reason: str, decoder: media.Decoder) -> None:
        told, counted = self.counters, decoder.counted
        told.frame(reason)
        told.connected, told.sandbox = True, decoder.sandbox
        told.jumps, told.lost, told.dropped = counted.jumps, counted.lost, counted.dropped
        if decoder.unkept:
            self._original.unfit()
        told.scene_known = self.empty is not None and self.empty.known
        if frame.taken:
            now_ns = time.monotonic_ns()
            told.late_ns = now_ns - frame.taken.monotonic_ns
            self.load.told(now_ns, now_ns - self._newest_ns)

    def _noted(self, first: Frame, rest: Iterator[Frame]) -> Iterator[Frame]:
        """These frames; keeps in `_newest_ns` when the newest of them came."""
        for frame in chain([first], rest):
            if frame.taken:
                self._newest_ns = frame.taken.monotonic_ns
            yield frame
