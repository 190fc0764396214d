"""A review as a report for a terminal, or as JSON. Pure: text out, nothing printed."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from contrejour.mandate import Finding, Said, Verdict, names
from contrejour.mandate.vocabulary import PlaceKind
from contrejour.review.found import Found, Quote
from contrejour.review.judge import Judged, Ruling
from contrejour.review.lines import Spot

if TYPE_CHECKING:
    from contrejour.review import Review

FORMAT = "contrejour-review/1"
_WIDTH = 96
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
_WORDS = {
    "measures": Said("{} : {} mesure(s) proposée(s)", "{}: {} measure(s) proposed"),
    "none": Said("Aucune mesure de surveillance n'y est proposée.",
                 "No measure of surveillance is proposed in it."),
    "judged": Said("Jugé comme voté par : {}{}", "Judged as voted by: {}{}"),
    "assumed": Said(" (supposé : le texte ne dit pas qui décide)",
                    " (assumed: the text doesn't say who decides)"),
    "article": Said("Lu comme un article sur un projet, pas comme une délibération.",
                    "Read as an article about a draft, not as a deliberation."),
    "whole": Said("Ensemble", "As a whole"),
    "where": Said("lieu", "place"), "cameras": Said("caméras", "cameras"),
    "not_said": Said("non dit", "not said"), "above": Said(" (dit plus haut)", " (said above)"),
    "about": Said("environ, non compté : {}", "about, not counted: {}"),
    "missing": Said("Il manque", "Missing"), "instead": Said("À la place", "Instead"),
    "unverified": Said("[citation non vérifiée]", "[citation not verified]"),
    "theirs": Said("Voulu par d'autres, pas par ce texte", "Wanted by others, not by this text"),
    "if_here": Said("si c'était voté ici", "were it voted here"),
    "by": Said("d'après le texte", "according to the text"),
    "mentioned": Said("Mentionné, pas proposé", "Mentioned, not proposed"),
    "lost": Said("Non compris : à lire soi-même", "Not understood: read these yourself"),
    "gap": Said("Règles et dictionnaires, pas un avis juridique : relisez chaque phrase citée.",
                "Rules and dictionaries, no legal advice: read every quoted sentence again."),
    "page": Said("page {}", "page {}"), "line": Said("ligne {}", "line {}"),
    "paragraph": Said("paragraphe {}", "paragraph {}"),
    "again": Said(" (de même : {})", " (as above: {})"),
    "also": Said("aussi", "also"),
}  # fmt: skip
_VERDICTS = {
    Verdict.REFUSE: Said("REFUS", "REFUSED"),
    Verdict.CONDITION: Said("SOUS CONDITIONS", "CONDITIONS"),
    Verdict.WARN: Said("AVERTISSEMENT", "WARNING"), Verdict.ACCEPT: Said("ADMIS", "ACCEPTED"),
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
    for judged in review.judgement.measures:
        yield from _measure(judged, lang)
    if review.theirs.measures:
        yield from _title("theirs", lang)
        for judged in review.theirs.measures:
            yield from _measure(judged, lang)
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


def _measure(judged: Judged, lang: str) -> Iterator[str]:
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
    for ruling in judged.rulings:
        findings = _told(ruling)
        again = ", ".join(dict.fromkeys(each.rule for each in findings if each.rule in told))
        above = _say("again", lang, again) if again else ""
        yield from _wrapped(
            f"{_verdict(ruling.as_of, ruling.verdict, lang)}{above}",
            "    ", "      ",
        )  # fmt: skip
        new = [each for each in findings if each.rule not in told]
        for _, of_rule in groupby(new, lambda each: each.rule):
            yield from _rule(list(of_rule), lang)
        told |= {each.rule for each in findings}
    missing = dict.fromkeys(cure for ruling in judged.rulings for cure in ruling.missing)
    yield from _list("missing", missing, lang)
    yield from _list("instead", judged.instead, lang)


def _told(ruling: Ruling) -> list[Finding]:
    """What decides: refusals where there is one, else the rest; conditions are in `missing`."""
    refused = [each for each in ruling.findings if each.verdict is Verdict.REFUSE]
    return refused or list(ruling.findings)


def _rule(findings: Sequence[Finding], lang: str) -> Iterator[str]:
    """What one rule says, sentence by sentence, then its citation, once."""
    first = findings[0]
    label = f"{first.rule}  "
    for finding in findings:
        yield from _wrapped(f"{label}{finding.because.in_(lang)}", "      ", " " * 13)
        label = " " * len(label)
    mark = "" if first.verified else " " + _say("unverified", lang)
    yield from _wrapped(f"{first.citation.in_(lang)}{mark}", " " * 13, " " * 13)


def _list(key: str, told: Iterable[Said], lang: str) -> Iterator[str]:
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


def _where(found: Found, lang: str) -> str:
    if not found.where.said:
        return _say("not_said", lang)
    kind = found.where.kind
    plain = "" if kind is PlaceKind.UNSPECIFIED else f" ({names(kind).in_(lang)})"
    return f"{found.where.said}{plain}" + (_say("above", lang) if found.inherited else "")


def _cameras(found: Found, lang: str) -> str:
    if found.count:
        return f"{found.count:,}".replace(",", " " if lang == "fr" else ",")
    return _say("about", lang, found.about) if found.about else _say("not_said", lang)


def _day(day: date, lang: str) -> str:
    return day.strftime("%d/%m/%Y") if lang == "fr" else day.isoformat()


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=then,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip


def to_json(review: Review) -> str:
    """One object, keys in a fixed order, format `contrejour-review/1`."""
    data: dict[str, Json] = {
        "format": FORMAT,
        "name": review.name,
        "as_of": [str(day) for day in review.as_of],
        "body": str(review.body),
        "body_assumed": review.body_assumed,
        "deliberation": review.deliberation,
        "verdicts": {str(day): str(verdict) for day, verdict in review.judgement.verdicts},
        "measures": [_judged_data(each) for each in review.judgement.measures],
        "by_others": [_judged_data(each) for each in review.theirs.measures],
        "mentioned": [_found_data(each) for each in review.findings.mentioned],
        "not_understood": [_quote_data(each) for each in review.findings.not_understood],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _judged_data(judged: Judged) -> Json:
    return {
        **_found_data(judged.found),
        "rulings": [
            {
                "as_of": str(ruling.as_of),
                "verdict": str(ruling.verdict),
                "findings": [_finding_data(each) for each in ruling.findings],
                "missing": _said_data(ruling.missing),
            }
            for ruling in judged.rulings
        ],
        "instead": _said_data(judged.instead),
    }


def _found_data(found: Found) -> dict[str, Json]:
    return {
        "id": found.id,
        "quotes": [_quote_data(quote) for quote in found.quotes],
        "technologies": _said_data(found.technologies),
        "acts": [str(act) for act in found.acts],
        "place": {
            "what": str(found.where.kind),
            "said": found.where.said,
            "above": found.inherited,
        },
        "count": found.count,
        "about": found.about,
        "attitude": str(found.attitude),
        "why": _said_data([found.stance.why])[0],
        "by": found.stance.by,
    }


def _finding_data(finding: Finding) -> Json:
    said = (finding.because, finding.cure, finding.citation)
    because, cure, citation = _said_data(said)
    return {
        "rule": finding.rule, "verdict": str(finding.verdict), "because": because, "cure": cure,
        "citation": citation, "link": finding.link, "verified": finding.verified,
    }  # fmt: skip


def _quote_data(quote: Quote) -> Json:
    spot = quote.spot
    return {"text": quote.text, "page": spot.page, "line": spot.line, "paragraph": spot.paragraph}


def _said_data(told: Sequence[Said]) -> list[Json]:
    return [{"fr": each.fr, "en": each.en} for each in told]
