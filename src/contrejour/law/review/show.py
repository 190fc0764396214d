"""A review as a report for a terminal. Pure: text out, nothing printed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from contrejour.law.mandate import Finding, Text, Verdict, names
from contrejour.law.mandate.vocabulary import PlaceKind
from contrejour.law.review.found import Mention, Quote
from contrejour.law.review.judge import MeasureJudgement, Ruling
from contrejour.law.review.lines import Spot

if TYPE_CHECKING:
    from contrejour.law.review import Review

_WIDTH = 96
MANY = 3
"""Where so many measures lack the same, it is said once for all of them."""
_WORDS = {
    "measures": Text("{} : {} mesure(s) proposée(s)", "{}: {} measure(s) proposed"),
    "none": Text("Aucune mesure de surveillance n'y est proposée.",
                 "No measure of surveillance is proposed in it."),
    "judged": Text("Jugé comme voté par : {}{}", "Judged as voted by: {}{}"),
    "assumed": Text(" (supposé : le texte ne dit pas qui décide)",
                    " (assumed: the text doesn't say who decides)"),
    "article": Text("Lu comme un article sur un projet, pas comme une délibération.",
                    "Read as an article about a draft, not as a deliberation."),
    "whole": Text("Ensemble", "As a whole"),
    "where": Text("lieu", "place"), "cameras": Text("caméras", "cameras"),
    "not_said": Text("non dit", "not said"), "above": Text(" (dit plus haut)", " (said above)"),
    "about": Text("environ, non compté : {}", "about, not counted: {}"),
    "missing": Text("Il manque", "Missing"), "instead": Text("À la place", "Instead"),
    "shared": Text("Ce qui manque à plusieurs mesures", "What several measures lack"),
    "more": Text(", et ce qui manque à plusieurs (plus haut)", ", and what several lack (above)"),
    "unverified": Text("[citation non vérifiée]", "[citation not verified]"),
    "theirs": Text("Voulu par d'autres, pas par ce texte", "Wanted by others, not by this text"),
    "if_here": Text("si c'était voté ici", "were it voted here"),
    "by": Text("d'après le texte", "according to the text"),
    "mentioned": Text("Mentionné, pas proposé", "Mentioned, not proposed"),
    "lost": Text("Non compris : à lire soi-même", "Not understood: read these yourself"),
    "gap": Text("Règles et dictionnaires, pas un avis juridique : relisez chaque phrase citée.",
                "Rules and dictionaries, no legal advice: read every quoted sentence again."),
    "page": Text("page {}", "page {}"), "line": Text("ligne {}", "line {}"),
    "paragraph": Text("paragraphe {}", "paragraph {}"),
    "again": Text(" (de même : {})", " (as above: {})"),
    "also": Text("aussi", "also"),
}  # fmt: skip
_VERDICTS = {
    Verdict.REFUSE: Text("REFUS", "REFUSED"),
    Verdict.CONDITION: Text("SOUS CONDITIONS", "CONDITIONS"),
    Verdict.WARN: Text("AVERTISSEMENT", "WARNING"), Verdict.ACCEPT: Text("ADMIS", "ACCEPTED"),
}  # fmt: skip


def to_text(review: Review, lang: str) -> str:
    """The report, French where `lang` is "fr", English else; lines of 96 columns."""
    return "\n".join(_report(review, lang)) + "\n"


def _say(key: str, lang: str, *values: object) -> str:
    return _WORDS[key].in_(lang).format(*values)


def _report(review: Review, lang: str) -> Iterator[str]:
    yield _say("measures", lang, review.name, len(review.findings.proposed))
    assumed = _say("assumed", lang) if review.body_assumed else ""
    yield _say("judged", lang, names(review.body).in_(lang), assumed)
    if not review.deliberation:
        yield _say("article", lang)
    for day, verdict in review.judgement.verdicts:
        yield f"{_say('whole', lang)}, {_verdict(day, verdict, lang)}"
    if not review.findings.proposed:
        yield _say("none", lang)
    yield from _table(review, lang)
    shared = _shared(review.judgement.measures)
    if shared:
        yield from _title("shared", lang)
        yield from _rules(list(shared.values()), lang)
        cures = [each.cure for each in shared.values() if each.verdict is Verdict.CONDITION]
        yield from _list("missing", dict.fromkeys(cures), lang)
    for judged in review.judgement.measures:
        yield from _measure(judged, shared, lang)
    if review.theirs.measures:
        yield from _title("theirs", lang)
        for judged in review.theirs.measures:
            yield from _measure(judged, {}, lang)
    if review.findings.mentioned:
        yield from _title("mentioned", lang)
        for found in review.findings.mentioned:
            told = ", ".join(each.in_(lang) for each in found.technologies)
            yield from _wrapped(f"- {told} ({found.stance.why.in_(lang)})", "", "  ")
            yield from _quotation(found.quotes[0], lang)
    if review.findings.not_understood:
        yield from _title("lost", lang)
        for quote in review.findings.not_understood:
            yield from _quotation(quote, lang)
    yield ""
    yield _say("gap", lang)


def _verdict(day: date, verdict: Verdict, lang: str) -> str:
    return f"{_day(day, lang)}{_colon(lang)} {_VERDICTS[verdict].in_(lang)}"


def _colon(lang: str) -> str:
    return " :" if lang == "fr" else ":"


def _title(key: str, lang: str) -> Iterator[str]:
    yield from ("", _say(key, lang), "-" * len(_say(key, lang)))


def _table(review: Review, lang: str) -> Iterator[str]:
    """A line a measure: the verdict of each day, what, where."""
    if review.findings.proposed:
        yield ""
    for judged in review.judgement.measures:
        days = dict.fromkeys(_VERDICTS[each.verdict].in_(lang) for each in judged.rulings)
        told = ", ".join(each.in_(lang) for each in judged.found.technologies)
        line = f"{judged.found.id:<4} {' → '.join(days)} : {told} ({_where(judged.found, lang)})"
        yield from _wrapped(line, "  ", "       ")


MeasureKey = tuple[str, str]


def _key(finding: Finding) -> MeasureKey:
    return finding.rule, finding.because.fr


def _shared(measures: Sequence[MeasureJudgement]) -> dict[MeasureKey, Finding]:
    """What many measures lack alike, so that it is said once."""
    lacking: dict[MeasureKey, list[Finding]] = {}
    for judged in measures:
        held = {_key(each): each for ruling in judged.rulings for each in _told(ruling)}
        for key, finding in held.items():
            if finding.verdict is not Verdict.REFUSE:
                lacking.setdefault(key, []).append(finding)
    return {key: found[0] for key, found in lacking.items() if len(found) >= MANY}


def _measure(
    judged: MeasureJudgement, shared: Mapping[MeasureKey, Finding], lang: str
) -> Iterator[str]:
    found = judged.found
    yield ""
    yield f"{found.id}  " + ", ".join(each.in_(lang) for each in found.technologies)
    for at, quote in enumerate(found.quotes):
        if at == 0:
            yield from _quotation(quote, lang)
        else:
            yield from _wrapped(f"{_say('also', lang)}, {_spot(quote.spot, lang)}", "    ", "    ")
    yield f"    {_say('where', lang)}{_colon(lang)} {_where(found, lang)}"
    yield f"    {_say('cameras', lang)}{_colon(lang)} {_cameras(found, lang)}"
    if found.stance.by:
        yield f"    {_say('by', lang)}{_colon(lang)} {found.stance.by}"
    told: set[str] = set()
    missing: dict[Text, None] = {}
    for ruling in judged.rulings:
        held = _told(ruling)
        findings = [each for each in held if _key(each) not in shared]
        again = ", ".join(dict.fromkeys(each.rule for each in findings if each.rule in told))
        above = _say("again", lang, again) if again else ""
        above += _say("more", lang) if len(findings) < len(held) else ""
        verdict = f"{_verdict(ruling.as_of, ruling.verdict, lang)}{above}"
        yield from _wrapped(verdict, "    ", "      ")
        yield from _rules([each for each in findings if each.rule not in told], lang)
        told |= {each.rule for each in findings}
        conditions = [each for each in findings if each.verdict is Verdict.CONDITION]
        missing |= dict.fromkeys(each.cure for each in conditions)
    yield from _list("missing", missing, lang)
    yield from _list("instead", judged.instead, lang)


def _told(ruling: Ruling) -> list[Finding]:
    """What decides: refusals where there is one, else the rest; conditions are in `missing`."""
    refused = [each for each in ruling.findings if each.verdict is Verdict.REFUSE]
    return refused or list(ruling.findings)


def _rules(findings: Sequence[Finding], lang: str) -> Iterator[str]:
    for _, of_rule in groupby(findings, lambda each: each.rule):
        yield from _rule(list(of_rule), lang)


def _rule(findings: Sequence[Finding], lang: str) -> Iterator[str]:
    """What one rule says, sentence by sentence, then its citation, once."""
    first = findings[0]
    label = f"{first.rule}  "
    for finding in findings:
        yield from _wrapped(f"{label}{finding.because.in_(lang)}", "      ", " " * 13)
        label = " " * len(label)
    mark = "" if first.verified else " " + _say("unverified", lang)
    yield from _wrapped(f"{first.citation.in_(lang)}{mark}", " " * 13, " " * 13)


def _list(key: str, told: Iterable[Text], lang: str) -> Iterator[str]:
    lines = [each.in_(lang) for each in told]
    if lines:
        yield f"    {_say(key, lang)}{_colon(lang)}"
    for line in lines:
        yield from _wrapped(f"- {line}", "      ", "        ")


def _quotation(quote: Quote, lang: str) -> Iterator[str]:
    text = quote.text.lstrip(" -\u2013\u2014•▪").strip()
    shown = text if "«" in text else f"« {text} »"
    yield from _wrapped(f"{shown} ({_spot(quote.spot, lang)})", "    ", "    ")


def _spot(spot: Spot, lang: str) -> str:
    parts = (("page", spot.page), ("line", spot.line),
             ("paragraph", None if spot.line else spot.paragraph))  # fmt: skip
    return ", ".join(_say(key, lang, number) for key, number in parts if number is not None)


def _where(found: Mention, lang: str) -> str:
    if not found.where.said:
        return _say("not_said", lang)
    kind = found.where.kind
    plain = "" if kind is PlaceKind.UNSPECIFIED else f" ({names(kind).in_(lang)})"
    return f"{found.where.said}{plain}" + (_say("above", lang) if found.inherited else "")


def _cameras(found: Mention, lang: str) -> str:
    if found.count:
        return f"{found.count:,}".replace(",", " " if lang == "fr" else ",")
    return _say("about", lang, found.about) if found.about else _say("not_said", lang)


def _day(day: date, lang: str) -> str:
    return day.strftime("%d/%m/%Y") if lang == "fr" else day.isoformat()


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=then,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip
