"""All checks, in order; each has its time, and none waits for one that hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from contrejour.base import times
from contrejour.base.errors import UsageError
from contrejour.base.messages import Message
from contrejour.law.mandate.plan import Plan
from contrejour.live.doctor import machine
from contrejour.live.doctor import site as written
from contrejour.live.doctor.cameras import AT_ONCE, LIMIT_S, CameraCheck
from contrejour.live.doctor.finding import PLAN, SEAL, SITE, CheckResult, bounded, fine
from contrejour.live.site import Seal, Site
from contrejour.live.watch import SealingConfig

SHORT_S = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Examination:
    """How to read the site, its plan (None: no plan was named), and who seals for whom.

    output: where watch will write.
    """

    site: Callable[[], Site]
    plan: Callable[[], Plan] | None
    output: Path
    seal: Callable[[Seal], SealingConfig]
    clock: times.Clock = times.now


def examine(asked: Examination, cameras: CameraCheck | None = None) -> Iterator[CheckResult]:
    """Each finding, as it is made. It ends within seconds, whatever hangs."""
    cameras = cameras or CameraCheck()
    now = asked.clock()
    site, plan = _Input(asked.site), _Input(asked.plan or _no_plan)
    yield from bounded(SITE, partial(site.read, SITE), SHORT_S)()
    if asked.plan:
        yield from bounded(PLAN, partial(plan.read, PLAN), SHORT_S)()
    places = site.got.cameras if site.got else {}
    if site.got:
        yield from bounded(SITE, partial(written.logins, site.got), SHORT_S)()
    if site.got and plan.got:
        yield from bounded(PLAN, partial(written.plan_fits, site.got, plan.got, now), SHORT_S)()
    if site.got and (section := site.got.seal):
        sealed = partial(written.sealed, partial(asked.seal, section), plan.got, now)
        yield from bounded(SEAL, sealed, SHORT_S)()
    turns = -(-len(places) // AT_ONCE)
    looking = [
        bounded(name, partial(cameras.look, name, place), LIMIT_S * turns)
        for name, place in places.items()
    ]
    for found in looking:
        yield from found()
    formats = dict(cameras.formats)
    yield from _each(
        (machine.MODELS, machine.models_here),
        (machine.DISK, partial(machine.disk, asked.output, places, formats, plan.got, now)),
        (machine.CLOCK, partial(machine.clock, now)),
        (machine.CORES, lambda: [machine.cores(places, formats, machine.cores_here())]),
        (machine.MEMORY, machine.memory),
        (machine.SANDBOX, lambda: [machine.sandbox(SHORT_S / 2)]),
    )


def _each(*checks: tuple[Message, Callable[[], Iterable[CheckResult]]]) -> Iterator[CheckResult]:
    for about, check in checks:
        yield from bounded(about, check, SHORT_S)()


class _Input(Generic[T]):
    """What was read, once it was."""

    def __init__(self, how: Callable[[], T]) -> None:
        self._how = how
        self.got: T | None = None

    def read(self, about: Message) -> Iterator[CheckResult]:
        """Raises what reading raises."""
        self.got = self._how()
        yield fine(about, "can-be-read")


def _no_plan() -> Plan:
    raise UsageError("no-plan-named")
