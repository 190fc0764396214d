"""The originals of a recorder's cameras: sealed, told to the log, and destroyed when they are due.

One folder, one key of the edge, one policy for all cameras. Every ten minutes a thread writes what
the log is to be told, and destroys what is due, whether a camera runs or not.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from contrejour.base.canonical import canonical
from contrejour.base.ending import finally_each
from contrejour.base.errors import Busy, OutputFailed, PlanExpired, Refused, SealError
from contrejour.base.files import lock_file, make_folder
from contrejour.base.foreign import demand_no_link
from contrejour.base.messages import Message, Tell, reason_of
from contrejour.custody.seal import clock, store
from contrejour.custody.seal.chain import Chain, Edge
from contrejour.custody.seal.clock import Reading, TrustedTime, when
from contrejour.custody.seal.gaps import Reason
from contrejour.custody.seal.parties import Parties
from contrejour.custody.seal.prepared import PreparedWindows
from contrejour.custody.seal.retention import sealed_until
from contrejour.custody.seal.sealer import CameraSealer
from contrejour.custody.seal.sealer_thread import SealerThread, SealingReport
from contrejour.law.mandate.intervals import destroy_first
from contrejour.law.mandate.originals import PolicyHashes
from contrejour.law.mandate.periods import destroy_by
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.sealing.expiry import Expiry
from contrejour.live.sealing.log_entries import GapReport, LogEntries, Span

TURN_MS = 600_000
"""How often the log is told, whatever was seen."""
LOOK_S = 1.0
SEGMENT_MS = 10_000


@dataclass(frozen=True, slots=True)
class SealingConfig:
    """Who seals, for whom, and where."""

    base: Path
    edge: Edge
    parties: Parties
    policies: PolicyHashes
    """Of the files that say who opens and who witnesses: the plan has to name them."""


@dataclass(frozen=True, slots=True)
class OriginalStream:
    """Where one camera's packets go, while it runs. Without a `sealer` none of them is kept."""

    sealer: SealerThread | None = None
    window_ms: int = 60_000
    close: Callable[[], object] = lambda: None
    """To be called when nothing more comes."""

    @property
    def decoder_arguments(self) -> dict[str, Any]:
        """The arguments by which a decoder is given the sealer as its sink."""
        if self.sealer is None:
            return {}
        return {"sink": self.sealer, "window_ms": self.window_ms, "segment_ms": SEGMENT_MS}

    @property
    def report(self) -> SealingReport:
        return self.sealer.report if self.sealer else SealingReport()

    def unfit(self) -> None:
        """No segment holds what the camera sends, for its codec: a gap."""
        if self.sealer:
            self.sealer.unfit()

    def veiled(self, taken: datetime, sha256: str, name: str) -> None:
        """A veiled segment is complete, whose first picture was `taken` then."""
        if self.sealer:
            self.sealer.veiled(int(taken.timestamp() * 1000), sha256, name)


class SealedArchive:
    """`camera` when one starts, `leave` when it ends; then `close`."""

    def __init__(
        self, keeping: SealingConfig, *, tell: Tell = lambda _: None,
        read: Callable[[], Reading] = clock.read,
    ) -> None:  # fmt: skip
        """Raises Busy where another process seals there, OutputFailed, SealError."""
        self._keeping, self._tell, self._read = keeping, tell, read
        self._believed = TrustedTime(read())
        self._plans: dict[str, Plan] = {}
        self._running: dict[str, SealerThread] = {}
        self._left: dict[str, GapReport] = {}
        self._gone: list[Span] = []
        """What is destroyed, and the log hasn't been told yet."""
        self._config = ""
        """Hash of what is sealed by: edge, plan and policies; "" before the first camera."""
        self._lock = threading.RLock()
        try:
            make_folder(keeping.base)
            for camera in keeping.base.iterdir():  # windows behind a link would never be destroyed
                demand_no_link(keeping.base, camera)
            self._alone = lock_file(keeping.base / ".lock", keeping.base)
            self._entries = LogEntries(keeping.base, keeping.edge.name)
        except Busy:
            raise Busy("being-sealed-to", path=keeping.base) from None
        except OSError as error:
            raise OutputFailed(
                "cannot-be-written", path=keeping.base, reason=error.strerror
            ) from error
        self._expiry = Expiry(keeping.base, self._due)
        self._told_ms: int | None = None
        self._failed: Message | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealed", daemon=True)
        self._thread.start()

    def camera(self, plan: Plan, name: str, tell: Tell) -> OriginalStream:
        """Seals one camera from now on, as far as the plan lets it record, in the plan's windows.

        Raises Refused, and for policies that the plan doesn't name; SealError, OutputFailed.
        """
        voted = plan.originals(name)
        voted.demand(self._keeping.policies)
        self._config = _config_sha256(plan, self._keeping)
        window_ms = voted.window // timedelta(milliseconds=1)
        with self._lock:
            self._plans[name] = plan
            self._expiry.forget()
            known, left = self._entries.known(name), self._left.get(name)
        camera = self._keeping.base / name
        try:
            last_day = partial(self._last_day, voted.horizon)
            ahead = PreparedWindows(
                name, camera / store.AHEAD,
                lambda day: self._keeping.parties.keys(day, last_day()), last_day, window_ms,
            )  # fmt: skip
            sealer = CameraSealer(
                camera, Chain(camera, self._keeping.edge, known.head), ahead,
                may=lambda t_ms: _may(plan, name, when(t_ms)), read=self._read,
                window_ms=window_ms, tell=tell,
            )  # fmt: skip
        except OSError as error:
            raise OutputFailed("cannot-be-written", path=camera, reason=error.strerror) from error
        since = left or known
        if since.until_ms is not None:
            sealer.missed(since.until_ms, Reason.STOPPED if since.stopped else Reason.UNKNOWN)
        ahead.fill(self._read().wall_ms)
        thread = SealerThread(sealer, tell)
        with self._lock:
            self._running[name] = thread
        return OriginalStream(thread, window_ms, partial(self.leave, name))

    def leave(self, name: str) -> None:
        """Stop sealing a camera, and sign what was sealed."""
        with self._lock:
            if (sealer := self._running.pop(name, None)) is None:
                return
            sealer.close()
            now_ms = self._read().wall_ms
            before = self._left.get(name)
            gaps = [*(before.gaps if before else ()), *sealer.gaps(now_ms)]
            self._left[name] = GapReport(gaps, now_ms, stopped=True)

    def turn(self) -> None:
        """Tell the log, then destroy what is due before the next turn."""
        now = self._read()
        self._told_ms = now.clock.mono_ms
        failed = None
        try:
            believed_ms = self._believed.ms(now)
            self._tell_and_destroy(now, self._expiry.find(believed_ms, believed_ms + TURN_MS))
        except Exception as error:  # noqa: BLE001 - the next turn is another try
            failed = Message("expiry-failed", error=reason_of(error))
        if failed and not self._failed:
            self._tell(failed)
        self._failed = failed

    def _tell_and_destroy(self, now: Reading, due: list[tuple[str, list[Path]]]) -> None:
        with self._lock:
            told = dict(self._left)
            for name, sealer in self._running.items():
                before = told[name].gaps if name in told else ()
                told[name] = GapReport([*before, *sealer.gaps(now.wall_ms)], now.wall_ms)
            self._left = told  # where it can't be told now, the next turn does
            self._gone += [
                (name, store.start_of(folders[0]), store.end_of(folders[-1]))
                for name, folders in due
            ]
            try:
                self._entries.turn(when(now.wall_ms), told, self._gone, self._config)
                self._left, self._gone = {}, []
            finally:  # what is due goes, even if the disk is full
                for each in chain.from_iterable(folders for _, folders in due):
                    store.remove(each)

    def close(self) -> None:
        """Leave every camera, and take a last turn."""
        self._over.set()
        self._thread.join()
        leaving = [partial(self.leave, name) for name in list(self._running)]
        with finally_each(*leaving, self.turn, self._alone.close, tell=self._tell):
            pass

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            now_ms = self._read().clock.mono_ms
            if self._told_ms is None or now_ms - self._told_ms >= TURN_MS:
                self.turn()

    def _last_day(self, horizon: timedelta) -> date:
        return sealed_until(when(self._believed.ms(self._read())), horizon)

    def _due(self, name: str, since: datetime, until: datetime) -> datetime:
        """By its camera's plan, else another camera's; else a calendar month after."""
        for plan in (self._plans.get(name), *list(self._plans.values())[-1:]):
            try:
                if plan:
                    return destroy_first(plan, name, since, until)
            except Refused:
                continue
        return destroy_by(since)


def _config_sha256(plan: Plan, config: SealingConfig) -> str:
    """Of {"edge", "open_policy", "plan", "witness_policy"}, canonical: names and SHA-256."""
    told = {"edge": config.edge.name, "plan": plan.sha256, **asdict(config.policies)}
    return hashlib.sha256(canonical(told)).hexdigest()


def _may(plan: Plan, name: str, at: datetime) -> bool:
    try:
        return plan.is_open(name, Act.RECORD, at)
    except (Refused, PlanExpired):
        return False


def begun(of: Callable[[], SealedArchive], plan: Plan, name: str, tell: Tell) -> OriginalStream:
    """Begin to seal a camera; where its folder is damaged or full, or the plan names no policy or
    another one, tell, and don't seal it.

    What isn't sealed then is a gap that the log is told once the camera is sealed again.
    """
    try:
        return of().camera(plan, name, tell)
    except (Refused, SealError, OutputFailed) as error:
        tell(Message("sealing-stopped", reason=error.message))
        return OriginalStream()
