"""What happens on one camera, as far as its plan asks for it: from looks to signals.

    look --Moments--> Moment --rules--> Event --may it alert?--> signals: event, or shadow

A rule runs while its act is open in the plan, and never alerts before its error rate was measured
on this very zone and its days of shadow are over (PR-04). Nothing here acts on anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contrejour.base import files, times
from contrejour.base.ending import finally_each
from contrejour.base.errors import InputMissing, OutputFailed, PlanExpired
from contrejour.base.files import opened_own
from contrejour.base.foreign import read_file
from contrejour.base.messages import Tell
from contrejour.base.pictures import Cells, Frame, Look
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import EVENTS, Act
from contrejour.live.signals import Signals
from contrejour.live.site.build import (
    act,
    build,
    counts,
    may_alert,
    output,
    settings_sha256,
    wanted,
)
from contrejour.live.site.rules import ZoneRule
from contrejour.vision.events import Moment, kept
from contrejour.vision.events.count import Figure
from contrejour.vision.events.raised import EventTrigger
from contrejour.vision.events.standing import Rates
from contrejour.vision.moments import Moments

RETAIN_EVERY = timedelta(hours=1)
USUALLY = Period(seconds=30 * 86_400)
"""How long a signal is kept where the plan doesn't say."""


class Events:
    """One camera's rules, their journal, and the moments that `events tune` replays.

    Told every look of a connection, in order; `begin` comes before each connection.
    """

    def __init__(
        self, plan: Plan, camera: str, zones: Mapping[str, ZoneRule],
        rates: Mapping[str, Rates | None], signals: Signals, *, out: Path | None = None,
        clock: times.Clock = times.now,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """`out`: where moments are kept, if at all.

        Raises Refused for a zone whose act the plan doesn't name, or that may not alert (PR-04).
        """
        self._plan, self._camera, self._zones, self._rates = plan, camera, zones, rates
        self._signals, self._out, self._clock, self._tell = signals, out, clock, tell
        wanted(camera, zones, {each for grant in plan.grants(camera) for each in grant.acts})
        self._rules = build(camera, zones)
        counting = any(zone.kind == "count" for zone in zones.values())
        self._counts = counts(camera, zones, *output(plan, camera)) if counting else []
        self._since = _begun(signals.journal.folder / "since.json", zones, clock())
        for name in (rule.zone for rule in self._rules):
            self._standing(name)
        self._moments = Moments(self.needs)
        self._retained: datetime | None = None
        self.raised = self.shadowed = self.unkept = 0

    @property
    def needs(self) -> frozenset[str]:
        """What the rules need of a moment."""
        return frozenset(need for each in self._rules for need in each.rule.needs)

    def begin(self) -> None:
        """A new connection: whatever was seen before is another stream."""
        self._moments = Moments(self.needs)
        for rule in self._rules:
            rule.reset()
        for count in self._counts:
            count.reset()
        self._signals.camera_is(True)

    def end(self) -> None:
        """The connection broke off."""
        self._signals.camera_is(False)

    def saw(self, frame: Frame, look: Look, unlike: Cells | None) -> None:
        """One look. What can't be kept is counted, and never stops the veil."""
        moment = self._moments.update(frame, look, unlike)
        if moment is None:
            return
        now = self._clock()
        try:
            for rule in list(self._rules):
                self._judge(rule, moment, now)
            for each in self._counts if self._counting(now) else ():
                if figure := each.update(moment):
                    self._signals.counts(_told(figure))
            self._keep(moment)
            self._retain(now)
        except OutputFailed as error:
            self.unkept += 1
            self._tell(error.message)

    def _counting(self, now: datetime) -> bool:
        with suppress(PlanExpired):
            return bool(self._counts) and self._plan.is_open(self._camera, Act.COUNT, now)
        return False

    def _judge(self, rule: EventTrigger, moment: Moment, now: datetime) -> None:
        try:
            if not self._plan.is_open(self._camera, act(self._zones[rule.zone]), now):
                rule.reset()
                return
        except PlanExpired as error:
            self._rules.remove(rule)
            self._tell(error.message)
            return
        if not (event := rule.update(moment)):
            return
        if self._standing(rule.zone):
            self._signals.shadow(event)
            self.shadowed += 1
        else:
            self._signals.event(event)
            self.raised += 1

    def _standing(self, zone: str) -> bool:
        """Whether a zone runs in shadow."""
        rates, since = self._rates.get(zone), self._since[zone]
        settings = self._zones[zone]
        return may_alert(self._camera, zone, settings, rates, since, self._clock()).shadow

    def _keep(self, moment: Moment) -> None:
        if self._out is None:
            return
        path = self._out / f"{moment.at:%Y%m%dT%H}.moments"
        try:
            with open(opened_own(path, 0o666), "a") as file:
                new = file.tell() == 0
                file.write((kept.head(self._camera) + "\n") * new + kept.to_line(moment) + "\n")
        except OSError as error:
            raise OutputFailed("cannot-be-written", path=path, reason=error.strerror) from error

    def _retain(self, now: datetime) -> None:
        if self._retained is None or abs(now - self._retained) >= RETAIN_EVERY:
            self._retained = now
            self._signals.retain(self.destroy_by, now)

    def destroy_by(self, at: datetime) -> datetime:
        """When a signal of that moment must be gone: the earliest that its measures say."""
        asking = [grant for grant in self._plan.grants(self._camera) if grant.acts & EVENTS]
        limits = [grant.signals or USUALLY for grant in asking] or [USUALLY]
        return min(limit.after(at) for limit in limits)

    def close(self) -> None:
        """What was counted so far is told."""
        with finally_each(self._signals.close, tell=self._tell), suppress(OutputFailed):
            for each in self._counts:
                if figure := each.close():
                    self._signals.counts(_told(figure))


def _told(figure: Figure) -> dict[str, str | int | float | None]:
    return {
        "camera": figure.camera, "zone": figure.zone, "since": figure.since.isoformat(),
        "until": figure.until.isoformat(), "floor": figure.floor, "mean": figure.mean,
        "most": figure.most, "seen": figure.seen,
    }  # fmt: skip


def _begun(path: Path, zones: Mapping[str, ZoneRule], now: datetime) -> dict[str, datetime]:
    """When each zone first ran with the settings that it has, kept at `path`. Else: now."""
    known: dict[str, list[str]] = {}
    with suppress(OSError, InputMissing, ValueError):
        known = dict(json.loads(read_file(path)))
    since = {}
    for name, zone in zones.items():
        settings, begun = settings_sha256(zone), now
        with suppress(KeyError, ValueError, TypeError):
            if known[name][0] == settings:
                begun = min(now, datetime.fromisoformat(known[name][1]).astimezone(UTC))
        since[name] = begun
        known[name] = [settings, begun.isoformat()]
    with suppress(OSError):  # shadow lasts longer then
        files.replace(path, json.dumps({name: known[name] for name in zones}).encode())
    return since
