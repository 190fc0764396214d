"""The numbers that rule sealed originals: voted, in the plan, held by each party's own tool.

    originals: {window: PT10S, horizon: PT24H, cooling_off: P2D, order_lasts: P5D,
                cosignature_age: PT30M, camera_minutes: 60}

Once for the mandate: how it is sealed and opened is one promise to all who are filmed. A body may
be stricter, and laxer as far as the limits go. No law says these numbers; they are this program's,
and no mandate and no plan goes beyond. What is left out is as below, as in a plan without any.
"""

from __future__ import annotations

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
            return cls(**numbers(dict(told)))  # type: ignore[arg-type, call-overload]
        except (TypeError, ValueError) as error:
            raise Refused("plan-originals-unreadable") from error


def numbers(told: Mapping[str, object]) -> dict[str, timedelta | int]:
    """Each by its name; a month is counted as 31 days. Raises ValueError."""
    found: dict[str, timedelta | int] = {}
    for name, value in told.items():
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
