"""A report as people read it on a terminal, and as machines read it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from contrejour.base.times import utc
from contrejour.law.mandate.check import Finding, Report
from contrejour.law.mandate.law import listed, names, rulebook
from contrejour.law.mandate.rules import Verdict
from contrejour.law.mandate.schema import Mandate, Measure
from contrejour.law.mandate.words import Text, day, number

if TYPE_CHECKING:
    from contrejour.law.mandate.plan import Plan

WORDS = {
    Verdict.REFUSE: Text("REFUS", "REFUSED"),
    Verdict.CONDITION: Text("CONDITION", "CONDITION"),
    Verdict.WARN: Text("ATTENTION", "WARNING"),
    Verdict.ACCEPT: Text("PERMIS", "PERMITTED"),
}
VERDICTS = {
    Verdict.REFUSE: Text("REFUSÉ", "REFUSED"),
    Verdict.CONDITION: Text("À COMPLÉTER", "INCOMPLETE"),
    Verdict.ACCEPT: Text("ACCEPTÉ", "ACCEPTED"),
}
UNVERIFIED = Text("citation non vérifiée", "citation not verified")
COLOURS = {
    Verdict.REFUSE: "31", Verdict.CONDITION: "33", Verdict.WARN: "36", Verdict.ACCEPT: "32",
}  # fmt: skip
_NOT_ADVICE = Text(
    "Aide à la décision, non un avis juridique. Règles de Contrejour {rules}.",
    "A help to decide, not legal advice. Rules of Contrejour {rules}.",
)


def tell(
    mandate: Mandate, report: Report, language: str, width: int = 0, colour: bool = False
) -> Iterator[str]:
    """The report, a line at a time. `width` 0: lines are not wrapped."""

    def painted(verdict: Verdict, text: str) -> str:
        return f"\033[{COLOURS[verdict]}m{text}\033[0m" if colour else text

    def say(fr: str, en: str) -> str:
        return fr if language == "fr" else en

    widest = max(map(len, report.measures))
    yield f"{mandate.id} — {mandate.body.name}"
    yield say(
        f"Au {day(report.as_of).fr} : {VERDICTS[report.verdict].fr}",
        f"On {day(report.as_of).en}: {VERDICTS[report.verdict].en}",
    )
    yield ""
    for measure in mandate.measures:
        verdict = report.verdict_of(measure.id)
        word = painted(verdict, VERDICTS[verdict].in_(language))
        yield f"  {measure.id:<{widest}}  {word}"
    parts: list[tuple[str | None, list[str]]] = [
        (None, [say("Le mandat entier", "The whole mandate")]),
        *((each.id, list(_head(each, mandate, language, width))) for each in mandate.measures),
    ]
    for name, head in parts:
        if found := report.of(name):
            yield from ("", *head)
            for each in found:
                yield from _finding(each, language, width, painted(each.verdict, "■"))
    yield from ("", say("Textes cités", "Texts cited"))
    for rule in sorted({each.rule for each in report.findings}):
        since, link = day(rulebook()[rule].valid_from), rulebook()[rule].link
        yield say(f"  {rule}  depuis le {since.fr}  {link}", f"  {rule}  since {since.en}  {link}")
    yield ""
    yield _NOT_ADVICE.in_(language).format(rules=report.rules_sha256[:12])


def _head(measure: Measure, mandate: Mandate, language: str, width: int) -> Iterator[str]:
    place = mandate.places[measure.cameras.place]
    count = measure.cameras.count
    cameras = f"{number(count).in_(language)} x " if count else ""
    yield f"{measure.id} — {listed(measure.do).in_(language)}"
    if measure.quote:
        said = f"« {measure.quote} »" if language == "fr" else f"“{measure.quote}”"
        yield from _wrapped(said, width, "  ")
    yield f"  {cameras}{names(place.what).in_(language)} ({measure.cameras.place})"


def _finding(each: Finding, language: str, width: int, mark: str) -> Iterator[str]:
    word = WORDS[each.verdict].in_(language)
    first, *more = _wrapped(f"{word} {each.rule}  {each.because.in_(language)}", width, "    ")
    yield f"  {mark} {first[4:]}"
    yield from more
    unverified = "" if each.verified else f" [{UNVERIFIED.in_(language)}]"
    yield from _wrapped(f"{each.citation.in_(language)}{unverified}", width, "      ")
    if each.cure.en:
        yield from _wrapped(f"→ {each.cure.in_(language)}", width, "      ")


@cache
def _wrapped(text: str, width: int, indent: str) -> list[str]:
    if not width:
        return [indent + text]
    return textwrap.wrap(
        text, max(width, 40), initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def tell_plan(plan: Plan, language: str) -> Iterator[str]:
    """What a plan lets run, a line a measure."""
    measures = {grant.measure: grant for name in plan.cameras for grant in plan.grants(name)}
    cameras = Counter(grant.measure for name in plan.cameras for grant in plan.grants(name))
    ends = Text("jusqu'au", "until").in_(language)
    yield f"{plan.mandate}: {len(plan.cameras)} {Text('caméras', 'cameras').in_(language)}"
    for name, grant in measures.items():
        acts = listed(tuple(sorted(grant.acts))).in_(language)
        span = f"{utc(grant.not_before)} {ends} {utc(grant.expires)}"
        yield f"  {name}: {cameras[name]} x {acts}, {span}"
    voted = plan.originals(plan.cameras[0]).policies if plan.cameras else None
    if voted is None:
        nobody = Text("aucune règle : rien ne se scelle", "no policy: nothing is sealed")
        yield f"  {nobody.in_(language)}"
    else:
        yield f"  open.policy {voted.open_policy}"
        yield f"  witness.policy {voted.witness_policy}"


def to_json(report: Report) -> dict[str, object]:
    """Stable: keys are only ever added."""
    return {
        "mandate": report.mandate,
        "as_of": report.as_of.isoformat(),
        "verdict": report.verdict.value,
        "rules_sha256": report.rules_sha256,
        "findings": [_as_json(each) for each in report.of(None)],
        "measures": [
            {
                "id": name,
                "verdict": report.verdict_of(name).value,
                "findings": [_as_json(each) for each in report.of(name)],
            }
            for name in report.measures
        ],
    }


def _as_json(each: Finding) -> dict[str, object]:
    return {
        "rule": each.rule,
        "verdict": each.verdict.value,
        "because": {"fr": each.because.fr, "en": each.because.en},
        "cure": {"fr": each.cure.fr, "en": each.cure.en},
        "citation": {"fr": each.citation.fr, "en": each.citation.en},
        "link": each.link,
        "verified": each.verified,
    }
