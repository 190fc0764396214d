"""A review as JSON, for machines: one object, keys in a fixed order, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrejour.base.canonical import Json
from contrejour.law.mandate import Finding, Text
from contrejour.law.review.found import Mention, Quote
from contrejour.law.review.judge import MeasureJudgement

if TYPE_CHECKING:
    from contrejour.law.review import Review

FORMAT = "contrejour-review/1"


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


def _judged_data(judged: MeasureJudgement) -> Json:
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


def _found_data(found: Mention) -> dict[str, Json]:
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


def _said_data(told: Sequence[Text]) -> list[Json]:
    return [{"fr": each.fr, "en": each.en} for each in told]
