"""How a rule is written: a small pure function, registered by the rule's id.

    @rule("FR-07", on=POSSIBLE)
    def a_recording_lasts_a_month_at_most(m: Measure, c: Context) -> Objections:
        if m.keep.images and m.keep.images.at_most_s > limit("FR-07", "recording").at_most_s:
            yield refuse("too_long", kept=m.keep.images)

`on`: the acts that it bears on. `permits`: the acts that it makes lawful: an act that no rule in
force permits is refused, whatever else is said of it (rule PR-01).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from contrejour.law.mandate.periods import PARIS
from contrejour.law.mandate.schema import Document, Mandate, Measure, Place
from contrejour.law.mandate.vocabulary import Act, DocumentKind


class Verdict(StrEnum):
    """From the best to the worst: ACCEPT, WARN, CONDITION (a document cures it), REFUSE."""

    ACCEPT = "accept"
    WARN = "warn"
    CONDITION = "condition"
    REFUSE = "refuse"


SEVERITY = {verdict: place for place, verdict in enumerate(Verdict)}

UNKNOWN, UNKNOWN_EVENT = "?", "detect.?"
"""Stand for any act that the vocabulary lacks."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; ACCEPT when there is none."""
    return max(verdicts, key=SEVERITY.__getitem__, default=Verdict.ACCEPT)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule holds against a measure; `key` names the sentence that says so."""

    verdict: Verdict
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


Objections = Iterator[Objection]


def refuse(key: str, **values: object) -> Objection:
    """No document cures it."""
    return Objection(Verdict.REFUSE, key, values)


def condition(key: str, **values: object) -> Objection:
    """It runs once what is named is supplied."""
    return Objection(Verdict.CONDITION, key, values)


def warn(key: str, **values: object) -> Objection:
    """Lawful; the reader should know."""
    return Objection(Verdict.WARN, key, values)


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at besides the measure. `permitted`: acts that a rule in force permits.

    `digests`: SHA-256 of the file given for each document, None for one not found; None when no
    files were given at all. `under`: how many cameras rest on each authorisation.
    """

    mandate: Mandate
    as_of: date
    permitted: frozenset[str]
    digests: Mapping[str, str | None] | None = None
    under: Mapping[str, int] = field(default_factory=dict)

    def place(self, m: Measure) -> Place:
        return self.mandate.places[m.cameras.place]

    def document(self, name: str | None) -> Document | None:
        return self.mandate.documents[name] if name is not None else None

    def lacks(self, name: str | None, *kinds: DocumentKind) -> Objection | None:
        """What keeps a document from serving as one of `kinds` on this day; None when it serves."""
        wanted = kinds[0]
        found = self.document(name)
        if found is None:
            return condition("missing", document=wanted)
        if found.kind not in kinds:
            return condition("wrong_kind", name=name, found=found.kind, document=wanted)
        if found.signed_by is None:
            return condition("unsigned", name=name, document=wanted)
        if found.date > self.as_of:
            return condition("future", name=name, document=wanted, date=found.date)
        if found.expires is not None and found.expires < self.as_of:
            return condition("expired", name=name, document=wanted, date=found.expires)
        return None

    def wants(self, name: str | None, *kinds: DocumentKind) -> Objections:
        """A condition, unless the document is there, signed, and valid on this day."""
        held = self.lacks(name, *kinds)
        if held:
            yield held


Check = Callable[[Measure, Context], Objections]
LastCheck = Callable[[Measure, Context, Iterable[Objection]], Objections]
MandateCheck = Callable[[Context, Mapping[str, Verdict]], Objections]


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    on: frozenset[str]
    check: Check
    permits: frozenset[str]
    during: tuple[tuple[date, date], ...]

    def permits_on(self, day: date) -> frozenset[str]:
        """What it makes lawful on that day, where the rule is in force."""
        open_ = not self.during or any(first <= day <= last for first, last in self.during)
        return self.permits if open_ else frozenset()


RULES: dict[str, RegisteredRule] = {}
LAST: dict[str, LastCheck] = {}
"""Run on a measure after all others, and see what these hold."""
WHOLE: dict[str, MandateCheck] = {}
"""Run once on the mandate, and see the verdict of each measure."""
EVERY = frozenset(Act) | {UNKNOWN, UNKNOWN_EVENT}


def rule(
    name: str,
    on: Iterable[str] = EVERY,
    permits: Iterable[str] = (),
    during: tuple[tuple[date, date], ...] = (),
) -> Callable[[Check], Check]:
    """Register the check of the rule `name`; it permits `during` these spans, or always."""

    def registered(check: Check) -> Check:
        assert name not in RULES, name
        RULES[name] = RegisteredRule(frozenset(on), check, frozenset(permits), during)
        return check

    return registered


def last(name: str) -> Callable[[LastCheck], LastCheck]:
    """Register a check that runs after the others."""
    return lambda check: LAST.setdefault(name, check)


def whole(name: str) -> Callable[[MandateCheck], MandateCheck]:
    """Register a check of the whole mandate."""
    return lambda check: WHOLE.setdefault(name, check)


def start_of(day: date) -> datetime:
    """Midnight in Paris at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def end_of(day: date) -> datetime:
    """Midnight in Paris at which a day ends."""
    return start_of(day + timedelta(days=1))
