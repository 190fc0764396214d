"""What rules sealed originals: voted, in the plan, held by the recorder and each party's own tool.

    originals: {window: PT10S, horizon: PT24H, cooling_off: P2D, order_lasts: P5D,
                cosignature_age: PT30M, camera_minutes: 60,
                open_policy: <SHA-256>, witness_policy: <SHA-256>}

Who opens and who witnesses the log stand in two files, and their hashes here: a recorder seals, and
a party peels, for these and for no others. Without them nothing is sealed. A plan writes them under
`"v": 2`; one of version 1, or without a version, names none.

Once for the mandate: how it is sealed and opened is one promise to all who are filmed. A body may
be stricter, and laxer as far as the limits go. No law says these numbers; they are this program's,
and no mandate and no plan goes beyond. What is left out is as below, as in a plan without any.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from contrejour.base.errors import Refused
from contrejour.base.messages import Message
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.typed import Problem, wrong

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOWS = (timedelta(seconds=10), timedelta(seconds=60))
LIMITS: Mapping[str, tuple[timedelta, timedelta]] = {
    "horizon": (_HOUR, 14 * _DAY), "cooling_off": (12 * _HOUR, 6 * _DAY),
    "order_lasts": (_DAY, 7 * _DAY), "cosignature_age": (5 * _MINUTE, 6 * _HOUR),
    "hold_lasts": (_DAY, 365 * _DAY),
}  # fmt: skip
MOST_CAMERA_MINUTES = 24 * 60
"""One camera, a whole day."""
VERSION = 2
POLICIES = ("open_policy", "witness_policy")


@dataclass(frozen=True, slots=True)
class PolicyHashes:
    """SHA-256, in hex, of the file that says who opens, and of the one that says who witnesses."""

    open_policy: str
    witness_policy: str

    @classmethod
    def of(cls, openers: bytes, witnesses: bytes) -> PolicyHashes:
        return cls(hashlib.sha256(openers).hexdigest(), hashlib.sha256(witnesses).hexdigest())


@dataclass(frozen=True, slots=True)
class Originals:
    """Raises Refused for numbers beyond the limits."""

    window: timedelta = timedelta(seconds=60)
    """What is sealed under one key, and so opened together."""
    horizon: timedelta = timedelta(hours=24)
    """How far recorders and clocks may be ahead: a day's keys die 30 days after it, less this."""
    cooling_off: timedelta = timedelta(hours=24)
    """From an order's declaration to its use, unless it is urgent."""
    order_lasts: timedelta = timedelta(days=7)
    """From an order's declaration to its end."""
    cosignature_age: timedelta = timedelta(hours=1)
    """Of a witness's cosignature that a party still believes."""
    hold_lasts: timedelta = timedelta(days=365)
    """From a hold's declaration to its end."""
    camera_minutes: int = 240
    """That one party peels in a UTC day, over all orders."""
    policies: PolicyHashes | None = None
    """Who opens and who witnesses; None: nobody was voted, and nothing is sealed."""

    def __post_init__(self) -> None:
        for path, fault in beyond(asdict(self)):
            place = ".".join(map(str, path))
            raise Refused(
                "plan-originals-beyond", place=place, fault=fault.message, hint=fault.advice
            )

    @classmethod
    def of(cls, told: object) -> Originals:
        """As a plan writes them. Raises Refused."""
        try:
            rest = dict(told)  # type: ignore[call-overload]
            policies = _policies(rest)
            return cls(**numbers(rest), policies=policies)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise Refused("plan-originals-unreadable") from error

    def demand(self, found: PolicyHashes) -> None:
        """Raises Refused unless these are the policies that were voted."""
        self.demand_opened_by(found.open_policy)
        self._demand("witness_policy", found.witness_policy)

    def demand_opened_by(self, policy_sha256: str) -> None:
        """Raises Refused unless this is the policy of who opens that was voted."""
        self._demand("open_policy", policy_sha256)

    def _demand(self, name: str, here: str) -> None:
        if self.policies is None:
            raise Refused("plan-names-no-policy", name=name, here=here)
        voted = getattr(self.policies, name)
        if here != voted:
            raise Refused("policy-not-voted", name=name, here=here, voted=voted)


def _policies(told: dict[str, object]) -> PolicyHashes | None:
    """Those of a plan, taken out of `told`, and its version. Raises ValueError."""
    version = told.pop("v", 1)
    named = {name: told.pop(name) for name in POLICIES if name in told}
    if version == 1 and not named:
        return None
    if version != VERSION or len(named) < len(POLICIES):
        raise ValueError(version)
    if all(value is None for value in named.values()):
        return None
    for value in named.values():
        if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
            raise ValueError(value)
    return PolicyHashes(**named)  # type: ignore[arg-type]


def numbers(told: Mapping[str, object]) -> dict[str, timedelta | int]:
    """Each by its name, without policies; a month is counted as 31 days. Raises ValueError."""
    found: dict[str, timedelta | int] = {}
    for name, value in told.items():
        if name in POLICIES:
            continue
        if name == "camera_minutes":
            if type(value) is not int:
                raise ValueError(name)
            found[name] = value
        else:
            found[name] = timedelta(seconds=Period.parse(value).at_most_s)
    return found


def beyond(told: Mapping[str, timedelta | int]) -> Iterator[Problem]:
    """What no mandate may say, where it stands. `told`: all of them, by name."""
    if told["window"] not in WINDOWS:
        yield _outside("window", told["window"], Message("pattern-windows"))
    for name, (least, most) in LIMITS.items():
        value = told[name]
        if not isinstance(value, timedelta) or not least <= value <= most:
            yield _outside(name, value, Message("from-to", least=_iso(least), most=_iso(most)))
    minutes = told["camera_minutes"]
    if not isinstance(minutes, int) or not 1 <= minutes <= MOST_CAMERA_MINUTES:
        yield _outside(
            "camera_minutes", minutes, Message("from-to", least=1, most=MOST_CAMERA_MINUTES)
        )
    if told["cooling_off"] >= told["order_lasts"]:  # type: ignore[operator]
        yield wrong(("originals", "cooling_off"), "order-would-end-before-use")


def _outside(name: str, value: timedelta | int, hint: Message) -> Problem:
    return wrong(("originals", name), "beyond-any-mandate", value=_iso(value), hint=hint)


def _iso(value: timedelta | int) -> str:
    return str(value if isinstance(value, int) else Period(seconds=int(value.total_seconds())))
