"""What the rulebook says of what was found. Verdicts come from `check`, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contrejour.law.mandate import Finding, Report, Text, Verdict, check, read
from contrejour.law.mandate.vocabulary import BodyKind
from contrejour.law.review import draft
from contrejour.law.review.advice import instead
from contrejour.law.review.facts import Facts
from contrejour.law.review.found import Mention

DEFAULT_BODY = BodyKind.REGION


@dataclass(frozen=True, slots=True)
class Ruling:
    """One measure on one day. `missing` is what would cure it: nothing where it is refused."""

    as_of: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    missing: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class MeasureJudgement:
    found: Mention
    rulings: tuple[Ruling, ...]
    """One for each day, in the order asked."""
    instead: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`draft` is the YAML that was judged; None where there is no measure.

    `verdicts`: of the whole draft, on each day.
    """

    measures: tuple[MeasureJudgement, ...]
    verdicts: tuple[tuple[date, Verdict], ...]
    whole: tuple[tuple[date, tuple[Finding, ...]], ...]
    draft: str | None


def judge(
    measures: Sequence[Mention], facts: Facts, body: BodyKind, as_of: Sequence[date], day: date
) -> Judgement:
    """Judge measures as if `body` voted them, on each day of `as_of`. Pure.

    `day` stands in for the deliberation's where the text gives none. The draft is valid from the
    earliest of these days, so that every day asked for is judged on its merits.
    """
    if not measures:
        return Judgement((), (), (), None)
    since = min(facts.day or day, *as_of)
    text = draft.yaml(measures, facts, body, day, since)
    mandate = read(text, "draft")
    reports = [check(mandate, each) for each in as_of]
    return Judgement(
        tuple(_judged(found, reports) for found in measures),
        tuple((report.as_of, report.verdict) for report in reports),
        tuple((report.as_of, report.of(None)) for report in reports),
        text,
    )


def _judged(found: Mention, reports: Sequence[Report]) -> MeasureJudgement:
    rulings = tuple(_ruling(found.id, report) for report in reports)
    bare = all(each.verdict in (Verdict.ACCEPT, Verdict.WARN) for each in rulings)
    return MeasureJudgement(found, rulings, () if bare else instead(found))


def _ruling(measure: str, report: Report) -> Ruling:
    findings = report.of(measure)
    verdict = report.verdict_of(measure)
    conditions = [each for each in findings if each.verdict is Verdict.CONDITION]
    cures = [each.cure for each in conditions] if verdict is Verdict.CONDITION else []
    missing = tuple(dict.fromkeys(cure for cure in cures if cure.fr))
    return Ruling(report.as_of, verdict, findings, missing)
