"""The plan that cameras run by: made only of an envelope whose signature is verified.

plan = Plan(data, trusted)
plan.demand("quais-01", Act.RECORD, now)          # raises unless the plan says so, now
plan.destroy_by("quais-01", recorded_at)          # the last moment of that recording
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from contrejour.base.canonical import Json
from contrejour.base.errors import PlanExpired, Refused, SignatureError
from contrejour.base.times import of_utc, utc
from contrejour.law.mandate.compile import FORMAT
from contrejour.law.mandate.originals import Originals
from contrejour.law.mandate.periods import PARIS, Period, destroy_by
from contrejour.law.mandate.sign import verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Grant:
    """What one measure lets one camera do. Times are aware.

    `hours`: from and until, in seconds after midnight, by the clocks of Paris.
    """

    measure: str
    acts: frozenset[str]
    roles: tuple[str, ...]
    masks: tuple[str, ...]
    hours: tuple[tuple[int, int], ...]
    not_before: datetime
    expires: datetime
    limits: tuple[Period, ...]
    journal: Period | None
    signals: Period | None

    def is_open(self, at: datetime) -> bool:
        """Whether it runs at that moment: from `not_before`, included, to `expires`, excluded."""
        if not self.not_before <= at < self.expires:
            return False
        local = at.astimezone(PARIS)
        clock_s = (local.hour * 60 + local.minute) * 60 + local.second
        return not self.hours or any(_within(clock_s, first, last) for first, last in self.hours)

    def destroy_by(self, recorded_at: datetime) -> datetime:
        """When an image recorded under this grant must be gone: at most a calendar month after."""
        return destroy_by(recorded_at, *self.limits)


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """Where a camera is, as the mandate has it. `title`: "" where it has none.

    `position_udeg`: latitude and longitude, in millionths of a degree (WGS 84), if it has one.
    """

    name: str
    what: str
    title: str
    position_udeg: tuple[int, int] | None


class Plan:
    """A verified plan: making one checks the signature."""

    __slots__ = ("_cameras", "_originals", "data", "expires", "mandate", "not_before", "sha256")

    def __init__(self, envelope: bytes, trusted: Iterable[Ed25519PublicKey]) -> None:
        """Raises SignatureError, and Refused for `originals` beyond what any mandate may set."""
        signed = verify(envelope, trusted)
        if signed.get("format") != FORMAT:
            raise SignatureError("plan-of-another-format", format=FORMAT)
        self.sha256 = hashlib.sha256(envelope).hexdigest()
        self.data: Mapping[str, Json] = MappingProxyType(signed)
        self.mandate = str(_keys(signed["mandate"])["id"])
        self.not_before = _moment(signed["not_before"])
        self.expires = _moment(signed["expires"])
        self._cameras = dict(_grants(signed))
        self._originals = Originals.of(signed.get("originals", {}))

    @property
    def cameras(self) -> tuple[str, ...]:
        return tuple(self._cameras)

    def grants(self, camera: str) -> tuple[Grant, ...]:
        """What the camera may do. Raises Refused for a camera that the plan doesn't name."""
        if camera not in self._cameras:
            raise Refused("camera-not-in-mandate", camera=camera, mandate=self.mandate)
        return self._cameras[camera]

    def place(self, camera: str) -> CameraPlace:
        """Where it is. Raises Refused for a camera that the plan doesn't name."""
        self.grants(camera)
        of = _keys(_keys(self.data["cameras"])[camera])
        name = str(of["place"])
        there = _keys(_keys(self.data["places"])[name])
        at = of.get("position", there.get("position"))
        position = (int(str(at[0])), int(str(at[1]))) if isinstance(at, list) else None
        return CameraPlace(name, str(there["what"]), str(there.get("title", "")), position)

    def naming(self, camera: str, act: str) -> tuple[Grant, ...]:
        """The camera's grants of that act, open or not. Raises Refused when there is none."""
        found = tuple(grant for grant in self.grants(camera) if act in grant.acts)
        if not found:
            raise Refused("act-not-in-plan", act=act, camera=camera, mandate=self.mandate)
        return found

    def is_open(self, camera: str, act: str, at: datetime) -> bool:
        """Whether the act may run at that moment.

        Raises Refused for an act that the plan doesn't name, PlanExpired when all its grants ended.
        """
        named = self.naming(camera, act)
        if all(at >= grant.expires for grant in named):
            ended = max(grant.expires for grant in named)
            raise PlanExpired(
                "act-ended", camera=camera, act=act, ended=utc(ended), mandate=self.mandate
            )
        return any(grant.is_open(at) for grant in named)

    def demand(self, camera: str, act: str, at: datetime) -> None:
        """Raises Refused or PlanExpired unless the act may run at that moment."""
        if not self.is_open(camera, act, at):
            raise Refused("act-closed-now", camera=camera, act=act, at=utc(at))

    def originals(self, camera: str) -> Originals:
        """How originals are sealed and opened. Raises Refused for a camera not in the plan."""
        self.grants(camera)
        return self._originals

    def destroy_by(self, camera: str, recorded_at: datetime) -> datetime:
        """When a recording must be gone: the earliest of what its grants say, never over a month.

        `recorded_at` is aware, and the result where no grant keeps images. What was recorded before
        this plan is kept as this plan would keep it: a new plan destroys no evidence.
        """
        earlier = recorded_at < self.not_before
        keeping = [each for each in self.grants(camera) if earlier or each.is_open(recorded_at)]
        moments = [each.destroy_by(recorded_at) for each in keeping if any(
            limit != Period() for limit in each.limits
        )]  # fmt: skip
        return min(moments, default=recorded_at.astimezone(UTC))

    def kept_until(self, at: datetime) -> datetime:
        """The latest that any camera may keep what it records at `at`, at whatever hour.

        For the keys of a day, which all cameras share. `at` is aware; the result is UTC, and `at`
        itself for a plan by which nothing is recorded.
        """
        grants = {grant.limits: grant for each in self._cameras.values() for grant in each
                  if "record" in grant.acts}  # fmt: skip
        return max((each.destroy_by(at) for each in grants.values()), default=at.astimezone(UTC))


def _grants(signed: Mapping[str, Json]) -> Iterator[tuple[str, tuple[Grant, ...]]]:
    not_before = _moment(signed["not_before"])
    places = _keys(signed["places"])
    made = {
        name: _grant(name, _keys(measure), places, not_before)
        for name, measure in _keys(signed["measures"]).items()
    }
    for camera, data in _keys(signed["cameras"]).items():
        names = cast("list[str]", _keys(data)["measures"])
        yield camera, tuple(made[name] for name in names)


def _grant(
    name: str, measure: Mapping[str, Json], places: Mapping[str, Json], not_before: datetime
) -> Grant:
    window = measure["window"]
    opens = max(not_before, _moment(_keys(window)["from"])) if window else not_before
    keep = _keys(measure["keep"])
    hours = [span.split("-") for span in _texts(measure["hours"])]
    return Grant(
        measure=name,
        acts=frozenset(_texts(measure["acts"])),
        roles=_texts(measure["access"]),
        masks=_texts(_keys(places[str(measure["place"])])["masks"]),
        hours=tuple((_clock_s(first), _clock_s(last)) for first, last in hours),
        not_before=opens,
        expires=_moment(measure["expires"]),
        limits=tuple(Period.parse(limit) for limit in _texts(measure["limits"])),
        journal=Period.parse(keep["journal"]) if "journal" in keep else None,
        signals=Period.parse(keep["signals"]) if "signals" in keep else None,
    )


def _clock_s(text: str) -> int:
    """Seconds after midnight of HH:MM, which may pass 24:00 as in a timetable, or of HH:MM:SS."""
    hour, minute, second = [*map(int, text.split(":")), 0][:3]
    return (hour * 60 + minute) * 60 + second


def _within(clock_s: int, first_s: int, last_s: int) -> bool:
    """Whether a time of the day is in [first, last), which may pass midnight."""
    if last_s < first_s:
        last_s += DAY_S
    return first_s <= clock_s < last_s or clock_s + DAY_S < last_s


def _moment(text: Json) -> datetime:
    return of_utc(str(text))


def _keys(data: Json) -> dict[str, Json]:
    assert isinstance(data, dict), data
    return data


def _texts(data: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in data) if isinstance(data, list) else ()
