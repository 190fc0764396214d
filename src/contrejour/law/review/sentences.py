"""Passages into sentences, each knowing its heading and the line that its list hangs on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contrejour.law.review.attitude import (
    PAST,
    REJECTED,
    Attitude,
    Setting,
    Stance,
    is_rejecting,
    stance,
)
from contrejour.law.review.lexicon import HARMLESS, fold
from contrejour.law.review.lines import Passage, Spot, cut

LONGEST = 1200
"""Characters."""
_STOP = re.compile(
    r"(?<![.!?…])[.!?…]++(?:[»”\")\]]|\s++(?=[»”)\]]|\"\s))*+\s++"
    r"(?=[«“\"(\[\u2013-]?\s*+[A-ZÉÈÀÂÎÔÇ0-9])"
)
_SHORTENED = re.compile(
    r"(?:\b(?:art|arts|al|cf|etc|mme|mm|m|dr|n|p|ex|réf|st|ste|[A-Z]|no|tél)|[0-9])\.\s*$", re.I
)
_CLAUSE = re.compile(
    r"[;:(){}\[\]|]|,(?![0-9])| - |\bet (?:de |d'|en |a |que |qu')(?=\s*\w)|\bainsi qu|\bmais\b|"
    r"\btandis que\b|"
    r"\bpuis\b|\bsans\b(?! oublier)|\bsauf\b|\bhormis\b|\bhors\b|\ba l'exception\b|"
    r"\ba l'exclusion\b|\bet (?=\w+(?:er|ir|re)\b)"
)
_HARD = re.compile(r"[;:|]|\bsauf|\bhormis|\bhors|\ba l'ex|\bmais")
_DELIBERATION = re.compile(
    r"\s*(?:vu (?:le|la|les|l'|sa|son)|considerant|article (?:[0-9]|premier|1er|unique)|objet ?:|"
    r"decide|delibere|apres en avoir delibere|expose des motifs|rapport (?:n|au)|"
    r"projet de deliberation|(?:le conseil|l'assemblee|le comite|la commission) .{0,80}(?:delibere|"
    r"decide)|il (?:vous )?est propose)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """[start, end) of a sentence. `hard`: it begins with a mark or a word (; « sauf ») past which
    the places of the clause before don't reach."""

    start: int
    end: int
    hard: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    folded: str
    """As long as `text`, with what only looks like surveillance blanked out."""
    spot: Spot
    item: bool
    heading: bool
    above: str
    """The heading it stands under."""
    around: str
    """Its whole paragraph, folded."""
    lead: str = ""
    """The line, folded, that its list hangs on."""
    lead_stance: Stance | None = None

    def clauses(self) -> list[Clause]:
        cuts = [each for each in _CLAUSE.finditer(self.folded) if each.start() > 0]
        starts = [(0, True), *((each.start(), bool(_HARD.match(each[0]))) for each in cuts)]
        ends = [*(start for start, _ in starts[1:]), len(self.folded)]
        return [Clause(start, end, hard) for (start, hard), end in zip(starts, ends, strict=True)]


def is_deliberation(passages: Sequence[Passage]) -> bool:
    """Whether two paragraphs or more begin as only those of a deliberation do."""
    return sum(bool(_DELIBERATION.match(fold(each.text))) for each in passages) >= 2


def sentences(passages: Sequence[Passage], setting: Setting) -> Iterator[Sentence]:
    """Every sentence in its order."""
    above = ""
    lead: tuple[str, Stance | None] = ("", None)
    for passage in passages:
        heading = passage.heading or _looks_like_heading(passage)
        if heading:
            above = passage.text
        if not passage.item:
            lead = ("", None)
        around = fold(passage.text)
        parts = list(_bounded(_split(passage.text)))
        for part in parts:
            folded = _folded(part)
            yield Sentence(
                part, folded, passage.spot, passage.item, heading, "" if heading else above,
                around, *(lead if passage.item else ("", None)),
            )  # fmt: skip
        if parts and parts[-1].rstrip(" «“").endswith(":"):
            folded = _folded(parts[-1])
            lead = (folded, _stance_of_lead(parts[-1], folded, setting))


def _folded(text: str) -> str:
    return HARMLESS.sub(lambda found: " " * len(found[0]), fold(text))


def _looks_like_heading(passage: Passage) -> bool:
    text = passage.text
    return len(text) < 110 and not passage.item and not re.search(r"[.;:!?…»)]\s*$", text)


def _split(text: str) -> Iterator[str]:
    start = 0
    for stop in _STOP.finditer(text):
        if text[stop.start()] == "." and _SHORTENED.search(text[start : stop.start() + 1]):
            continue
        yield text[start : stop.end()].strip()
        start = stop.end()
    if text[start:].strip():
        yield text[start:].strip()


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    """No sentence longer than LONGEST: work grows with the square of it."""
    for part in parts:
        yield from cut(part, LONGEST)


def _stance_of_lead(text: str, folded: str, setting: Setting) -> Stance | None:
    """What a line ending in a colon does with the items below; None: each on its own."""
    if is_rejecting(folded):
        return Stance(Attitude.MENTIONED, REJECTED)
    found = stance(text, folded, (0, len(folded)), len(folded), setting, None)
    if found.attitude is Attitude.MENTIONED and found.why is not PAST:
        return None
    return found
