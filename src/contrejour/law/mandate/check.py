"""Judge a mandate on a given day: every rule in force, on every measure, all findings kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from contrejour.law.mandate.cameras import cameras_under
from contrejour.law.mandate.law import Rule, filled, listed, rulebook, sentences, sha256
from contrejour.law.mandate.rules import LAST, RULES, WHOLE, Context, Objection, Verdict, worst
from contrejour.law.mandate.rules.register import UNKNOWN, UNKNOWN_EVENT, Check
from contrejour.law.mandate.schema import Mandate, Measure
from contrejour.law.mandate.vocabulary import Act
from contrejour.law.mandate.words import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one measure; `measure` None: of the whole mandate."""

    rule: str
    measure: str | None
    verdict: Verdict
    because: Text
    cure: Text
    citation: Text
    link: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Every finding, in the order of the measures and of the rulebook."""

    mandate: str
    as_of: date
    rules_sha256: str
    measures: tuple[str, ...]
    findings: tuple[Finding, ...]
    _by: Mapping[str | None, tuple[Finding, ...]] = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """Of the whole mandate: one refused measure refuses it (PR-02)."""
        return _lawful(worst(finding.verdict for finding in self.findings))

    def of(self, measure: str | None) -> tuple[Finding, ...]:
        """The findings about one measure; None: about the whole mandate."""
        return self._by.get(measure, ())

    def verdict_of(self, measure: str) -> Verdict:
        """ACCEPT (with warnings or without), CONDITION or REFUSE."""
        return _lawful(worst(finding.verdict for finding in self.of(measure)))


def _lawful(verdict: Verdict) -> Verdict:
    return Verdict.ACCEPT if verdict is Verdict.WARN else verdict


def check(mandate: Mandate, as_of: date, digests: Mapping[str, str | None] | None = None) -> Report:
    """Judge `mandate` by the law in force on `as_of`.

    `digests`: for each document, the SHA-256 of the file given for it, None when none was found.
    Pure: no clock, no file but the rulebook that comes with the program.
    """
    law = {name: found for name, found in rulebook().items() if found.in_force(as_of)}
    permitted = {
        act: name for name in law if name in RULES for act in RULES[name].permits_on(as_of)
    }
    context = Context(mandate, as_of, frozenset(permitted), digests, cameras_under(mandate))
    found: dict[str | None, tuple[Finding, ...]] = {
        measure.id: tuple(_judged(measure, context, law, permitted)) for measure in mandate.measures
    }
    measures = tuple(measure.id for measure in mandate.measures)
    verdicts = {name: worst(each.verdict for each in found[name]) for name in measures}
    of_whole = tuple(
        _finding(rule, None, held)
        for name, rule in law.items()
        if name in WHOLE
        for held in WHOLE[name](context, verdicts)
    )
    return Report(
        mandate=mandate.id,
        as_of=as_of,
        rules_sha256=sha256(),
        measures=measures,
        findings=(*of_whole, *(each for below in found.values() for each in below)),
        _by={**found, None: of_whole},
    )


def _judged(
    measure: Measure, context: Context, law: Mapping[str, Rule], permitted: Mapping[str, str]
) -> Iterator[Finding]:
    held: list[tuple[str, Objection]] = []
    for name, check_rule in _bearing(_words(measure.do), tuple(law)):
        for each in check_rule(measure, context):
            held.append((name, each))
    for name, check_last in LAST.items():
        so_far = [each for _, each in held]
        for each in check_last(measure, context, so_far):
            held.append((name, each))
    if _lawful(worst(each.verdict for _, each in held)) is Verdict.ACCEPT:
        for name in sorted({permitted[act] for act in measure.do}):
            acts = tuple(act for act in measure.do if permitted[act] == name)
            held.append((name, Objection(Verdict.ACCEPT, "permits", {"acts": listed(acts)})))
    for name, each in held:
        yield _finding(law[name], measure.id, each)


def _words(acts: Iterable[str]) -> frozenset[str]:
    return frozenset(act if act in _KNOWN else _stands_for(act) for act in acts)


def _stands_for(act: str) -> str:
    return UNKNOWN_EVENT if act.startswith("detect.") else UNKNOWN


_KNOWN = frozenset(Act)


@cache
def _bearing(words: frozenset[str], law: tuple[str, ...]) -> tuple[tuple[str, Check], ...]:
    """The rules in force that concern one of these acts, in the rulebook's order."""
    return tuple(
        (name, RULES[name].check)
        for name in law
        if name in RULES and not RULES[name].on.isdisjoint(words)
    )


def _finding(rule: Rule, measure: str | None, held: Objection) -> Finding:
    because, cure = _told(rule.id, held.key, tuple(held.values.items()))
    return Finding(
        rule.id, measure, held.verdict, because, cure, rule.citation, rule.link, rule.verified
    )


@cache
def _told(rule: str, key: str, values: tuple[tuple[str, object], ...]) -> tuple[Text, Text]:
    """Both sentences, filled. Cached: a thousand measures often lack the same thing."""
    known = sentences()
    sentence = known.get((rule, key)) or known["ANY", key]
    return filled(sentence.because, dict(values)), filled(sentence.cure, dict(values))
