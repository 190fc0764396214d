"""Read a draft deliberation, or an article about one, in French: what does it propose, and may it?

    apart.py       texts.py, in a process that can touch nothing else
    texts.py       FILE -> passages          lines.py (txt, pdf)   markup.py (html, docx, odt)
    sentences.py   passages -> sentences     each with its heading, its list's lead, its clauses
    find.py        sentences -> measures, mentions, not understood       merge.py (said twice)
                     matches.py, places.py what is named, where, how many
                     attitude.py  proposed or not
                     lexicon.py   the words of surveillance;  wording.py  of deciding, of the past
                     who.py       whose project it is;  found.py  what is passed on
    facts.py       who decides, when, how long images are kept
    judge.py       draft.py the mandate it amounts to -> mandate.check -> verdicts    advice.py
    show.py        a report for a terminal     data.py  the same as JSON

Rules and dictionaries: no model, no network, the same answer every time. It errs towards showing:
a sentence about surveillance that gave nothing is listed as not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contrejour.law.mandate.vocabulary import BodyKind
from contrejour.law.review.apart import passages
from contrejour.law.review.attitude import Setting
from contrejour.law.review.data import to_json
from contrejour.law.review.facts import Facts, facts, home
from contrejour.law.review.find import find
from contrejour.law.review.found import Mentions
from contrejour.law.review.judge import DEFAULT_BODY, Judgement, judge
from contrejour.law.review.sentences import is_deliberation
from contrejour.law.review.show import to_text
from contrejour.law.review.who import leads

__all__ = ["Review", "review", "to_json", "to_text"]


@dataclass(frozen=True, slots=True)
class Review:
    """What a text proposes and what becomes of it. `body_assumed`: the text names no decider."""

    name: str
    as_of: tuple[date, ...]
    body: BodyKind
    body_assumed: bool
    deliberation: bool
    """It has the form of a deliberation; else it is read as an article about one."""
    facts: Facts
    findings: Mentions
    judgement: Judgement
    theirs: Judgement
    """What others want, judged as if this body voted it."""

    @property
    def draft(self) -> str | None:
        """YAML of the mandate it amounts to, every gap marked; None without a measure."""
        return self.judgement.draft


def review(
    path: Path, as_of: Sequence[date], body: BodyKind | None = None, day: date | None = None
) -> Review:
    """Read `path` and judge it on each day of `as_of` (at least one).

    `body` overrides what the text says; `day` is the deliberation's, where the text doesn't say.
    Raises what `apart.passages` raises.
    """
    told = passages(path)
    said = facts(told)
    named = leads([passage.text for passage in told])
    setting = Setting(is_deliberation(told), home(said), named)
    findings = find(told, setting)
    decides = body or said.body or DEFAULT_BODY
    stand_in = day or min(as_of)
    return Review(
        name=path.name,
        as_of=tuple(as_of),
        body=decides,
        body_assumed=body is None and said.body is None,
        deliberation=setting.deliberation,
        facts=said,
        findings=findings,
        judgement=judge(findings.proposed, said, decides, as_of, stand_in),
        theirs=judge(findings.theirs, said, decides, as_of, stand_in),
    )
