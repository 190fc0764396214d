"""Our own rules, stricter than the law by choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contrejour.law.mandate.law import names
from contrejour.law.mandate.rules.register import (
    Context,
    Objection,
    Objections,
    Verdict,
    condition,
    last,
    refuse,
    rule,
    warn,
    whole,
)
from contrejour.law.mandate.schema import Measure
from contrejour.law.mandate.vocabulary import EVENTS, DocumentKind


@last("PR-01")
def what_no_rule_permits_is_refused(
    m: Measure, c: Context, held: Iterable[Objection]
) -> Objections:
    if any(each.verdict is Verdict.REFUSE for each in held):
        return  # refused already, with the law's own words
    for act in m.do:
        if act not in c.permitted:
            yield refuse("default_deny", act=names(act), day=c.as_of)  # fail closed


@whole("PR-02")
def one_refused_measure_refuses_the_mandate(
    c: Context, verdicts: Mapping[str, Verdict]
) -> Objections:
    refused = [name for name, verdict in verdicts.items() if verdict is Verdict.REFUSE]
    if refused:
        yield refuse("struck_out", count=len(refused), measures=", ".join(refused))


@whole("PR-03")
def what_runs_rests_on_the_very_files_that_were_voted(
    c: Context, verdicts: Mapping[str, Verdict]
) -> Objections:
    documents = c.mandate.documents
    yield from c.wants(c.mandate.deliberation.document, DocumentKind.DELIBERATION)
    short = [name for name, document in documents.items() if len(document.sha256) < 64]
    if short:
        yield warn("short_hash", names=", ".join(short))
    for name, digest in (c.digests or {}).items():
        if digest is None:
            yield condition("no_file", name=name)
        elif digest != documents[name].sha256:
            yield refuse("changed_file", name=name)


@rule("PR-04", on=EVENTS)
def no_detector_without_its_error_rates(m: Measure, c: Context) -> Objections:
    if m.error_rates is None:
        yield warn("unmeasured")
    else:
        yield from c.wants(m.error_rates, DocumentKind.ERROR_RATES)
